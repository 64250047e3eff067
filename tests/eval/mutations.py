"""Faults to plant in the real assistant, in memory only, to see whether the gate notices."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pytest

from assistant import advisor as turn
from assistant import citations, conditions, field_rules, intake, intents, matching, ranking
from assistant.advisor import Advisor
from assistant.citations import Citer
from assistant.models import Fit, Intent, Message, Profile, Reply, Understanding, Verdict
from assistant.wording import Wording
from eval import measures
from eval.cases import Case, Kind
from eval.report import Report
from eval.runner import Plan
from knowledge.catalogue import Catalogue
from knowledge.index import SearchIndex
from knowledge.models import Grounded, Instrument

BARE = Plan(variants=False, settle=False)
SETTLING = Plan(variants=False, settle=True)
NEWLY = "newly failing cases"


@dataclass(frozen=True)
class World:
    """What a fault is planted in, and taken out of again when the test ends."""

    patch: pytest.MonkeyPatch
    advisor: Advisor
    healthy: Report
    search_anew: Callable[..., Any]
    """The search that remembers nothing: a fault in it must not be hidden by earlier answers."""

    def rebuilt(self, catalogue: Catalogue | None = None, **weights: float) -> Advisor:
        """The advisor with another catalogue or other weights, on the same index."""
        # Validated anew: a copied model keeps what it computed from its old values.
        changed = ranking.Weights.model_validate(ranking.load_weights().model_dump() | weights)
        return Advisor(catalogue or self.advisor.catalogue, self.advisor._search, changed)

    @cached_property
    def busiest_criterion(self) -> tuple[str, str]:
        """The instrument and the hard criterion that most often, and alone, keep back what a case forbids."""
        counts: Counter[tuple[str, str]] = Counter()
        for seen in self.healthy.observations.values():
            for found in kept_back(seen.case, self):
                failed = [entry.criterion.id for entry in found.hard if entry.verdict is Verdict.NOT_MET]
                if len(failed) == 1 and found.rejected_by == failed[0]:
                    counts[found.instrument.id, failed[0]] += 1
        return min(counts, key=lambda pair: (-counts[pair], pair))

    def forget_searches(self) -> None:
        self.patch.setattr(self.advisor._search, "instruments", self.search_anew)


@dataclass(frozen=True)
class Fault:
    """``gates``: of these (metrics, or ``NEWLY``) one has to break. ``cases``: those that can show it, ``most`` of them.

    ``says``: what a newly failing case has to say, where the harm is too small to move a rate.
    ``plant`` returns the advisor that has the fault, or None when the code of the one there is has it.
    """

    name: str
    gates: tuple[str, ...]
    plant: Callable[[World], Advisor | None]
    cases: Callable[[Case, World], bool]
    most: int = 60
    says: str = ""
    plan: Plan = BARE


# Which cases can show it


def any_reply(case: Case, _: World) -> bool:
    return case.wants_reply


def advice(case: Case, _: World) -> bool:
    return case.wants_reply and case.is_recommendation and bool(case.required)


def kept_back(case: Case, world: World) -> list[matching.Match]:
    """What the case forbids, as it fares against what is understood."""
    seen = world.healthy.observations[case.id]
    if seen.reply is None or not case.is_recommendation:
        return []
    profile = Profile.model_validate(seen.understood)
    known = world.advisor.catalogue.instruments
    return [matching.match(known[id_], profile) for id_ in case.forbidden if id_ in known]


def forbidding_the_ended(case: Case, world: World) -> bool:
    return any(found.rejected_by == matching.STATUS for found in kept_back(case, world))


def forbidding_the_rejected(case: Case, world: World) -> bool:
    return any(found.fit is None for found in kept_back(case, world))


def leaving_open(case: Case, _: World) -> bool:
    return bool(case.maybe)


def forbidding_the_busiest(case: Case, world: World) -> bool:
    return world.busiest_criterion[0] in [found.instrument.id for found in kept_back(case, world)]


def no_advice_due(case: Case, _: World) -> bool:
    return bool(case.must_abstain)


def with_gold_profile(case: Case, _: World) -> bool:
    return case.kind is Kind.INTAKE


def with_denials(case: Case, _: World) -> bool:
    return case.kind is Kind.INTAKE and bool(case.not_in_profile)


def in_english(case: Case, _: World) -> bool:
    return case.wants_reply and case.language == "en"


def with_truth(case: Case, _: World) -> bool:
    return case.wants_reply and case.truth is not None


# The catalogue


def lost_criterion(world: World) -> Advisor:
    id_, criterion = world.busiest_criterion
    whole = world.advisor.catalogue
    kept = tuple(entry for entry in whole[id_].criteria if entry.id != criterion)
    altered = whole[id_].model_copy(update={"criteria": kept})
    return world.rebuilt(replace(whole, instruments={**whole.instruments, id_: altered}))


def ended_counts_as_open(world: World) -> None:
    # The measures ask the same function, so a fault in its source blinds them too.
    for module in (matching, measures):
        world.patch.setattr(module, "is_available", lambda instrument: True)


# Retrieval


def no_dense_half(world: World) -> None:
    world.forget_searches()
    world.patch.setattr(SearchIndex, "nearest", lambda *args, **options: [])


# Citations and sentences


def dropped_marker(world: World) -> None:
    """The first fact that a reply quotes loses its marker."""
    original, dropped = Citer.cite, set()

    def cite(self: Citer, instrument: Instrument, item: Grounded) -> str:
        text = original(self, instrument, item)
        if self in dropped:
            return text
        dropped.add(self)
        return re.sub(r" \[\d+\]", "", text)

    world.patch.setattr(Citer, "cite", cite)


def dropped_marker_without_figures(world: World) -> None:
    """A sentence without figures is the harder one: nothing in it asks for a source."""
    world.patch.setattr(Wording, "_short", lambda self, instrument: instrument.in_short.text.of(self._language))


def another_fact(world: World) -> None:
    """Each citation is of the instrument's next fact: it resolves, and says something else."""
    original = Citer.number

    def number(self: Citer, instrument: Instrument, item: Grounded) -> int:
        facts = instrument.facts
        place = next((place for place, fact in enumerate(facts) if fact.id == item.id), len(facts))
        return original(self, instrument, facts[(place + 1) % len(facts)])

    world.patch.setattr(Citer, "number", number)


