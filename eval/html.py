"""The report as one page that opens from a file: plots, figures, and every failing case with its whole reply."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from eval import svg
from eval.gate import Finding
from eval.metrics import best_threshold
from eval.observations import Observation
from eval.registry import BY_NAME, by_group
from eval.report import EVERYWHERE, CaseRecord, Report

_MOST_CONFUSED = 40


def html(report: Report, findings: Sequence[Finding] = (), baseline: Report | None = None) -> str:
    """The page. It loads nothing: style, plots and replies are all in it."""
    style = (Path(__file__).parent / "report.css").read_text("utf-8")
    broken = sum(finding.broken for finding in findings)
    passed = len(report.cases) - len(report.failing)
    state = "every gate holds" if not broken else f"{broken} gates broken"
    sections = [
        _section("Gates", _gates(findings)),
        _section("Figures", _figures(report)),
        _section("Against the baseline", _changes(report, baseline)) if baseline else "",
        _section("Per kind", svg.bars("Cases passed, per kind", _kind_bars(report))),
        _section("Per instrument", svg.bars("Required instruments found, per instrument", _instrument_bars(report))),
        _section("Confused", _confusions(report)),
        _section("When to abstain", svg.roc("ROC of answering", report.roc(), best_threshold(report.roc()))),
        _section("Time per reply", svg.histogram("Time per reply", _latencies(report), "ms")),
        _section(f"Failing cases ({len(report.failing)})", "".join(_case(report, case) for case in report.failing)),
        _section("Not covered yet", _list(report.gaps)) if report.gaps else "",
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"/>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
        f"<title>Evaluation: {passed} of {len(report.cases)} passed</title><style>{style}</style></head><body>"
        f"<h1>Evaluation</h1><p>{passed} of {len(report.cases)} cases passed, {state}. "
        f"{escape(report.created)} catalogue {escape(report.catalogue)}, {report.seconds:.0f} s.</p>"
        f"{''.join(sections)}</body></html>\n"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body or '<p>None.</p>'}</section>"


def _list(items: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{_text(item)}</li>' for item in items)}</ul>" if items else ""


def _text(text: str) -> str:
    """Escaped, and without the control characters that HTML does not allow."""
    return escape(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "?", text))


def _gates(findings: Sequence[Finding]) -> str:
    ordered = sorted(findings, key=lambda finding: not finding.broken)
    rows = []
    for finding in ordered:
        css, sign = ("bad", "✗") if finding.broken else ("good", "✓")
        rows.append(f'<li class="{css}">{sign} {_text(finding.sentence)}</li>')
    return f'<ul class="gates">{"".join(rows)}</ul>' if rows else ""


def _figures(report: Report) -> str:
    rows = []
    for group, metrics in by_group(metric for metric, _ in report.measured()).items():
        rows.append(f'<tr><th colspan="4" class="group">{group}</th></tr>')
        for metric in metrics:
            cells = []
            for entry in (report.figure(metric, {"split": "test"}), report.figure(metric, EVERYWHERE)):
                interval = f"[{metric.shown(entry.low)}, {metric.shown(entry.high)}]"
                cells.append(f"<td>{metric.shown(entry.value)} <small>{interval}</small></td>" if entry.cases else "<td>–</td>")
            title = f'<abbr title="{escape(metric.definition)}">{escape(metric.title)}</abbr>'
            rows.append(f"<tr><th>{title}</th>{''.join(cells)}<td>{report.figure(metric).cases}</td></tr>")
    head = "<tr><th>metric</th><th>test split</th><th>all cases</th><th>cases</th></tr>"
    return f"<p>Between brackets: 95 % intervals.</p><table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"


def _changes(report: Report, baseline: Report) -> str:
    rows = []
    for metric, entry in report.compared(baseline):
        if not entry.difference and not entry.real:
            continue
        better = (entry.difference > 0) == metric.higher_is_better
        verdict = ("better" if better else "worse") if entry.real else "may be chance"
        css = ("good" if better else "bad") if entry.real else ""
        rows.append(
            f'<tr class="{css}"><th>{escape(metric.title)}</th><td>{metric.shown(entry.old)}</td>'
            f"<td>{metric.shown(entry.new)}</td><td>{entry.difference:+.3f} "
            f"<small>[{entry.low:+.3f}, {entry.high:+.3f}]</small></td><td>{verdict}</td></tr>"
        )
    newly, passing = report.changed(baseline)
    failing, fixed = _text(", ".join(newly) or "none"), _text(", ".join(passing) or "none")
    body = f"<p>Newly failing: {failing}. Newly passing: {fixed}.</p>"
    head = "<tr><th>metric</th><th>was</th><th>is</th><th>difference</th><th></th></tr>"
    return body + (f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>" if rows else "<p>No figure changed.</p>")


def _kind_bars(report: Report) -> list[svg.Bar]:
    found = []
    for kind in report.kinds:
        entry = report.figure(BY_NAME["pass_rate"], {"kind": kind})
        found.append(svg.Bar(kind, entry.value, entry.low, entry.high, f"{entry.value * entry.cases:.0f} of {entry.cases}"))
    return found


def _instrument_bars(report: Report) -> list[svg.Bar]:
    return [
        svg.Bar(
            line.instrument,
            line.found / line.required if line.required else 0.0,
            line.low,
            line.high,
            f"{line.found} of {line.required}" + (f", {line.wrongly} wrongly" if line.wrongly else ""),
        )
        for line in report.instruments
    ]


def _confusions(report: Report) -> str:
    shown = report.confusions[:_MOST_CONFUSED]
    if not shown:
        return ""
    return svg.heatmap(
        "Required but missing (rows) and offered instead (columns)",
        {(x.required, x.offered): len(x.cases) for x in shown},
    )


def _latencies(report: Report) -> list[float]:
    return [case.values["latency"][0] for case in report.cases if "latency" in case.values]


def _case(report: Report, case: CaseRecord) -> str:
    seen = report.observations.get(case.id)
    title = f"<code>{escape(case.id)}</code> {escape(case.kind)}, {case.split}"
    head = f"<summary>{title}: {_text(case.failures[0])}</summary>"
    return f"<details>{head}{_list(case.failures)}{_observed(seen) if seen else ''}</details>"


def _observed(seen: Observation) -> str:
    case = seen.case
    messages = (
        "".join(
            f'<div class="{message.role}"><b>{message.role}</b><pre>{_text(message.content)}</pre></div>'
            for message in seen.transcript
        )
        or f'<div class="user"><b>user</b><pre>{_text(case.text)}</pre></div>'
    )
    wanted = case.model_dump(mode="json", exclude_defaults=True, exclude={"question", "turns", "messages", "id"})
    parts = [messages, f"<h4>The case</h4><pre>{_text(_json(wanted))}</pre>"]
    if seen.reply:
        parts.append(f"<h4>The reply</h4><pre>{_text(_json(seen.reply.model_dump(mode='json')))}</pre>")
    if seen.retrieved is not None:
        parts.append(f"<p>Retrieved: {_text(', '.join(seen.retrieved))}</p>")
    return "".join(parts)


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)
