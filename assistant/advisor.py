"""One turn, top to bottom: messages → understanding → candidates → verdicts → ranking → question → answer."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from assistant.answer import AdviceComposer
from assistant.citations import Citer
from assistant.explanation import ExplanationComposer
from assistant.intake import Intake
from assistant.matching import Match, match
from assistant.models import Intent, Message, Profile, Question, Reply, Understanding
from assistant.names import NameFinder
from assistant.phrases import Phrases, load_phrases
from assistant.profile_model import load_profile_model
from assistant.questions import ask, next_question
from assistant.ranking import Ranked, Weights, choose, is_wanted, load_weights, rank
from assistant.wording import Advice
from knowledge.catalogue import Catalogue
from knowledge.models import LANGUAGES, Language
from knowledge.passages import FACT, FINDING
from knowledge.profile_fields import LISTS
from knowledge.retrieval import HybridSearch, InstrumentHit

_NEAREST: Final = 3


class Advisor:
    """Answers conversations about one catalogue. It keeps none: all state is in the messages."""

    def __init__(
        self, catalogue: Catalogue, search: HybridSearch, weights: Weights | None = None, today: date | None = None
    ) -> None:
        self.catalogue = catalogue
        self._search = search
        self._weights = weights or load_weights()
        self._phrases: dict[Language, Phrases] = {language: load_phrases(language) for language in LANGUAGES}
        self._names = NameFinder(catalogue)
        self._intake = Intake(self._names, self._phrases, today, load_profile_model())
        self._today = today

    def understand(
        self,
        messages: Sequence[Message],
        *,
        language: Language | None = None,
        corrections: Mapping[str, Any] | None = None,
    ) -> Understanding:
        """What a conversation tells, each field with its words. ``corrections``: fields set by hand."""
        return self._intake.understand(messages, language, corrections)

    def retrieve(self, query: str, language: Language, k: int) -> list[str]:
        """The ``k`` instruments nearest to a question, by retrieval alone."""
        return [hit.instrument for hit in self._search.instruments(query, language)[:k]]

    def reply(
        self,
        messages: Sequence[Message],
        *,
        language: Language | None = None,
        corrections: Mapping[str, Any] | None = None,
        request_id: Any = None,
    ) -> Reply:
        """The reply to the last message, as the contract has it."""
        start = time.perf_counter()
        understood = self.understand(messages, language=language, corrections=corrections)
        after_intake = time.perf_counter()
        reply = self._answer(messages, understood)
        end = time.perf_counter()
        timing = {"total": end - start, "intake": after_intake - start, "advice": end - after_intake}
        milliseconds = {name: round(seconds * 1000, 2) for name, seconds in timing.items()}
        return reply.model_copy(update={"id": request_id, "timing_ms": milliseconds})

    def _answer(self, messages: Sequence[Message], understood: Understanding) -> Reply:
        phrases = self._phrases[understood.language]
        if not understood.query.strip():
            return self._plain(understood, phrases.say("empty"), abstained=True, question=ask("needs", phrases))
        if understood.intent is Intent.SMALLTALK:
            return self._plain(understood, phrases.say("smalltalk", understood.query))
        if understood.intent is Intent.OUT_OF_SCOPE:
            return self._plain(understood, phrases.say("out_of_scope", understood.query), abstained=True)
        if understood.named and understood.intent is not Intent.RECOMMEND:
            return self._tell(understood, phrases)
        hits = self._search.instruments(understood.query, understood.written)
        if understood.intent is not Intent.RECOMMEND:
            understood = self._described(understood, hits)
        if understood.intent is not Intent.RECOMMEND:
            return self._tell(understood, phrases)
        if self._is_off_topic(messages[-1].content, understood, hits):
            understood = understood.model_copy(update={"intent": Intent.OUT_OF_SCOPE})
            return self._plain(understood, phrases.say("out_of_scope", understood.query), abstained=True)
        return self._recommend(understood, hits, phrases)

    def _described(self, understood: Understanding, hits: Sequence[InstrumentHit]) -> Understanding:
        """'Die aftrek voor zuinige machines, bestaat die nog?' names none: the instrument that it clearly describes, if any."""
        second = hits[1].score if len(hits) > 1 else 0.0
        if hits and hits[0].score >= self._weights.described_from and hits[0].score - second >= self._weights.described_lead:
            return understood.model_copy(update={"named": (hits[0].instrument,)})
        return understood.model_copy(update={"intent": Intent.RECOMMEND})

    def _plain(self, understood: Understanding, text: str, *, abstained: bool = False, question: Question | None = None) -> Reply:
        """An answer that states nothing about any instrument."""
        if question:
            text = f"{text}\n\n{self._phrases[understood.language].say('question_line', text=question.text)}"
        return Reply(
            language=understood.language, intent=understood.intent, abstained=abstained,
            profile=understood.profile.known(), answer=text, question=question,
        )  # fmt: skip

    def candidates(self, messages: Sequence[Message]) -> list[Ranked]:
        """Every instrument that is not rejected, best first, with the parts of its score."""
        understood = self.understand(messages)
        return self._candidates(understood, self._search.instruments(understood.query, understood.written))[0]

    def _candidates(self, understood: Understanding, hits: Sequence[InstrumentHit]) -> tuple[list[Ranked], list[Match]]:
        matches = [match(instrument, understood.profile) for instrument in self.catalogue]
        ranked = rank(matches, understood.profile, _nearness(hits), self._weights)
        wanted = [entry for entry in ranked if is_wanted(entry.instrument, understood.declined, self._weights)]
        return wanted, matches

    def _recommend(self, understood: Understanding, hits: Sequence[InstrumentHit], phrases: Phrases) -> Reply:
        profile, weights = understood.profile, self._weights
        ranked, matches = self._candidates(understood, hits)
        nearness = _nearness(hits)
        if not ranked or self._confidence(understood, hits) < weights.abstain_below:
            return self._plain(
                understood, phrases.say("abstain", understood.query), abstained=True, question=ask("needs", phrases)
            )
        offered = choose(ranked, profile, weights)
        question = next_question(ranked, profile, understood.asked, weights, phrases)
        citer = self._citer(understood)
        composer = AdviceComposer(self.catalogue, phrases, citer, profile, self._now())
        advice = composer.advise(offered, self._worth_rejecting(matches, profile, nearness, offered), question)
        return self._reply(understood, advice, citer, question=question)

    def confidence(self, messages: Sequence[Message]) -> float:
        """How sure it is that this is a question for this assistant: nearness to the catalogue, and what was understood."""
        understood = self.understand(messages)
        if understood.intent in (Intent.OUT_OF_SCOPE, Intent.SMALLTALK):
            return 0.0
        return self._confidence(understood, self._search.instruments(understood.query, understood.written))

    def _confidence(self, understood: Understanding, hits: Sequence[InstrumentHit]) -> float:
        nearest = hits[0].score if hits else 0.0
        wish = any(reading.field in LISTS and not reading.learned for reading in understood.readings)
        return nearest + self._weights.field_confidence * len(understood.profile.known()) + self._weights.need_confidence * wish

    def _is_off_topic(self, typed: str, understood: Understanding, hits: Sequence[InstrumentHit]) -> bool:
        """Words of another subject, nothing near it in the catalogue, and nothing told about a firm: a logistic regression."""
        scope = self._weights.scope
        floor = scope.from_likelihood_later if understood.asked else scope.from_likelihood
        if understood.off_topic < floor or len(typed.split()) == 1:
            return False
        if understood.last != understood.query:
            hits = self._search.instruments(understood.last, understood.written)
        nearest = hits[0].score if hits else 0.0
        sure = [reading for reading in understood.readings if reading.words and not reading.learned]
        told = sum(reading.words.split(", ")[0] in typed for reading in sure)
        score = scope.bias + scope.words * understood.off_topic + scope.nearness * nearest + scope.fields * told
        return 1 / (1 + math.exp(-score)) >= scope.threshold

    def _worth_rejecting(
        self, matches: Sequence[Match], profile: Profile, nearness: Mapping[str, float], offered: Sequence[Ranked]
    ) -> list[Match]:
        """Rejected instruments that the question was near to: only those need a reason."""
        floor = min((nearness.get(entry.instrument.id, 0.0) for entry in offered), default=0.5)
        near = [entry for entry in matches if entry.fit is None and nearness.get(entry.instrument.id, 0.0) >= max(floor, 0.4)]
        near.sort(key=lambda entry: (-nearness[entry.instrument.id], entry.instrument.id))
        return near[: self._weights.rejected_shown]

    def _tell(self, understood: Understanding, phrases: Phrases) -> Reply:
        """Explain, evaluate, compare or give the status of the instruments that were named."""
        instruments = [self.catalogue[id_] for id_ in understood.named]
        citer = self._citer(understood)
        composer = ExplanationComposer(self.catalogue, phrases, citer, understood.profile, self._now())
        if understood.intent is Intent.COMPARE:
            advice = composer.compare(instruments)
        elif understood.intent is Intent.EVALUATE:
            advice = composer.evaluate(instruments, self._nearest(understood, FINDING))
        elif understood.intent is Intent.STATUS:
            advice = composer.status(instruments, self._nearest(understood, FACT))
        elif understood.aspect == "combination" and len(instruments) > 1:
            advice = composer.combine(instruments)
        else:
            advice = composer.explain(instruments, understood.aspect, self._nearest(understood, FACT))
        return self._reply(understood, advice, citer, mentioned=understood.named)

    def _nearest(self, understood: Understanding, kind: str) -> list[str]:
        """The facts or findings of each named instrument that come nearest to the question."""
        found: list[str] = []
        for instrument in understood.named:
            hits = self._search.facts(understood.query, understood.written, instrument, kind)
            found += [hit.document.metadata["fact"] for hit in hits[:_NEAREST]]
        return found

    def _citer(self, understood: Understanding) -> Citer:
        return Citer(self.catalogue, understood.language, self._search.original)

    def _now(self) -> date:
        return self._today or date.today()

    @staticmethod
    def _reply(
        understood: Understanding,
        advice: Advice,
        citer: Citer,
        *,
        question: Question | None = None,
        mentioned: Sequence[str] = (),
    ) -> Reply:
        return Reply(
            language=understood.language, intent=understood.intent, profile=understood.profile.known(),
            recommendations=advice.recommendations, rejected=advice.rejected, mentioned=tuple(mentioned),
            answer=advice.text, citations=citer.citations, question=question,
        )  # fmt: skip


def _nearness(hits: Sequence[InstrumentHit]) -> dict[str, float]:
    """Retrieval scores against the nearest instrument's."""
    top = hits[0].score if hits else 0.0
    return {hit.instrument: hit.score / top for hit in hits} if top else {}
