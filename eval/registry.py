"""Every metric, read from ``metrics.yaml``: its values, its statistic, what it means and who defined it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from eval.intervals import Statistic, area_under_roc, largest, percentile, ratio
from eval.perturb import PERTURBATIONS
from knowledge.profile_fields import FIELDS

Unit = Literal["share", "points", "ms", "words", "questions"]

_STATISTICS: Final[dict[str, Statistic]] = {
    "ratio": ratio,
    "p50": percentile(50),
    "p95": percentile(95),
    "largest": largest,
    "auc": area_under_roc,
}
_SHOWN: Final[dict[str, str]] = {
    "share": "{:.3f}",
    "points": "{:.1f}",
    "ms": "{:.1f} ms",
    "words": "{:.0f}",
    "questions": "{:.2f}",
}
_TELLINGS: Final = {"typos": "with typos", "lower_case": "in lower case", "order": "in another order"}


@dataclass(frozen=True, slots=True)
class Metric:
    """``key``: the per-case values that it is taken from."""

    name: str
    key: str
    group: str
    title: str
    definition: str
    higher_is_better: bool
    statistic: Statistic
    unit: Unit
    bounded: bool

    @property
    def machine_bound(self) -> bool:
        """Depends on the machine, so it is not comparable with a baseline from another one."""
        return self.unit == "ms"

    def shown(self, value: float) -> str:
        """A value as people read it."""
        return "–" if math.isnan(value) else _SHOWN[self.unit].format(value)


def _read() -> Iterator[Metric]:
    entries = yaml.safe_load((Path(__file__).parent / "metrics.yaml").read_text("utf-8"))
    for entry in entries:
        for words in _repeats(entry["name"]):
            yield _metric({key: value.format(**words) if isinstance(value, str) else value for key, value in entry.items()})


def _repeats(name: str) -> list[dict[str, str]]:
    if "{field}" in name:
        return [{"field": field} for field in sorted(FIELDS)]
    if "{told}" in name:
        return [{"told": told, "telling": _TELLINGS[told]} for told in PERTURBATIONS]
    return [{}]


def _metric(entry: dict[str, Any]) -> Metric:
    return Metric(
        name=entry["name"],
        key=entry.get("key", entry["name"]),
        group=entry["group"],
        title=entry["title"],
        definition=entry["definition"],
        higher_is_better=entry.get("better", "higher") == "higher",
        statistic=_STATISTICS[entry.get("statistic", "ratio")],
        unit=entry.get("unit", "share"),
        bounded=not entry.get("unbounded", False),
    )


METRICS: Final = tuple(_read())
BY_NAME: Final = {metric.name: metric for metric in METRICS}


def by_group(metrics: Iterable[Metric] = METRICS) -> dict[str, list[Metric]]:
    """Metrics under their group, in order."""
    groups: dict[str, list[Metric]] = {}
    for metric in metrics:
        groups.setdefault(metric.group, []).append(metric)
    return groups
