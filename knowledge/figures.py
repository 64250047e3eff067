"""Figures and names in running text, so that a claim can be held against its source.

A figure is a value with nothing lost: '€ 7,5 mln.' and '7.5 million' are both 7 500 000. Dutch and
English write separators the other way round, so each text is read in its own language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_SCALES: Final[dict[str, Decimal]] = {
    "duizend": Decimal(10**3), "thousand": Decimal(10**3), "k": Decimal(10**3),
    "mln": Decimal(10**6), "miljoen": Decimal(10**6), "million": Decimal(10**6), "m": Decimal(10**6),
    "mld": Decimal(10**9), "miljard": Decimal(10**9), "billion": Decimal(10**9), "bn": Decimal(10**9),
}  # fmt: skip
_NUMBER = re.compile(
    r"(?<![\w.,])(\d{1,3}(?:[ .,\u00a0]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
    r"(?:[\s\u00a0-]?(duizend|thousand|mln|miljoen|million|mld|miljard|billion|bn|k\b|m\b)\.?)?",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b(?:[A-ZÀ-Þ][\w’'&-]*[\w+])\b|\b[a-z]*[A-Z]{2,}[\w+-]*")
_WORD = re.compile(r"\w+")
_CLAUSE_START = re.compile(r"(?:^|[.!?:;“\"«(]\s*|\n)$")


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` in plain units; ``shown`` as the text has it."""

    value: Decimal
    shown: str


def figures(text: str, language: str = "nl") -> list[Figure]:
    """All figures of a text, in order; ordinals inside words (R&D2, COVID-19) are none."""
    found = []
    for match in _NUMBER.finditer(text):
        value = _value(match[1], language)
        if value is None:
            continue
        scale = _SCALES.get((match[2] or "").lower())
        found.append(Figure(value * scale if scale else value, match[0].strip()))
    return found


def _value(digits: str, language: str) -> Decimal | None:
    decimal_mark = "," if language == "nl" else "."
    grouping = "." if language == "nl" else ","
    plain = digits.replace(" ", "").replace("\u00a0", "")
    if re.fullmatch(rf"\d{{1,3}}(?:\{grouping}\d{{3}})+(?:\{decimal_mark}\d+)?", plain):
        plain = plain.replace(grouping, "")
    elif plain.count(grouping) == 1 and decimal_mark not in plain and not re.search(rf"\{grouping}\d{{3}}$", plain):
        return Decimal(plain.replace(grouping, "."))  # 'TRL 2.0', '7.5' in a Dutch text
    elif grouping in plain:
        return None  # a section number such as 3.2.1
    plain = plain.replace(decimal_mark, ".")
    return Decimal(plain) if plain.count(".") <= 1 else None


def missing_figures(claim: str, claim_language: str, passage: str, passage_language: str) -> list[str]:
    """The figures of a claim that the passage does not have, as the claim shows them."""
    have = {figure.value for figure in figures(passage, passage_language)}
    have |= {figure.value for figure in figures(passage, "en" if passage_language == "nl" else "nl")}
    return [figure.shown for figure in figures(claim, claim_language) if figure.value not in have]


def missing_names(claim: str, passage: str, known: Iterable[str]) -> list[str]:
    """Proper names and acronyms in a claim that neither the passage nor ``known`` has."""
    allowed = _fold(passage) + " " + " ".join(_fold(name) for name in known)
    return [name for name in proper_names(claim) if _fold(name) not in allowed]


def proper_names(text: str) -> list[str]:
    """Capitalised words inside a sentence, and acronyms anywhere."""
    names = []
    for match in _NAME.finditer(text):
        starts_sentence = bool(_CLAUSE_START.search(text[: match.start()]))
        acronym = sum(char.isupper() for char in match[0]) >= 2
        if acronym or not starts_sentence:
            names.append(match[0])
    return names


def _fold(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", text.lower().replace("’", "'"))


def shared_run(claim: str, document_words: str, length: int = 8) -> str | None:
    """The first run of ``length`` words that a claim shares with a document, else None.

    ``document_words``: the document as :func:`word_string` gives it.
    """
    words = _WORD.findall(claim.lower())
    for start in range(len(words) - length + 1):
        run = " ".join(words[start : start + length])
        if f" {run} " in document_words:
            return run
    return None


def word_string(text: str) -> str:
    """Lower-case words with single spaces between and around them."""
    return f" {' '.join(_WORD.findall(text.lower()))} "
