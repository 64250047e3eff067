"""The gate: thresholds and a stored baseline, both data; one sentence for each that is broken."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from eval.errors import GateError
from eval.intervals import Figure, value_of
from eval.registry import BY_NAME, Metric
from eval.report import Report
from knowledge.errors import CatalogueError
from knowledge.yaml_source import YamlFile, dotted

_SLICES = frozenset({"split", "language", "kind"})


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _OfMetric(Model):
    metric: str

    @model_validator(mode="after")
    def _exists(self) -> Self:
        if self.metric not in BY_NAME:
            raise ValueError(f"there is no metric '{self.metric}' (see eval/metrics.yaml)")
        return self


def _checked(where: dict[str, str]) -> None:
    wrong = sorted(set(where) - _SLICES)
    if wrong:
        raise ValueError(f"a slice is made by {', '.join(sorted(_SLICES))}, not by {', '.join(wrong)}")


class Threshold(_OfMetric):
    where: dict[str, str] = Field(default_factory=dict)
    min: float | None = None
    max: float | None = None
    why: str | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("give 'min', 'max' or both")
        _checked(self.where)
        return self


class Gap(_OfMetric):
    of: dict[str, str]
    and_: dict[str, str] = Field(alias="and")
    max: float
    why: str | None = None

    @model_validator(mode="after")
    def _has_slices(self) -> Self:
        _checked(self.of)
        _checked(self.and_)
        return self


class BaselineRule(Model):
    newly_failing: int | None = Field(default=0, description="how many cases that passed may fail; null: any number")
    except_: tuple[str, ...] = Field(default=(), alias="except")


class Gates(Model):
    unmeasured: Literal["broken", "allowed"] = "broken"
    gates: tuple[Threshold, ...] = ()
    gaps: tuple[Gap, ...] = ()
    baseline: BaselineRule = BaselineRule()


@dataclass(frozen=True, slots=True)
class Finding:
    """One gate and how it fared."""

    name: str
    broken: bool
    sentence: str


def packaged_gates() -> Path:
    return Path(__file__).parent / "gate.yaml"


def packaged_baseline() -> Path:
    return Path(__file__).parent / "baseline" / "report.json"


def load_gates(path: Path | None = None) -> Gates:
    """The thresholds.

    Raises:
        GateError: the file is wrong; the message names line and field.
    """
    path = path or packaged_gates()
    try:
        file = YamlFile(path)
        return Gates.model_validate(file.data or {})
    except CatalogueError as error:
        raise GateError(str(error)) from error
    except ValidationError as error:
        lines = [
            f"{path}, line {file.line_of(detail['loc'])}, {dotted(detail['loc'])}: {detail['msg'].removeprefix('Value error, ')}."
            for detail in error.errors(include_url=False)
        ]
        raise GateError("\n".join(lines)) from error


def check(report: Report, gates: Gates, baseline: Report | None = None, *, partial: bool = False) -> list[Finding]:
    """Hold a report against its gates. ``partial``: a part of the cases ran, so what they don't measure is let be."""
    allowed = partial or gates.unmeasured == "allowed"
    found = [finding for gate in gates.gates if (finding := _threshold(report, gate, allowed))]
    found += [finding for gap in gates.gaps if (finding := _gap(report, gap, allowed))]
    if baseline:
        found += _against(report, baseline, gates.baseline)
    return found


def _where(where: dict[str, str]) -> str:
    return f" ({_listed(where)})" if where else ""


def _listed(where: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in where.items()) or "all cases"


def _threshold(report: Report, gate: Threshold, allowed: bool) -> Finding | None:
    metric = BY_NAME[gate.metric]
    entry = report.figure(metric, gate.where)
    name = f"{metric.title}{_where(gate.where)}"
    if not entry.cases or math.isnan(entry.value):
        return None if allowed else Finding(name, True, f"{name}: no case measures it, so the gate can't be kept.")
    shown = _shown(metric, entry)
    if gate.min is not None and entry.value < gate.min:
        return Finding(name, True, f"{name} is {shown}, and must be at least {metric.shown(gate.min)}.")
    if gate.max is not None and entry.value > gate.max:
        return Finding(name, True, f"{name} is {shown}, and may be at most {metric.shown(gate.max)}.")
    bounds = [f"at least {metric.shown(gate.min)}"] if gate.min is not None else []
    bounds += [f"at most {metric.shown(gate.max)}"] if gate.max is not None else []
    return Finding(name, False, f"{name} is {shown} ({' and '.join(bounds)}).")


def _shown(metric: Metric, entry: Figure) -> str:
    return f"{metric.shown(entry.value)} [{metric.shown(entry.low)}, {metric.shown(entry.high)}] over {entry.cases} cases"


def _gap(report: Report, gap: Gap, allowed: bool) -> Finding | None:
    metric = BY_NAME[gap.metric]
    one, other = report.figure(metric, gap.of), report.figure(metric, gap.and_)
    name = f"{metric.title}, difference between {_listed(gap.of)} and {_listed(gap.and_)}"
    if not one.cases or not other.cases:
        return None if allowed else Finding(name, True, f"{name}: one of the two is measured by no case.")
    size = abs(one.value - other.value)
    verdict = "and may be at most" if size > gap.max else "at most"
    pair = f"{metric.shown(one.value)} and {metric.shown(other.value)}"
    sentence = f"{name} is {metric.shown(size)} ({pair}), {verdict} {metric.shown(gap.max)}."
    return Finding(name, size > gap.max, sentence)


def _against(report: Report, baseline: Report, rule: BaselineRule) -> Iterator[Finding]:
    """No metric below its interval in the baseline, over the cases that both have; no case newly failing."""
    shared = {case.id for case in report.cases} & {case.id for case in baseline.cases}
    old = Report(tuple(case for case in baseline.cases if case.id in shared))
    for metric in BY_NAME.values():
        if metric.machine_bound or metric.name in rule.except_:
            continue
        before, now = old.pairs(metric), report.pairs(metric)
        both = sorted(set(before) & set(now))
        if not both:
            continue
        was = old.figure(metric)
        value = value_of([now[id_] for id_ in both], metric.statistic)
        fell = value < was.low - 1e-9 if metric.higher_is_better else value > was.high + 1e-9
        if fell:
            name = f"{metric.title} against the baseline"
            yield Finding(name, True, f"{name} is {metric.shown(value)}; it was {_shown(metric, was)}.")
    newly, _ = report.changed(baseline)
    if rule.newly_failing is not None and len(newly) > rule.newly_failing:
        listed = ", ".join(newly[:10]) + (" …" if len(newly) > 10 else "")
        sentence = (
            f"{len(newly)} cases that passed now fail (at most {rule.newly_failing} may): {listed}. "
            "If that is right, write the baseline anew."
        )
        yield Finding("newly failing cases", True, sentence)
