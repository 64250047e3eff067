"""Places → provinces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from assistant.patterns import fold
from assistant.vocabulary import read_data

_BEFORE = re.compile(r"[,;(]\s*$")
_STARTS = re.compile(r"(?:^|[.!?\n])\s*$")
_AFTER = re.compile(r"\s*(?:[,;).]|$)")
_PERSON = re.compile(
    r"(?:\b(?:de heer|meneer|mijnheer|dhr|mevrouw|mevr|mw|familie|fam|mister|mr|mrs|ms|miss)\.?\s+(?:(?:van|de|der|den)\s+)*"
    r"|\b(?:naam is|ik heet|name is)\s+\w+\s+(?:(?:van|de|der|den|from|of)\s+)*)$"
)
"""'De heer Van Utrecht' and 'mijn naam is Jan van Assen' are people, whose names say nothing about a place."""
_SURNAME = re.compile(r"\bVan\s+(?:de\s+|den\s+|der\s+)?$")
_WITH = r"\b(?:met|with|bij|at|aan)\s+(?:(?:de|the|een|a)\s+)?"
_WITH_SCHOOL = re.compile(_WITH + r"(?:universiteit|hogeschool|rijksuniversiteit|roc|tu|umc|university)\s+(?:van\s+|of\s+)?$")
_WITH_PLACE = re.compile(_WITH + "$")
_SCHOOL = re.compile(r"\s+(?:university|universiteit)\b")
"""'Met de Hogeschool Rotterdam', 'with Utrecht University': where the partner is tells nothing about the firm's place."""
_PARTNER = re.compile(
    r"\b(?:samen met|together with|in samenwerking met)\s+"
    r"(?:(?!(?:we|wij|i|ik|our|onze|andere|other|man|mensen|people|staff)\b)[\w'-]+\s+){1,6}(?:uit|from|in|bij|near)\s+$"
)
"""'Samen met een installateur uit Tiel': where a partner is."""
_DENIED = re.compile(r"\b(?:niet|not)\s+(?:meer\s+|langer\s+)?(?:in|uit|te|from)\s+$")
_SHORTEST_MISSPELT = 5
_NO_PROVINCES = frozenset({"ambiguous", "needs_introduction", "introductions", "own", "of_others", "clients", "itself"})
_COMPASS_POINT = r"(?:noord|zuid|oost|west|midden)[- ]"
_COMPASS = re.compile(rf"^{_COMPASS_POINT}")


@dataclass(frozen=True, slots=True)
class Place:
    province: str
    start: int
    end: int
    own: bool = False
    """Do the words before it say that this is where the firm is?"""
    of_partner: bool = False


class Gazetteer:
    """Finds the places of a text; a name that is also an everyday word needs a capital, or 'in', 'uit' … or commas."""

    def __init__(self, data: dict[str, list[str]]) -> None:
        self._ambiguous = {fold(name) for name in data["ambiguous"]}
        self._needs_introduction = {fold(name) for name in data["needs_introduction"]}
        introductions = "|".join(map(re.escape, data["introductions"]))
        self._introduced = re.compile(
            rf"(?:^|[\s(])(?:{introductions})\s+(?:de\s+|het\s+|the\s+)?(?:regio\s+|provincie\s+|gemeente\s+)?$"
        )
        own, others = ("|".join(map(re.escape, data[key])) for key in ("own", "of_others"))
        self._own = re.compile(rf"(?<!\w)(?:{own})\s+(?:de\s+|het\s+|the\s+)?$")
        self._of_others = re.compile(
            rf"(?<!\w)(?:{others})\s+(?:(?:van|of)\s+(?:ons|mij|ours|mine)\s+)?(?:in|uit|from|van|of|bij|near)\s+(?:de\s+|het\s+|the\s+)?$"
        )
        itself = "|".join(map(re.escape, data["itself"]))
        self._itself = re.compile(rf"(?<!\w)(?:{itself})\s+(?:[\w-]+\s+){{0,3}}$")
        self._client = re.compile(rf"(?:{'|'.join(map(re.escape, data['clients']))})\b")
        names = {fold(name): province for province, places in data.items() if province not in _NO_PROVINCES for name in places}
        self._provinces = names
        ordered = sorted(names, key=len, reverse=True)
        any_name = "|".join(map(re.escape, ordered))
        self._regex = re.compile(rf"(?<![\w-])(?:{_COMPASS_POINT})?(?:{any_name})(?:e?se?|er?)?(?![\w])")

    def meant_in(self, text: str, start: int, end: int) -> str | None:
        """The one place that a word after 'in', 'uit' … is a slip of ('in Eindhovne'); None where it is one, or several."""
        word = fold(text[start:end])
        if len(word) < _SHORTEST_MISSPELT or word in self._provinces or not self._introduced.search(fold(text[:start])):
            return None
        likely = [name for name in self._provinces if name[0] == word[0] and OSA.distance(name, word, score_cutoff=1) <= 1]
        return likely[0] if len(likely) == 1 else None

    def find(self, text: str, *, for_client: bool = False) -> list[Place]:
        """The places of a text. ``for_client``: an adviser writes, so that where a client is counts."""
        folded = fold(text)
        found = []
        for match in self._regex.finditer(folded):
            name = self._name(match[0])
            if name and self._is_place(text, folded, match, name, for_client):
                before = folded[: match.start()]
                own, of_partner = bool(self._own.search(before)), bool(_PARTNER.search(before))
                found.append(Place(self._provinces[name], match.start(), match.end(), own, of_partner))
        return found

    def firm_place(self, text: str, *, for_client: bool = False) -> Place | None:
        """Where the firm is: where it says that it is, else the first place that is named."""
        found = [place for place in self.find(text, for_client=for_client) if not place.of_partner]
        own = [place for place in found if place.own]
        if own or len({place.province for place in found}) == 1:
            return (own or found)[-1]
        return found[0] if found else None

    def _is_place(self, text: str, folded: str, match: re.Match[str], name: str, for_client: bool) -> bool:
        before, after = folded[: match.start()], folded[match.end() :]
        if _DENIED.search(before) or _PERSON.search(before) or _is_surname(text, match.start()):
            return False
        others = self._of_others.search(before)
        if others and not (for_client and self._client.match(others[0])) and not self._itself.search(before[: others.start()]):
            return False  # where a customer is
        if _WITH_SCHOOL.search(before) or (_WITH_PLACE.search(before) and _SCHOOL.match(after)):
            return False
        capital = text[match.start()].isupper() or text[match.start()] == "'"
        introduced = bool(self._introduced.search(before))
        apart = capital and bool(_BEFORE.search(before) and _AFTER.match(after))
        if name in self._ambiguous:
            return capital and (introduced or apart)
        alone = capital and match[0] == name and bool(_STARTS.search(before) and _AFTER.match(after))
        return name not in self._needs_introduction or introduced or apart or alone

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
