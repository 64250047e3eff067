"""Loading a catalogue: what is wrong is told with file, line, field and remedy."""

from pathlib import Path

import pytest

from knowledge.catalogue import load_catalogue, read_catalogue
from knowledge.errors import CatalogueError
from tests.conftest import TINY

GOOD = (TINY / "instruments" / "proefbon.yaml").read_text("utf-8")

MISTAKES = {
    "unknown-key": ("group: subsidie", "group: subsidie\ncolour: blue", ["line 5", "colour", "Remove this key"]),
    "missing-field": ("group: subsidie\n", "", ["group", "Add it"]),
    "duplicate-key": ("group: subsidie", "group: subsidie\ngroup: lening", ["line 5", "stands twice"]),
    "bad-group": ("group: subsidie", "group: cadeau", ["line 4", "group"]),
    "no-such-field": (
        "field: employees, op: at_most, value: 49",
        "field: size, op: at_most, value: 49",
        ["line 11", "criteria[0].test:", "no profile field"],
    ),
    "operator-value": (
        "field: employees, op: at_most, value: 49",
        "field: employees, op: at_most, value: veel",
        ["criteria[0].test", "whole number"],
    ),
    "no-such-province": ("value: [zeeland, limburg]", "value: [zeeland, holland]", ["criteria[1].test", "holland"]),
    "dangling-fact": (
        "fact: audience}\n  - {id: streek",
        "fact: nergens}\n  - {id: streek",
        ["nergens", "does not have"],
    ),
    "unknown-source": (
        'source: blad, locator: "p. 1, al. 1"',
        'source: krant, locator: "p. 1, al. 1"',
        ["facts[0].source", "krant"],
    ),
    "bad-date": ('as_of: "2024"', 'as_of: "vorig jaar"', ["facts[2].as_of", "'2025-09'"]),
    "bad-successor": (
        "fact: status}\nphases",
        "fact: status, successors: [nergens]}\nphases",
        ["there is no instrument 'nergens'"],
    ),
    "bad-combination": ("with: groeilening", "with: nergens", ["there is no instrument 'nergens'"]),
    "other-id": ("id: proefbon", "id: bonproef", ["line 1", "differs from the file's name"]),
    "not-yaml": ("group: subsidie", "group: [subsidie", ["no valid YAML"]),
    "colon-in-text": ("nl: Bel Bureau Proef.", "nl: Bel: Bureau Proef: nu", ["no valid YAML", "quotes"]),
    "empty-text": ("nl: Bel Bureau Proef.", 'nl: ""', ["first_step.text.nl"]),
    "repeated-fact": ("id: amount, kind", "id: audience, kind", ["'audience' stands there twice"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_where_it_is(tmp_path: Path, mistake: str) -> None:
    old, new, expected = MISTAKES[mistake]
    assert old in GOOD
    folder = _copy(tmp_path)
    (folder / "instruments" / "proefbon.yaml").write_text(GOOD.replace(old, new, 1), "utf-8")
    _, problems = read_catalogue(folder)
    told = "\n".join(problems)
    assert "proefbon.yaml" in told
    for part in expected:
        assert part in told


def test_the_good_catalogue_has_no_problems() -> None:
    assert read_catalogue(TINY)[1] == []


def test_one_bad_file_does_not_hide_the_others(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    (folder / "instruments" / "proefbon.yaml").write_text("id: [", "utf-8")
    catalogue, problems = read_catalogue(folder)
    assert "groeilening" in catalogue.instruments
    assert problems


def test_an_unknown_instrument_offers_the_nearest() -> None:
    with pytest.raises(CatalogueError, match="Did you mean proefbon"):
        load_catalogue(TINY)["profbon"]


def test_an_empty_folder_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="holds no instruments"):
        load_catalogue(tmp_path)


def test_words_that_yaml_11_takes_for_booleans_stay_words(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    text = GOOD.replace("nl: [testbon]", "nl: [no, yes, on]")
    (folder / "instruments" / "proefbon.yaml").write_text(text, "utf-8")
    assert load_catalogue(folder)["proefbon"].aliases.nl == ("no", "yes", "on")


def _copy(tmp_path: Path) -> Path:
    for path in TINY.rglob("*.yaml"):
        target = tmp_path / path.relative_to(TINY)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text("utf-8"), "utf-8")
    return tmp_path
