"""Slips of the fingers are put right; words that only look odd are left alone."""

from __future__ import annotations

import pytest

from assistant.models import Message
from assistant.spelling import corrected
from tests.conftest import user


@pytest.mark.parametrize(
    ("language", "typed", "meant"),
    [
        ("nl", "een bakerij zoekt subsdie", "een bakkerij zoekt subsidie"),
        ("nl", "Investerring in een machien", "Investering in een machine"),
        ("nl", "wie leend dat", "wie leent dat"),
        ("nl", "wij zitten in Zwole", "wij zitten in Zwolle"),
        ("en", "We are near Rotterdm", "We are near Rotterdam"),
        ("en", "money for our prototpye with 5 emploees", "money for our prototype with 5 employees"),
    ],
)
def test_a_slip_is_put_right(language, typed, meant):
    assert corrected(typed, language).text == meant


@pytest.mark.parametrize(
    "text",
    [
        "de klimaatkast en de accubank van onze laadpaal",  # compounds that no list has
        "wij zijn Vermerken BV uit Bargerveen, met de firma Kasbouwer",  # names
        "een klant in Lille en een in Vermerken",
        "een eetcafe met patienten, een échte",  # accents left out
        "zie www.bakkerrij.nl of mail info@bakkerrij.nl over de 3D-printter",
        "xqzt wvrtk plmkz",
    ],
)
def test_what_only_looks_odd_is_left_alone(text):
    assert corrected(text, "nl").text == text


def test_words_are_told_as_they_were_typed():
    put_right = corrected("onze bakerij wil een machien", "nl")
    assert put_right.as_written("bakkerij wil een machine") == "bakerij wil een machien"


def test_named_instruments_are_left_to_the_name_finder():
    text = "is de bakerij nog open"
    assert corrected(text, "nl", [(6, 13)]).text == text


def test_a_misspelt_story_is_understood_and_quoted_as_typed(advisor):
    understood = advisor.understand([Message(role="user", content="wij zijn een bakerij en willen een machien kopen")])
    sector = next(reading for reading in understood.readings if reading.field == "sector")
    assert (sector.value, sector.words) == ("agrifood", "bakerij")


def test_german_is_not_taken_for_misspelt_dutch(advisor):
    assert "bäckerei" in advisor.understand(user("Wir sind eine bäckerei und suchen einen kredit für unsere neue maschine")).query


def test_noise_does_not_keep_the_reader_busy():
    letters = "bcdfghjklmnpqrstvwxz"
    noise = " ".join(f"x{a}{b}{c}kw" for a in letters for b in letters for c in letters)
    assert corrected(noise, "nl").text == noise
