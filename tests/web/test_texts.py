"""The page's words are data, the same in both languages, and none may be missing."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import Any

import pytest

from assistant.vocabulary import read_data
from assistant.web import page
from assistant.web.texts import MissingTextError, load_texts


def leaves(node: Any, path: str = "") -> dict[str, Any]:
    if isinstance(node, dict):
        return {key: leaf for name, child in node.items() for key, leaf in leaves(child, f"{path}.{name}").items()}
    if isinstance(node, list):
        return {f"{path}.{n}": leaf for n, leaf in enumerate(node)}
    return {path: node}


DATA = read_data("assistant.web", "texts.yaml")


def test_both_languages_have_the_same_texts_with_the_same_variables():
    nl, en = leaves(DATA["nl"]), leaves(DATA["en"])
    assert nl.keys() == en.keys()
    for key, text in nl.items():
        variables = [{name for _, name, _, _ in string.Formatter().parse(t) if name} for t in (text, en[key])]
        assert variables[0] == variables[1], key


def test_all_texts_are_texts_and_none_is_empty():
    for key, text in {**leaves(DATA["nl"]), **leaves(DATA["en"])}.items():
        assert isinstance(text, str), key
        assert text.strip(), key


def test_every_text_that_the_code_names_exists():
    folder = Path(page.__file__).parent
    named = {key for path in folder.glob("*.py") for key in re.findall(r'(?<!_)texts\(\s*"([a-z_.]+)"', path.read_text("utf-8"))}
    assert len(named) > 30
    for key in named:
        load_texts("nl")._node(key)


@pytest.mark.parametrize(
    "call", [lambda t: t("no.such"), lambda t: t("start"), lambda t: t("sources.marker"), lambda t: t.several("title")]
)
def test_a_missing_text_or_variable_is_an_error(call):
    with pytest.raises(MissingTextError):
        call(load_texts("nl"))


@pytest.mark.parametrize(
    ("as_of", "nl", "en"),
    [
        ("2024", "2024", "2024"),
        ("2024-03", "maart 2024", "March 2024"),
        ("2024-12-07", "7 december 2024", "7 December 2024"),
        ("unknown", "datum niet bekend", "date unknown"),
    ],
)
def test_dates_are_words(as_of: str, nl: str, en: str):
    assert load_texts("nl").date(as_of) == nl
    assert load_texts("en").date(as_of) == en


def test_dutch_speaks_to_the_reader_with_u():
    words = re.findall(r"\b(?:je|jij|jouw|jullie)\b", " ".join(leaves(DATA["nl"]).values()), re.IGNORECASE)
    assert not words
