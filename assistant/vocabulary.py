"""The lexicon, compiled: which words stand for which profile value, intent or answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from assistant.patterns import PatternSet
from assistant.quantities import QuantityReader
from knowledge.models import Language
from knowledge.profile_fields import BOOLEANS, CHOICES
from knowledge.yaml_source import parse_yaml

_TRADE_WEIGHT: Final = 3.0
"""A trade says more about a sector than a thing of that trade does."""


def read_data(package: str, name: str) -> Any:
    """A packaged YAML file, parsed."""
    return parse_yaml(resources.files(package).joinpath(name).read_text("utf-8"))


@dataclass(frozen=True)
class Beside:
    """Words that stand for a need only where a message has one of some other words too."""

    words: PatternSet
    beside: PatternSet


@dataclass(frozen=True)
class Vocabulary:
    """One language's words for everything that intake understands."""

    language: Language
    choices: dict[str, dict[str, PatternSet]]
    booleans: dict[str, dict[bool, PatternSet]]
    beside: dict[str, tuple[Beside, ...]]
    quantities: QuantityReader
    declined: dict[str, PatternSet]
    negators: PatternSet
    negation_after: PatternSet
    asked_negatively: PatternSet
    soft_intro: PatternSet
    soft_after: PatternSet
    own_intro: PatternSet
    others: PatternSet
    passers_by: PatternSet
    adviser: PatternSet
    offered: PatternSet
    made_before: PatternSet
    made_after: PatternSet
    own_plan: PatternSet
    dont_know: PatternSet
    correction: PatternSet
    changed: PatternSet
    we: PatternSet
    new_subject: PatternSet
    yes: PatternSet
    no: PatternSet
    firm: PatternSet
    own_firm: PatternSet
    just_money: PatternSet
    intents: dict[str, PatternSet]
    aspects: dict[str, PatternSet]
    ordinals: dict[int, PatternSet]
    follow_up: PatternSet
    goes_on: PatternSet
    either: PatternSet

    def is_everyday(self, folded: str) -> bool:
        """Is this a word that people use for what they need ("patent"), also where some scheme goes by that name?"""
        return any(patterns.lists(folded) for patterns in self.choices["needs"].values())


@lru_cache(maxsize=2)
def vocabulary(language: Language) -> Vocabulary:
    """The compiled lexicon of a language."""
    data = read_data("assistant.lexicon", f"{language}.yaml")
    intents = read_data("assistant.lexicon", "intents.yaml")[language]
    classes = read_data("assistant.lexicon", "classes.yaml")[language]
    trades = read_data("assistant.lexicon", "trades.yaml").get(language) or {}
    for sector, names in trades.items():
        data["sector"][sector] = [*data["sector"].get(sector, ()), *(f"{name}^{_TRADE_WEIGHT}" for name in names)]
    negators = data["negators"]

    def patterns(sources: list[str]) -> PatternSet:
        return PatternSet(sources, negators, classes)

    def group(sources: Mapping[str, list[str]]) -> dict[str, PatternSet]:
        return {value: patterns(words) for value, words in sources.items()}

    nested = {"aspects", "ordinals", "follow_up", "goes_on", "either"}
    return Vocabulary(
        language=language,
        choices={field: group(data[field]) for field in CHOICES if field in data},
        booleans={field: {value == "true": words for value, words in group(data[field]).items()} for field in BOOLEANS},
        quantities=QuantityReader(language, data["quantities"], classes),
        beside={
            need: tuple(Beside(patterns(pair["words"]), patterns(pair["beside"])) for pair in pairs)
            for need, pairs in data["needs_beside"].items()
        },
        declined={
            form: PatternSet([*data["declining"], *data["declined"].get(form, ())], negators, classes | {"vorm": words})
            for form, words in data["declinable"].items()
        },
        negators=patterns(negators),
        negation_after=patterns(data["negation_after"]),
        asked_negatively=patterns(data["asked_negatively"]),
        soft_intro=patterns(data["soft_intro"]),
        soft_after=patterns(data["soft_after"]),
        own_intro=patterns(data["own_intro"]),
        others=patterns(data["others"]),
        passers_by=patterns(data["passers_by"]),
        adviser=patterns(data["adviser"]),
        offered=patterns(data["offered"]),
        made_before=patterns(data["made_before"]),
        made_after=patterns(data["made_after"]),
        own_plan=patterns(data["own_plan"]),
        dont_know=patterns(data["dont_know"]),
        correction=patterns(data["correction"]),
        changed=patterns([*data["correction"], *data["by_now"]]),
        we=patterns(data["we"]),
        new_subject=patterns(data["new_subject"]),
        yes=patterns(data["yes"]),
        no=patterns(data["no"]),
        firm=patterns(data["firm"]),
        own_firm=patterns(data["own_firm"]),
        just_money=patterns(data["just_money"]),
        intents={intent: patterns(words) for intent, words in intents.items() if intent not in nested},
        aspects=group(intents["aspects"]),
        ordinals={int(number): patterns(words) for number, words in intents["ordinals"].items()},
        follow_up=patterns(intents["follow_up"]),
        goes_on=patterns(intents["goes_on"]),
        either=patterns(intents["either"]),
    )
