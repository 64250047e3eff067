"""Numbers in running text: how many people, how much money, how old a firm is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from assistant.patterns import fold
from assistant.quantities.ages import AgeReader
from assistant.quantities.amounts import AmountReader
from assistant.quantities.numbers import NO_NUMBER, Numbers, Quantity
from assistant.quantities.people import MOST_EMPLOYEES, PeopleReader
from knowledge.models import Language

__all__ = ["MOST_EMPLOYEES", "Quantity", "QuantityReader", "merge"]

_DENIED = re.compile(r"\b(?:niet|not|geen|no)\s+(?:met\s+|een\s+|van\s+)?$")
_LEAST_AMOUNT = 500


class QuantityReader:
    """Reads the number fields of one language; the words around numbers are data."""

    def __init__(self, language: Language, data: Mapping[str, Any], classes: Mapping[str, Sequence[str]]) -> None:
        self._numbers = Numbers(language, data)
        self._people = PeopleReader(self._numbers, data, classes)
        self._ages = AgeReader(self._numbers, data, classes)
        self._amounts = AmountReader(self._numbers)

    def read(self, text: str, today: date) -> list[Quantity]:
        """All number fields that the text states; a field may be stated more than once."""
        folded = fold(text)
        return [*self._people.read(folded), *self._ages.read(folded, today), *self._amounts.read(folded)]

    def answer(self, field: str, text: str, today: date) -> int | None:
        """The number in an answer to the question about a field: '12', 'twee ton', '€ 50.000', 'not 300 but 30'."""
        folded = fold(text)
        other = [quantity for quantity in self.read(text, today) if quantity.field != field]
        money = field in {"amount_eur", "turnover_eur"}
        if field == "company_age_years" and self._ages.is_month(folded):
            return 0  # "sinds maart", without a year
        for found in self._numbers.money.finditer(folded):
            if (found["n"] in NO_NUMBER and not found["scale"]) or _DENIED.search(folded[: found.start("n")]):
                continue
            value = self._numbers.scaled(found)
            if value is None or any(quantity.start <= found.start("n") < quantity.end for quantity in other):
                continue
            if not money and (found["cur"] or found["cur2"] or found["scale"]):
                continue
            if field == "employees" and self._people.counts_something_else(folded, found.end("n")):
                continue
            if money and value < _LEAST_AMOUNT:
                continue  # "80" may be euros or thousands
            return self._ages.answer(folded, value, found.end("n"), today) if field == "company_age_years" else value
        return None

    def lone_number(self, text: str) -> int | None:
        """The only number of a text, where it has no unit: 'sorry, 21'."""
        found = [match for match in self._numbers.money.finditer(fold(text)) if match["n"] not in NO_NUMBER]
        plain = [match for match in found if not (match["cur"] or match["cur2"] or match["scale"])]
        return self._numbers.scaled(plain[0]) if len(found) == len(plain) == 1 else None


def merge(quantities: Sequence[Quantity], corrects: Callable[[int, int], bool]) -> dict[str, Quantity]:
    """One reading per field: the last one stated wins, as in a correction.

    Of people the first wins: who tells of a firm begins with its own, and later come a partner's. Unless the words
    between two numbers correct: ``corrects(end of the one, start of the other)``.
    """
    merged: dict[str, Quantity] = {}
    for quantity in sorted(quantities, key=lambda quantity: quantity.start):
        known = merged.get(quantity.field)
        if known is None or quantity.field != "employees" or quantity.start < known.end or corrects(known.end, quantity.start):
            merged[quantity.field] = quantity
    return merged
