"""Which facts of an instrument an answer tells: newest official ones first, those of the firm's own province."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from assistant.citations import sentences
from assistant.conditions import verdict_of
from assistant.models import Profile, Verdict
from knowledge.catalogue import Catalogue
from knowledge.currency import is_stale
from knowledge.models import (
    UNKNOWN_DATE,
    CitedText,
    Confidence,
    Desk,
    Evaluation,
    Fact,
    FactKind,
    Instrument,
    Standing,
    Strength,
    latest_day,
)

ASPECT_KINDS: dict[str, tuple[FactKind, ...]] = {
    "budget": (FactKind.BUDGET, FactKind.USE),
    "amount": (FactKind.AMOUNT,),
    "procedure": (FactKind.PROCEDURE, FactKind.PERIOD, FactKind.CONTACT),
    "audience": (FactKind.AUDIENCE, FactKind.CONDITION),
    "period": (FactKind.PERIOD, FactKind.STATUS, FactKind.PROCEDURE),
    "combination": (FactKind.COMBINATION,),
    "status": (FactKind.STATUS, FactKind.PERIOD),
    "purpose": (FactKind.PURPOSE, FactKind.AUDIENCE, FactKind.AMOUNT),
    "contact": (FactKind.CONTACT, FactKind.PROCEDURE),
}
_MOST_BENEFITS = 2
_MOST_BENEFIT_SENTENCES = 3
_OFFICIAL_LEAD_DAYS = 2 * 365
_OUTDATED_DAYS = 2 * 366
_CONFIDENCE = {Confidence.HIGH: 2, Confidence.MEDIUM: 1, Confidence.LOW: 0}


def facts_of(catalogue: Catalogue, instrument: Instrument, kinds: Iterable[FactKind], profile: Profile) -> list[Fact]:
    """Facts of these kinds, kind by kind; within a kind the best ground first. Other provinces' facts are left out."""
    found: list[Fact] = []
    for kind in kinds:
        own = [fact for fact in instrument.facts if fact.kind is kind and holds_for(fact, profile)]
        found += sorted(own, key=lambda fact: _ground(catalogue, instrument, fact, profile), reverse=True)
    return found


def current(facts: Sequence[Fact]) -> list[Fact]:
    """Without what is years older than the newest of its kind: the rates of 2019 beside those of this year."""
    newest: dict[FactKind, int] = {}
    for fact in facts:
        newest[fact.kind] = max(newest.get(fact.kind, 0), _day(fact))
    return [fact for fact in facts if not _day(fact) or newest[fact.kind] - _day(fact) <= _OUTDATED_DAYS]


def benefits(catalogue: Catalogue, instrument: Instrument, profile: Profile, today: date) -> list[Fact]:
    """What the entrepreneur gets: the facts marked so (for this firm, for any firm, then for some firms), else an amount."""
    facts = facts_of(catalogue, instrument, FactKind, profile)
    present = [fact for fact in facts if fact.benefit is not False and not fact.is_history(today)]
    order = {Verdict.MET: 0, None: 1, Verdict.UNKNOWN: 2}
    judged = [(verdict_of(fact.concerns, profile) if fact.concerns else None, fact) for fact in present if fact.benefit]
    marked = [fact for verdict, fact in sorted(judged, key=lambda entry: order.get(entry[0], 3)) if verdict in order]
    chosen: list[Fact] = []
    for fact in marked or [fact for fact in present if fact.kind is FactKind.AMOUNT][:1]:
        told = " ".join(other.text.nl for other in (*chosen, fact))
        if not chosen or len(sentences(told)) <= _MOST_BENEFIT_SENTENCES:
            chosen.append(fact)
    return chosen[:_MOST_BENEFITS]


def holds_for(fact: Fact, profile: Profile) -> bool:
    return not fact.provinces or profile.province in fact.provinces


def _ground(catalogue: Catalogue, instrument: Instrument, fact: Fact, profile: Profile) -> tuple[bool, bool, int, int]:
    """Certain before doubtful, one's own province, then new before old; official counts as two years newer."""
    day = _day(fact)
    official = catalogue.source_of(instrument, fact).standing is Standing.OFFICIAL
    own = bool(fact.provinces) and profile.province in fact.provinces
    age = day + _OFFICIAL_LEAD_DAYS * official if day else 0
    return (fact.confidence is not Confidence.LOW, own, age, _CONFIDENCE[fact.confidence])


def _day(fact: Fact) -> int:
    """Its day as a number; 0: undated."""
    return latest_day(fact.as_of).toordinal() if fact.as_of != UNKNOWN_DATE else 0


def desk_for(instrument: Instrument, profile: Profile) -> Desk:
    """The desk of one's own province, else the national one, else the first."""
    own = [desk for desk in instrument.desks if profile.province in desk.provinces]
    national = [desk for desk in instrument.desks if not desk.provinces]
    return (own or national or list(instrument.desks))[0]


def step_for(instrument: Instrument, profile: Profile) -> CitedText:
    """The first step of firms like this one, else that of any firm."""
    own = (step for step in instrument.first_step_for if verdict_of(step.concerns, profile) is Verdict.MET)
    return next(own, instrument.first_step)


def findings_for(instrument: Instrument, profile: Profile) -> list[Evaluation]:
    """Research before mere claims, then findings about firms like this one, then new ones; those about other firms left out."""
    concerned = []
    for finding in instrument.evaluations:
        verdict = verdict_of(finding.concerns, profile) if finding.concerns else Verdict.UNKNOWN
        if verdict is not Verdict.NOT_MET:
            is_research = finding.strength is not Strength.CLAIM
            concerned.append((is_research, verdict is Verdict.MET, finding.year, finding))
    return [finding for *_, finding in sorted(concerned, key=lambda entry: entry[:3], reverse=True)]


def is_about_this_firm(finding: Evaluation, profile: Profile) -> bool:
    return finding.concerns is not None and verdict_of(finding.concerns, profile) is Verdict.MET


def caution(fact: Fact, today: date) -> str | None:
    """The phrase that warns for an old or undated fact, or None."""
    if fact.as_of == UNKNOWN_DATE:
        return "undated"
    return "stale" if is_stale(fact, today) else None
