"""Kleene's strong three-valued logic over verdicts.

Order: not_met < unknown < met; *and* is the minimum, *or* the maximum, *not* swaps the ends
(S. C. Kleene, Introduction to Metamathematics, 1952, §64).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from assistant.models import Verdict

_RANK: Final = {Verdict.NOT_MET: 0, Verdict.UNKNOWN: 1, Verdict.MET: 2}
_OPPOSITE: Final = {
    Verdict.NOT_MET: Verdict.MET,
    Verdict.UNKNOWN: Verdict.UNKNOWN,
    Verdict.MET: Verdict.NOT_MET,
}


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Met when all are met; not met when one is not. Of nothing: met."""
    return min(verdicts, key=_RANK.__getitem__, default=Verdict.MET)


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Met when one is met; not met when none can be. Of nothing: not met."""
    return max(verdicts, key=_RANK.__getitem__, default=Verdict.NOT_MET)


def negation(verdict: Verdict) -> Verdict:
    return _OPPOSITE[verdict]
