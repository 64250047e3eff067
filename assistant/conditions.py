"""Tests of a profile: a registry of small pure comparisons, combined in three-valued logic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from assistant.logic import all_of, any_of, negation
from assistant.models import Profile, Verdict
from knowledge.models import AllOf, AnyOf, Comparison, Not, Operator, Test
from knowledge.profile_fields import NOTHING_ELSE

COMPARISONS: Final[dict[Operator, Callable[[Any, Any], bool]]] = {
    Operator.AT_LEAST: lambda known, wanted: known >= wanted,
    Operator.AT_MOST: lambda known, wanted: known <= wanted,
    Operator.BETWEEN: lambda known, wanted: wanted[0] <= known <= wanted[1],
    Operator.IS: lambda known, wanted: known == wanted,
    Operator.ONE_OF: lambda known, wanted: not known.isdisjoint(wanted),
    Operator.NONE_OF: lambda known, wanted: known.isdisjoint(wanted),
    Operator.INCLUDES: lambda known, wanted: not known.isdisjoint(wanted),
}
"""Of sets: every value that the field is known to have. Of the others: its one value."""
_OF_SETS: Final = (Operator.ONE_OF, Operator.NONE_OF, Operator.INCLUDES)


def verdict_of(test: Test, profile: Profile, *, nothing_more: bool = False) -> Verdict:
    """Does this profile pass the test? What it does not know stays unknown.

    ``nothing_more``: of a field of which something was told, nothing else holds, though more may.
    """
    match test:
        case Comparison():
            known = getattr(profile, test.field)
            if known is None:
                return Verdict.NOT_MET if _is_denied(test, profile) else Verdict.UNKNOWN
            if COMPARISONS[test.op](profile.all_of(test.field) if test.op in _OF_SETS else known, test.value):
                return Verdict.MET
            more = test.op is Operator.INCLUDES and not nothing_more and _is_open(test, profile)
            return Verdict.UNKNOWN if more else Verdict.NOT_MET
        case AllOf():
            return all_of(verdict_of(part, profile, nothing_more=nothing_more) for part in test.all)
        case AnyOf():
            return any_of(verdict_of(part, profile, nothing_more=nothing_more) for part in test.any)
        case Not():
            return negation(verdict_of(test.not_, profile, nothing_more=nothing_more))
        case _:
            return Verdict.UNKNOWN


def _is_denied(test: Comparison, profile: Profile) -> bool:
    """Was every wanted value denied?"""
    wants = test.op in (Operator.ONE_OF, Operator.INCLUDES)
    return wants and all((test.field, value) in profile.ruled_out for value in test.value)


def _is_open(test: Comparison, profile: Profile) -> bool:
    """May the field have a wanted value beside what was said?"""
    return getattr(profile, test.field) != NOTHING_ELSE.get(test.field) and not _is_denied(test, profile)
