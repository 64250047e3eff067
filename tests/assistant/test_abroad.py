"""Places abroad, and what the profile model gets to read instead of names and places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.abroad import foreign
from assistant.features import NAME, masked
from assistant.field_model import as_model_reads

ABROAD = [
    ("Met een bedrijf uit Bocholt en een lab in Zürich", ["Bocholt", "Zürich"]),
    ("samen met een firma uit bocholt", ["bocholt"]),
    ("Our partner is in Porto", ["Porto"]),
    ("Wij betalen porto en verzenden naar Spanje", ["Spanje"]),
    ("A grant for us and a partner in the US", ["the US"]),
    ("is there a grant for us?", []),
    ("Wij willen naar het buitenland", []),
    ("Brussels pays half of it", []),
]


@pytest.mark.parametrize(("text", "expected"), ABROAD, ids=[text for text, _ in ABROAD])
def test_places_abroad(text, expected):
    assert [text[start:end] for start, end in foreign().places(text)] == expected


@pytest.mark.parametrize("word", ["Duitse", "German", "Poolse"])
def test_words_for_what_is_from_abroad(word):
    text = f"Een {word} fabriek"
    assert [text[start:end] for start, end in foreign().adjectives(text)] == [word]


def test_the_model_reads_the_same_whichever_places_are_named():
    one = as_model_reads("We make it in Breda with a German firm in Aachen", [])
    other = as_model_reads("We make it in Zwolle with a Danish firm in Bilbao", [])
    assert one == other
    assert "Breda" not in one


@given(st.text(alphabet="WBSO in Porto, ", max_size=40), st.lists(st.tuples(st.integers(0, 20), st.integers(1, 8)), max_size=6))
def test_overlapping_mentions_are_replaced_once(text, spans):
    places = [(start, start + length) for start, length in spans if start + length <= len(text)]
    result = masked(text, {NAME: places[:3], " plaats ": places[3:]})
    assert result.count(NAME) <= len(set(places))
    assert bool(places) == (NAME in result or " plaats " in result)
