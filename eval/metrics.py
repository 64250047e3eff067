"""The formulas: pure functions on ids, counts and labels, each with its definition and source."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from knowledge.profile_fields import LISTS

Counts = tuple[float, float]
"""(what was found, out of what): sums of these over cases give a share."""


def recall_at_k(ranked: Sequence[str], expected: Collection[str], expected_any: Collection[str] = (), k: int = 3) -> float:
    """The share of what is required that stands in the first k.

    Each of ``expected`` is one requirement; ``expected_any`` together are one, met by any of them.
    Manning, Raghavan & Schütze, Introduction to Information Retrieval (2008), § 8.3.
    """
    top = set(ranked[:k])
    met = [instrument in top for instrument in expected]
    if expected_any:
        met.append(bool(top & set(expected_any)))
    return sum(met) / len(met) if met else math.nan


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str]) -> float:
    """1/rank of the first right one, 0 where there is none; the mean is MRR (Voorhees, TREC-8, 1999)."""
    return next((1 / rank for rank, instrument in enumerate(ranked, 1) if instrument in relevant), 0.0)


def ndcg_at_k(
    ranked: Sequence[str],
    expected: Collection[str],
    expected_any: Collection[str] = (),
    acceptable: Collection[str] = (),
    k: int = 10,
) -> float:
    """Normalised discounted cumulative gain: Σ gain/log2(rank + 1) over its ideal value.

    Järvelin & Kekäläinen, ACM TOIS 20 (2002), with gain 1 for what is required. What is merely
    acceptable is neither a gain nor a fault: it is taken out of the ranking first (the condensed
    list of Sakai, SIGIR 2007). Of ``expected_any`` the first one found is the gain.
    """
    neutral = set(acceptable) - set(expected) - set(expected_any)
    kept = [instrument for instrument in ranked if instrument not in neutral]
    gain, rank, any_found = 0.0, 0, False
    for instrument in kept:
        if instrument in expected_any and instrument not in expected:
            if any_found:
                continue
            any_found = True
            worth = 1.0
        else:
            worth = float(instrument in expected)
        rank += 1
        if rank > k:
            break
        gain += worth / math.log2(rank + 1)
    requirements = len(set(expected)) + bool(expected_any)
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(requirements, k) + 1))
    return gain / ideal if ideal else math.nan


def share_of(found: Iterable[str], right: Collection[str]) -> Counts:
    """Precision as counts: how many of what was found are right."""
    listed = list(found)
    return (float(sum(item in right for item in listed)), float(len(listed)))


def agreement(first: Sequence[str], second: Sequence[str], k: int = 3) -> float:
    """How alike two top-k lists are as sets: their Jaccard coefficient; 1 where both are empty."""
    one, other = set(first[:k]), set(second[:k])
    return len(one & other) / len(one | other) if one | other else 1.0


@dataclass(frozen=True, slots=True)
class Confusion:
    """One yes/no decision against the truth."""

    true_positive: int = 0
    false_positive: int = 0
    false_negative: int = 0

    @classmethod
    def of(cls, said: bool, should: bool) -> Confusion:
        return cls(int(said and should), int(said and not should), int(should and not said))

    @property
    def precision(self) -> Counts:
        """Right positives out of all positives (Van Rijsbergen, Information Retrieval, 1979, ch. 7)."""
        return (self.true_positive, self.true_positive + self.false_positive)

    @property
    def recall(self) -> Counts:
        """Right positives out of all that should have been positive."""
        return (self.true_positive, self.true_positive + self.false_negative)

    @property
    def f1(self) -> Counts:
        """The harmonic mean of the two, as counts: 2·TP out of 2·TP + FP + FN."""
        return (2 * self.true_positive, 2 * self.true_positive + self.false_positive + self.false_negative)

    def __add__(self, other: Confusion) -> Confusion:
        return Confusion(
            self.true_positive + other.true_positive,
            self.false_positive + other.false_positive,
            self.false_negative + other.false_negative,
        )


@dataclass(frozen=True, slots=True)
class RocPoint:
    threshold: float
    false_positive_rate: float
    true_positive_rate: float


def roc_curve(labels: Sequence[bool], scores: Sequence[float]) -> list[RocPoint]:
    """The curve over all thresholds: of the cases that should, and that should not, how many score at or above it.

    Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006), algorithm 1.
    """
    positives, negatives = sum(labels), len(labels) - sum(labels)
    if not positives or not negatives:
        return []
    points = [RocPoint(math.inf, 0.0, 0.0)]
    hits = alarms = 0
    ordered = sorted(zip(scores, labels, strict=True), key=lambda pair: -pair[0])
    for index, (score, label) in enumerate(ordered):
        hits, alarms = hits + label, alarms + (not label)
        if index + 1 == len(ordered) or ordered[index + 1][0] != score:
            points.append(RocPoint(score, alarms / negatives, hits / positives))
    return points


def best_threshold(curve: Sequence[RocPoint]) -> RocPoint | None:
    """The point farthest above chance: Youden's index, TPR − FPR (Cancer 3, 1950)."""
    return max(curve, key=lambda point: point.true_positive_rate - point.false_positive_rate, default=None)


