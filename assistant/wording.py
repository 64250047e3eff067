"""What every answer words alike: an instrument in short, what it gives, what is met and what is not, and the next step.

What is stated comes from the catalogue's facts; the phrases around it state nothing by themselves.
Numbers of the visitor's own are never repeated, so each number in an answer stands in its citation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.citations import Citer
from assistant.facts import benefits, caution, desk_for, step_for
from assistant.matching import STATUS, CriterionVerdict, Match
from assistant.models import Profile, Recommendation, Rejection, Verdict
from assistant.phrases import Phrases
from knowledge.catalogue import Catalogue
from knowledge.models import Evaluation, Fact, Instrument, Language, Relation, StatusState

_MOST_UNKNOWN = 2
_MOST_MET = 3
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


class Wording:
    """Cited lines about instruments, in one language and for one firm."""

    def __init__(self, catalogue: Catalogue, phrases: Phrases, citer: Citer, profile: Profile, today: date) -> None:
        self._catalogue = catalogue
        self._phrases = phrases
        self._citer = citer
        self._profile = profile
        self._today = today

    @property
    def _language(self) -> Language:
        return self._phrases.language

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
            ("lines.soft_not_met", speaks_against(result)[:_MOST_UNKNOWN]),
        )
        return [self._requirements(key, result.instrument, entries) for key, entries in groups if entries]

    def _requirements(self, label: str, instrument: Instrument, entries: Sequence[CriterionVerdict]) -> str:
        """A label, and the wording of each criterion with its marker."""
        lines = [self._phrases.say(label)]
        for entry in entries:
            number = self._citer.number(instrument, instrument.fact(entry.criterion.fact))
            lines.append(f"  - {entry.criterion.requires.of(self._language).rstrip('.')} [{number}]")
        return "\n".join(lines)

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

    def _step(self, instrument: Instrument) -> str:
        step = step_for(instrument, self._profile)
        return self._citer.say(step.text.of(self._language), instrument, instrument.fact(step.fact))


def _telling(entries: Sequence[CriterionVerdict]) -> list[CriterionVerdict]:
    """Without what practically every SME meets, where there is anything else."""
    return [entry for entry in entries if not entry.criterion.obvious] or list(entries)


def speaks_against(result: Match) -> list[CriterionVerdict]:
    return [entry for entry in result.of(Verdict.NOT_MET) if not entry.criterion.hard]
