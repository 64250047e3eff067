"""Is a fact still fresh? Each kind has a shelf life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

import yaml

from knowledge.catalogue import Catalogue
from knowledge.models import UNKNOWN_DATE, Fact, Instrument, latest_day


@lru_cache(maxsize=1)
def shelf_life_months() -> dict[str, int]:
    """Kind of fact → months (``shelf_life.yaml``)."""
    text = resources.files("knowledge").joinpath("shelf_life.yaml").read_text("utf-8")
    return {str(kind): int(months) for kind, months in yaml.safe_load(text).items()}


def expires(fact: Fact) -> date | None:
    """The day from which a fact may have changed; None where its date is unknown."""
    if fact.as_of == UNKNOWN_DATE:
        return None
    day = latest_day(fact.as_of)
    months = day.year * 12 + day.month - 1 + shelf_life_months()[fact.kind]
    return date(months // 12, months % 12 + 1, min(day.day, 28))


def is_stale(fact: Fact, today: date) -> bool:
    """Past its shelf life, or of unknown date."""
    day = expires(fact)
    return day is None or day < today


@dataclass(frozen=True, slots=True)
class StaleFact:
    instrument: Instrument
    fact: Fact
    expired: date | None

    @property
    def ask(self) -> str:
        return self.instrument.desks[0].name.nl


def stale_facts(catalogue: Catalogue, today: date) -> list[StaleFact]:
    """All facts past their shelf life, oldest first; undated ones come last."""
    stale = [
        StaleFact(instrument, fact, expires(fact))
        for instrument in catalogue
        for fact in instrument.facts
        if is_stale(fact, today)
    ]
    return sorted(stale, key=lambda entry: (entry.expired is None, entry.expired or today, entry.instrument.id, entry.fact.id))
