"""Numbers in running text: how many people, how much money, how old a firm is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from num2words import num2words

from assistant.patterns import Pattern, compile_pattern, fold
from knowledge.models import Language

_DIGITS = r"\d{1,3}(?:[ .,]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?"
_SCALES = {
    "k": 1_000, "duizend": 1_000, "thousand": 1_000, "mille": 1_000, "ton": 100_000, "m": 1_000_000, "mln": 1_000_000,
    "mio": 1_000_000, "miljoen": 1_000_000, "million": 1_000_000, "mld": 10**9, "miljard": 10**9, "billion": 10**9,
}  # fmt: skip
_HIGHEST_WORD = 999
_GOAL = re.compile(r"\b(?:naar|tot)\s+$")
_CLAUSE = re.compile(r"[.;,!?](?!\d)|\b(?:en|and|maar|but)\b")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number found in a text, and the words that it stands in."""

    field: str
    value: int
    start: int
    end: int


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


class QuantityReader:
    """Reads the number fields of one language; the words around numbers are data."""

    def __init__(self, language: Language, data: Mapping[str, Any]) -> None:
        self._words = number_words(language)
        spoken = "|".join(sorted((re.escape(word) for word in self._words), key=len, reverse=True))
        number = rf"(?P<n>{_DIGITS}|(?<!\w)(?:{spoken})(?!\w))"
        scales = "|".join(sorted(_SCALES, key=len, reverse=True))
        not_people = "|".join(re.escape(fold(word)) for word in data["not_people"])
        filler = rf"(?:(?!(?:{not_people})\b)[^\W\d][\w-]*\s+){{0,2}}"

        def options(key: str) -> str:
            return "|".join(sorted((re.escape(fold(word)).replace(r"\*", r"\w*") for word in data[key]), key=len, reverse=True))

        self._money = re.compile(
            rf"(?P<cur>€|\beur(?:o)?\b)?\s*{number}(?:\s?(?P<scale>{scales})(?!\w))?(?:,-)?\s?(?P<cur2>€|euros?\b|eur\b)?"
        )
        counted = rf"{number}(?:\s?(?:a|tot|-|to|of|or)\s?(?P<n2>{_DIGITS}))?(?:[\s-]+{filler}|(?=fte))"
        not_counted = rf"(?![\w.,]*\s*(?:{scales}|euro|%|{not_people}|jaar|years?|procent|percent))"
        self._employees = [
            re.compile(rf"{counted}(?:{options('people')})(?!\w)"),
            re.compile(rf"(?:{options('people_before')})\s+{number}{not_counted}"),
        ]
        self._roles = re.compile(rf"{counted}(?:{options('people_roles')})(?!\w)")
        self._fixed_people = _fixed(data["people_fixed"])
        self._age = re.compile(rf"{number}\s*(?:{options('years')})\s+(?:{options('age_after')})(?!\w)")
        self._age_before = re.compile(rf"(?:{options('age_before')})\s+{number}\s*(?:{options('years')})(?!\w)")
        self._months = re.compile(rf"{number}\s*(?:{options('months')})\s+(?:{options('age_after')})(?!\w)")
        self._since = re.compile(
            rf"(?:{options('since')})\s+(?P<year>(?:19|20)\d\d)(?!\d)|(?<!\d)(?P<year2>(?:19|20)\d\d) (?:{options('started')})"
        )
        self._fixed_age = _fixed(data["age_fixed"])
        self._person = re.compile(rf"(?:{options('age_of_person')})\s+$")
        self._turnover = re.compile(rf"(?:{options('turnover')})")
        self._no_amount = re.compile(rf"(?:{options('not_an_amount')})")
        self._wanted = re.compile(rf"(?:{options('wanted')})")

    def read(self, text: str, today: date) -> list[Quantity]:
        """All number fields that the text states; a field may be stated more than once."""
        folded = fold(text)
        return [*self._people(folded), *self._ages(folded, today), *self._amounts(folded)]

    def number(self, text: str) -> int | None:
        """The first number of a short answer, scale included: '12', 'twee ton', '€ 50.000'."""
        for found in self._money.finditer(fold(text)):
            if found["n"] not in {"een", "a", "an"} or found["scale"]:
                return self._scaled(found)
        return None

    def _people(self, folded: str) -> list[Quantity]:
        """'23 man, 2 eigen engineers': people in a role count only where no total is given."""
        found = _stated(self._fixed_people, "employees", folded)
        for regex in self._employees:
            found += self._counted(regex, folded)
        return found or self._counted(self._roles, folded)

    def _counted(self, regex: re.Pattern[str], folded: str) -> list[Quantity]:
        found = []
        for match in regex.finditer(folded):
            value = self._value(match.groupdict().get("n2") or match["n"])
            if value is None or value != int(value) or _GOAL.search(folded[: match.start()]):
                continue
            if match["n"] != "een" or "man of" in match[0]:
                found.append(Quantity("employees", int(value), match.start(), match.end()))
        return found

    def _ages(self, folded: str, today: date) -> list[Quantity]:
        found = []
        for regex in (self._age, self._age_before):
            for match in regex.finditer(folded):
                value = self._value(match["n"])
                if value is not None and not self._person.search(folded[: match.start()]):
                    found.append(Quantity("company_age_years", int(value), match.start(), match.end()))
        for match in self._months.finditer(folded):
            value = self._value(match["n"])
            if value is not None:
                found.append(Quantity("company_age_years", int(value) // 12, match.start(), match.end()))
        for match in self._since.finditer(folded):
            age = today.year - int(match["year"] or match["year2"])
            if age >= 0:
                found.append(Quantity("company_age_years", age, match.start(), match.end()))
        found += _stated(self._fixed_age, "company_age_years", folded)
        return found

    def _amounts(self, folded: str) -> list[Quantity]:
        candidates: list[tuple[bool, Quantity]] = []
        for match in self._money.finditer(folded):
            value = self._scaled(match)
            if value is None or value < 100:
                continue
            before, after = folded[max(0, match.start() - 40) : match.start()], folded[match.end() : match.end() + 25]
            clause_before = _CLAUSE.split(before)[-1]
            clause_after = _CLAUSE.split(after)[0]
            wanted = bool(self._wanted.search(clause_before) or self._wanted.search(clause_after))
            in_thousands = bool(re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", match["n"]))
            scaled = match["scale"] and match["scale"] != "m"
            turnover = bool(self._turnover.search(clause_before) or self._turnover.search(clause_after))
            if not (match["cur"] or match["cur2"] or scaled or (in_thousands and (wanted or turnover))):
                continue
            if turnover:
                candidates.append((True, Quantity("turnover_eur", value, match.start(), match.end())))
            elif not self._no_amount.search(clause_before[-25:] + "|" + clause_after[:20]):
                candidates.append((wanted, Quantity("amount_eur", value, match.start(), match.end())))
        wanted_first = sorted(candidates, key=lambda entry: not entry[0])
        amounts = [quantity for _, quantity in wanted_first if quantity.field == "amount_eur"][:1]
        return amounts + [quantity for _, quantity in candidates if quantity.field == "turnover_eur"][:1]

    def _scaled(self, match: re.Match[str]) -> int | None:
        value = self._value(match["n"])
        return None if value is None else round(value * _SCALES.get(match["scale"] or "", 1))

    def _value(self, token: str) -> float | None:
        if token in self._words:
            return self._words[token]
        return _digits(token)


def _fixed(phrases: Mapping[str, int]) -> list[tuple[Pattern, int]]:
    """Phrases that stand for one number, such as 'in mijn eentje'."""
    return [(compile_pattern(phrase, frozenset()), int(value)) for phrase, value in phrases.items()]


def _stated(phrases: Sequence[tuple[Pattern, int]], name: str, folded: str) -> list[Quantity]:
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


def merge(quantities: Sequence[Quantity]) -> dict[str, Quantity]:
    """One reading per field: the last one stated wins, as in a correction."""
    merged: dict[str, Any] = {}
    for quantity in sorted(quantities, key=lambda quantity: quantity.start):
        merged[quantity.field] = quantity
    return merged
