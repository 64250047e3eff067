"""Places → provinces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.patterns import fold
from assistant.vocabulary import read_data

_BEFORE = re.compile(r"[,;(]\s*$")
_AFTER = re.compile(r"\s*(?:[,;).]|$)")
_DENIED = re.compile(r"\b(?:niet|not)\s+(?:meer\s+|langer\s+)?(?:in|uit|te|from)\s+$")
_COMPASS_POINT = r"(?:noord|zuid|oost|west|midden)[- ]"
_COMPASS = re.compile(rf"^{_COMPASS_POINT}")


@dataclass(frozen=True, slots=True)
class Place:
    province: str
    start: int
    end: int


class Gazetteer:
    """Finds the places of a text; a name that is also an everyday word needs a capital, and 'in', 'uit' … or commas."""

    def __init__(self, data: dict[str, list[str]]) -> None:
        self._ambiguous = {fold(name) for name in data["ambiguous"]}
        introductions = "|".join(map(re.escape, data["introductions"]))
        self._introduced = re.compile(
            rf"(?:^|[\s(])(?:{introductions})\s+(?:de\s+|het\s+|the\s+)?(?:regio\s+|provincie\s+|gemeente\s+)?$"
        )
        names = {
            fold(name): province
            for province, places in data.items()
            if province not in {"ambiguous", "introductions"}
            for name in places
        }
        self._provinces = names
        ordered = sorted(names, key=len, reverse=True)
        any_name = "|".join(map(re.escape, ordered))
        self._regex = re.compile(rf"(?<![\w-])(?:{_COMPASS_POINT})?(?:{any_name})(?:e?se?|er)?(?![\w])")

    def find(self, text: str) -> list[Place]:
        folded = fold(text)
        found = []
        for match in self._regex.finditer(folded):
            name = self._name(match[0])
            if name is None:
                continue
            capital = text[match.start()].isupper() or text[match.start()] == "'"
            introduced = bool(self._introduced.search(folded[: match.start()]))
            apart = bool(_BEFORE.search(folded[: match.start()]) and _AFTER.match(folded[match.end() :]))
            if _DENIED.search(folded[: match.start()]):
                continue
            if name not in self._ambiguous or (capital and (introduced or apart)):
                found.append(Place(self._provinces[name], match.start(), match.end()))
        return found

    def _name(self, matched: str) -> str | None:
        """'brabantse', 'noord-brabantse' → noord-brabant; 'oost-brabant' → brabant."""
        return self._without_ending(matched) or self._without_ending(_COMPASS.sub("", matched))

    def _without_ending(self, matched: str) -> str | None:
        for ending in ("", "se", "e", "er", "s", "ese"):
            name = matched.removesuffix(ending) if ending else matched
            if name in self._provinces:
                return name
        return None


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    return Gazetteer(read_data("assistant.lexicon", "places.yaml"))
