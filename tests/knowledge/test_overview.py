"""The generated overview: up to date, complete, well-formed, and no text runs out of its place."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest

from knowledge.catalogue import Catalogue, load_catalogue, packaged_folder
from knowledge.models import LANGUAGES, Group, Language, StatusState
from knowledge.overview import (
    PAGE,
    PHASES,
    PICTURE,
    grouped,
    overview_markdown,
    overview_svg,
    overview_words,
    text_width,
)
from knowledge.profile_fields import NEEDS

SVG = "{http://www.w3.org/2000/svg}"
WIDTH, CARD_LEFT, CARD_RIGHT = 1200, 24, 1176


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    chosen: Language = request.param
    return chosen


@pytest.fixture(scope="module")
def picture(catalogue: Catalogue, language: Language) -> ElementTree.Element:
    return ElementTree.fromstring(overview_svg(catalogue, language))


def rows(picture: ElementTree.Element) -> dict[str, ElementTree.Element]:
    return {row.attrib["id"]: row for row in picture.iter(f"{SVG}g") if row.get("class") == "row"}


def span(text: ElementTree.Element) -> tuple[float, float]:
    """From where to where a text runs."""
    size = float(text.attrib["font-size"])
    width = text_width(text.text or "", size, bold="font-weight" in text.attrib)
    for part in text.findall(f"{SVG}tspan"):
        width += float(part.get("dx", 0)) + text_width(part.text or "", float(part.get("font-size", size)))
    x = float(text.attrib["x"])
    return (x - width / 2, x + width / 2) if text.get("text-anchor") == "middle" else (x, x + width)


@pytest.mark.parametrize("name", [PICTURE, PAGE])
def test_the_committed_files_are_what_the_catalogue_gives(catalogue: Catalogue, name: str) -> None:
    generated = overview_svg(catalogue, "nl") if name == PICTURE else overview_markdown(catalogue)
    committed = (packaged_folder() / name).read_text("utf-8")
    assert committed == generated, f"knowledge/{name} is out of date: run 'instrumentwijzer overview'."


def test_every_instrument_has_one_row_with_its_phases(catalogue: Catalogue, picture: ElementTree.Element) -> None:
    found = rows(picture)
    assert sorted(found) == sorted(catalogue.instruments)
    for instrument in catalogue:
        dots = [circle.get("class") for circle in found[instrument.id].iter(f"{SVG}circle")]
        assert len(dots) == len(PHASES)
        assert dots.count("main") == len(set(instrument.phases.main))
        assert dots.count("also") == len(set(instrument.phases.also) - set(instrument.phases.main))


def test_the_main_needs_are_all_told(catalogue: Catalogue, picture: ElementTree.Element, language: Language) -> None:
    labels = overview_words()[language]["needs"]
    for id_, row in rows(picture).items():
        texts = ["".join(text.itertext()) for text in row.iter(f"{SVG}text")]
        assert [labels[need] for need in catalogue[id_].needs.main] == [t for t in texts if t in labels.values()]


def test_what_ended_is_struck_through(catalogue: Catalogue, picture: ElementTree.Element) -> None:
    for id_, row in rows(picture).items():
        names = [text for text in row.iter(f"{SVG}text") if text.get("class") == "name"]
        ended = catalogue[id_].status.state is StatusState.ENDED
        assert names
        assert all((name.get("text-decoration") == "line-through") == ended for name in names)


def test_no_text_overflows_its_row(picture: ElementTree.Element) -> None:
    for id_, row in rows(picture).items():
        first_phase = min(float(circle.attrib["cx"]) for circle in row.iter(f"{SVG}circle"))
        tags = [rect for rect in row.iter(f"{SVG}rect") if rect.get("class") == "tag"]
        texts = list(row.iter(f"{SVG}text"))
        names = [text for text in texts if text.get("class") == "name"]
        assert all(span(name)[1] < first_phase - 8 for name in names), id_
        for tag, label in zip(tags, texts[len(names) :], strict=True):
            left, right = float(tag.attrib["x"]), float(tag.attrib["x"]) + float(tag.attrib["width"])
            assert left <= span(label)[0], id_
            assert span(label)[1] <= right <= CARD_RIGHT, id_


def test_headings_do_not_overlap(picture: ElementTree.Element) -> None:
    for card in picture.iter(f"{SVG}g"):
        if card.get("class") == "card":
            spans = sorted(span(text) for text in card.findall(f"{SVG}text"))
            assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans)), card.get("data-group")
            assert spans[0][0] > CARD_LEFT
            assert spans[-1][1] < CARD_RIGHT
    assert all(span(text)[1] < WIDTH for text in picture.findall(f"{SVG}text"))


def test_a_name_that_fits_nowhere_is_cut_and_escaped(catalogue: Catalogue) -> None:
    wbso = catalogue["wbso"]
    long = wbso.model_copy(update={"name": wbso.name.model_copy(update={"nl": "<Onderzoek & meer> " + "heel " * 40})})
    drawn = overview_svg(Catalogue({"wbso": long}, {}, ""), "nl")
    names = [text for text in ElementTree.fromstring(drawn).iter(f"{SVG}text") if text.get("class") == "name"]
    assert len(names) == 2
    assert "".join(names[1].itertext()).endswith("…")
    assert all(span(name)[1] < 350 for name in names)


def test_every_group_phase_need_and_state_has_words(language: Language) -> None:
    words = overview_words()
    assert set(words[language]["groups"]) == set(words["colours"]) == set(Group)
    assert set(words[language]["phases"]) == set(PHASES)
    assert set(words[language]["needs"]) == set(NEEDS)
    assert set(words[language]["states"]) == set(StatusState)


def test_the_page_lists_every_instrument_by_group(catalogue: Catalogue) -> None:
    page = overview_markdown(catalogue)
    listed = [line for line in page.splitlines() if "](instruments/" in line]
    ordered = [instrument for instruments in grouped(catalogue).values() for instrument in instruments]
    assert len(listed) == len(catalogue)
    assert all(f"(instruments/{i.id}.yaml)" in line for i, line in zip(ordered, listed, strict=True))
    assert f"]({PICTURE})" in page