def altered_quotation(world: World) -> None:
    """The citation itself no longer has the catalogue's words; the answer does."""
    original = vars(Citer)["citations"].fget

    def altered(self: Citer) -> Any:
        return tuple(entry.model_copy(update={"text": f"{entry.text} Altijd."}) for entry in original(self))

    world.patch.setattr(Citer, "citations", property(altered))


def altered_figure(world: World) -> None:
    original = citations.with_markers

    def with_markers(text: str, numbers: tuple[int, ...]) -> str:
        return original(re.sub(r"\d", lambda found: str((int(found[0]) + 1) % 10), text, count=1), numbers)

    world.patch.setattr(citations, "with_markers", with_markers)


def long_sentences(world: World) -> None:
    """The sentences of a fact become one."""
    original = citations.with_markers

    def with_markers(text: str, numbers: tuple[int, ...]) -> str:
        return original(", en ".join(part.rstrip(".") for part in citations.sentences(text)) + ".", numbers)

    world.patch.setattr(citations, "with_markers", with_markers)


# Matching and ranking


def unknown_counts_as_met(world: World) -> None:
    original = conditions.verdict_of

    def verdict_of(test: Any, profile: Profile) -> Verdict:
        verdict = original(test, profile)
        return Verdict.MET if verdict is Verdict.UNKNOWN else verdict

    world.patch.setattr(matching, "verdict_of", verdict_of)


def rejected_is_offered(world: World) -> None:
    original = matching.match

    def match(instrument: Instrument, profile: Profile) -> matching.Match:
        found = original(instrument, profile)
        return found if found.fit else replace(found, fit=Fit.MAYBE, rejected_by=None)

    world.patch.setattr(turn, "match", match)


def reversed_ranking(world: World) -> None:
    original = ranking.in_order
    world.patch.setattr(ranking, "in_order", lambda entries: original(entries)[::-1])


def ranking_without_retrieval(world: World) -> Advisor:
    return world.rebuilt(retrieval=0.0)


# Understanding


def negation_ignored(world: World) -> None:
    world.patch.setattr(field_rules, "_negated", lambda *args: False)


