"""What a plan costs, and what a firm turns over, in euros."""

from __future__ import annotations

import re

from assistant.quantities.numbers import CLAUSE, PHRASE, Numbers, Quantity, scale_of


class AmountReader:
    """Reads amounts and turnovers in folded text."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        options = numbers.options
        # "Een ton of acht" are about eight tons.
        self._about = re.compile(rf"(?<!\w)(?:een|a)\s+(?P<scale>ton|miljoen)\s+of\s+{numbers.number}")
        self._turnover = re.compile(rf"(?:{options('turnover')})")
        self._no_amount = re.compile(rf"(?:{options('not_an_amount')})")
        self._earned = re.compile(rf"(?:{options('earned')})")
        self._wanted = re.compile(rf"(?:{options('wanted')})")

    def read(self, folded: str) -> list[Quantity]:
        """At most one amount, first one that is said to be wanted, and one turnover."""
        candidates: list[tuple[bool, Quantity]] = []
        for match in self._about.finditer(folded):
            value = self._numbers.value(match["n"])
            if value is not None:
                found = Quantity("amount_eur", round(value * scale_of(match["scale"])), match.start(), match.end())
                candidates.append((True, found))
        for match in self._numbers.money.finditer(folded):
            value = self._numbers.scaled(match)
            if value is None or value < 100 or any(one.start <= match.start() < one.end for _, one in candidates):
                continue
            before, after = folded[max(0, match.start() - 40) : match.start()], folded[match.end() : match.end() + 25]
            clause_before = CLAUSE.split(before)[-1]
            clause_after = CLAUSE.split(after)[0]
            wanted = bool(self._wanted.search(clause_before) or self._wanted.search(clause_after))
            in_thousands = bool(re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", match["n"]))
            scaled = match["scale"] and match["scale"] != "m"
            turnover = bool(self._turnover.search(clause_before) or self._turnover.search(clause_after))
            alone = not re.match(r"\s*\w", after)
            phrase = PHRASE.split(folded[: match.start()])[-1]
            on_its_own = alone and (not phrase.strip() or bool(self._wanted.search(phrase)))
            in_thousands = in_thousands and (wanted or turnover or on_its_own)
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
