"""Figures from per-case values, with their uncertainty. Pure, seeded, no figure without an interval.

A metric's value comes from one pair of numbers per case, by one of the statistics below; an interval
comes from drawing the cases again with replacement.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Pair = tuple[float, float]
Array = NDArray[np.float64]
Statistic = Callable[[Array, Array], Array]
"""Two arrays, a row per draw and a column per case → one value per draw."""

RESAMPLES: Final = 1000
SEED: Final = 20250911
_Z: Final = 1.959963984540054


def ratio(first: Array, second: Array) -> Array:
    """Σ first / Σ second: a mean (second is 1), or a share of all things counted."""
    total = second.sum(axis=1)
    shares: Array = np.divide(first.sum(axis=1), total, out=np.full(len(total), np.nan), where=total > 0)
    return shares


def percentile(share: float) -> Statistic:
    """The value that ``share`` percent of the cases stay at or below (linear interpolation)."""

    def of(first: Array, _second: Array) -> Array:
        return np.asarray(np.percentile(first, share, axis=1), dtype=np.float64)

    return of


def largest(first: Array, _second: Array) -> Array:
    """The highest of all cases."""
    return np.asarray(first.max(axis=1), dtype=np.float64)


def area_under_roc(labels: Array, scores: Array) -> Array:
    """The chance that a case with label 1 scores higher than one with label 0, ties counting half.

    That is the area under the ROC curve (Hanley & McNeil, Radiology 143, 1982).
    """
    return np.array([_auc(row, score) for row, score in zip(labels, scores, strict=True)])


def _auc(labels: Array, scores: Array) -> float:
    positive, negative = scores[labels > 0.5], np.sort(scores[labels <= 0.5])
    if not len(positive) or not len(negative):
        return math.nan
    below = np.searchsorted(negative, positive, side="left")
    through = np.searchsorted(negative, positive, side="right")
    return float((below + through).sum() / 2 / (len(positive) * len(negative)))


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % interval, over ``cases`` cases."""

    value: float
    low: float
    high: float
    cases: int


def value_of(pairs: Sequence[Pair], statistic: Statistic) -> float:
    """The statistic over all cases; NaN where nothing was measured."""
    if not pairs:
        return math.nan
    table = np.array(pairs, dtype=np.float64)
    return float(statistic(table[None, :, 0], table[None, :, 1])[0])


def figure(
    pairs: Sequence[Pair], statistic: Statistic, *, bounded: bool = True, resamples: int = RESAMPLES, seed: int = SEED
) -> Figure:
    """A statistic with its percentile-bootstrap interval (Efron & Tibshirani, 1993, ch. 13).

    Where every draw gives 0 or every draw gives 1 the bootstrap sees no doubt at all, though there
    is; there the Wilson score interval (1927) is given, over the number of cases.
    """
    if not pairs:
        return Figure(math.nan, math.nan, math.nan, 0)
    value = value_of(pairs, statistic)
    table = np.array(pairs, dtype=np.float64)
    draws = _draws(len(pairs), resamples, seed)
    values = statistic(table[:, 0][draws], table[:, 1][draws])
    values = values[~np.isnan(values)]
    if not len(values) or math.isnan(value):
        return Figure(value, math.nan, math.nan, len(pairs))
    low, high = (float(edge) for edge in np.percentile(values, [2.5, 97.5]))
    if bounded and low == high and low in (0.0, 1.0):
        low, high = wilson(round(value * len(pairs)), len(pairs))
    return Figure(value, min(low, value), max(high, value), len(pairs))


def wilson(hits: float, of: int) -> Pair:
    """The score interval of a proportion (Wilson, JASA 22, 1927): honest at 0, at 1 and for few cases."""
    if of == 0:
        return (0.0, 1.0)
    share = hits / of
    middle = share + _Z**2 / (2 * of)
    spread = _Z * math.sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2))
    scale = 1 + _Z**2 / of
    return (max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale))


@dataclass(frozen=True, slots=True)
class Difference:
    """New minus old over the same cases; ``real``: its 95 % interval leaves out 0."""

    old: float
    new: float
    difference: float
    low: float
    high: float
    cases: int

    @property
    def real(self) -> bool:
        return self.low > 0 or self.high < 0


def paired(
    old: Sequence[Pair], new: Sequence[Pair], statistic: Statistic, *, resamples: int = RESAMPLES, seed: int = SEED
) -> Difference:
    """A paired bootstrap: both runs are drawn with the same cases, so that hard cases cancel out.

    After Koehn, "Statistical significance tests for machine translation evaluation" (EMNLP 2004).
    """
    if not old:
        return Difference(math.nan, math.nan, math.nan, math.nan, math.nan, 0)
    before, after = np.array(old, dtype=np.float64), np.array(new, dtype=np.float64)
    draws = _draws(len(old), resamples, seed)
    gaps = statistic(after[:, 0][draws], after[:, 1][draws]) - statistic(before[:, 0][draws], before[:, 1][draws])
    gaps = gaps[~np.isnan(gaps)]
    low, high = np.percentile(gaps, [2.5, 97.5]) if len(gaps) else (math.nan, math.nan)
    was, is_ = value_of(old, statistic), value_of(new, statistic)
    return Difference(was, is_, is_ - was, float(low), float(high), len(old))


def _draws(cases: int, resamples: int, seed: int) -> NDArray[Any]:
    return np.random.default_rng(seed).integers(0, cases, size=(resamples, cases))
