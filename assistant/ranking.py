"""One documented formula puts the candidates in order.

    score = Σ weight(part) · part / Σ weight(part)

Parts, each 0–1: *retrieval* (nearness to the question, against the nearest), *need* and *phase* (what
the instrument is made for, or also serves), *sector*, *fit* (share of hard criteria met), *soft*
criteria, *evidence* (what evaluations found, weighed by their strength, for firms like this one) and
*status*. What is not known counts half. The weights are data (``ranking.yaml``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from assistant.conditions import verdict_of
from assistant.matching import Match, match_again
from assistant.models import Fit, Profile, Verdict
from assistant.vocabulary import read_data
from knowledge.models import Effect, Instrument, Model, StatusState, Strength

PARTS: Final = ("retrieval", "need", "phase", "sector", "fit", "soft", "evidence", "status")
_A_CHOICE: Final = 2
"""With so many offers there is something to choose; more have to be worth their reading."""
_RELEVANCE: Final = ("retrieval", "need", "phase")
_EFFECT: Final = {Effect.POSITIVE: 1.0, Effect.MIXED: 0.5, Effect.DESCRIPTIVE: 0.5, Effect.WEAK: 0.25, Effect.NONE: 0.0}
_STRENGTH: Final = {Strength.STRONG: 3.0, Strength.MODERATE: 2.0, Strength.INDICATIVE: 1.0, Strength.CLAIM: 0.25}
_STATUS: Final = {StatusState.OPEN: 1.0, StatusState.UNKNOWN: 0.6, StatusState.CLOSED: 0.3, StatusState.ENDED: 0.0}


class ScopeWeights(Model):
    """When a message is about something else: see ``Advisor._is_off_topic``."""

    from_likelihood: float
    from_likelihood_later: float
    bias: float
    words: float
    nearness: float
    fields: float
    threshold: float


class Weights(Model):
    """``ranking.yaml``."""

    retrieval: float
    need: float
    phase: float
    sector: float
    fit: float
    soft: float
    evidence: float
    status: float
    also: float
    unknown: float
    topics: tuple[str, ...]
    off_topic: float
    forms: dict[str, str]
    offered: int
    relative_relevance: float
    relative_relevance_beyond: float
    relative_relevance_of_need: float
    relative_relevance_unproven: float
    relative_relevance_unasked: float
    relative_relevance_elsewhere: float
    least_relevance: float
    abstain_below: float
    field_confidence: float
    need_confidence: float
    described_from: float
    described_lead: float
    scope: ScopeWeights
    rejected_shown: int
    candidates_in_play: int
    least_gain: float
    most_questions: int

    @cached_property
    def of_parts(self) -> dict[str, float]:
        return {name: getattr(self, name) for name in PARTS}

    @cached_property
    def of_relevance(self) -> dict[str, float]:
        return {name: getattr(self, name) for name in _RELEVANCE}


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    return Weights.model_validate(read_data("assistant", "ranking.yaml"))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score and the parts that made it."""

    match: Match
    score: float
    parts: Mapping[str, float]

    @property
    def instrument(self) -> Instrument:
        return self.match.instrument


def rank(matches: Sequence[Match], profile: Profile, nearness: Mapping[str, float], weights: Weights) -> list[Ranked]:
    """Candidates best first; rejected ones are left out."""
    scored = [score(entry, profile, nearness.get(entry.instrument.id, 0.0), weights) for entry in matches if entry.fit]
    return in_order(scored)


def in_order(entries: Iterable[Ranked]) -> list[Ranked]:
    """Highest score first; equals by id, so that the same question gives the same order."""
    return sorted(entries, key=lambda entry: (-entry.score, entry.instrument.id))


def choose(ranked: Sequence[Ranked], profile: Profile, weights: Weights) -> list[Ranked]:
    """What is offered: the best that are about the question, and for a need that none of these is made for, the best for that.

    The fewer of its hard criteria are known to be met, the nearer to the question it has to be.
    """
    relevant = {entry.instrument.id: relevance(entry, weights) for entry in ranked}
    best = max(relevant.values(), default=0.0)

    def is_near(entry: Ranked, relative: float) -> bool:
        share = relative + (weights.relative_relevance_unproven - relative) * (1 - entry.match.proven)
        if _is_unasked(entry.instrument, profile, weights):
            share = max(share, weights.relative_relevance_unasked)
        if entry.match.points_elsewhere(profile):
            share = max(share, weights.relative_relevance_elsewhere)
        return relevant[entry.instrument.id] >= max(weights.least_relevance, share * best)

    near = [entry for entry in ranked if is_near(entry, weights.relative_relevance)]
    more = [entry for entry in near[_A_CHOICE:] if is_near(entry, weights.relative_relevance_beyond)]
    chosen = [*near[:_A_CHOICE], *more][: weights.offered]
    for need in profile.needs or ():
        served = any(need in entry.instrument.needs.main for entry in chosen)
        for_need = (entry for entry in ranked if need in entry.instrument.needs.main)
        extra = (entry for entry in for_need if is_near(entry, weights.relative_relevance_of_need))
        if not served and len(chosen) < weights.offered and (found := next(extra, None)):
            chosen.append(found)
    return in_order(chosen)


