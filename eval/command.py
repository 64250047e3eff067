"""What the command line calls: plain functions that print, write, and return an exit status."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from rich.console import Console
from rich.table import Table

from eval import ragas_export
from eval.advisors import Advisor
from eval.cases import CaseSet, load_cases
from eval.errors import EvaluationError
from eval.gate import Finding, check, load_gates, packaged_baseline
from eval.html import html
from eval.junit import junit
from eval.lint import lint
from eval.markdown import markdown
from eval.propose import propose
from eval.registry import BY_NAME
from eval.report import Report, build_report, read_report
from eval.runner import Plan, Results, progress_bar, run
from eval.show import show
from eval.splits import split
from knowledge.catalogue import Catalogue

DONE: Final = 0
FAILED: Final = 1
WRONG_CALL: Final = 2

_ON_THE_TERMINAL: Final = (
    "pass_rate", "recall_at_3", "fits_precision", "forbidden_rate", "abstention_f1", "intake_precision",
    "intake_recall", "settled_within_3", "citation_validity", "citation_recall", "citation_precision",
    "figures_supported", "b1_sentences", "retrieval_recall_at_5", "latency_p50", "latency_p95",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """What an evaluation is asked to do. Folders and files: None is the packaged one."""

    cases: Path | None = None
    report: Path | None = None
    as_json: bool = False
    case: str | None = None
    split: str | None = None
    gates: Path | None = None
    baseline: Path | None = None
    write_baseline: bool = False
    ragas: Path | None = None
    variants: bool = True
    settle: bool = True
    quiet: bool = False


def run_evaluation(advisor: Callable[[], Advisor] | Advisor, options: Options | None = None, out: TextIO | None = None) -> int:
    """Lint, run, judge, report, and hold against the gates: 0 all hold, 1 one is broken, 2 the call was wrong.

    ``advisor`` may be a function that makes one, so that a wrong call fails before models are loaded.
    ``out``: standard output by default; with ``as_json`` it gets nothing but the report as JSON.
    """
    options = options or Options()
    stream = out or sys.stdout
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        cases = load_cases(options.cases)
        chosen = _chosen(cases, options)
        gates = load_gates(options.gates)
        baseline = _baseline(options)
        answering = advisor() if callable(advisor) else advisor
    except EvaluationError as error:
        errors.print(str(error), style="red", markup=False)
        return WRONG_CALL
    problems = lint(cases, answering.catalogue)
    for problem in problems:
        errors.print(problem, style="red", markup=False)
    if problems:
        errors.print(f"{len(problems)} problems in the cases; nothing was run.", style="red")
        return FAILED
    with progress_bar(len(chosen), quiet=options.quiet) as progress:
        results = run(chosen.cases, answering, progress, Plan(options.variants, options.settle))
    created = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    report = build_report(results, cases.cases, answering.catalogue, created)
    if options.case:
        seen = results.observations[0]
        if options.as_json:
            _print_json(stream, report.as_json())
        else:
            show(Console(file=stream), seen, report.cases[0].failures)
        return DONE if report.cases[0].passed else FAILED
    partial = options.split is not None
    findings = check(report, gates, baseline, partial=partial)
    _write(report, results, findings, baseline, options, answering.catalogue)
    if options.as_json:
        data = report.as_json()
        data["gates"] = [{"name": entry.name, "broken": entry.broken, "sentence": entry.sentence} for entry in findings]
        _print_json(stream, data)
    else:
        _print_summary(Console(file=stream, highlight=False), report, findings, options)
    return _verdict(findings, errors, options)


def _chosen(cases: CaseSet, options: Options) -> CaseSet:
    if options.case:
        return CaseSet((cases.get(options.case),), cases.places)
    if options.split is None:
        return cases
    if options.split not in ("train", "test"):
        raise EvaluationError(f"There is no split '{options.split}'. Choose train or test.")
    sides = split(cases.cases)
    return CaseSet(tuple(case for case in cases.cases if sides[case.id] == options.split), cases.places)


def _baseline(options: Options) -> Report | None:
    """The stored baseline; none where it is being written, or where nobody wrote one yet."""
    if options.write_baseline or options.case:
        return None
    if options.baseline:
        return read_report(options.baseline)
    return read_report(packaged_baseline()) if options.cases is None and packaged_baseline().is_file() else None


def _write(
    report: Report,
    results: Results,
    findings: list[Finding],
    baseline: Report | None,
    options: Options,
    catalogue: Catalogue,
) -> None:
    if options.report:
        folder = options.report
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.md").write_text(markdown(report, findings, baseline), "utf-8")
        (folder / "report.json").write_text(_json(report.as_json()) + "\n", "utf-8")
        (folder / "junit.xml").write_text(junit(report, findings), "utf-8")
        (folder / "report.html").write_text(html(report, findings, baseline), "utf-8", errors="replace")
        replies = [
            {"id": seen.case.id, "reply": seen.reply.model_dump(mode="json")} for seen in results.observations if seen.reply
        ]
        lines = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in replies)
        (folder / "replies.jsonl").write_text(lines, "utf-8", errors="replace")
    if options.ragas:
        ragas_export.write(options.ragas, results.observations, catalogue)
    if options.write_baseline:
        path = options.baseline or packaged_baseline()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_slim_json(report), "utf-8")


def _slim_json(report: Report) -> str:
    """A line per case, so that a diff shows which cases changed."""
    data = report.as_json(slim=True)
    cases = ",\n".join(json.dumps(case, ensure_ascii=False) for case in data.pop("cases"))
    head = json.dumps(data, ensure_ascii=False)[1:-1]
    return f'{{{head}, "cases": [\n{cases}\n]}}\n'


def _print_summary(console: Console, report: Report, findings: list[Finding], options: Options) -> None:
    table = Table("metric", "test split", "all cases", "cases", title="Evaluation", title_justify="left")
    for name in _ON_THE_TERMINAL:
        metric = BY_NAME[name]
        tested, everywhere = report.figure(metric, {"split": "test"}), report.figure(metric)
        if everywhere.cases:
            cells = [
                f"{metric.shown(entry.value)} [{metric.shown(entry.low)}, {metric.shown(entry.high)}]" if entry.cases else "–"
                for entry in (tested, everywhere)
            ]
            table.add_row(metric.title, *[cell.replace("[", r"\[") for cell in cells], str(everywhere.cases))
    console.print(table)
    passed = len(report.cases) - len(report.failing)
    console.print(f"{passed} of {len(report.cases)} cases passed in {report.seconds:.0f} s.")
    for case in report.failing[:20]:
        console.print(f"  ✗ {case.id}: {case.failures[0]}", markup=False)
    if report.gaps:
        console.print(f"{len(report.gaps)} things are not covered by enough cases; the report lists them.")
    if options.report:
        console.print(f"The report: {options.report / 'report.html'}", markup=False)
    broken = sum(finding.broken for finding in findings)
    console.print(f"{len(findings) - broken} of {len(findings)} gates hold.")


def _verdict(findings: list[Finding], errors: Console, options: Options) -> int:
    broken = [finding for finding in findings if finding.broken]
    for finding in broken:
        errors.print(f"Gate broken: {finding.sentence}", style="red", markup=False)
    if options.write_baseline:
        errors.print(f"The baseline was written to {options.baseline or packaged_baseline()}.", markup=False)
    return FAILED if broken else DONE


def run_propose(corrections: Path, catalogue: Catalogue, folder: Path | None = None, out: TextIO | None = None) -> int:
    """Propose cases from corrections: 0 all were read, 1 some lines were wrong, 2 the file can't be read."""
    console = Console(file=out or sys.stdout, highlight=False, soft_wrap=True)
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        proposals = propose(corrections, catalogue, folder)
    except EvaluationError as error:
        errors.print(str(error), style="red", markup=False)
        return WRONG_CALL
    for path in proposals.written:
        console.print(f"Proposed: {path}", markup=False)
    if proposals.already_there:
        console.print(f"{proposals.already_there} were proposed before.")
    for problem in proposals.problems:
        errors.print(problem, style="red", markup=False)
    return FAILED if proposals.problems else DONE


def _print_json(stream: TextIO, data: object) -> None:
    stream.write(_json(data) + "\n")


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False)
