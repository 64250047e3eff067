"""Tests of a profile: a registry of small pure comparisons, combined in three-valued logic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from assistant.logic import all_of, any_of, negation
from assistant.models import Profile, Verdict
from knowledge.models import AllOf, AnyOf, Comparison, Not, Operator, Test


def _as_set(value: Any) -> set[Any]:
    return set(value) if isinstance(value, (list, tuple)) else {value}


COMPARISONS: Final[dict[Operator, Callable[[Any, Any], bool]]] = {
    Operator.AT_LEAST: lambda known, wanted: known >= wanted,
    Operator.AT_MOST: lambda known, wanted: known <= wanted,
    Operator.BETWEEN: lambda known, wanted: wanted[0] <= known <= wanted[1],
    Operator.IS: lambda known, wanted: known == wanted,
    Operator.ONE_OF: lambda known, wanted: not _as_set(known).isdisjoint(wanted),
    Operator.NONE_OF: lambda known, wanted: _as_set(known).isdisjoint(wanted),
}


def verdict_of(test: Test, profile: Profile) -> Verdict:
    """Does this profile pass the test? What it does not know stays unknown."""
    match test:
        case Comparison():
            known = getattr(profile, test.field)
            if known is None:
                return Verdict.UNKNOWN
            return Verdict.MET if COMPARISONS[test.op](known, test.value) else Verdict.NOT_MET
        case AllOf():
            return all_of(verdict_of(part, profile) for part in test.all)
        case AnyOf():
            return any_of(verdict_of(part, profile) for part in test.any)
        case Not():
            return negation(verdict_of(test.not_, profile))
        case _:
            return Verdict.UNKNOWN
