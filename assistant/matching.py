"""Profile × instrument → a verdict per criterion, and whether the instrument fits."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.conditions import verdict_of
from assistant.models import Fit, Profile, Verdict
from knowledge.models import Criterion, Instrument, StatusState

STATUS = "status"


@dataclass(frozen=True, slots=True)
class CriterionVerdict:
    criterion: Criterion
    verdict: Verdict
    weak_ground: bool = False
    """The profile gives an answer, but the fact behind the criterion is undated or doubtful."""


@dataclass(frozen=True, slots=True)
class Match:
    """``fit`` None: rejected, for the criterion in ``rejected_by`` ("status" or a criterion's id)."""

    instrument: Instrument
    verdicts: tuple[CriterionVerdict, ...]
    fit: Fit | None
    rejected_by: str | None = None

    @property
    def hard(self) -> tuple[CriterionVerdict, ...]:
        return tuple(entry for entry in self.verdicts if entry.criterion.hard)

    def failed(self) -> CriterionVerdict | None:
        """The hard criterion that rejects, where one does."""
        return next((entry for entry in self.hard if entry.verdict is Verdict.NOT_MET), None)

    @property
    def proven(self) -> float:
        """The share of the hard criteria that are known to be met, 0–1; what practically every SME meets proves nothing."""
        hard = [entry for entry in self.hard if not entry.criterion.obvious]
        if self.fit is Fit.FITS or not hard:
            return 1.0
        return sum(entry.verdict is Verdict.MET for entry in hard) / len(hard)

    def points_elsewhere(self, profile: Profile) -> bool:
        """Would an open hard criterion fail if only what was told held? Dutch partners, where it asks for foreign ones."""
        return any(
            entry.verdict is Verdict.UNKNOWN
            and not entry.weak_ground
            and verdict_of(entry.criterion.test, profile, nothing_more=True) is Verdict.NOT_MET
            for entry in self.hard
        )

    def of(self, verdict: Verdict) -> tuple[CriterionVerdict, ...]:
        return tuple(entry for entry in self.verdicts if entry.verdict is verdict)


def is_available(instrument: Instrument) -> bool:
    """Ended, or closed with no reopening known: not on offer."""
    state = instrument.status.state
    return not (state is StatusState.ENDED or (state is StatusState.CLOSED and not instrument.status.reopens))


def match(instrument: Instrument, profile: Profile) -> Match:
    """Hold a profile against an instrument's criteria.

    ``fits``: all hard criteria met. ``maybe``: none failed, some unknown. Otherwise rejected.
    """
    return _settled(instrument, tuple(_judge(instrument, criterion, profile) for criterion in instrument.criteria))


def match_again(before: Match, field: str, profile: Profile) -> Match:
    """A match after this one field of the profile got another value."""
    verdicts = tuple(
        _judge(before.instrument, entry.criterion, profile) if field in entry.criterion.fields else entry
        for entry in before.verdicts
    )
    return _settled(before.instrument, verdicts)


def _settled(instrument: Instrument, verdicts: tuple[CriterionVerdict, ...]) -> Match:
    if not is_available(instrument):
        return Match(instrument, verdicts, None, STATUS)
    hard = [entry for entry in verdicts if entry.criterion.hard]
    failed = next((entry for entry in hard if entry.verdict is Verdict.NOT_MET), None)
    if failed:
        return Match(instrument, verdicts, None, failed.criterion.id)
    settled = all(entry.verdict is Verdict.MET for entry in hard)
    return Match(instrument, verdicts, Fit.FITS if settled else Fit.MAYBE)


def _judge(instrument: Instrument, criterion: Criterion, profile: Profile) -> CriterionVerdict:
    verdict = verdict_of(criterion.test, profile)
    if verdict is not Verdict.UNKNOWN and not instrument.fact(criterion.fact).can_decide:
        return CriterionVerdict(criterion, Verdict.UNKNOWN, weak_ground=True)
    return CriterionVerdict(criterion, verdict)
