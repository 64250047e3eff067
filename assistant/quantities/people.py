"""How many people work at a firm."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.patterns import any_of, fold
from assistant.quantities.numbers import CLAUSE, DIGITS, NO_NUMBER, PHRASE, Numbers, Quantity, fixed, stated

_GOAL = re.compile(r"\b(?:(?:naar|tot|to|alle|all)\s+|(?:door|by)\s+(?:een\s+)?)$")
_OWN_PEOPLE = re.compile(r"\b(?:onze|mijn|al mijn|our|my|met|with)\s+(?:(?:alle|all)\s+)?$")
_TOGETHER = re.compile(r"\s+(?:samen|together)\b")
_CLOSED = re.compile(r"\s*[.;,)!?]|\s*$")
_OWNERS = 2
"""So many may run a firm where more people work: 'mijn zus en ik hebben een bedrijf met zes mensen'."""
MOST_EMPLOYEES = 50_000
"""More than that were something else: 'in totaal 250.000'."""


class PeopleReader:
    """Reads the numbers of people in folded text."""

    def __init__(self, numbers: Numbers, data: Mapping[str, Any], classes: Mapping[str, Sequence[str]]) -> None:
        self._numbers = numbers
        number, options = numbers.number, numbers.options
        # "Een kleine vijftig man" are fifty, so that no count begins at an article.
        count = rf"(?!(?:{'|'.join(sorted(NO_NUMBER))})\s){number}"
        not_people = "|".join(re.escape(fold(word)) for word in data["not_people"])
        filler = rf"(?:(?!(?:{not_people}|van|of)\b)[^\W\d][\w-]*\s+){{0,2}}"  # "two of their engineers" are some of them
        counted = rf"{count}\+?(?:\s?(?:a|tot|-|to|of|or|en|and)\s?(?P<n2>{DIGITS}))?(?:[\s-]+{filler}|(?=fte))"
        other_units = rf"{not_people}|{options('years')}|{options('months')}|procent|percent"
        not_counted = rf"(?!\w|[.,]\d|%|\s*(?:{numbers.scales}|euro|%|{other_units})(?!\w))"
        self._no_people = re.compile(rf"\s*(?:{other_units}|%)(?!\w)")
        self._employees = [
            re.compile(rf"(?!one of us){counted}(?:{options('people')})(?!\w)"),
            re.compile(rf"(?<!\w)(?:{options('people_before')})\s+{number}{not_counted}"),
            re.compile(
                rf"(?<!\w)(?:van|from)\s+{number}\s+(?:naar|to)\s+(?:{DIGITS}|{numbers.spoken})\s+(?:{options('people')})(?!\w)"
            ),
            re.compile(rf"(?<!\w){any_of(classes['firma'])}\s+(?:van|of)\s+{number}{not_counted}"),
            # "we are 8": only where nothing else follows that the number could count.
            re.compile(
                rf"(?<!\w)(?:{options('people_before_end')})\s+{number}(?=\s*(?:[.,;!?)]|$|(?:{options('total_after')})\b))"
            ),
        ]
        self._of_others = re.compile(rf"(?<!\w)(?:{options('people_of_others')})\s+(?:[\w'-]+,?\s+){{0,9}}\(?$")
        self._more_people = re.compile(rf"\s+(?:{options('people_to_come')})(?!\w)")
        self._total = re.compile(rf"(?<!\w)(?:{options('total_before')})\s+{number}{not_counted}")
        self._team = re.compile(rf"(?:{options('team_before')})\s")
        self._team_before = re.compile(rf"(?<!\w)(?:{options('team_before')})\s+$")
        self._part_before = re.compile(rf"(?<!\w)(?:{options('part_before')})\s+(?:\w+\s+)?$")
        self._part_after = re.compile(rf"^\s+(?:{options('part_after')})(?!\w)")
        self._other_firms = re.compile(rf"(?<!\w)(?:{options('other_firms')})\s+(?:\w+\s+){{0,2}}$")
        self._fewer = re.compile(rf"(?<!\w)(?:{options('fewer')})\s+$")
        self._more = re.compile(rf"(?<!\w)(?:{options('more')})\s+$")
        self._some_of_them = re.compile(rf"(?<!\w)(?:{options('some_of_them')})(?!\w)")
        self._looked_for = re.compile(rf"(?<!\w)(?:{options('looked_for')})(?!\w)")
        self._roles = re.compile(rf"{counted}(?:{options('people_roles')})(?!\w)")
        self._fixed_people = fixed(data["people_fixed"], classes)

    def read(self, folded: str) -> list[Quantity]:
        """A stated total before any other number of people, parts and teams only where no whole is given, roles last."""
        fixed = [found for found in stated(self._fixed_people, "employees", folded) if not self._is_looked_for(found, folded)]
        found = [quantity for regex in self._employees for quantity in self._counted(regex, folded)]
        total = self._counted(self._total, folded)
        parts = [quantity for quantity in found if self._is_part(quantity, folded)]
        if len(found) > len(parts):  # "helemaal alleen" tells of a plan, too, where the firm's people are counted
            fixed = [quantity for quantity in fixed if quantity.value > _OWNERS]
        whole = fixed + [quantity for quantity in found if quantity not in parts]
        # "Met vijf bakkers samen" are five firms.
        roles = [
            one
            for one in self._counted(self._roles, folded)
            if not (_TOGETHER.match(folded, one.end) or self._is_looked_for(one, folded) or self._is_of_others(one, folded))
        ]
        return total or whole or [replace(one, of_part=True) for one in parts or roles]

    def _is_part(self, quantity: Quantity, folded: str) -> bool:
        """'waarvan 6 man in de ontwikkeling', 'een team van 3': not the whole firm."""
        before = folded[: quantity.start]
        return bool(
            self._team.match(folded[quantity.start : quantity.end])
            or self._team_before.search(before)
            or self._part_before.search(before)
            or self._part_after.search(folded[quantity.end :])
            or self._is_of_others(quantity, folded)
        )

    def _is_of_others(self, quantity: Quantity, folded: str) -> bool:
        """'Samen met een weverij (30 man)': a partner's."""
        return self._of_others.search(PHRASE.split(folded[: quantity.start])[-1]) is not None

    def _is_of_some(self, folded: str, start: int, end: int) -> bool:
        """'Acht monteurs tekort', 'two people to train': not how many there are, but for 'onze acht monteurs'."""
        before, after = folded[:start], folded[end:]
        clause = CLAUSE.split(before)[-1] + "|" + CLAUSE.split(after)[0]
        return self._some_of_them.search(clause) is not None and not _OWN_PEOPLE.search(before)

    def _is_looked_for(self, quantity: Quantity, folded: str) -> bool:
        """'Hiring two engineers': they are not there yet."""
        return self._looked_for.search(CLAUSE.split(folded[: quantity.start])[-1]) is not None

    def _counted(self, regex: re.Pattern[str], folded: str) -> list[Quantity]:
        found = []
        for match in regex.finditer(folded):
            value = self._numbers.value(match.groupdict().get("n2") or match["n"])
            before = folded[: match.start()]
            if (
                value is None
                or value != int(value)
                or value > MOST_EMPLOYEES
                or _GOAL.search(before)
                or self._other_firms.search(before)
                or self._is_of_some(folded, match.start(), match.end())
            ):
                continue
            to_come = self._more_people.match(folded, match.end())
            if to_come and _CLOSED.match(folded, to_come.end()):
                continue  # "twintig man erbij"
            if match["n"] not in NO_NUMBER or "man of" in match[0]:
                # "Fewer than ten" are nine at most: a bound that the firm is within.
                bound = -1 if self._fewer.search(before) else 1 if self._more.search(before) else 0
                found.append(Quantity("employees", int(value) + bound, match.start(), match.end()))
        return found

    def counts_something_else(self, folded: str, end: int) -> bool:
        """Is the number that ends here one of customers, years or percents?"""
        return self._no_people.match(folded, end) is not None
