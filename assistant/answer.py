"""Recommendations and facts → the cited text that readers see.

What is stated comes from the catalogue's facts; the phrases around it state nothing by themselves.
Numbers of the visitor's own are never repeated, so each number in an answer stands in its citation.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.citations import Citer
from assistant.facts import (
    ASPECT_KINDS,
    benefits,
    caution,
    current,
    desk_for,
    facts_of,
    findings_for,
    holds_for,
    is_about_this_firm,
)
from assistant.matching import STATUS, CriterionVerdict, Match, match
from assistant.models import Check, Fit, Profile, Question, Recommendation, Rejection, Verdict
from assistant.phrases import Phrases
from assistant.ranking import Ranked
from knowledge.catalogue import Catalogue
from knowledge.models import Evaluation, Fact, FactKind, Instrument, Language, Relation, Standing, StatusState

_MOST_UNKNOWN = 2
_MOST_MET = 3
_MOST_FACTS = 4
_MOST_FINDINGS = 3
_MOST_ASKED = 2
_MOST_OF_WHAT_ENDED = 2
_MOST_OF_COMBINING = 2
_ABOUT_THE_SCHEME = (FactKind.BUDGET, FactKind.USE)
"""Kinds of facts that tell how the scheme fares, and not what an entrepreneur can do with it."""
_MONEY = ("amount", "budget")
_ADDITION = re.compile(r" \([^()]*\)$")
_RELATION_LINES = {
    Relation.COMBINES: "lines.combine",
    Relation.EXCLUDES: "lines.exclude",
    Relation.FIRST: "lines.order",
    Relation.THEN: "lines.order",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """The composed text and the structured parts that carry the same citations."""

    text: str
    recommendations: tuple[Recommendation, ...] = ()
    rejected: tuple[Rejection, ...] = ()


class Composer:
    """Writes one reply in one language."""

    def __init__(self, catalogue: Catalogue, phrases: Phrases, citer: Citer, profile: Profile, today: date) -> None:
        self._catalogue = catalogue
        self._phrases = phrases
        self._citer = citer
        self._profile = profile
        self._today = today

    @property
    def _language(self) -> Language:
        return self._phrases.language

    def advise(self, ranked: Sequence[Ranked], rejected: Sequence[Match], question: Question | None) -> Advice:
        """The answer that recommends: the offers, what goes together, what does not fit, and the next question."""
        sure = any(entry.match.fit is Fit.FITS for entry in ranked)
        intro = "intro.none" if not ranked else "intro.recommend" if sure else "intro.maybe_only"
        seed = "".join(entry.instrument.id for entry in ranked)
        blocks = [self._phrases.say(intro, seed)]
        blocks += [self._offer(entry) for entry in ranked]
        blocks += self._together([entry.instrument for entry in ranked])
        rejections = tuple(self._rejection(entry) for entry in rejected)
        if rejections:
            lines = [f"- {self._rejected_line(entry)}" for entry in rejected]
            blocks.append("\n".join([self._phrases.say("rejected.title"), *lines]))
        if question:
            blocks.append(self._phrases.say("question_line", text=question.text))
        recommendations = tuple(self._recommendation(place, entry) for place, entry in enumerate(ranked, start=1))
        return Advice("\n\n".join(blocks), recommendations, rejections)

    def _offer(self, entry: Ranked) -> str:
        instrument = entry.instrument
        against = entry.match.fit is Fit.FITS and _speaks_against(entry.match)
        fit = self._phrases.say("fit.fits_but" if against else f"fit.{entry.match.fit}")
        lines = [self._short(instrument)]
        gets = self._benefits(instrument)
        if gets:
            lines.append(self._labelled("lines.gets", self._with_caution(instrument, *gets)))
        lines += self._checks_lines(entry.match)
        lines += self._evidence_line(instrument)
        lines += self._availability(instrument)
        lines.append(self._labelled("lines.step", self._step(instrument)))
        heading = self._phrases.say("heading", name=instrument.name.of(self._language), fit=fit)
        return "\n".join([heading, *(f"- {line}" for line in lines)])

    def _short(self, instrument: Instrument) -> str:
        short = instrument.in_short
        return self._citer.say(short.text.of(self._language), instrument, instrument.fact(short.fact))

    def _labelled(self, label: str, text: str) -> str:
        return f"{self._phrases.say(label)} {text}"

    def _benefits(self, instrument: Instrument) -> list[Fact]:
        """What one gets, less what the summary says already."""
        found = benefits(self._catalogue, instrument, self._profile, self._today)
        return [fact for fact in found if fact.id != instrument.in_short.fact]

    def _with_caution(self, instrument: Instrument, *facts: Fact) -> str:
        """Facts, and one warning where the first of them that needs one is old or undated."""
        text = " ".join(self._citer.cite(instrument, fact) for fact in facts)
        return " ".join([text, *self._caution(instrument, facts)])

    def _caution(self, instrument: Instrument, facts: Sequence[Fact]) -> list[str]:
        warned = next(((fact, key) for fact in facts if (key := caution(fact, self._today))), None)
        if warned is None:
            return []
        fact, key = warned
        return [self._citer.say(self._phrases.say(key, instrument.id, desk=self._desk(instrument)), instrument, fact)]

    def _desk(self, instrument: Instrument) -> str:
        return desk_for(instrument, self._profile).name.of(self._language)

    def _checks_lines(self, result: Match) -> list[str]:
        """What is met, what is still to check, what speaks against it: each requirement on a line of its own."""
        unknown = [entry for entry in result.of(Verdict.UNKNOWN) if entry.criterion.hard]
        groups = (
            ("lines.met", _telling(result.of(Verdict.MET))[:_MOST_MET]),
            ("lines.unknown", _telling(unknown)[:_MOST_UNKNOWN]),
            ("lines.soft_not_met", _speaks_against(result)[:_MOST_UNKNOWN]),
        )
        return [self._requirements(key, result.instrument, entries) for key, entries in groups if entries]

    def _requirements(self, label: str, instrument: Instrument, entries: Sequence[CriterionVerdict]) -> str:
        """A label, and the wording of each criterion with its marker."""
        lines = [self._phrases.say(label)]
        for entry in entries:
            number = self._citer.number(instrument, instrument.fact(entry.criterion.fact))
            lines.append(f"  - {entry.criterion.requires.of(self._language).rstrip('.')} [{number}]")
        return "\n".join(lines)

    def _evidence_line(self, instrument: Instrument) -> list[str]:
        findings = findings_for(instrument, self._profile)
        if not findings:
            return []
        finding = findings[0]
        label = "lines.evidence_here" if is_about_this_firm(finding, self._profile) else "lines.evidence"
        return [self._labelled(label, self._finding(instrument, finding))]

    def _finding(self, instrument: Instrument, finding: Evaluation) -> str:
        text = self._citer.cite(instrument, finding)
        for dispute in finding.disputed_by:
            text += f" {self._labelled('lines.disputed', self._citer.cite(instrument, dispute))}"
        return text

    def _availability(self, instrument: Instrument) -> list[str]:
        """Whether one can apply now, of what one applies for; of the rest only what came after."""
        fact = instrument.fact(instrument.status.fact)
        if not instrument.group.is_applied_for:
            if instrument.status.state is StatusState.OPEN or not instrument.status.successors:
                return []
            state = self._citer.say(self._phrases.say(f"status.{instrument.status.state}_offer"), instrument, fact)
            return [f"{state} {self._successors(instrument)}"]
        key = {StatusState.UNKNOWN: "status_unknown", StatusState.CLOSED: "closed_reopens"}.get(instrument.status.state)
        return [self._citer.say(self._phrases.say(key, desk=self._desk(instrument)), instrument, fact)] if key else []

    def _together(self, offered: Sequence[Instrument]) -> list[str]:
        """What combines with, excludes or precedes what, among the instruments offered."""
        ids = {instrument.id for instrument in offered}
        lines: list[str] = []
        seen: set[frozenset[str]] = set()
        for instrument in offered:
            for link in instrument.combinations:
                pair = frozenset({instrument.id, link.with_})
                if link.with_ in ids and pair not in seen and link.relation in _RELATION_LINES:
                    seen.add(pair)
                    text = self._citer.cite(instrument, instrument.fact(link.fact))
                    lines.append(self._labelled(_RELATION_LINES[link.relation], text))
        return ["\n".join(dict.fromkeys(lines))] if lines else []

    def _recommendation(self, place: int, entry: Ranked) -> Recommendation:
        instrument, fit = entry.instrument, entry.match.fit or Fit.MAYBE
        short = instrument.fact(instrument.in_short.fact)
        checks = tuple(
            Check(
                criterion=judged.criterion.id,
                verdict=judged.verdict,
                text=judged.criterion.requires.of(self._language),
                citations=(self._citer.number(instrument, instrument.fact(judged.criterion.fact)),),
            )
            for judged in entry.match.verdicts
        )
        cited = [self._citer.number(instrument, short), *(number for check in checks for number in check.citations)]
        why = self._phrases.say(f"why.{fit}", short=instrument.in_short.text.of(self._language))
        return Recommendation(
            instrument=instrument.id, rank=place, fit=fit, score=round(entry.score, 4), why=why,
            citations=tuple(dict.fromkeys(cited)), checks=checks,
        )  # fmt: skip

    def _rejection(self, entry: Match) -> Rejection:
        instrument = entry.instrument
        failed = entry.failed()
        fact = instrument.fact(failed.criterion.fact if failed and entry.rejected_by != STATUS else instrument.status.fact)
        return Rejection(
            instrument=instrument.id,
            criterion=entry.rejected_by or STATUS,
            why=self._rejected_words(entry).replace("**", ""),
            citations=(self._citer.number(instrument, fact),),
        )

    def _rejected_line(self, entry: Match) -> str:
        instrument = entry.instrument
        failed = entry.failed()
        if failed and entry.rejected_by != STATUS:
            return f"{self._citer.say(self._rejected_words(entry), instrument, instrument.fact(failed.criterion.fact))}"
        fact = instrument.fact(instrument.status.fact)
        line = self._citer.say(self._rejected_words(entry), instrument, fact)
        return f"{line} {self._successors(instrument)}".strip()

    def _rejected_words(self, entry: Match) -> str:
        name = entry.instrument.name.of(self._language)
        failed = entry.failed()
        if entry.rejected_by == STATUS or failed is None:
            state = "ended" if entry.instrument.status.state is StatusState.ENDED else "closed"
            return self._phrases.say(f"rejected.{state}", name=name) + "."
        requires = failed.criterion.requires.of(self._language).rstrip(".")
        return self._phrases.say("rejected.criterion", name=name, requires=requires) + "."

    def _successors(self, instrument: Instrument) -> str:
        """What came after, named only."""
        if not instrument.status.successors:
            return ""
        names = ", ".join(self._catalogue[id_].name.of(self._language) for id_ in instrument.status.successors)
        fact = instrument.fact(instrument.status.fact)
        return self._citer.say(self._phrases.say("rejected.successor", names=names), instrument, fact)

    def explain(self, instruments: Sequence[Instrument], aspect: str | None, near: Sequence[str] = ()) -> Advice:
        """What an instrument is, or one aspect of it. ``near``: qualified facts, nearest to the question first."""
        return Advice("\n\n".join(self._explanation(instrument, aspect, near) for instrument in instruments))

    def _explanation(self, instrument: Instrument, aspect: str | None, near: Sequence[str]) -> str:
        ended = instrument.status.state is StatusState.ENDED
        lines = self._ending(instrument) if ended else []
        lines.append(self._short(instrument))
        on_aspect = facts_of(self._catalogue, instrument, ASPECT_KINDS[aspect or "purpose"], self._profile)
        told = self._told(instrument, aspect, on_aspect, near)
        if aspect and not on_aspect:
            key = "explain.near" if told else "explain.nothing"
            lines.append(self._phrases.say(key, desk=self._desk(instrument)))
        told = told[: _MOST_OF_WHAT_ENDED if ended else _MOST_FACTS + 1]
        lines += [self._citer.cite(instrument, fact) for fact in told]
        if ended:
            lines.append(self._labelled("lines.instead", self._step(instrument)))
        else:
            lines += self._caution(instrument, told)
            lines += self._state_lines(instrument)
            lines += self._personal_lines(instrument)
            lines.append(self._labelled("lines.step", self._step(instrument)))
        title = self._phrases.say("explain.title", name=instrument.name.of(self._language))
        return "\n".join([title, *(f"- {line}" for line in lines)])

    def _told(self, instrument: Instrument, aspect: str | None, on_aspect: Sequence[Fact], near: Sequence[str]) -> list[Fact]:
        """What an explanation tells: what became of it in the firm's own province, and what comes nearest to the question.

        Asked what it is or how much it gives, what one gets comes first; how the scheme itself fares is told to whom asks.
        """
        kinds = ASPECT_KINDS[aspect or "purpose"]
        by_id = {f"{instrument.id}.{fact.id}": fact for fact in instrument.facts if holds_for(fact, self._profile)}
        nearest = [by_id[id_] for id_ in near if id_ in by_id]
        general = aspect in (None, "purpose")
        if FactKind.BUDGET not in kinds:
            nearest = [fact for fact in nearest if fact.kind not in _ABOUT_THE_SCHEME]
        if aspect in _MONEY:
            on_aspect = current(on_aspect)
            nearest = [fact for fact in nearest if fact.kind not in kinds or fact in on_aspect]
        if not general:
            nearest.sort(key=lambda fact: fact.kind not in kinds)
        if general or aspect == "amount":
            gets = self._benefits(instrument)
            nearest = [*gets, *nearest] if aspect else [*nearest, *gets]
        own = [*self._own_status(instrument), *self._own_contact(instrument)]
        every = {fact.id: fact for fact in (*own, *nearest, *on_aspect)}
        found = [fact for id_, fact in every.items() if id_ != instrument.in_short.fact]
        if instrument.status.state is StatusState.ENDED:
            found = [fact for fact in found if fact.kind is not FactKind.STATUS]
        return [fact for fact in found if not general or not fact.is_history(self._today)]

    def _own_status(self, instrument: Instrument) -> list[Fact]:
        """What became of it in the firm's own province."""
        found = facts_of(self._catalogue, instrument, (FactKind.STATUS,), self._profile)
        return [fact for fact in found if fact.provinces and fact.id != instrument.status.fact]

    def _own_contact(self, instrument: Instrument) -> list[Fact]:
        """Who it is in the firm's own province."""
        return [fact for fact in facts_of(self._catalogue, instrument, (FactKind.CONTACT,), self._profile) if fact.provinces][:1]

    def _step(self, instrument: Instrument) -> str:
        step = instrument.first_step
        return self._citer.say(step.text.of(self._language), instrument, instrument.fact(step.fact))

    def _ending(self, instrument: Instrument) -> list[str]:
        """That it ended, when, and what came after."""
        fact, after = instrument.fact(instrument.status.fact), instrument.fact(instrument.first_step.fact)
        lines = [f"{self._citer.say(self._phrases.say('status.ended'), instrument, fact)} {self._citer.cite(instrument, fact)}"]
        if after.id not in (fact.id, instrument.in_short.fact):
            lines.append(self._citer.cite(instrument, after))
        return [*lines, *self._successor_lines(instrument)]

    def _state_lines(self, instrument: Instrument) -> list[str]:
        """Only what stands in the way: ended, closed, or not certain, where one applies for it."""
        if instrument.status.state is StatusState.OPEN:
            return []
        if not instrument.group.is_applied_for:
            return self._availability(instrument)
        fact = instrument.fact(instrument.status.fact)
        lines = [self._citer.say(self._phrases.say(f"status.{instrument.status.state}"), instrument, fact)]
        return [*lines, *self._successor_lines(instrument)]

    def _successor_lines(self, instrument: Instrument) -> list[str]:
        successors = [self._catalogue[id_] for id_ in instrument.status.successors]
        return [
            f"{self._phrases.say('status.successors')} **{other.name.of(self._language)}**. {self._short(other)}"
            for other in successors
        ]

    def _personal_lines(self, instrument: Instrument) -> list[str]:
        """What is known of this firm against the criteria, where anything is known."""
        if not self._profile.known():
            return []
        result = match(instrument, self._profile)
        failed = result.failed()
        if failed:
            return [self._rejected_line(result)] if result.rejected_by != STATUS else []
        return self._checks_lines(result) if any(e.verdict is Verdict.MET for e in result.verdicts) else []

    def combine(self, instruments: Sequence[Instrument]) -> Advice:
        """Do these go together? What links them, what each says of combining, and whom to ask where nothing does."""
        names = self._joined([instrument.name.of(self._language) for instrument in instruments])
        links = self._together(instruments)
        ids = {instrument.id for instrument in instruments}
        linked = {id_ for one in instruments for link in one.combinations if link.with_ in ids for id_ in (one.id, link.with_)}
        if linked != ids:
            desks = self._joined(list(dict.fromkeys(self._desk(instrument) for instrument in instruments)))
            links.insert(0, self._phrases.say("combine.nothing", desk=desks))
        about = []
        for instrument in instruments:
            facts = facts_of(self._catalogue, instrument, ASPECT_KINDS["combination"], self._profile)[:_MOST_OF_COMBINING]
            told = [self._short(instrument), *(self._citer.cite(instrument, fact) for fact in facts)]
            title = self._phrases.say("explain.title", name=instrument.name.of(self._language))
            about.append("\n".join([title, *(f"- {line}" for line in told if line not in links[0])]))
        return Advice("\n\n".join([self._phrases.say("combine.title", names=names), *links, *about]))

    def _joined(self, names: Sequence[str]) -> str:
        """'A, B en C'."""
        if len(names) < 2:
            return "".join(names)
        return f" {self._phrases.say('compare.join')} ".join([", ".join(names[:-1]), names[-1]])

    def evaluate(self, instruments: Sequence[Instrument], near: Sequence[str] = ()) -> Advice:
        """What evaluations found, who says so, who disputes it. ``near``: qualified findings, nearest to the question first."""
        return Advice("\n\n".join(self._evaluation(instrument, near) for instrument in instruments))

    def _evaluation(self, instrument: Instrument, near: Sequence[str]) -> str:
        name = instrument.name.of(self._language)
        lines, interested = [], defaultdict[str, list[Evaluation]](list)
        for finding in self._findings(instrument, near):
            text = self._finding(instrument, finding)
            lines.append(self._labelled("evaluate.here", text) if is_about_this_firm(finding, self._profile) else text)
            source = self._catalogue.source_of(instrument, finding)
            if source.standing is Standing.INTERESTED_PARTY:
                interested[source.author].append(finding)
        for author, findings in interested.items():
            key = "lines.interested" if len(findings) == 1 else "lines.interested_often"
            lines.append(self._citer.say(self._phrases.say(key, who=author), instrument, *findings))
        lines = lines or [self._phrases.say("evaluate.nothing", name=name), self._short(instrument)]
        if instrument.status.state is StatusState.ENDED:
            lines = [*lines, *self._ending(instrument)]
        title = self._phrases.say("evaluate.title", name=name)
        return "\n".join([title, *(f"- {line}" for line in lines)])

    def _findings(self, instrument: Instrument, near: Sequence[str]) -> list[Evaluation]:
        """Those nearest to the question, and the best of the others."""
        found = findings_for(instrument, self._profile)
        asked = [finding for finding in found if f"{instrument.id}.{finding.id}" in near[:_MOST_ASKED]]
        return [*asked, *(finding for finding in found if finding not in asked)][:_MOST_FINDINGS]

    def status(self, instruments: Sequence[Instrument], near: Sequence[str] = ()) -> Advice:
        """Is it still open, and what came after? ``near``: qualified facts, nearest to the question first."""
        return Advice("\n\n".join(self._status(instrument, near) for instrument in instruments))

    def _status(self, instrument: Instrument, near: Sequence[str]) -> str:
        periods = facts_of(self._catalogue, instrument, (FactKind.PERIOD,), self._profile)[:1]
        if instrument.status.state is StatusState.ENDED:
            lines = [*self._ending(instrument), self._labelled("lines.instead", self._step(instrument))]
        else:
            fact = instrument.fact(instrument.status.fact)
            state = instrument.status.state if instrument.group.is_applied_for else f"{instrument.status.state}_offer"
            lines = [self._citer.say(self._phrases.say(f"status.{state}"), instrument, fact)]
            lines += [self._citer.cite(instrument, own) for own in self._own_status(instrument)]
            lines.append(self._with_caution(instrument, fact))
            lines += [self._citer.cite(instrument, period) for period in periods]
            lines += [
                self._citer.cite(instrument, asked) for asked in self._asked(instrument, near) if asked not in (fact, *periods)
            ]
            lines += self._successor_lines(instrument)
            lines.append(self._labelled("lines.step", self._step(instrument)))
        title = self._phrases.say("status.title", name=instrument.name.of(self._language))
        return "\n".join([title, *(f"- {line}" for line in lines)])

    def _asked(self, instrument: Instrument, near: Sequence[str]) -> list[Fact]:
        """The fact nearest to the question, unless it tells how the scheme itself fares."""
        facts = [fact for fact in instrument.facts if f"{instrument.id}.{fact.id}" in near[:1] and holds_for(fact, self._profile)]
        return [fact for fact in facts if fact.kind not in _ABOUT_THE_SCHEME and fact.id != instrument.in_short.fact]

    def compare(self, instruments: Sequence[Instrument]) -> Advice:
        """A table, with citations in each cell."""
        names = [instrument.name.of(self._language) for instrument in instruments]
        rows = [["", *(_ADDITION.sub("", name) for name in names)], ["---"] * (len(names) + 1)]
        for row in ("what", "who", "gets", "status", "evidence"):
            label = self._phrases.say(f"compare.rows.{row}")
            rows.append([label, *(self._cell(row, instrument) for instrument in instruments)])
        table = "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
        links = self._together(instruments)
        return Advice("\n\n".join([self._phrases.say("compare.title", names=self._joined(names)), table, *links]))

    def _cell(self, row: str, instrument: Instrument) -> str:
        facts: Sequence[Fact | Evaluation] = ()
        if row == "what":
            return self._short(instrument)
        if row == "evidence":
            findings = findings_for(instrument, self._profile)
            return self._finding(instrument, findings[0]) if findings else self._phrases.say("compare.nothing")
        if row == "status":
            facts = [instrument.fact(instrument.status.fact)]
        elif row == "gets":
            facts = benefits(self._catalogue, instrument, self._profile, self._today)
        else:
            kinds = (FactKind.AUDIENCE, FactKind.CONDITION)
            facts = facts_of(self._catalogue, instrument, kinds, self._profile)[:1]
        return " ".join(self._citer.cite(instrument, fact) for fact in facts) or self._phrases.say("compare.nothing")


def _telling(entries: Sequence[CriterionVerdict]) -> list[CriterionVerdict]:
    """Without what practically every SME meets, where there is anything else."""
    return [entry for entry in entries if not entry.criterion.obvious] or list(entries)


def _speaks_against(result: Match) -> list[CriterionVerdict]:
    return [entry for entry in result.of(Verdict.NOT_MET) if not entry.criterion.hard]
