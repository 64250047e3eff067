"""The classifiers of profile fields: what people say in words that no lexicon lists."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

import numpy as np
import pytest

from assistant.field_model import read_by_model
from assistant.gathered import Gathered
from assistant.intake import Intake
from assistant.models import Message
from assistant.names import NameFinder
from assistant.phrases import load_phrases
from assistant.profile_model import (
    VALUES,
    WEIGHTS,
    Example,
    ProfileModel,
    Stated,
    digest,
    load_profile_model,
    train,
    written_examples,
)
from assistant.profile_training import precision_and_recall
from eval.cases import load_cases
from eval.leakage import messages_of, near_duplicates
from knowledge.catalogue import Catalogue
from knowledge.models import LANGUAGES

EXPORT = Stated("needs", "export")
LOAN = Stated("needs", "lening")


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return written_examples()


def intake(catalogue: Catalogue, model: ProfileModel | None = None) -> Intake:
    return Intake(NameFinder(catalogue), {language: load_phrases(language) for language in LANGUAGES}, model=model)


def test_the_weights_are_of_the_examples_as_they_stand(examples: list[Example]) -> None:
    with np.load(WEIGHTS) as data:
        assert str(data["digest"]) == digest(examples), "train it again: python -m assistant.profile_training"


def test_no_case_is_an_example(examples: list[Example]) -> None:
    assert near_duplicates(messages_of(load_cases().cases), [example.text for example in examples], 0.7) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_has_examples(examples: list[Example], language: str) -> None:
    stated = {value for example in examples if example.language == language for value in example.stated}
    assert stated == set(VALUES)


@pytest.mark.parametrize(
    ("line", "what"),
    [("nl\t-\t-\t-\t-\tmet te weinig kolommen", "tabs"), ("nl\tlenen\t-\t-\t-\t-\tgeld", "needs=lenen"), ("", "tabs")],
)
def test_a_wrong_line_is_named(tmp_path, line: str, what: str) -> None:
    (tmp_path / "a.tsv").write_text(f"nl\t-\t-\t-\t-\t-\tgoed\n{line}\n", "utf-8")
    with pytest.raises(ValueError, match=rf"a\.tsv, line 2: .*{what}"):
        written_examples(tmp_path)


@pytest.mark.parametrize("text", ["", "?", "x" * 20_000, "\x00\ufffd", "🙂🙂"])
def test_any_text_has_likelihoods(text: str) -> None:
    likely = load_profile_model().likelihood(text, set())
    assert set(likely) == set(VALUES)
    assert all(0 <= chance <= 1 for chance in likely.values())


def test_what_is_learnt_is_found_again_and_its_words_are_in_the_text() -> None:
    texts = [
        f"{start} {end}"
        for start in ("ze bellen uit", "we sturen naar", "er ligt werk in")
        for end in ("verre landen", "Absurdistan")
    ]
    known = [Example("nl", frozenset({EXPORT}), text) for text in texts]
    other = [
        Example("nl", frozenset(), text)
        for text in ("de ketel is op", "een nieuw dak", "mijn zoon neemt het over", "morgen regen")
    ]
    model = train([*known, *other], [set()] * (len(known) + len(other)))
    text = "Ons dak lekt. Maar er ligt werk in Absurdistan, zeggen ze."
    assert model.likelihood(text, set())[EXPORT] > model.likelihood("Ons dak lekt.", set())[EXPORT]
    assert model.words_for(text, EXPORT) in text
    assert "Absurdistan" in model.words_for(text, EXPORT)


class Believes(ProfileModel):
    """Says of every message the same."""

    def __init__(self, likely: dict[Stated, float]) -> None:
        self._likely = dict.fromkeys(VALUES, 0.0) | likely

    def likelihood(self, text: str, by_rules: Collection[Stated]) -> dict[Stated, float]:
        return self._likely

    def words_for(self, text: str, value: Stated) -> str:
        return text


def test_rules_and_model_together(catalogue: Catalogue) -> None:
    text = "Wie helpt ons aan een lening die we dan over tien jaar terugbetalen?"
    likely = {EXPORT: 0.9, Stated("phase", "idee"): 0.98, Stated("phase", "prototype"): 0.96}
    assert intake(catalogue).states(text, "nl")[1] == {LOAN}
    # What the model does not believe at all goes.
    assert intake(catalogue, Believes(likely)).states(text, "nl")[1] == {EXPORT, Stated("phase", "idee")}
    assert intake(catalogue, Believes(likely | {LOAN: 0.5})).states(text, "nl")[1] >= {LOAN, EXPORT}


def in_turns(catalogue: Catalogue, likely: dict[Stated, float], *texts: str) -> dict[str, object]:
    model = Believes(likely)
    return intake(catalogue, model).understand([Message(role="user", content=text) for text in texts]).profile.known()


def test_a_later_message_changes_the_plan_not_the_trade(catalogue: Catalogue) -> None:
    firm, plan = "Wij hebben een restaurant in Hoorn.", "Er komt een installateur met een warmtepomp in de keuken."
    trade, other = Stated("sector", "horeca"), Stated("sector", "bouw")
    assert in_turns(catalogue, {trade: 0.9, other: 0.6}, firm, plan)["sector"] == "horeca"
    assert in_turns(catalogue, {trade: 0.4, other: 0.6}, firm, plan)["sector"] == "bouw"
    idea, prototype = Stated("phase", "idee"), Stated("phase", "prototype")
    turns = ("We hebben een idee voor een stoel.", "En kijk, gisteren zat de eerste klant er toch echt in.")
    assert in_turns(catalogue, {idea: 0.5, prototype: 0.9}, *turns)["phase"] == "prototype"
    assert in_turns(catalogue, {idea: 0.5, prototype: 0.6}, *turns)["phase"] == "idee"


class Hears(Believes):
    """Finds a wish only in what it is told together."""

    def likelihood(self, text: str, by_rules: Collection[Stated]) -> dict[Stated, float]:
        both = "pers" in text and "zestigduizend" in text
        return self._likely | ({Stated("needs", "geld-investering"): 0.95 if both else 0.7})


def test_a_later_message_is_read_with_the_earlier_ones(catalogue: Catalogue) -> None:
    turns = ("Wij gaan over op die andere pers van de beurs.", "Het gaat om zestigduizend euro, alles bij elkaar.")
    reader = intake(catalogue, Hears({}))
    for told, needs in (((turns[0],), None), ((turns[1],), None), (turns, ("geld-investering",))):
        read = reader.understand([Message(role="user", content=text) for text in told])
        assert read.profile.needs == needs


def test_precision_and_recall_per_field() -> None:
    examples = [Example("nl", frozenset({EXPORT, LOAN}), "a"), Example("nl", frozenset(), "b")]
    assert precision_and_recall([{EXPORT}, {LOAN}], examples, "needs") == (0.5, 0.5)
    assert precision_and_recall([{EXPORT}, set()], examples, "needs") == (1.0, 0.5)


def test_without_a_model_the_rules_have_the_only_say(catalogue: Catalogue) -> None:
    text = "We zoeken een lening voor een draaibank."
    by_rules = intake(catalogue).understand([Message(role="user", content=text)])
    assert by_rules.profile.needs is not None
    assert "lening" in by_rules.profile.needs


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("We krijgen de vacatures voor monteurs met geen mogelijkheid gevuld.", "needs", "personeel"),
        ("Onze stoelen slaan aan bij Denen en Polen, hoe komen we daar in de winkels?", "needs", "export"),
        ("De gemeente zou onze eerste afnemer kunnen zijn, hoe komen we daar binnen?", "needs", "klant-overheid"),
        ("Het staat alleen nog in een schrift, er is nog niks van gebouwd.", "phase", "idee"),
        ("We leveren er honderd per maand en kunnen de vraag niet aan, de productie moet omhoog.", "phase", "opschaling"),
        ("Our apprentices leave after a year and we can't find new welders.", "needs", "personeel"),
        ("Someone should put money in and become co-owner.", "needs", "durfkapitaal"),
    ],
)
def test_everyday_words_are_understood(catalogue: Catalogue, text: str, field: str, value: str) -> None:
    read = intake(catalogue, load_profile_model()).understand([Message(role="user", content=text)])
    known = read.profile.known().get(field)
    assert known is not None
    assert value in known if isinstance(known, list) else value == known
    words = next(reading.words for reading in read.readings if reading.field == field)
    assert all(part in text for part in words.split(", "))


@pytest.mark.parametrize(
    "text", ["We willen geen lening.", "Een lening hoeven we niet, we hebben geld genoeg.", "No loan, please."]
)
def test_what_is_denied_is_not_learnt_back(catalogue: Catalogue, text: str) -> None:
    read = intake(catalogue, load_profile_model()).understand([Message(role="user", content=text)])
    assert "lening" not in (read.profile.needs or ())


def test_the_rules_say_what_they_read(catalogue: Catalogue) -> None:
    read = intake(catalogue).states("Wij zijn bakkers en willen een lening.", "nl")
    assert LOAN in read[1]
    assert Stated("sector", "agrifood") in read[1]


def test_what_answers_our_question_is_believed() -> None:
    """However unlikely the model finds that a message says so by itself."""
    text = "Een consortium willen we niet, dan doen we het alleen."
    for asked, known in ((None, None), ("collaboration", "alleen")):
        gathered = Gathered()
        gathered.begin()
        gathered.put("collaboration", "alleen", text)
        read_by_model(cast(ProfileModel, BelievesNothing()), text, [], gathered, asked)
        reading = gathered.readings.get("collaboration")
        assert (reading.value if reading else None) == known


class BelievesNothing:
    def likelihood(self, text: str, by_rules: object) -> dict[Stated, float]:
        return dict.fromkeys(VALUES, 0.0)


def test_a_doubted_reading_leaves_what_an_earlier_message_said() -> None:
    gathered = Gathered()
    gathered.begin()
    gathered.put("phase", "idee", "een idee")
    gathered.begin()
    gathered.put("phase", "prototype", "prototype")
    gathered.drop(Stated("phase", "prototype"))
    assert gathered.readings["phase"].value == "idee"
