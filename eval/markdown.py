"""The report for a pull request: figures with intervals, what changed, which gates broke, which cases failed."""

from __future__ import annotations

from collections.abc import Sequence

from eval.gate import Finding
from eval.registry import by_group
from eval.report import EVERYWHERE, Report, Where

_MOST_FAILURES = 40
_SHOWN_OF_A_CASE = 3


def markdown(report: Report, findings: Sequence[Finding] = (), baseline: Report | None = None) -> str:
    """The whole report as Markdown."""
    broken = [finding for finding in findings if finding.broken]
    passed = sum(case.passed for case in report.cases)
    parts = [
        "# Evaluation",
        f"{passed} of {len(report.cases)} cases passed in {report.seconds:.0f} s; "
        + ("every gate holds." if not broken else f"**{len(broken)} gates are broken.**"),
    ]
    if broken:
        parts.append("\n".join(f"- {finding.sentence}" for finding in broken))
    parts.append(_figures(report))
    if baseline:
        parts.append(_changes(report, baseline))
    parts += [_kinds(report), _instruments(report)]
    if report.confusions:
        parts.append(_confusions(report))
    if report.gaps:
        parts.append("## Not covered yet\n\n" + "\n".join(f"- {gap}" for gap in report.gaps))
    if report.failing:
        parts.append(_failures(report))
    return "\n\n".join(parts) + "\n"


def _figures(report: Report) -> str:
    rows = ["| metric | test split | all cases | cases |", "|---|---|---|--:|"]
    test: Where = {"split": "test"}
    for group, metrics in by_group(metric for metric, _ in report.measured()).items():
        rows.append(f"| **{group}** | | | |")
        for metric in metrics:
            everywhere, tested = report.figure(metric, EVERYWHERE), report.figure(metric, test)
            cells = [
                f"{metric.shown(entry.value)} [{metric.shown(entry.low)}, {metric.shown(entry.high)}]" if entry.cases else "–"
                for entry in (tested, everywhere)
            ]
            rows.append(f"| {metric.title} | {cells[0]} | {cells[1]} | {everywhere.cases} |")
    return "## Figures\n\nBetween brackets: 95 % intervals (bootstrap over cases).\n\n" + "\n".join(rows)


def _changes(report: Report, baseline: Report) -> str:
    rows = []
    for metric, entry in report.compared(baseline):
        if entry.real:
            verdict = "better" if (entry.difference > 0) == metric.higher_is_better else "**worse**"
            rows.append(
                f"| {metric.title} | {metric.shown(entry.old)} | {metric.shown(entry.new)} | "
                f"{entry.difference:+.3f} [{entry.low:+.3f}, {entry.high:+.3f}] | {verdict} |"
            )
    newly, passing = report.changed(baseline)
    lines = ["## Against the baseline", ""]
    if rows:
        lines += ["| metric | was | is | difference | |", "|---|--:|--:|--:|---|", *rows]
    else:
        lines.append("No difference that the cases can tell from chance (paired bootstrap, 95 %).")
    lines += [""] + ([f"Newly failing: {', '.join(newly)}."] if newly else [])
    lines += [f"Newly passing: {', '.join(passing)}."] if passing else []
    return "\n".join(lines).rstrip()


def _kinds(report: Report) -> str:
    rows = ["| kind | cases | passed |", "|---|--:|--:|"]
    for kind in report.kinds:
        cases = [case for case in report.cases if case.kind == kind]
        rows.append(f"| {kind} | {len(cases)} | {sum(case.passed for case in cases)} |")
    return "## Per kind\n\n" + "\n".join(rows)


def _instruments(report: Report) -> str:
    rows = ["| instrument | found of required | 95 % | wrongly in the top 3 |", "|---|--:|---|--:|"]
    for line in report.instruments:
        share = f"{line.found} of {line.required}"
        rows.append(f"| {line.instrument} | {share} | [{line.low:.2f}, {line.high:.2f}] | {line.wrongly} |")
    return "## Per instrument\n\n" + "\n".join(rows)


def _confusions(report: Report) -> str:
    rows = ["| required | offered instead | cases |", "|---|---|---|"]
    rows += [f"| {line.required} | {line.offered} | {', '.join(line.cases)} |" for line in report.confusions[:20]]
    return "## Confused\n\n" + "\n".join(rows)


def _failures(report: Report) -> str:
    lines = [f"## Failing cases ({len(report.failing)})", "", "Whole replies are in report.html and replies.jsonl.", ""]
    for case in report.failing[:_MOST_FAILURES]:
        more = len(case.failures) - _SHOWN_OF_A_CASE
        shown = " ".join(case.failures[:_SHOWN_OF_A_CASE]) + (f" (and {more} more)" if more > 0 else "")
        lines.append(f"- `{case.id}` ({case.kind}, {case.split}): {shown}")
    if len(report.failing) > _MOST_FAILURES:
        lines.append(f"- … and {len(report.failing) - _MOST_FAILURES} more.")
    return "\n".join(lines)
