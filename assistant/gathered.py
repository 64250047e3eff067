"""What was read so far in a conversation: a later message replaces what an earlier one said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from assistant.models import FieldReading, Profile
from assistant.profile_model import Stated
from assistant.quantities import MOST_EMPLOYEES
from knowledge.profile_fields import LISTS

_PLAN_FIELDS: Final = ("phase", "amount_eur", "technically_new", "collaboration", "own_contribution")
"""Of a plan, not of the firm: another subject makes them unknown again."""


@dataclass
class Gathered:
    """Readings gathered over the messages."""

    readings: dict[str, FieldReading] = field(default_factory=dict)
    needs: dict[str, str] = field(default_factory=dict)
    declined: set[str] = field(default_factory=set)
    last_numbers: frozenset[str] = frozenset()
    """The number fields that the message before gave."""
    told: list[tuple[str, frozenset[Stated]]] = field(default_factory=list)
    """The messages about this plan as the model reads them, and what the rules read in each."""
    heard: set[Stated] = field(default_factory=set)
    """What the rules read in this message."""
    denied: set[Stated] = field(default_factory=set)
    """What this message mentions and denies."""
    ruled_out: set[Stated] = field(default_factory=set)
    """What was denied, of fields that may hold more than was said, and not said after all."""
    beside: set[Stated] = field(default_factory=set)
    """What holds beside the one value of its field."""
    learned: set[Stated] = field(default_factory=set)
    """What only the model read."""
    before: tuple[dict[str, FieldReading], dict[str, str]] = field(default_factory=lambda: ({}, {}))
    """Readings and needs as they were before this message."""

    def forget_plan(self) -> None:
        for name in _PLAN_FIELDS:
            self.readings.pop(name, None)
        self.needs.clear()
        self.told.clear()

    def put(self, name: str, value: Any, words: str) -> None:
        if name not in LISTS:
            self.heard -= {one for one in self.heard if one.field == name}
        self.heard.add(Stated(name, value))
        self.ruled_out.discard(Stated(name, value))
        self.learned.discard(Stated(name, value))
        if name in LISTS:
            self.needs.setdefault(value, words.strip())
        else:
            self.readings[name] = FieldReading(field=name, value=value, words=words.strip())

    def begin(self) -> None:
        """Another message."""
        self.heard, self.denied = set(), set()
        self.before = (dict(self.readings), dict(self.needs))

    def drop(self, stated: Stated) -> None:
        """This message does not say so after all."""
        self.heard.discard(stated)
        readings, needs = self.before
        if stated.field not in LISTS:
            _restore(self.readings, readings, stated.field)
        elif stated.value not in needs:
            self.needs.pop(stated.value, None)

    def keep_trade(self, likely: Mapping[Stated, float], asked: str | None) -> None:
        """A plan may have changed since an earlier message, the firm has not: of its fields the likelier value stays."""
        readings, _ = self.before
        for stated in [one for one in self.heard if one.field not in (*LISTS, *_PLAN_FIELDS, asked)]:
            if stated in likely and stated.field in readings:
                known = Stated(stated.field, readings[stated.field].value)
                if likely.get(known, 0.0) > likely[stated]:
                    self.drop(stated)

    def is_settled(self, stated: Stated, likely: Mapping[Stated, float], changed_from: float) -> bool:
        """Does what is known leave no place for this? In a field of one value, what is likelier does.

        ``changed_from``: how likely a value has to be that takes the place of one from an earlier message.
        """
        if stated.field in LISTS:
            return stated.value in self.needs or stated.value in self.declined
        heard = [one for one in self.heard if one.field == stated.field]
        if heard:
            return likely.get(heard[0], 1.0) >= likely[stated]
        if stated.field not in self.readings:
            return False
        known = Stated(stated.field, self.readings[stated.field].value)
        return likely[stated] < changed_from or likely.get(known, 1.0) >= likely[stated]

    def final(self, corrections: Mapping[str, Any]) -> tuple[FieldReading, ...]:
        """A reading per field, with those set by hand."""
        readings = {
            name: reading.model_copy(update={"learned": Stated(name, reading.value) in self.learned})
            for name, reading in self.readings.items()
        }
        if self.needs:
            words = ", ".join(dict.fromkeys(self.needs.values()))
            learned = all(Stated("needs", need) in self.learned for need in self.needs)
            readings["needs"] = FieldReading(field="needs", value=list(self.needs), words=words, learned=learned)
        for name, value in corrections.items():
            readings.pop(name, None)
            if value not in (None, "", [], ()):
                readings[name] = FieldReading(field=name, value=value, words="")
        return tuple(reading for reading in readings.values() if _is_valid(reading))


def _restore(readings: dict[str, FieldReading], before: Mapping[str, FieldReading], name: str) -> None:
    readings.pop(name, None)
    if name in before:
        readings[name] = before[name]


def _is_valid(reading: FieldReading) -> bool:
    """A number out of all proportion ('9999999999 medewerkers') is not understood rather than an error."""
    if reading.field == "employees" and reading.words and reading.value > MOST_EMPLOYEES:
        return False
    try:
        Profile(**{reading.field: reading.value})
    except ValidationError:
        return False
    return True
