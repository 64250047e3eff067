"""Sentences of Markdown, words, syllables and reading ease."""

import pytest

from eval.readability import flesch, score, syllables, within_b1, without_names
from eval.text import Place, markers, sentences, words_of


def texts(markdown):
    return [sentence.text for sentence in sentences(markdown)]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("Een zin. Nog een zin.", ["Een zin.", "Nog een zin."]),
        ("Tot max. € 5 mln. per jaar. Meer niet.", ["Tot max. € 5 mln. per jaar.", "Meer niet."]),
        ("Dat kost € 5 mln. De rest niet.", ["Dat kost € 5 mln.", "De rest niet."]),
        ("Zie o.a. nr. 12 en art. 3. Klaar.", ["Zie o.a. nr. 12 en art. 3.", "Klaar."]),
        ("Hij is lid. Zij ook.", ["Hij is lid.", "Zij ook."]),
        ("TRL 2.0 volstaat. En € 7.500 ook.", ["TRL 2.0 volstaat.", "En € 7.500 ook."]),
        ("Bel K. Jansen. Nu.", ["Bel K. Jansen.", "Nu."]),
        ("1. Eerst dit.\n2. Dan dat.", ["Eerst dit.", "Dan dat."]),
        ("Kan dat? Ja!", ["Kan dat?", "Ja!"]),
        ("Zin over\ntwee regels.", ["Zin over twee regels."]),
        ("**Vet** en *schuin* en `code`.", ["Vet en schuin en code."]),
        ("Zie [RVO](https://rvo.nl/a_b_c).", ["Zie RVO."]),
        ("> Een citaat.", ["Een citaat."]),
        ("---\n\n***", []),
        ("", []),
    ],
)
def test_splits_sentences(markdown, expected):
    assert texts(markdown) == expected


@pytest.mark.parametrize("line", ["Zo is het [1][2].", "Zo is het. [1][2]", "Zo is het [1] [2]."])
def test_markers_go_with_their_sentence(line):
    first, second = sentences(f"{line} En dit niet.")
    assert (first.text, first.markers) == ("Zo is het.", (1, 2))
    assert second.markers == ()


def test_headings_items_and_cells_know_their_place():
    found = sentences("## Kop\n**WBSO** (past)\n- Een punt [3].\n\n| a | b |\n|---|---|\n| 36% [1] | niets |")
    assert [(s.text, s.place) for s in found] == [
        ("Kop", Place.HEADING), ("WBSO (past)", Place.HEADING), ("Een punt.", Place.ITEM),
        ("a", Place.HEADING), ("b", Place.HEADING), ("36%", Place.CELL), ("niets", Place.CELL),
    ]  # fmt: skip
    assert found[5].markers == (1,)


def test_a_label_is_no_part_of_the_claim():
    (sentence,) = sentences("- Wat u krijgt: in 2025 was het 36% [1].")
    assert sentence.claim == "in 2025 was het 36%."
    assert not sentence.is_question
    assert sentences("**Vraag aan u:** Hoe groot?")[0].is_question


def test_markers_are_repeated_and_links_are_none():
    assert markers("A [1]. B [2][1]. [3](https://x.nl)") == [1, 2, 1]


def test_words_as_people_count_them():
    assert words_of("Het R&D-project kost € 25.000, zegt 't MKB.") == [
        "Het",
        "R&D-project",
        "kost",
        "25.000",
        "zegt",
        "t",
        "MKB",
    ]


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("bedrijf", 2), ("haalbaarheidsproject", 5), ("ideeën", 3), ("nieuw", 1), ("financiering", 4), ("WBSO", 1),
        ("36%", 1), ("coöperatie", 5), ("officiële", 5),
    ],
)  # fmt: skip
def test_dutch_syllables(word, count):
    assert syllables(word, "nl") == count


@pytest.mark.parametrize(("word", "count"), [("make", 1), ("company", 3), ("needed", 2), ("worked", 1), ("table", 2)])
def test_english_syllables(word, count):
    assert syllables(word, "en") == count


def test_flesch_formulas_by_hand():
    # Douma: 206.84 - 0.93 * 10 - 77 * 1.5; Flesch: 206.835 - 1.015 * 10 - 84.6 * 1.5
    assert flesch(100, 10, 150, "nl") == pytest.approx(82.04)
    assert flesch(100, 10, 150, "en") == pytest.approx(69.785)


def test_a_score_needs_enough_words():
    assert score(["Te kort."], "nl") is None
    assert score(["De kat zit op de mat en kijkt naar de muis."] * 4, "nl") > 100


def test_b1_bounds():
    assert within_b1("U doet zelf een deel van het werk.", "nl")
    assert not within_b1("woord " * 21, "nl")
    assert not within_b1(
        "Innovatiestimuleringsmaatregelen faciliteren technologieontwikkelingstrajecten voor ondernemingen.", "nl"
    )


def test_names_are_left_out():
    assert words_of(without_names("De WBSO helpt, de MIT-kennisvoucher ook", ["WBSO", "MIT-kennisvoucher"])) == [
        "De",
        "helpt",
        "de",
        "ook",
    ]
