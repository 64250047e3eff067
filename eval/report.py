"""What a run found: figures with their intervals, per slice; which cases failed and why; what changed.

The report keeps each case's values, so that any slice can be computed later and two reports can be
compared case by case.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.cases import Case
from eval.entailment import Library
from eval.errors import GateError
from eval.intervals import Difference, Figure, Pair, figure, paired, ratio, wilson
from eval.lint import coverage_gaps
from eval.measures import TOP, Measured, measure
from eval.metrics import RocPoint, roc_curve
from eval.observations import Observation
from eval.registry import METRICS, Metric
from eval.runner import Results
from eval.splits import Split, split
from knowledge.catalogue import Catalogue

REPORT_VERSION: Final = 1
Where = Mapping[str, str]
EVERYWHERE: Final[Where] = {}


class CaseRecord(BaseModel):
    """What is kept of one case: enough to compute every figure again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: str
    language: str
    split: Split
    values: dict[str, Pair]
    failures: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.failures

    def is_in(self, where: Where) -> bool:
        return all(getattr(self, name) == value for name, value in where.items())


class InstrumentLine(BaseModel):
    """How one instrument fares: found where it is required, and offered where it is wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instrument: str
    found: int
    required: int
    low: float
    high: float
    wrongly: int


class ConfusionLine(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    required: str
    offered: str
    cases: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """One run, judged."""

    cases: tuple[CaseRecord, ...]
    catalogue: str = ""
    created: str = ""
    seconds: float = 0.0
    instruments: tuple[InstrumentLine, ...] = ()
    confusions: tuple[ConfusionLine, ...] = ()
    gaps: tuple[str, ...] = ()
    observations: Mapping[str, Observation] = field(default_factory=dict, repr=False)
    _figures: dict[tuple[str, tuple[tuple[str, str], ...]], Figure] = field(default_factory=dict, repr=False)

    def pairs(self, metric: Metric, where: Where = EVERYWHERE) -> dict[str, Pair]:
        """The values that a metric is made of, by case; a share of nothing is no measurement."""
        found = {case.id: case.values[metric.key] for case in self.cases if metric.key in case.values and case.is_in(where)}
        return {id_: pair for id_, pair in found.items() if metric.statistic is not ratio or pair[1] > 0}

    def figure(self, metric: Metric, where: Where = EVERYWHERE) -> Figure:
        """A metric over the cases of a slice, with its interval."""
        key = (metric.name, tuple(sorted(where.items())))
        if key not in self._figures:
            pairs = list(self.pairs(metric, where).values())
            self._figures[key] = figure(pairs, metric.statistic, bounded=metric.bounded)
        return self._figures[key]

    def measured(self, where: Where = EVERYWHERE) -> list[tuple[Metric, Figure]]:
        """Every metric that some case of a slice has values for."""
        found = [(metric, self.figure(metric, where)) for metric in METRICS]
        return [(metric, entry) for metric, entry in found if entry.cases and not math.isnan(entry.value)]

    @property
    def failing(self) -> list[CaseRecord]:
        return [case for case in self.cases if not case.passed]

    @cached_property
    def kinds(self) -> list[str]:
        return sorted({case.kind for case in self.cases})

    @cached_property
    def languages(self) -> list[str]:
        return sorted({case.language for case in self.cases})

    def roc(self) -> list[RocPoint]:
        """The curve of answering: at which score does a question have an answer?"""
        pairs = [case.values["answerable"] for case in self.cases if "answerable" in case.values]
        return roc_curve([label > 0.5 for label, _ in pairs], [score for _, score in pairs])

    def compared(self, old: Report, where: Where = EVERYWHERE) -> list[tuple[Metric, Difference]]:
        """Per metric the difference with an older report, over the cases that both have."""
        found = []
        for metric in METRICS:
            mine, theirs = self.pairs(metric, where), old.pairs(metric, where)
            both = sorted(set(mine) & set(theirs))
            if both and not metric.machine_bound:
                before, after = [theirs[id_] for id_ in both], [mine[id_] for id_ in both]
                found.append((metric, paired(before, after, metric.statistic)))
        return found

    def changed(self, old: Report) -> tuple[list[str], list[str]]:
        """Cases that newly fail, and that newly pass."""
        before = {case.id: case.passed for case in old.cases}
        failing = [case.id for case in self.cases if not case.passed and before.get(case.id) is True]
        passing = [case.id for case in self.cases if case.passed and before.get(case.id) is False]
        return failing, passing

    def as_json(self, *, slim: bool = False) -> dict[str, Any]:
        """For machines. ``slim``: what a stored baseline needs, without what differs per machine."""
        cases = [case.model_dump(mode="json") for case in self.cases]
        if slim:
            bound = {metric.key for metric in METRICS if metric.machine_bound}
            for case in cases:
                case["values"] = {key: _rounded(pair) for key, pair in case["values"].items() if key not in bound}
        data: dict[str, Any] = {"version": REPORT_VERSION, "catalogue": self.catalogue, "cases": cases}
        if slim:
            return data
        return data | {
            "created": self.created,
            "seconds": round(self.seconds, 1),
            "passed": sum(case.passed for case in self.cases),
            "figures": {_named(where): self._figures_json(where) for where in self.slices()},
            "instruments": [line.model_dump(mode="json") for line in self.instruments],
            "confusions": [line.model_dump(mode="json") for line in self.confusions],
            "roc": [
                [
                    None if math.isinf(point.threshold) else point.threshold,
                    point.false_positive_rate,
                    point.true_positive_rate,
                ]
                for point in self.roc()
            ],
            "gaps": list(self.gaps),
        }

    def slices(self) -> list[Where]:
        """The slices that a report shows: all, each split, the test split per language, each kind."""
        cuts: list[Where] = [EVERYWHERE, {"split": "train"}, {"split": "test"}]
        cuts += [{"split": "test", "language": language} for language in self.languages]
        return [*cuts, *({"kind": kind} for kind in self.kinds)]

    def _figures_json(self, where: Where) -> dict[str, Any]:
        return {
            metric.name: {
                "value": _finite(entry.value),
                "low": _finite(entry.low),
                "high": _finite(entry.high),
                "cases": entry.cases,
            }
            for metric, entry in self.measured(where)
        }


def _named(where: Where) -> str:
    return ",".join(f"{name}={value}" for name, value in where.items()) or "all"


def _finite(value: float) -> float | None:
    return round(value, 5) if math.isfinite(value) else None


def _rounded(pair: Sequence[float]) -> list[float]:
    return [round(value, 5) for value in pair]


def build_report(results: Results, cases: Iterable[Case], catalogue: Catalogue, created: str = "") -> Report:
    """Judge what was observed. ``cases``: the whole set, of which the run may be a part (the split is the set's)."""
    whole = list(cases)
    library = Library(catalogue)
    sides = split(whole)
    by_id = {seen.case.id: seen for seen in results.observations}
    records = []
    for seen in results.observations:
        measured = _judged(seen, library, by_id)
        records.append(
            CaseRecord(
                id=seen.case.id,
                kind=seen.case.kind.value,
                language=seen.case.language,
                split=sides[seen.case.id],
                values=measured.values,
                failures=tuple(measured.failures),
            )
        )
    return Report(
        cases=tuple(records),
        catalogue=catalogue.fingerprint,
        created=created,
        seconds=results.seconds,
        instruments=_instruments(results.observations),
        confusions=_confusions(results.observations),
        gaps=tuple(coverage_gaps(whole, catalogue)),
        observations=by_id,
    )


def _judged(seen: Observation, library: Library, others: Mapping[str, Observation]) -> Measured:
    """Measure one case; a reply that can't even be judged fails its case, not the run."""
    try:
        return measure(seen, library, others)
    except Exception as error:
        broken = replace(seen, reply=None, error=f"the reply can't be judged: {type(error).__name__}: {error}")
        return measure(broken, library, others)


def _instruments(observations: Iterable[Observation]) -> tuple[InstrumentLine, ...]:
    found: Counter[str] = Counter()
    required: Counter[str] = Counter()
    wrongly: Counter[str] = Counter()
    for seen in observations:
        case = seen.case
        if not case.wants_reply:
            continue
        top = seen.ranked[:TOP] if case.is_recommendation else seen.ranked
        for instrument in case.expected:
            required[instrument] += 1
            found[instrument] += instrument in top
        met = [instrument for instrument in case.expected_any if instrument in top]
        for instrument in met or case.expected_any:
            required[instrument] += 1
            found[instrument] += bool(met)
        if case.is_recommendation:
            wrongly.update(set(top) - case.right)
    lines = []
    for instrument in sorted(required.keys() | wrongly.keys()):
        low, high = wilson(found[instrument], required[instrument])
        lines.append(
            InstrumentLine(
                instrument=instrument,
                found=found[instrument],
                required=required[instrument],
                low=low,
                high=high,
                wrongly=wrongly[instrument],
            )
        )
    return tuple(lines)


def _confusions(observations: Iterable[Observation]) -> tuple[ConfusionLine, ...]:
    """Which instrument stood in the place of a required one that is missing from the top three."""
    pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for seen in observations:
        case = seen.case
        if not case.wants_reply or not case.is_recommendation:
            continue
        top = seen.ranked[:TOP]
        missing = [instrument for instrument in case.expected if instrument not in top]
        if case.expected_any and not set(case.expected_any) & set(top):
            missing.append(case.expected_any[0])
        for required in missing:
            for offered in [instrument for instrument in top if instrument not in case.right] or ["nothing"]:
                pairs[required, offered].append(case.id)
    ordered = sorted(pairs.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return tuple(ConfusionLine(required=one, offered=other, cases=tuple(ids)) for (one, other), ids in ordered)


def read_report(path: Path) -> Report:
    """A stored report, as a baseline to compare with.

    Raises:
        GateError: it can't be read, or another version wrote it.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
        if data.get("version") != REPORT_VERSION:
            raise GateError(f"{path} has version {data.get('version')} of the report, not {REPORT_VERSION}. Write it anew.")
        records = tuple(CaseRecord.model_validate(entry) for entry in data["cases"])
    except (OSError, ValueError, KeyError, AttributeError, ValidationError) as error:
        raise GateError(f"{path} is no report that can be read: {error}. Write it anew with --write-baseline.") from error
    return Report(cases=records, catalogue=str(data.get("catalogue", "")))
