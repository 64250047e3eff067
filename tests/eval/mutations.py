"""Faults to plant in the real assistant, each in memory only, to see whether the gate notices."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from assistant import advisor as turn
from assistant import answer, citations, intake, intents, matching
from assistant.advisor import Advisor
from assistant.citations import Citer
from assistant.models import Fit, Intent, Message, Profile, Understanding, Verdict
from assistant.ranking import load_weights
from eval import measures
from eval.cases import Case
from eval.report import Report
from eval.runner import Plan
from knowledge.catalogue import Catalogue
from knowledge.models import Grounded, Instrument, Language

BARE = Plan(variants=False, settle=False)
SETTLING = Plan(variants=False, settle=True)


@dataclass(frozen=True)
class World:
    """What a fault is planted in."""

    patch: pytest.MonkeyPatch
    advisor: Advisor
    healthy: Report

    @property
    def search(self) -> Any:
        return self.advisor._search

    def rebuilt(self, catalogue: Catalogue | None = None, **weights: float) -> Advisor:
        """The advisor anew, over another catalogue or with other weights, on the same index."""
        changed = load_weights().model_copy(update=weights)
        return Advisor(catalogue or self.advisor.catalogue, self.search, changed)


Plant = Callable[[World], Advisor | None]
"""Plants a fault; returns the advisor that has it, or None when it sits in the code of the one there is."""


@dataclass(frozen=True)
class Fault:
    """``metrics``: of these at least one has to break. ``cases``: the kind of case that can show it."""

    name: str
    metrics: tuple[str, ...]
    plant: Plant
    cases: Callable[[Case], bool]
    plan: Plan = BARE


def every_reply(case: Case) -> bool:
    return case.wants_reply


def advice(case: Case) -> bool:
    return case.wants_reply and case.is_recommendation and bool(case.required)


def about_instruments(case: Case) -> bool:
    return case.wants_reply and not case.is_recommendation and bool(case.required)


def with_limits(case: Case) -> bool:
    return case.wants_reply and case.is_recommendation and bool(case.forbidden)


def no_advice_due(case: Case) -> bool:
    return bool(case.must_abstain)


def with_a_gold_profile(case: Case) -> bool:
    return case.kind.value == "intake"


def told_truth(case: Case) -> bool:
    return case.truth is not None and case.wants_reply


def in_english(case: Case) -> bool:
    return case.wants_reply and case.language == "en"


# The catalogue


def lost_criterion(world: World) -> Advisor:
    instrument, criterion = busiest_criterion(world.healthy)
    return without_criterion(world, instrument, criterion)


def busiest_criterion(healthy: Report) -> tuple[str, str]:
    """The hard criterion that rejects most often, as the replies say."""
    replies = [seen.reply for seen in healthy.observations.values() if seen.reply]
    counts = Counter((entry.instrument, entry.criterion) for reply in replies for entry in reply.rejected)
    return min(
        (pair for pair in counts if pair[1] != matching.STATUS),
        key=lambda pair: (-counts[pair], pair),
    )


def without_criterion(world: World, instrument: str, criterion: str) -> Advisor:
    whole = world.advisor.catalogue
    kept = tuple(entry for entry in whole[instrument].criteria if entry.id != criterion)
    assert len(kept) == len(whole[instrument].criteria) - 1
    altered = whole[instrument].model_copy(update={"criteria": kept})
    return world.rebuilt(replace(whole, instruments={**whole.instruments, instrument: altered}))


def ended_counts_as_open(world: World) -> None:
    # The measures ask the same function: a fault in its source would blind them too.
    for module in (matching, measures):
        world.patch.setattr(module, "is_available", lambda instrument: True)


# Retrieval


def no_dense_half(world: World) -> None:
    world.patch.setattr(world.search, "weights", world.search.weights.model_copy(update={"dense": 0.0}))


def no_lexical_half(world: World) -> None:
    world.patch.setattr(world.search, "weights", world.search.weights.model_copy(update={"lexical": 0.0}))


# Citations


def dropped_marker(world: World) -> None:
    """The first fact that each reply quotes loses its marker."""
    original = Citer.cite

    def cite(self: Citer, instrument: Instrument, item: Grounded) -> str:
        first = not getattr(self, "dropped", False)
        self.dropped = True
        text = original(self, instrument, item)
        return re.sub(r" \[\d+\]", "", text) if first else text

    world.patch.setattr(Citer, "cite", cite)


def dropped_marker_of_summary(world: World) -> None:
    world.patch.setattr(answer.Composer, "_short", lambda self, instrument: instrument.in_short.text.of(self._language))


def another_fact(world: World) -> None:
    """Each citation gives the instrument's next fact: it resolves, and says something else."""
    original = Citer.number

    def number(self: Citer, instrument: Instrument, item: Grounded) -> int:
        facts = instrument.facts
        place = next((place for place, fact in enumerate(facts) if fact.id == item.id), len(facts))
        return original(self, instrument, facts[(place + 1) % len(facts)])

    world.patch.setattr(Citer, "number", number)


