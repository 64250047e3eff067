"""Places → provinces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.patterns import fold
from assistant.vocabulary import read_data

_BEFORE = re.compile(r"[,;(]\s*$")
_AFTER = re.compile(r"\s*(?:[,;).]|$)")
_PERSON = re.compile(
    r"(?:\b(?:de heer|meneer|mijnheer|dhr|mevrouw|mevr|mw|familie|fam|mister|mr|mrs|ms|miss)\.?\s+(?:(?:van|de|der|den)\s+)*"
    r"|\b(?:naam is|ik heet|name is)\s+\w+\s+(?:(?:van|de|der|den|from|of)\s+)*)$"
)
"""'De heer Van Utrecht' and 'mijn naam is Jan van Assen' are people, whose names say nothing about a place."""
_SURNAME = re.compile(r"\bVan\s+(?:de\s+|den\s+|der\s+)?$")
_SCHOOL_BEFORE = re.compile(r"\b(?:universiteit|hogeschool|university|tu|umc|rijksuniversiteit|universitair|roc)\s+(?:van\s+|of\s+|in\s+)?$")
_SCHOOL_AFTER = re.compile(r"^\s+(?:university|universiteit)\b")
_DENIED = re.compile(r"\b(?:niet|not)\s+(?:meer\s+|langer\s+)?(?:in|uit|te|from)\s+$")
_COMPASS_POINT = r"(?:noord|zuid|oost|west|midden)[- ]"
_COMPASS = re.compile(rf"^{_COMPASS_POINT}")


@dataclass(frozen=True, slots=True)
class Place:
    province: str
    start: int
    end: int


class Gazetteer:
    """Finds the places of a text; a name that is also an everyday word needs a capital, or 'in', 'uit' … or commas."""

    def __init__(self, data: dict[str, list[str]]) -> None:
        self._ambiguous = {fold(name) for name in data["ambiguous"]}
        self._needs_introduction = {fold(name) for name in data["needs_introduction"]}
        introductions = "|".join(map(re.escape, data["introductions"]))
        self._introduced = re.compile(
            rf"(?:^|[\s(])(?:{introductions})\s+(?:de\s+|het\s+|the\s+)?(?:regio\s+|provincie\s+|gemeente\s+)?$"
        )
        names = {
            fold(name): province
            for province, places in data.items()
            if province not in {"ambiguous", "needs_introduction", "introductions"}
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
            if name and self._is_place(text, folded, match, name):
                found.append(Place(self._provinces[name], match.start(), match.end()))
        return found

    def _is_place(self, text: str, folded: str, match: re.Match[str], name: str) -> bool:
        before, after = folded[: match.start()], folded[match.end() :]
        if _DENIED.search(before) or _PERSON.search(before) or _is_surname(text, match.start()):
            return False
        if _SCHOOL_BEFORE.search(before) or _SCHOOL_AFTER.match(after):
            return False  # where a partner is
        capital = text[match.start()].isupper() or text[match.start()] == "'"
        introduced = bool(self._introduced.search(before))
        apart = capital and bool(_BEFORE.search(before) and _AFTER.match(after))
        if name in self._ambiguous:
            return capital and (introduced or apart)
        return name not in self._needs_introduction or introduced or apart

    def _name(self, matched: str) -> str | None:
        """'brabantse', 'noord-brabantse' → noord-brabant; 'oost-brabant' → brabant."""
        return self._without_ending(matched) or self._without_ending(_COMPASS.sub("", matched))

    def _without_ending(self, matched: str) -> str | None:
        for ending in ("", "se", "e", "er", "s", "ese"):
            name = matched.removesuffix(ending) if ending else matched
            if name in self._provinces:
                return name
        return None


def _is_surname(text: str, start: int) -> bool:
    """'Van Utrecht belde' and 'bakkerij Van Dongen', not 'Van Utrecht naar Breda' at the start of a sentence."""
    surname = _SURNAME.search(text[:start])
    return bool(surname and text[: surname.start()].rstrip()[-1:] not in {"", ".", "!", "?", "\n"})


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    return Gazetteer(read_data("assistant.lexicon", "places.yaml"))
