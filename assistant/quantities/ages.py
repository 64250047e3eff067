"""How old a firm is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from assistant.patterns import any_of, fold
from assistant.quantities.numbers import CLAUSE, Numbers, Quantity, fixed, stated

_WORK_ON = re.compile(r"\s+(?:mee|ermee|eraan|met|hieraan|daaraan|on it|with it|on this|with this)\b")
_OLD_THING = re.compile(
    r"^\s*(?:de|het|die|dat|the|that)\s+(?!bedrijf|zaak|firma|company|firm|business)[\w-]+\s+(?:is|zijn|are)\s.*\b(?:oud|old)$"
)
"""'De gasketel is twintig jaar oud'."""
_FIRST_YEAR = 1800


class AgeReader:
    """Reads the ages of firms in folded text, in whole years."""

    def __init__(self, numbers: Numbers, data: Mapping[str, Any], classes: Mapping[str, Sequence[str]]) -> None:
        self._numbers = numbers
        number, options = numbers.number, numbers.options
        self._in_months = re.compile(rf"\s*(?:{options('months')})(?!\w)")
        own_firm = rf"(?:{any_of(classes['firma'])}|{options('legal_forms')})"
        years, ago, started = options("years"), options("ago"), options("started_words")
        self._ago = re.compile(rf"(?:{ago})(?!\w)")
        self._age = [
            re.compile(rf"{number}[\s-]*(?:{years})[\s-]+(?:{options('age_after')})(?!\w)"),
            re.compile(rf"(?<!\w)(?:{options('age_before')})\s+(?:\w+\s+)?{number}\s*(?:{years})(?!\w)"),
            re.compile(rf"{number}\s*(?:{years})\s+(?:{ago})\s+(?:[\w'-]+\s+){{0,10}}(?:{started})(?!\w)"),
            re.compile(rf"(?<!\w)(?:{started})\s+(?:\w+\s+){{0,3}}{number}\s*(?:{years})\s+(?:{ago})(?!\w)"),
            # "4 man, bv, 2 jaar": in a list of what a firm is.
            re.compile(
                rf"(?:{options('people')}|{options('legal_forms')})\)?,\s+{number}\s*(?:{years})(?:\s+(?:nu|now))?(?=\s*(?:[.,;)\n]|$))"
            ),
            re.compile(rf"(?<=,\s){number}\s*(?:{years}),\s+(?:{options('legal_forms')})(?!\w)"),
            re.compile(rf"(?<!\w)(?:my|our|own|an?)\s+{own_firm}\s+for\s+{number}\s*(?:{years})(?!\w)"),
            # "Heb nu drie jaar een eigen restaurant".
            re.compile(rf"{number}\s*(?:{years})\s+(?:een|mijn|onze|ons|my|our|an?)\s+(?:eigen\s+|own\s+)?{own_firm}(?!\w)"),
        ]
        self._own_firm = re.compile(
            rf"\s+(?:met|with|on)\s+(?:onze|ons|mijn|our|my|de|the)\s+(?:eigen\s+|own\s+)?{own_firm}(?!\w)"
        )
        self._not_age = re.compile(rf"(?<!\w)(?:{options('age_not_with')})(?!\w)")
        months = options("months")
        self._months = [
            re.compile(rf"{number}\s*(?:{months})\s+(?:{options('age_after')})(?!\w)"),
            re.compile(rf"(?<!\w)(?:{options('age_before')})\s+(?:\w+\s+)?{number}\s*(?:{months})(?!\w)"),
            re.compile(rf"{number}\s*(?:{months})\s+(?:{ago})\s+(?:\w+\s+){{0,4}}(?:{started})(?!\w)"),
            re.compile(rf"(?<!\w)(?:{started})\s+(?:\w+\s+){{0,3}}{number}\s*(?:{months})\s+(?:{ago})(?!\w)"),
        ]
        month = "|".join(map(fold, classes["maand"]))
        self._month = re.compile(rf"^\D*(?<!\w)(?:{month})(?!\w)\D*$")
        self._since = re.compile(
            rf"(?<!\w)(?:{options('since')})\s+(?:(?:{month})\s+)?(?P<year>(?:1[89]|20)\d\d)(?!\d)"
            rf"|(?<!\d)(?P<year2>(?:1[89]|20)\d\d) (?:{options('started')})"
        )
        self._fixed_age = fixed(data["age_fixed"], classes)
        self._last_year = re.compile(rf"(?<!\w)(?:vorig jaar|last year)\s+(?:[\w'-]+\s+){{0,8}}{own_firm}\s+(?:{started})(?!\w)")
        self._person = re.compile(rf"(?:{options('age_of_person')})\s+$")

    def read(self, folded: str, today: date) -> list[Quantity]:
        """Ages that are stated of a firm, not of a person, a plan or a thing."""
        found = []
        for regexes, per_year in ((self._age, 1), (self._months, 12)):
            for match in (match for regex in regexes for match in regex.finditer(folded)):
                value = self._numbers.value(match["n"])
                before = CLAUSE.split(folded[: match.start()])[-1]
                ago = self._ago.search(match[0])
                person = self._person.search(folded[: match.start()]) and not ago
                if value is None or person or self._not_age.search(before) or _OLD_THING.search(before + match[0]):
                    continue
                on_plan = _WORK_ON.match(folded, match.end()) and not self._own_firm.match(folded, match.end())
                if on_plan and not ago:
                    continue
                found.append(Quantity("company_age_years", int(value) // per_year, match.start(), match.end()))
        for match in self._since.finditer(folded):
            age = today.year - int(match["year"] or match["year2"])
            if age >= 0:
                found.append(Quantity("company_age_years", age, match.start(), match.end()))
        found += [Quantity("company_age_years", 1, match.start(), match.end()) for match in self._last_year.finditer(folded)]
        return found + stated(self._fixed_age, "company_age_years", folded)

    def answer(self, folded: str, value: int, end: int, today: date) -> int:
        """The age that a number in an answer stands for: years, months ('8 maanden') or the year of its start ('2019')."""
        if _FIRST_YEAR <= value <= today.year:
            return today.year - value
        return value // 12 if self._in_months.match(folded, end) else value

    def is_month(self, folded: str) -> bool:
        """'Sinds maart', without a year."""
        return self._month.match(folded) is not None
