"""The network that reads phrases: what it learns, where it saw it, and what it stores."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.phrase_network import PhraseNetwork, pieces_of
from assistant.phrase_training import _in_sentences, _retold, learn

SHIPS = ("het schip lekt", "ons schip vaart niet", "er ligt een schip stil")
CAKES = ("de taart is op", "wij bakken taart", "een taart met slagroom")


@pytest.fixture(scope="module")
def network() -> PhraseNetwork:
    texts = [f"{start} {end}" for start in ("goedemorgen,", "dag,", "hallo,", "beste mensen,") for end in (*SHIPS, *CAKES)]
    truths = np.array([[end in text for end in SHIPS] for text in texts]).any(axis=1)
    labels = np.stack([truths, ~truths], axis=1).astype(np.float32)
    return learn(texts, np.zeros((len(texts), 1), dtype=np.float32), labels, seed=1)


def scores(network: PhraseNetwork, text: str) -> np.ndarray:
    return network.scores(text, np.zeros(1, dtype=np.float32))


def test_it_tells_apart_what_it_learnt(network: PhraseNetwork) -> None:
    assert scores(network, "dag, ons schip lekt")[0] > scores(network, "dag, onze taart is op")[0]
    assert scores(network, "dag, onze taart is op")[1] > scores(network, "dag, ons schip lekt")[1]


def test_it_points_at_the_words(network: PhraseNetwork) -> None:
    text = "beste mensen, de vloer is nat, ons schip lekt"
    spans = [(0, 12), (14, 29), (31, len(text))]
    assert int(np.argmax(network.spoken_by(text, spans, 0))) == 2


def test_what_is_stored_reads_the_same(network: PhraseNetwork) -> None:
    again = PhraseNetwork.stored(network.arrays())
    assert scores(again, "ons schip lekt") == pytest.approx(scores(network, "ons schip lekt"), abs=0.05)


@pytest.mark.parametrize("text", ["", " ", "?", "x" * 20_000, "\x00\ufffd", "🙂🙂"])
def test_any_text_has_scores(network: PhraseNetwork, text: str) -> None:
    assert np.isfinite(scores(network, text)).all()


def test_the_same_seed_learns_the_same() -> None:
    texts, flags, truths = list(SHIPS + CAKES), np.zeros((6, 1), np.float32), np.eye(6, 2, dtype=np.float32)
    one, two = (learn(texts, flags, truths, seed=7) for _ in range(2))
    assert scores(one, "het schip") == pytest.approx(scores(two, "het schip"), abs=1e-3)


def test_sentences_are_told_in_another_order_turns_are_not() -> None:
    text = "Het schip lekt. Wie helpt ons? We zoeken een werf!"
    told = _in_sentences(text)
    assert len(told) == 3
    assert [piece for sentence in told for piece in sentence] == pieces_of(text)[0]
    assert len(_in_sentences("Het schip lekt. Wie helpt? / nee, toch niet")) == 1
    dice = np.random.default_rng(1)
    orders = {tuple(_retold([[1], [2], [3]], dice)) for _ in range(200)}
    assert {(1, 2, 3), (2, 1, 3), (3, 2, 1)} <= orders
    assert all(orders)
