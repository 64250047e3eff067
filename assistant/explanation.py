"""Facts and findings → cited answers to questions about instruments: what they are, whether they work, still exist, compare."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from assistant.facts import ASPECT_KINDS, benefits, current, facts_of, findings_for, holds_for, is_about_this_firm
from assistant.matching import STATUS, match
from assistant.models import Verdict
from assistant.wording import Advice, Wording
from knowledge.models import Evaluation, Fact, FactKind, Instrument, Standing, StatusState

_MOST_FACTS = 4
_MOST_FINDINGS = 3
_MOST_ASKED = 2
_MOST_OF_WHAT_ENDED = 2
_MOST_OF_COMBINING = 2
_ABOUT_THE_SCHEME = (FactKind.BUDGET, FactKind.USE)
"""Kinds of facts that tell how the scheme fares, and not what an entrepreneur can do with it."""
_MONEY = ("amount", "budget")
_ADDITION = re.compile(r" \([^()]*\)$")


class ExplanationComposer(Wording):
    """Writes answers about instruments that were named or clearly described."""

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
        own = [
            *self._of_own_province(instrument, FactKind.STATUS),
            *self._of_own_province(instrument, FactKind.CONTACT)[:1],
        ]
        every = {fact.id: fact for fact in (*own, *nearest, *on_aspect)}
        found = [fact for id_, fact in every.items() if id_ != instrument.in_short.fact]
        if instrument.status.state is StatusState.ENDED:
            found = [fact for fact in found if fact.kind is not FactKind.STATUS]
        return [fact for fact in found if not general or not fact.is_history(self._today)]

    def _of_own_province(self, instrument: Instrument, kind: FactKind) -> list[Fact]:
        """What became of it, or who it is, in the firm's own province."""
        found = facts_of(self._catalogue, instrument, (kind,), self._profile)
        return [fact for fact in found if fact.provinces and fact.id != instrument.status.fact]

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
            lines += [self._citer.cite(instrument, own) for own in self._of_own_province(instrument, FactKind.STATUS)]
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
