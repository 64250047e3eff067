"""Figures and names in text, Dutch and English, and what a source does not bear out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.figures import figures, missing_figures, missing_names, shared_run, word_string


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("€ 7,5 mln.", "nl", ["7500000"]),
        ("7.5 million", "en", ["7500000"]),
        ("meer dan 21.000 gebruikers (97%)", "nl", ["21000", "97"]),
        ("more than 21,000 users (97%)", "en", ["21000", "97"]),
        ("€ 1,2 miljard", "nl", ["1200000000"]),
        ("€ 3.630.060", "nl", ["3630060"]),
        ("van 2018 tot en met 2021", "nl", ["2018", "2021"]),
        ("geen getal", "nl", []),
        ("0,81 euro", "nl", ["0.81"]),
        ("50-50", "nl", ["50", "50"]),
    ],
)
def test_figures(text, language, values):
    assert [figure.value for figure in figures(text, language)] == [Decimal(value) for value in values]


@given(st.integers(1000, 10**9))
def test_the_same_number_in_both_notations(number):
    dutch = f"{number:,}".replace(",", ".")
    english = f"{number:,}"
    assert not missing_figures(f"bedrag {dutch} euro", "nl", f"amount {english} euro", "en")


def test_a_figure_that_the_source_does_not_have():
    assert missing_figures("In 2025 was dat 36%", "nl", "Het was 35% in 2025", "nl") == ["36"]
    assert missing_figures("7.5 million", "en", "een budget van € 7,5 mln.", "nl") == []


def test_a_name_that_the_source_does_not_have():
    passage = "De evaluatie is gedaan door Dialogic."
    assert missing_names("De evaluatie van SEO en Dialogic", passage, []) == ["SEO"]
    assert missing_names("De evaluatie van SEO en Dialogic", passage, ["SEO"]) == []


def test_a_copied_run_of_words():
    document = word_string("Een twee drie vier vijf zes zeven acht negen tien.")
    assert shared_run("Zo: twee, drie vier vijf zes zeven acht negen!", document) == "twee drie vier vijf zes zeven acht negen"
    assert shared_run("twee drie vier vijf zes zeven acht nul", document) is None
