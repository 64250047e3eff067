"""The classifier of intents: what its words mean, where the rules have nothing to go by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.features import NAME, masked
from assistant.intent_model import WEIGHTS, Example, digest, load_intent_model, train, written_examples
from assistant.intent_training import about_facts, situations
from assistant.models import Intent
from eval.cases import load_cases
from eval.leakage import messages_of, near_duplicates
from knowledge.catalogue import Catalogue


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        ("regelingnaam of regelingnaam, waar zit voor ons het verschil in?", Intent.COMPARE),
        ("Zou regelingnaam inmiddels alweer afgeschaft zijn?", Intent.STATUS),
        ("Heeft iemand ooit gemeten of bedrijven door regelingnaam meer gingen verdienen?", Intent.EVALUATE),
        ("Tot welk bedrag vergoedt regelingnaam onze kosten?", Intent.EXPLAIN),
        ("Goedenavond, spreek ik met een mens?", Intent.SMALLTALK),
        ("Wij willen een nieuwe pers ontwikkelen maar hebben er geen geld voor.", Intent.RECOMMEND),
        ("Which of the two, regelingnaam and regelingnaam, suits a small firm?", Intent.COMPARE),
        ("Has regelingnaam been closed down?", Intent.STATUS),
    ],
)
def test_fresh_messages_are_read(message: str, intent: Intent) -> None:
    likely = load_intent_model().likelihood(message)
    assert max(likely, key=lambda found: likely[found]) is intent


@pytest.mark.parametrize("message", ["", "?", "x" * 20_000, "\x00\ufffd", "🙂🙂"])
def test_likelihoods_are_shares_of_one(message: str) -> None:
    likely = load_intent_model().likelihood(message)
    assert set(likely) == set(Intent)
    assert sum(likely.values()) == pytest.approx(1.0)
    assert np.isfinite(list(likely.values())).all()


def test_names_are_masked() -> None:
    assert masked("WBSO of MIT?", {NAME: [(0, 4), (8, 11), (8, 11)]}).split() == ["regelingnaam", "of", "regelingnaam", "?"]


def test_the_weights_are_of_the_examples_as_they_stand() -> None:
    with np.load(WEIGHTS) as data:
        assert str(data["digest"]) == digest(written_examples()), "train it again: python -m assistant.intent_training"


def test_no_case_is_an_example() -> None:
    texts = [example.text for example in written_examples()]
    assert near_duplicates(messages_of(load_cases().cases), texts, 0.7) == []


def test_every_intent_has_examples_in_both_languages() -> None:
    found = {(example.intent, example.language) for example in written_examples()}
    assert found == {(intent, language) for intent in Intent for language in ("nl", "en")}


def test_questions_about_facts_follow_their_kind(catalogue: Catalogue) -> None:
    intents = {example.intent for example in about_facts(catalogue)}
    assert intents == {Intent.EXPLAIN, Intent.EVALUATE, Intent.STATUS}
    assert {example.intent for example in situations(50)} == {Intent.RECOMMEND}


def test_training_learns_and_repeats_itself() -> None:
    texts = {Intent.SMALLTALK: "hallo daar", Intent.STATUS: "bestaat dit nog", Intent.EXPLAIN: "hoeveel krijg ik"}
    examples = [Example(intent, "nl", f"{text} {n}") for intent, text in texts.items() for n in range(5)]
    first, again = train(examples), train(examples)
    for intent, text in texts.items():
        likely = first.likelihood(text)
        assert max(likely, key=lambda found: likely[found]) is intent
        assert likely == again.likelihood(text)


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("explain\tnl\tWat is dat?\nvragen\tnl\tWat?\n", "utf-8")
    with pytest.raises(ValueError, match=r"a\.tsv, line 2"):
        written_examples(tmp_path)
