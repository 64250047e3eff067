"""Recommendations → the cited text that readers see, and the parts that carry the same citations."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.facts import findings_for, is_about_this_firm
from assistant.matching import STATUS, Match
from assistant.models import Check, Fit, Question, Recommendation, Rejection
from assistant.ranking import Ranked
from assistant.wording import Advice, Wording, speaks_against
from knowledge.models import Instrument


class AdviceComposer(Wording):
    """Writes the answer that recommends."""

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
        against = entry.match.fit is Fit.FITS and speaks_against(entry.match)
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

    def _evidence_line(self, instrument: Instrument) -> list[str]:
        findings = findings_for(instrument, self._profile)
        if not findings:
            return []
        finding = findings[0]
        label = "lines.evidence_here" if is_about_this_firm(finding, self._profile) else "lines.evidence"
        return [self._labelled(label, self._finding(instrument, finding))]

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