def is_wanted(instrument: Instrument, declined: Collection[str], weights: Weights) -> bool:
    """Does it give anything in a form that was not declined? 'Geen lening' leaves out what is a loan and nothing else."""
    forms = {weights.forms[need] for need in instrument.needs.main if need in weights.forms}
    return not forms or not forms <= set(declined)


def score(judged: Match, profile: Profile, nearness: float, weights: Weights) -> Ranked:
    """The score of one candidate. ``nearness``: 0–1, against the nearest instrument."""
    instrument = judged.instrument
    parts = {
        "retrieval": nearness,
        "need": need_part(instrument, profile, weights),
        "phase": phase_part(instrument, profile, weights),
        "sector": sector_part(instrument, profile, weights),
        "fit": _fit_part(judged),
        "soft": _soft_part(judged),
        "evidence": evidence_part(instrument, profile),
        "status": _STATUS[instrument.status.state],
    }
    return Ranked(judged, _mean(parts, weights.of_parts), parts)


def relevance(entry: Ranked, weights: Weights) -> float:
    """How much an instrument has to do with the question, whoever asks it: 0–1."""
    return _mean(entry.parts, weights.of_relevance)


def rescored(entry: Ranked, field: str, profile: Profile, weights: Weights) -> Ranked | None:
    """A candidate again, after this one field of the profile got another value; None where that rejects it."""
    instrument, judged, parts = entry.instrument, entry.match, dict(entry.parts)
    if field in instrument.fields_tested:
        judged = match_again(judged, field, profile)
        if judged.fit is None:
            return None
        parts["fit"], parts["soft"] = _fit_part(judged), _soft_part(judged)
    if field in _OF_FIELD:
        name, part = _OF_FIELD[field]
        parts[name] = part(instrument, profile, weights)
    if field in instrument.fields_of_findings:
        parts["evidence"] = evidence_part(instrument, profile)
    return entry if parts == entry.parts else Ranked(judged, _mean(parts, weights.of_parts), parts)


def _mean(parts: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return sum([weight * parts[name] for name, weight in weights.items()]) / sum(weights.values())


def need_part(instrument: Instrument, profile: Profile, weights: Weights) -> float:
    """Half for the best need served, half for the share of all needs served.

    An instrument made for a topic (export, patents …) that nobody asked about counts less.
    """
    if not profile.needs:
        return weights.unknown
    served = [
        1.0 if need in instrument.needs.main else weights.also if need in instrument.needs.also else 0.0 for need in profile.needs
    ]
    unasked = _is_unasked(instrument, profile, weights)
    return (max(served) + sum(served) / len(served)) / 2 * (weights.off_topic if unasked else 1.0)


def _is_unasked(instrument: Instrument, profile: Profile, weights: Weights) -> bool:
    """Is it made for a topic (patents, export …) that somebody who said what they need did not ask about?"""
    needs = profile.needs or ()
    return bool(needs) and any(need in weights.topics and need not in needs for need in instrument.needs.main)


def phase_part(instrument: Instrument, profile: Profile, weights: Weights) -> float:
    if profile.phase is None:
        return weights.unknown
    if profile.phase in instrument.phases.main:
        return 1.0
    return weights.also if profile.phase in instrument.phases.also else 0.0


def sector_part(instrument: Instrument, profile: Profile, weights: Weights) -> float:
    """An instrument for all sectors stands between one made for this sector and one for others."""
    if not instrument.sectors:
        return weights.unknown
    if profile.sector is None:
        return weights.unknown / 2
    return 1.0 if profile.sector in instrument.sectors else 0.0


_OF_FIELD: Final = {"needs": ("need", need_part), "phase": ("phase", phase_part), "sector": ("sector", sector_part)}


def _fit_part(judged: Match) -> float:
    if judged.fit is Fit.FITS:
        return 1.0
    hard = judged.hard
    return sum(entry.verdict is Verdict.MET for entry in hard) / len(hard) * 0.9 if hard else 0.9


def _soft_part(judged: Match) -> float:
    soft = [entry for entry in judged.verdicts if not entry.criterion.hard and entry.criterion.testable]
    if not soft:
        return 0.5
    balance = sum((entry.verdict is Verdict.MET) - (entry.verdict is Verdict.NOT_MET) for entry in soft)
    return (1 + balance / len(soft)) / 2


def evidence_part(instrument: Instrument, profile: Profile) -> float:
    """Findings about this kind of firm, weighed by their strength; no findings: the middle."""
    total, weight = 0.5, 1.0
    for finding in instrument.evaluations:
        if finding.effect is Effect.DESCRIPTIVE:
            continue
        concerned = verdict_of(finding.concerns, profile) if finding.concerns else Verdict.MET
        if concerned is not Verdict.MET:
            continue
        strength = _STRENGTH[finding.strength] * (0.5 if finding.disputed_by else 1.0)
        total += strength * _EFFECT[finding.effect]
        weight += strength
    return total / weight