def reads_nothing(world: World) -> None:
    original = intake.Intake.understand

    def understand(self: intake.Intake, *args: Any, **options: Any) -> Understanding:
        return original(self, *args, **options).model_copy(update={"profile": Profile(), "readings": ()})

    world.patch.setattr(intake.Intake, "understand", understand)


def always_dutch(world: World) -> None:
    world.patch.setattr(intake, "detect_language", lambda *args: "nl")


def asks_again(world: World) -> None:
    original = Advisor.understand

    def understand(self: Advisor, *args: Any, **options: Any) -> Understanding:
        return original(self, *args, **options).model_copy(update={"asked": ()})

    world.patch.setattr(Advisor, "understand", understand)


def never_abstains(world: World) -> Advisor:
    original = intents.IntentReader.read

    def read(self: intents.IntentReader, *args: Any, **options: Any) -> intents.ReadIntent:
        found = original(self, *args, **options)
        return replace(found, intent=Intent.RECOMMEND) if found.intent is Intent.OUT_OF_SCOPE else found

    world.patch.setattr(intents.IntentReader, "read", read)
    return world.rebuilt(abstain_below=0.0)


def no_least_confidence(world: World) -> Advisor:
    return world.rebuilt(abstain_below=0.0)


def always_abstains(world: World) -> Advisor:
    return world.rebuilt(abstain_below=100.0)


def crashes_at_times(world: World) -> None:
    original = Advisor.reply

    def reply(self: Advisor, messages: Sequence[Message], **options: Any) -> Reply:
        if "?" in messages[-1].content:
            raise ValueError("planted")
        return original(self, messages, **options)

    world.patch.setattr(Advisor, "reply", reply)


OFFERED = "It recommends what it must not"
SURE = "should be offered as 'maybe'; it is 'fits'"
RETRIEVED = ("retrieval_recall_at_5", "retrieval_ndcg_at_10")

FAULTS = (
    # One criterion of one instrument: cases that passed fail, before any rate moves.
    Fault("a hard criterion is lost", (NEWLY,), lost_criterion, forbidding_the_busiest, says=OFFERED),
    Fault("an ended instrument counts as open", (NEWLY,), ended_counts_as_open, forbidding_the_ended, most=300, says=OFFERED),
    Fault("unknown counts as met", (NEWLY,), unknown_counts_as_met, leaving_open, most=80, says=SURE),
    Fault("retrieval loses its dense half", RETRIEVED, no_dense_half, advice, most=300),
    Fault("a marker is dropped", ("citation_recall",), dropped_marker, any_reply, most=160),
    Fault("a marker is dropped where no figure is", ("citation_recall",), dropped_marker_without_figures, any_reply, most=160),
    Fault("a citation is of another fact", ("citation_recall",), another_fact, any_reply, most=40),
    Fault("a citation's text is altered", ("citation_validity",), altered_quotation, any_reply, most=40),
    Fault("a figure is altered", ("figures_supported",), altered_figure, any_reply, most=40),
    Fault("sentences become too long", ("longest_sentence",), long_sentences, any_reply, most=40),
    Fault("the rejected is offered", ("forbidden_rate",), rejected_is_offered, forbidding_the_rejected, most=100),
    # Few instruments are near enough to be offered, so that the order shows in who comes first.
    Fault("the ranking is reversed", ("recall_at_1", "mrr"), reversed_ranking, advice, most=160),
    Fault("the ranking ignores retrieval", ("recall_at_3",), ranking_without_retrieval, advice, most=80),
    Fault("negation is ignored", ("intake_denied",), negation_ignored, with_denials, most=200),
    Fault("intake reads nothing", ("intake_recall",), reads_nothing, with_gold_profile, most=200),
    Fault("the language is always Dutch", ("language_consistency",), always_dutch, in_english, most=40),
    Fault("it never abstains", ("abstention_f1",), never_abstains, no_advice_due),
    Fault("no confidence is too low to answer", ("abstention_recall",), no_least_confidence, no_advice_due),
    Fault("it always abstains", ("recall_at_3",), always_abstains, advice),
    Fault("it crashes at times", ("error_rate",), crashes_at_times, advice, most=40),
    Fault("it asks the same again", ("repeated_questions",), asks_again, with_truth, most=122, plan=SETTLING),
)
