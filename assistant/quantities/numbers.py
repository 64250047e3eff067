"""Numbers in running text: digits and words, and what multiplies them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from num2words import num2words

from assistant.patterns import Pattern, compile_pattern, fold
from knowledge.models import Language

DIGITS = r"\d{1,3}(?:[ .,]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?"
_SCALES = {
    "k": 1_000, "duizend": 1_000, "thousand": 1_000, "mille": 1_000, "ton": 100_000, "m": 1_000_000, "mln": 1_000_000,
    "mio": 1_000_000, "miljoen": 1_000_000, "million": 1_000_000, "mld": 10**9, "miljard": 10**9, "billion": 10**9,
}  # fmt: skip
_HIGHEST_WORD = 999
NO_NUMBER = frozenset({"een", "a", "an"})
"""Articles, which number words are too: 'een medewerker' does not say that there is one."""
CLAUSE = re.compile(r"[.;,!?](?!\d)|\b(?:en|and|maar|but)\b")
PHRASE = re.compile(r"[.;!?](?!\d)")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number found in a text, and the words that it stands in."""

    field: str
    value: int
    start: int
    end: int
    of_part: bool = False
    """Of some of the firm's people: says nothing against a number that is known of all."""


@lru_cache(maxsize=2)
def number_words(language: Language) -> dict[str, float]:
    """Number words → values: 0 to 999, and the halves that people speak in."""
    words = {fold(num2words(number, lang=language)): float(number) for number in range(_HIGHEST_WORD + 1)}
    extra = {
        "nl": {"een": 1.0, "anderhalf": 1.5, "anderhalve": 1.5, "half": 0.5, "halve": 0.5, "een half": 0.5, "een halve": 0.5,
               "tweeenhalf": 2.5, "tweeenhalve": 2.5, "twee en een half": 2.5, "dozijn": 12.0,
               "kwart": 0.25, "een kwart": 0.25},
        "en": {"a": 1.0, "an": 1.0, "half a": 0.5, "one and a half": 1.5, "a dozen": 12.0, "a quarter of a": 0.25,
               "two and a half": 2.5},
    }[language]  # fmt: skip
    return {word.replace(",", ""): value for word, value in (words | extra).items()}


class Numbers:
    """How one language writes numbers, and the words of the lexicon around them."""

    def __init__(self, language: Language, data: Mapping[str, Any]) -> None:
        self._words = number_words(language)
        self._data = data
        self.spoken = "|".join(sorted((re.escape(word) for word in self._words), key=len, reverse=True))
        self.number = rf"(?P<n>(?<![\d.,]){DIGITS}|(?<!\w)(?:{self.spoken})(?!\w))"
        self.scales = "|".join(sorted(_SCALES, key=len, reverse=True))
        self.money = re.compile(
            rf"(?P<cur>€|\beur(?:o)?\b)?\s*{self.number}(?:\s?(?P<scale>{self.scales})(?!\w))?(?:,-)?\s?(?P<cur2>€|euros?\b|eur\b)?"
        )

    def options(self, key: str) -> str:
        """A regular expression for any of the words that the lexicon lists under a key, longest first."""
        words = (re.escape(fold(word)).replace(r"\*", r"\w*") for word in self._data[key])
        return "|".join(sorted(words, key=len, reverse=True))

    def value(self, token: str) -> float | None:
        """What digits or number words stand for."""
        return self._words[token] if token in self._words else _digits(token)

    def scaled(self, match: re.Match[str]) -> int | None:
        """The number of a match of ``money``, with its scale."""
        value = self.value(match["n"])
        return None if value is None else round(value * scale_of(match["scale"]))


def scale_of(word: str | None) -> int:
    """'ton' → 100 000; nothing: 1."""
    return _SCALES[word] if word else 1


def fixed(phrases: Mapping[str, int], classes: Mapping[str, Sequence[str]]) -> list[tuple[Pattern, int]]:
    """Phrases that stand for one number, such as 'in mijn eentje'."""
    return [(compile_pattern(phrase, classes=classes), int(value)) for phrase, value in phrases.items()]


def stated(phrases: Sequence[tuple[Pattern, int]], name: str, folded: str) -> list[Quantity]:
    """Where these phrases stand, as quantities of one field."""
    return [Quantity(name, value, at.start, at.end) for pattern, value in phrases for at in pattern.find(folded)]


def _digits(token: str) -> float | None:
    """'1.250', '1,250', '2,5', '2.5', '50 000' → a number; three digits after one mark are thousands."""
    plain = token.replace(" ", "")
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", plain):
        return float(re.sub(r"[.,]", "", plain))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+", plain):
        plain = plain.replace(".", "")
    try:
        return float(plain.replace(",", "."))
    except ValueError:
        return None