def altered_figure(world: World) -> None:
    """The first digit of each quoted fact is one higher."""
    original = citations.with_markers

    def marked(text: str, numbers: tuple[int, ...]) -> str:
        return original(re.sub(r"\d", lambda found: str((int(found[0]) + 1) % 10), text, count=1), numbers)

    world.patch.setattr(citations, "with_markers", marked)


def long_sentences(world: World) -> None:
    """Sentences of one text become one."""
    original = citations.with_markers

    def marked(text: str, numbers: tuple[int, ...]) -> str:
        return original(", en ".join(part.rstrip(".") for part in citations.sentences(text)) + ".", numbers)

    world.patch.setattr(citations, "with_markers", marked)


# Matching and ranking


def unknown_counts_as_met(world: World) -> None:
    original = matching.verdict_of

    def verdict_of(test: Any, profile: Profile) -> Verdict:
        verdict = original(test, profile)
        return Verdict.MET if verdict is Verdict.UNKNOWN else verdict

    world.patch.setattr(matching, "verdict_of", verdict_of)


def rejected_is_offered(world: World) -> None:
    original = turn.match
    world.patch.setattr(
        turn, "match", lambda instrument, profile: replace(original(instrument, profile), fit=Fit.MAYBE, rejected_by=None)
    )


def reversed_ranking(world: World) -> None:
    original = turn.rank
    world.patch.setattr(turn, "rank", lambda *args: original(*args)[::-1])


def ranking_without_retrieval(world: World) -> Advisor:
    return world.rebuilt(retrieval=0.0)


# Understanding


def negation_ignored(world: World) -> None:
    world.patch.setattr(intake, "_negated", lambda folded, place, words: False)


def reads_nothing(world: World) -> None:
    world.patch.setattr(intake.Intake, "_final", staticmethod(lambda read, corrections: ()))


def always_dutch(world: World) -> None:
    world.patch.setattr(intake, "detect_language", lambda texts, otherwise="nl": "nl")


def forgets_what_it_asked(world: World) -> None:
    original = Advisor.understand

    def understand(self: Advisor, messages: Sequence[Message], **options: Any) -> Understanding:
        return original(self, messages, **options).model_copy(update={"asked": ()})

    world.patch.setattr(Advisor, "understand", understand)


def never_abstains(world: World) -> Advisor:
    original = intents.IntentReader.read

    def read(
        self: intents.IntentReader, messages: Sequence[Message], language: Language, profile: Profile
    ) -> intents.ReadIntent:
        found = original(self, messages, language, profile)
        return replace(found, intent=Intent.RECOMMEND) if found.intent is Intent.OUT_OF_SCOPE else found

    world.patch.setattr(intents.IntentReader, "read", read)
    return world.rebuilt(abstain_below=0.0)


def no_threshold(world: World) -> Advisor:
    return world.rebuilt(abstain_below=0.0)


def always_abstains(world: World) -> Advisor:
    return world.rebuilt(abstain_below=100.0)


def crashes(world: World) -> None:
    original = Advisor.reply

    def reply(self: Advisor, messages: Sequence[Message], **options: Any) -> Any:
        if "subsid" in messages[-1].content.lower():
            raise ValueError("planted")
        return original(self, messages, **options)

    world.patch.setattr(Advisor, "reply", reply)


FAULTS = (
    Fault("lost criterion", ("forbidden_rate",), lost_criterion, advice),
    Fault("no dense half", ("retrieval_recall_at_5", "retrieval_ndcg_at_10"), no_dense_half, advice),
    Fault("no lexical half", ("retrieval_recall_at_5", "retrieval_ndcg_at_10"), no_lexical_half, advice),
    Fault("dropped marker", ("citation_recall",), dropped_marker, every_reply),
    Fault("dropped marker of summary", ("citation_recall",), dropped_marker_of_summary, every_reply),
    Fault("another fact", ("citation_recall",), another_fact, every_reply),
    Fault("altered figure", ("figures_supported",), altered_figure, every_reply),
    Fault("long sentences", ("longest_sentence",), long_sentences, every_reply),
    Fault("ended counts as open", ("forbidden_rate",), ended_counts_as_open, every_reply),
    Fault("unknown counts as met", ("fits_precision",), unknown_counts_as_met, advice),
    Fault("rejected is offered", ("forbidden_rate",), rejected_is_offered, advice),
    Fault("reversed ranking", ("recall_at_3",), reversed_ranking, advice),
    Fault("ranking without retrieval", ("recall_at_3",), ranking_without_retrieval, advice),
    Fault("negation ignored", ("intake_precision", "intake_denied"), negation_ignored, with_a_gold_profile),
    Fault("reads nothing", ("intake_recall",), reads_nothing, with_a_gold_profile),
    Fault("always Dutch", ("language_consistency",), always_dutch, in_english),
    Fault("never abstains", ("abstention_f1",), never_abstains, no_advice_due),
    Fault("no threshold", ("abstention_f1",), no_threshold, no_advice_due),
    Fault("always abstains", ("abstention_f1", "recall_at_3"), always_abstains, advice),
    Fault("crashes", ("error_rate",), crashes, advice),
    Fault("forgets what it asked", ("repeated_questions",), forgets_what_it_asked, told_truth, SETTLING),
)