MISSED: Final = "missed"
WRONG: Final = "wrong"
DENIED: Final = "denied"
EXTRA: Final = "extra"


@dataclass(frozen=True, slots=True)
class FieldFault:
    field: str
    fault: str
    right: Any
    understood: Any


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """Per field: what was understood rightly, wrongly, and not; and each fault."""

    fields: dict[str, Confusion]
    faults: tuple[FieldFault, ...]

    @property
    def total(self) -> Confusion:
        return sum(self.fields.values(), Confusion())


def intake(
    understood: Mapping[str, Any],
    gold: Mapping[str, Any],
    denied: Collection[str] = (),
    *,
    complete: bool = False,
    arguable: Collection[str] = (),
) -> IntakeResult:
    """Slot filling, field by field (precision and recall of slots, as in the ATIS and MUC evaluations).

    A field with the right value is a true positive. A wrong value is a false positive and a false
    negative; a missing one a false negative. A field understood that the case does not name is a
    false positive where the case says that its profile is ``complete``, and not judged otherwise.
    A field (or ``field=value``) in ``denied`` that was understood is a false positive: the words
    were negated, or about someone else. A ``field=value`` in ``arguable``, which careful readers
    disagree about, is no false positive (a prediction that one of several annotators gives too is not
    wrong: Rajpurkar et al. 2016, "SQuAD"); what it stands in the place of is still missed.
    Lists are judged value by value.
    """
    slots = [
        slot
        for name in dict.fromkeys((*gold, *understood))
        for slot in (_list_slots if name in LISTS else _slots)(name, gold.get(name), understood.get(name))
    ]
    fields: dict[str, Confusion] = {}
    faults: list[FieldFault] = []
    for slot in slots:
        known = slot if f"{slot.field}={slot.got}" not in arguable else _Slot(slot.field, slot.right, None)
        counts, fault = _judged(known, name_known=slot.field in gold, denied=denied, complete=complete)
        if counts is not None:
            fields[slot.field] = fields.get(slot.field, Confusion()) + counts
        if fault:
            faults.append(FieldFault(slot.field, fault, slot.right, slot.got))
    return IntakeResult(fields, tuple(faults))


@dataclass(frozen=True, slots=True)
class _Slot:
    field: str
    right: Any
    got: Any


def _slots(name: str, right: Any, got: Any) -> list[_Slot]:
    return [_Slot(name, right, got)]


def _list_slots(name: str, right: Any, got: Any) -> list[_Slot]:
    wanted, had = set(right or ()), set(got or ())
    return [_Slot(name, value if value in wanted else None, value if value in had else None) for value in sorted(wanted | had)]


def _judged(slot: _Slot, *, name_known: bool, denied: Collection[str], complete: bool) -> tuple[Confusion | None, str | None]:
    if slot.got is None:
        return (Confusion(0, 0, 1), MISSED) if slot.right is not None else (None, None)
    if slot.got == slot.right:
        return Confusion(1, 0, 0), None
    if slot.field in denied or f"{slot.field}={slot.got}" in denied:
        return Confusion(0, 1, int(slot.right is not None)), DENIED
    if slot.right is not None:
        return Confusion(0, 1, 1), WRONG
    return (Confusion(0, 1, 0), EXTRA) if name_known or complete else (None, None)
