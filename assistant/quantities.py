"""Numbers in running text: how many people, how much money, how old a firm is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from num2words import num2words

from assistant.patterns import Pattern, any_of, compile_pattern, fold
from knowledge.models import Language

_DIGITS = r"\d{1,3}(?:[ .,]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?"
_SCALES = {
    "k": 1_000, "duizend": 1_000, "thousand": 1_000, "mille": 1_000, "ton": 100_000, "m": 1_000_000, "mln": 1_000_000,
    "mio": 1_000_000, "miljoen": 1_000_000, "million": 1_000_000, "mld": 10**9, "miljard": 10**9, "billion": 10**9,
}  # fmt: skip
_HIGHEST_WORD = 999
_GOAL = re.compile(r"\b(?:naar|tot|to|alle|all)\s+$")
_CLAUSE = re.compile(r"[.;,!?](?!\d)|\b(?:en|and|maar|but)\b")
_DENIED = re.compile(r"\b(?:niet|not|geen|no)\s+(?:met\s+|een\s+|van\s+)?$")
_TOGETHER = re.compile(r"\s+(?:samen|together)\b")
_CLOSED = re.compile(r"\s*[.;,)!?]|\s*$")
_PHRASE = re.compile(r"[.;!?](?!\d)")
_WORK_ON = re.compile(r"\s+(?:mee|ermee|eraan|met|hieraan|daaraan|on it|with it|on this|with this)\b")
_OLD_THING = re.compile(
    r"^\s*(?:de|het|die|dat|the|that)\s+(?!bedrijf|zaak|firma|company|firm|business)[\w-]+\s+(?:is|zijn|are)\s.*\b(?:oud|old)$"
)
"""'De gasketel is twintig jaar oud'."""
_LONE = 1
_NO_NUMBER = frozenset({"een", "a", "an"})
"""Articles, which number words are too: 'een medewerker' does not say that there is one."""
_LEAST_AMOUNT = 500
_FIRST_YEAR = 1800
MOST_EMPLOYEES = 50_000
"""More than that were something else: 'in totaal 250.000'."""


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


class QuantityReader:
    """Reads the number fields of one language; the words around numbers are data."""

    def __init__(self, language: Language, data: Mapping[str, Any], classes: Mapping[str, Sequence[str]]) -> None:
        self._words = number_words(language)
        spoken = "|".join(sorted((re.escape(word) for word in self._words), key=len, reverse=True))
        number = rf"(?P<n>(?<![\d.,]){_DIGITS}|(?<!\w)(?:{spoken})(?!\w))"
        # "Een kleine vijftig man" are fifty, so that no count begins at an article.
        count = rf"(?!(?:{'|'.join(sorted(_NO_NUMBER))})\s){number}"
        scales = "|".join(sorted(_SCALES, key=len, reverse=True))
        not_people = "|".join(re.escape(fold(word)) for word in data["not_people"])
        filler = rf"(?:(?!(?:{not_people})\b)[^\W\d][\w-]*\s+){{0,2}}"

        def options(key: str) -> str:
            return "|".join(sorted((re.escape(fold(word)).replace(r"\*", r"\w*") for word in data[key]), key=len, reverse=True))

        self._money = re.compile(
            rf"(?P<cur>€|\beur(?:o)?\b)?\s*{number}(?:\s?(?P<scale>{scales})(?!\w))?(?:,-)?\s?(?P<cur2>€|euros?\b|eur\b)?"
        )
        # "Een ton of acht" are about eight tons.
        self._about = re.compile(rf"(?<!\w)(?:een|a)\s+(?P<scale>ton|miljoen)\s+of\s+{number}")
        counted = rf"{count}\+?(?:\s?(?:a|tot|-|to|of|or|en|and)\s?(?P<n2>{_DIGITS}))?(?:[\s-]+{filler}|(?=fte))"
        not_counted = (
            rf"(?!\w|[.,]\d|%|\s*(?:{scales}|euro|%|{not_people}|{options('years')}|{options('months')}|procent|percent)(?!\w))"
        )
        self._in_months = re.compile(rf"\s*(?:{options('months')})(?!\w)")
        self._no_people = re.compile(rf"\s*(?:{not_people}|{options('years')}|{options('months')}|%|procent|percent)(?!\w)")
        self._employees = [
            re.compile(rf"(?!one of us){counted}(?:{options('people')})(?!\w)"),
            re.compile(rf"(?<!\w)(?:{options('people_before')})\s+{number}{not_counted}"),
            re.compile(rf"(?<!\w)(?:van|from)\s+{number}\s+(?:naar|to)\s+(?:{_DIGITS}|{spoken})\s+(?:{options('people')})(?!\w)"),
            re.compile(rf"(?<!\w){any_of(classes['firma'])}\s+(?:van|of)\s+{number}{not_counted}"),
            # "we are 8": only where nothing else follows that the number could count.
            re.compile(
                rf"(?<!\w)(?:{options('people_before_end')})\s+{number}(?=\s*(?:[.,;!?)]|$|(?:{options('total_after')})\b))"
            ),
        ]
        self._of_others = re.compile(rf"(?<!\w)(?:{options('people_of_others')})\s+(?:[\w'-]+,?\s+){{0,9}}$")
        self._more_people = re.compile(rf"\s+(?:{options('people_to_come')})(?!\w)")
        self._total = re.compile(rf"(?<!\w)(?:{options('total_before')})\s+{number}{not_counted}")
        self._team = re.compile(rf"(?:{options('team_before')})\s")
        self._team_before = re.compile(rf"(?<!\w)(?:{options('team_before')})\s+$")
        self._part_before = re.compile(rf"(?<!\w)(?:{options('part_before')})\s+(?:\w+\s+)?$")
        self._part_after = re.compile(rf"^\s+(?:{options('part_after')})(?!\w)")
        self._other_firms = re.compile(rf"(?<!\w)(?:{options('other_firms')})\s+(?:\w+\s+){{0,2}}$")
        self._fewer = re.compile(rf"(?<!\w)(?:{options('fewer')})\s+$")
        self._more = re.compile(rf"(?<!\w)(?:{options('more')})\s+$")
        self._looked_for = re.compile(rf"(?<!\w)(?:{options('looked_for')})(?!\w)")
        self._roles = re.compile(rf"{counted}(?:{options('people_roles')})(?!\w)")
        self._fixed_people = _fixed(data["people_fixed"], classes)
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
        self._fixed_age = _fixed(data["age_fixed"], classes)
        self._last_year = re.compile(rf"(?<!\w)(?:vorig jaar|last year)\s+(?:[\w'-]+\s+){{0,8}}{own_firm}\s+(?:{started})(?!\w)")
        self._person = re.compile(rf"(?:{options('age_of_person')})\s+$")
        self._turnover = re.compile(rf"(?:{options('turnover')})")
        self._no_amount = re.compile(rf"(?:{options('not_an_amount')})")
        self._earned = re.compile(rf"(?:{options('earned')})")
        self._wanted = re.compile(rf"(?:{options('wanted')})")

    def read(self, text: str, today: date) -> list[Quantity]:
        """All number fields that the text states; a field may be stated more than once."""
        folded = fold(text)
        return [*self._people(folded), *self._ages(folded, today), *self._amounts(folded)]

    def answer(self, field: str, text: str, today: date) -> int | None:
        """The number in an answer to the question about a field: '12', 'twee ton', '€ 50.000', 'not 300 but 30'."""
        folded = fold(text)
        other = [quantity for quantity in self.read(text, today) if quantity.field != field]
        money = field in {"amount_eur", "turnover_eur"}
        if field == "company_age_years" and self._month.match(folded):
            return 0  # "sinds maart", without a year
        for found in self._money.finditer(folded):
            if (found["n"] in _NO_NUMBER and not found["scale"]) or _DENIED.search(folded[: found.start("n")]):
                continue
            value = self._scaled(found)
            if value is None or any(quantity.start <= found.start("n") < quantity.end for quantity in other):
                continue
            if not money and (found["cur"] or found["cur2"] or found["scale"]):
                continue
            if field == "employees" and self._no_people.match(folded, found.end("n")):
                continue
            if field == "company_age_years" and _FIRST_YEAR <= value <= today.year:
                return today.year - value
            if money and value < _LEAST_AMOUNT:
                continue  # "80" may be euros or thousands
            if field == "company_age_years" and self._in_months.match(folded, found.end("n")):
                return value // 12
            return value
        return None

    def lone_number(self, text: str) -> int | None:
        """The only number of a text, where it has no unit: 'sorry, 21'."""
        found = [match for match in self._money.finditer(fold(text)) if match["n"] not in _NO_NUMBER]
        plain = [match for match in found if not (match["cur"] or match["cur2"] or match["scale"])]
        return self._scaled(plain[0]) if len(found) == len(plain) == 1 else None

    def _people(self, folded: str) -> list[Quantity]:
        """A stated total before any other number of people, parts and teams only where no whole is given, roles last."""
        fixed = [
            found
            for found in _stated(self._fixed_people, "employees", folded)
            if not self._looked_for.search(_CLAUSE.split(folded[: found.start])[-1])
        ]
        found = [quantity for regex in self._employees for quantity in self._counted(regex, folded)]
        total = self._counted(self._total, folded)
        parts = [quantity for quantity in found if self._is_part(quantity, folded)]
        if len(found) > len(parts):  # "helemaal alleen" tells of a plan where the firm's people are counted
            fixed = [quantity for quantity in fixed if quantity.value > _LONE]
        whole = fixed + [quantity for quantity in found if quantity not in parts]
        # "Met vijf bakkers samen" are five firms.
        roles = [one for one in self._counted(self._roles, folded) if not _TOGETHER.match(folded, one.end)]
        return total or whole or [replace(one, of_part=True) for one in parts or roles]

    def _is_part(self, quantity: Quantity, folded: str) -> bool:
        """'waarvan 6 man in de ontwikkeling', 'een team van 3': not the whole firm."""
        before = folded[: quantity.start]
        return bool(
            self._team.match(folded[quantity.start : quantity.end])
            or self._team_before.search(before)
            or self._part_before.search(before)
            or self._part_after.search(folded[quantity.end :])
            or self._of_others.search(_PHRASE.split(before)[-1])
        )

    def _counted(self, regex: re.Pattern[str], folded: str) -> list[Quantity]:
        found = []
        for match in regex.finditer(folded):
            value = self._value(match.groupdict().get("n2") or match["n"])
            before = folded[: match.start()]
            if (
                value is None
                or value != int(value)
                or value > MOST_EMPLOYEES
                or _GOAL.search(before)
                or self._other_firms.search(before)
            ):
                continue
            to_come = self._more_people.match(folded, match.end())
            if to_come and _CLOSED.match(folded, to_come.end()):
                continue  # "twintig man erbij"
            if match["n"] not in _NO_NUMBER or "man of" in match[0]:
                # "Fewer than ten" are nine at most: a bound that the firm is within.
                bound = -1 if self._fewer.search(before) else 1 if self._more.search(before) else 0
                found.append(Quantity("employees", int(value) + bound, match.start(), match.end()))
        return found

    def _ages(self, folded: str, today: date) -> list[Quantity]:
        found = []
        for regexes, per_year in ((self._age, 1), (self._months, 12)):
            for match in (match for regex in regexes for match in regex.finditer(folded)):
                value = self._value(match["n"])
                before = _CLAUSE.split(folded[: match.start()])[-1]
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
        return found + _stated(self._fixed_age, "company_age_years", folded)

    def _amounts(self, folded: str) -> list[Quantity]:
        candidates: list[tuple[bool, Quantity]] = []
        for match in self._about.finditer(folded):
            value = self._value(match["n"])
            if value is not None:
                found = Quantity("amount_eur", round(value * _SCALES[match["scale"]]), match.start(), match.end())
                candidates.append((True, found))
        for match in self._money.finditer(folded):
            value = self._scaled(match)
            if value is None or value < 100 or any(one.start <= match.start() < one.end for _, one in candidates):
                continue
            before, after = folded[max(0, match.start() - 40) : match.start()], folded[match.end() : match.end() + 25]
            clause_before = _CLAUSE.split(before)[-1]
            clause_after = _CLAUSE.split(after)[0]
            wanted = bool(self._wanted.search(clause_before) or self._wanted.search(clause_after))
            in_thousands = bool(re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", match["n"]))
            scaled = match["scale"] and match["scale"] != "m"
            turnover = bool(self._turnover.search(clause_before) or self._turnover.search(clause_after))
            alone = not re.match(r"\s*\w", after)
            phrase = _PHRASE.split(folded[: match.start()])[-1]
            in_thousands = in_thousands and (
                wanted or turnover or (alone and (bool(self._wanted.search(phrase)) or not phrase.strip()))
            )
            millions = match["scale"] == "m" and turnover
            if not (match["cur"] or match["cur2"] or scaled or millions or in_thousands):
                continue
            if match["scale"] == "ton" and not (wanted or turnover or alone or match["cur2"]):
                continue  # "drie ton staal" is weight
            if turnover:
                candidates.append((True, Quantity("turnover_eur", value, match.start(), match.end())))
            elif not self._no_amount.search(clause_before[-25:] + "|" + clause_after[:20]) and (
                wanted or not self._earned.search(phrase[-30:])
            ):
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


def _fixed(phrases: Mapping[str, int], classes: Mapping[str, Sequence[str]]) -> list[tuple[Pattern, int]]:
    """Phrases that stand for one number, such as 'in mijn eentje'."""
    return [(compile_pattern(phrase, classes=classes), int(value)) for phrase, value in phrases.items()]


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
