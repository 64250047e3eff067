"""Small plots as inline SVG: no library, no network, readable in print and by a screen reader."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from eval.metrics import RocPoint

_ROW: Final = 22
_LABEL: Final = 220
_BAR: Final = 360
_PAD: Final = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """A share between 0 and 1 with its interval; ``note`` stands behind it."""

    label: str
    value: float
    low: float
    high: float
    note: str = ""


def _svg(width: float, height: float, title: str, body: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(body)}</svg>"
    )


def _said(x: float, y: float, text: str, anchor: str = "start", css: str = "", turn: str = "") -> str:
    """A piece of text; ``turn``: a transform, such as rotate(-90)."""
    extra = (f' class="{css}"' if css else "") + (f' transform="{turn}"' if turn else "")
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{escape(text)}</text>'


def bars(title: str, rows: Sequence[Bar]) -> str:
    """Horizontal bars from 0 to 1 with whiskers for the intervals."""
    body = []
    height = _PAD * 2 + _ROW * len(rows) + 18
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x = _LABEL + tick * _BAR
        body.append(f'<line class="grid" x1="{x:.1f}" y1="{_PAD}" x2="{x:.1f}" y2="{height - 18}"/>')
        body.append(_said(x, height - 4, f"{tick:g}", "middle", "tick"))
    for number, row in enumerate(rows):
        y = _PAD + number * _ROW
        value = 0.0 if math.isnan(row.value) else row.value
        middle = y + _ROW / 2
        hover = f"{row.label}: {row.value:.3f} [{row.low:.3f}, {row.high:.3f}] {row.note}"
        body.append(f"<g><title>{escape(hover)}</title>")
        body.append(_said(_LABEL - 8, middle + 4, row.label, "end"))
        body.append(f'<rect class="bar" x="{_LABEL}" y="{y + 4}" width="{value * _BAR:.1f}" height="{_ROW - 8}"/>')
        if not math.isnan(row.low):
            low, high = _LABEL + row.low * _BAR, _LABEL + row.high * _BAR
            ends = f"M{low:.1f} {middle - 4} v8 M{high:.1f} {middle - 4} v8"
            body.append(f'<path class="whisker" d="M{low:.1f} {middle} H{high:.1f} {ends}"/>')
        body.append(_said(_LABEL + _BAR + 8, middle + 4, row.note, css="tick") + "</g>")
    return _svg(_LABEL + _BAR + 130, height, title, body)


def roc(title: str, points: Sequence[RocPoint], best: RocPoint | None) -> str:
    """The ROC curve with chance as a diagonal and the best threshold as a dot."""
    side, edge = 300, 40

    def at(point: RocPoint) -> tuple[float, float]:
        return edge + point.false_positive_rate * side, edge / 2 + (1 - point.true_positive_rate) * side

    body = [
        f'<rect class="frame" x="{edge}" y="{edge / 2}" width="{side}" height="{side}"/>',
        f'<line class="grid" x1="{edge}" y1="{edge / 2 + side}" x2="{edge + side}" y2="{edge / 2}"/>',
        _said(edge + side / 2, edge + side + 8, "answered without an answer (false positives)", "middle", "tick"),
        _said(-(edge / 2 + side / 2), 14, "answered with one", "middle", "tick", "rotate(-90)"),
    ]
    if points:
        steps = [(edge, edge / 2 + side), *map(at, points)]
        path = " ".join(f"{'M' if index == 0 else 'L'}{x:.1f} {y:.1f}" for index, (x, y) in enumerate(steps))
        body.append(f'<path class="curve" d="{path}"/>')
    if best is not None:
        x, y = at(best)
        label = f"threshold {best.threshold:.3f}"
        body.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="5"><title>{label}</title></circle>')
        body.append(_said(x + 10, y + 14, label))
    return _svg(side + edge + 20, side + edge + 20, title, body)


def heatmap(title: str, counts: Mapping[tuple[str, str], int]) -> str:
    """Rows: required; columns: offered instead; the darker, the more often."""
    rows = sorted({row for row, _ in counts})
    columns = sorted({column for _, column in counts})
    cell, top = 26, 150
    most = max(counts.values(), default=1)
    body = []
    for number, column in enumerate(columns):
        x = _LABEL + number * cell + cell / 2
        body.append(f'<text class="tick" transform="translate({x + 4:.1f} {top - 6}) rotate(-60)">{escape(column)}</text>')
    for line, row in enumerate(rows):
        y = top + line * cell
        body.append(_said(_LABEL - 8, y + cell / 2 + 4, row, "end"))
        for number, column in enumerate(columns):
            count = counts.get((row, column), 0)
            x = _LABEL + number * cell
            shade = count / most if most else 0
            body.append(f'<rect class="cell" x="{x}" y="{y}" width="{cell}" height="{cell}" fill-opacity="{shade:.2f}"/>')
            if count:
                hover = escape(f"{row} → {column}: {count}")
                shown = _said(x + cell / 2, y + cell / 2 + 4, str(count), "middle")
                body.append(f"<g><title>{hover}</title>{shown}</g>")
    return _svg(_LABEL + cell * len(columns) + 120, top + cell * len(rows) + _PAD, title, body)


def histogram(title: str, values: Sequence[float], unit: str, bins: int = 24) -> str:
    """How often each value occurs; the last bin holds all beyond the 99th percentile."""
    width, height, edge = 560, 160, 30
    if not values:
        return _svg(width, 30, title, ['<text x="8" y="20">nothing measured</text>'])
    ordered = sorted(values)
    last = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] or 1.0
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, int(value / last * bins))] += 1
    step, most = (width - edge) / bins, max(counts)
    body = []
    for number, count in enumerate(counts):
        tall = count / most * (height - edge)
        hover = f"{number * last / bins:.1f} to {(number + 1) * last / bins:.1f} {unit}: {count}"
        x, y = edge + number * step, height - edge + 10 - tall
        body.append(f"<g><title>{hover}</title>")
        body.append(f'<rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{step - 2:.1f}" height="{tall:.1f}"/></g>')
    for share in (0.0, 0.5, 1.0):
        x = edge + share * (width - edge)
        anchor = "end" if share == 1 else "middle"
        body.append(f'<text class="tick" x="{x:.1f}" y="{height}" text-anchor="{anchor}">{share * last:.0f} {unit}</text>')
    return _svg(width, height + 6, title, body)
