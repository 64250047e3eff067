"""Recommendations and facts → the cited text that readers see.

What is stated comes from the catalogue's facts; the phrases around it state nothing by themselves.
Numbers of the visitor's own are never repeated, so each number in an answer stands in its citation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.citations import Citer
from assistant.facts import ASPECT_KINDS, caution, desk_for, facts_of, findings_for, is_about_this_firm
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
        fit = self._phrases.say(f"fit.{entry.match.fit}")
        lines = [self._short(instrument)]
        amounts = facts_of(self._catalogue, instrument, (FactKind.AMOUNT,), self._profile)
        if amounts:
            lines.append(self._labelled("lines.gets", self._with_caution(instrument, amounts[0])))
        lines += self._checks_lines(entry.match)
        lines += self._evidence_line(instrument)
        lines += self._availability(instrument)
        step = self._citer.say(
            instrument.first_step.text.of(self._language), instrument, instrument.fact(instrument.first_step.fact)
        )
        lines.append(self._labelled("lines.step", step))
        heading = self._phrases.say("heading", name=instrument.name.of(self._language), fit=fit)
        return "\n".join([heading, *(f"- {line}" for line in lines)])

    def _short(self, instrument: Instrument) -> str:
        short = instrument.in_short
        return self._citer.say(short.text.of(self._language), instrument, instrument.fact(short.fact))

    def _labelled(self, label: str, text: str) -> str:
        return f"{self._phrases.say(label)} {text}"

    def _with_caution(self, instrument: Instrument, fact: Fact) -> str:
        text = self._citer.cite(instrument, fact)
        warning = caution(fact, self._today)
        if warning is None:
            return text
        desk = desk_for(instrument, self._profile).name.of(self._language)
        return f"{text} {self._citer.say(self._phrases.say(warning, instrument.id, desk=desk), instrument, fact)}"

    def _checks_lines(self, result: Match) -> list[str]:
        """What is met, what is still to check, what speaks against it: each requirement on a line of its own."""
        against = [entry for entry in result.of(Verdict.NOT_MET) if not entry.criterion.hard]
        groups = (
            ("lines.met", result.of(Verdict.MET)[:_MOST_MET]),
            ("lines.unknown", [entry for entry in result.of(Verdict.UNKNOWN) if entry.criterion.hard][:_MOST_UNKNOWN]),
            ("lines.soft_not_met", against[:_MOST_UNKNOWN]),
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
        desk = desk_for(instrument, self._profile).name.of(self._language)
        fact = instrument.fact(instrument.status.fact)
        key = {StatusState.UNKNOWN: "status_unknown", StatusState.CLOSED: "closed_reopens"}.get(instrument.status.state)
        return [self._citer.say(self._phrases.say(key, desk=desk), instrument, fact)] if key else []

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
        return ["\n".join(lines)] if lines else []

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
        lines = [self._short(instrument)]
        kinds = ASPECT_KINDS[aspect or "purpose"]
        facts = facts_of(self._catalogue, instrument, kinds, self._profile)
        nearest = [fact for fact in instrument.facts if f"{instrument.id}.{fact.id}" in near[:3]]
        told = [fact for fact in dict.fromkeys([*facts[:_MOST_FACTS], *nearest]) if fact.id != instrument.in_short.fact]
        if aspect and not facts:
            lines.append(self._phrases.say("explain.nothing", desk=desk_for(instrument, self._profile).name.of(self._language)))
        lines += [self._citer.cite(instrument, fact) for fact in told[: _MOST_FACTS + 1]]
        warned = next((fact for fact in told if caution(fact, self._today)), None)
        if warned:
            key = caution(warned, self._today) or "stale"
            desk = desk_for(instrument, self._profile).name.of(self._language)
            lines.append(self._citer.say(self._phrases.say(key, instrument.id, desk=desk), instrument, warned))
        lines += self._state_lines(instrument)
        lines += self._personal_lines(instrument)
        lines.append(self._labelled("lines.step", self._step(instrument)))
        title = self._phrases.say("explain.title", name=instrument.name.of(self._language))
        return "\n".join([title, *(f"- {line}" for line in lines)])

    def _step(self, instrument: Instrument) -> str:
        step = instrument.first_step
        return self._citer.say(step.text.of(self._language), instrument, instrument.fact(step.fact))

    def _state_lines(self, instrument: Instrument) -> list[str]:
        """Only what stands in the way: ended, closed, or not certain."""
        if instrument.status.state is StatusState.OPEN:
            return []
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

    def evaluate(self, instruments: Sequence[Instrument]) -> Advice:
        """What evaluations found, who says so, and who disputes it."""
        blocks = []
        for instrument in instruments:
            name = instrument.name.of(self._language)
            lines, interested = [], defaultdict[str, list[Evaluation]](list)
            for finding in findings_for(instrument, self._profile)[:_MOST_FINDINGS]:
                label = "lines.evidence_here" if is_about_this_firm(finding, self._profile) else "lines.evidence"
                lines.append(self._labelled(label, self._finding(instrument, finding)))
                source = self._catalogue.source_of(instrument, finding)
                if source.standing is Standing.INTERESTED_PARTY:
                    interested[source.author].append(finding)
            for author, findings in interested.items():
                key = "lines.interested" if len(findings) == 1 else "lines.interested_often"
                lines.append(self._citer.say(self._phrases.say(key, who=author), instrument, *findings))
            lines = lines or [self._phrases.say("evaluate.nothing", name=name), self._short(instrument)]
            title = self._phrases.say("evaluate.title", name=name)
            blocks.append("\n".join([title, *(f"- {line}" for line in [*lines, *self._state_lines(instrument)])]))
        return Advice("\n\n".join(blocks))

    def status(self, instruments: Sequence[Instrument]) -> Advice:
        """Is it still open, and what came after?"""
        blocks = []
        for instrument in instruments:
            fact = instrument.fact(instrument.status.fact)
            lines = [self._citer.say(self._phrases.say(f"status.{instrument.status.state}"), instrument, fact)]
            ended = instrument.status.state is StatusState.ENDED
            lines.append(self._citer.cite(instrument, fact) if ended else self._with_caution(instrument, fact))
            periods = facts_of(self._catalogue, instrument, (FactKind.PERIOD,), self._profile)
            lines += [self._citer.cite(instrument, period) for period in periods[:1]]
            lines += self._successor_lines(instrument)
            if not ended:
                lines.append(self._labelled("lines.step", self._step(instrument)))
            title = self._phrases.say("status.title", name=instrument.name.of(self._language))
            blocks.append("\n".join([title, *(f"- {line}" for line in lines)]))
        return Advice("\n\n".join(blocks))

    def compare(self, instruments: Sequence[Instrument]) -> Advice:
        """A table, with citations in each cell."""
        names = [instrument.name.of(self._language) for instrument in instruments]
        joined = f" {self._phrases.say('compare.join')} ".join([", ".join(names[:-1]), names[-1]])
        rows = [["", *names], ["---"] * (len(names) + 1)]
        for row in ("what", "who", "gets", "status", "evidence"):
            label = self._phrases.say(f"compare.rows.{row}")
            rows.append([label, *(self._cell(row, instrument) for instrument in instruments)])
        table = "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
        links = self._together(instruments)
        return Advice("\n\n".join([self._phrases.say("compare.title", names=joined), table, *links]))

    def _cell(self, row: str, instrument: Instrument) -> str:
        kinds = {
            "who": (FactKind.AUDIENCE, FactKind.CONDITION),
            "gets": (FactKind.AMOUNT,),
            "status": (FactKind.STATUS,),
        }
        if row == "what":
            return self._short(instrument)
        if row == "status":
            return self._citer.cite(instrument, instrument.fact(instrument.status.fact))
        if row == "evidence":
            findings = findings_for(instrument, self._profile)
            return self._finding(instrument, findings[0]) if findings else self._phrases.say("compare.nothing")
        facts = facts_of(self._catalogue, instrument, kinds[row], self._profile)
        return self._citer.cite(instrument, facts[0]) if facts else self._phrases.say("compare.nothing")
