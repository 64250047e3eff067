"""Slips of the keyboard in a question are mended, and right words are left alone."""

from __future__ import annotations

import pytest

from knowledge.spelling import Speller

SPELLER = Speller(
    ["De subsidie betaalt een haalbaarheidsstudie.", "Een lening voor de machine, de subsidie niet."], {"subsidies"}
)


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("susbidie", "subsidie"),
        ("Subsdie", "subsidie"),
        ("machinne", "machine"),
        ("haalbaarheidstudie", "haalbaarheidsstudie"),
    ],
)
def test_one_slip_is_mended(typed: str, mended: str) -> None:
    assert SPELLER.mend(f"Is er {typed}?") == f"Is er {mended}?"


@pytest.mark.parametrize("word", ["subsidie", "subsidies", "Lening", "bakkerij", "leni", "machinist", "ABC123"])
def test_other_words_stay(word: str) -> None:
    assert SPELLER.mend(word) == word


def test_signs_and_spaces_stay() -> None:
    assert SPELLER.mend("  susbidie,\n100% (machinne)!  ") == "  subsidie,\n100% (machine)!  "


def test_of_several_the_most_used_is_taken() -> None:
    speller = Speller(["regen regen regel"])
    assert speller.mend("regex") == "regen"
