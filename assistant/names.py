"""Which instruments does a text speak of? Names and aliases, misspellings included."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from assistant.patterns import fold
from assistant.vocabulary import read_data
from knowledge.catalogue import Catalogue
from knowledge.embedding.pairs import everyday_words
from knowledge.models import LANGUAGES

_SHORTEST = 2
_SHORTEST_ANY_CASE = 3
_SHORTEST_FUZZY = 7
_SHORTEST_ONE_SLIP = 5
_LIKENESS = 88.0
_WORD = re.compile(r"[\w&+'-]+")


@dataclass(frozen=True, slots=True)
class Mention:
    instrument: str
    start: int
    end: int


class NameFinder:
    """Finds instruments by name. Several may share a name ("MIT"): then all are mentioned."""

    def __init__(self, catalogue: Catalogue) -> None:
        names: dict[str, list[str]] = {}
        for instrument in catalogue:
            own = {instrument.id.replace("-", " "), instrument.id}
            for language in LANGUAGES:
                own |= {instrument.name.of(language), *instrument.aliases.of(language)}
            own |= {re.sub(r"\s*\(.*?\)", "", name) for name in own}
            for name in own:
                folded = fold(name).strip()
                if len(folded) >= _SHORTEST:
                    names.setdefault(folded, [])
                    if instrument.id not in names[folded]:
                        names[folded].append(instrument.id)
        self._names = names
        words = read_data("assistant.lexicon", "names.yaml")
        self._everyday = frozenset(words["everyday"])
        beside, articles, follows = ("|".join(words[key]) for key in ("beside", "articles", "follows"))
        self._scheme_after = re.compile(rf"^[- ]\s*(?:{beside})\b")
        self._article_before = re.compile(rf"\b(?:{articles}) $")
        self._ends_after = re.compile(rf"^\s*(?:[?.,!;:)/&-]|$|(?:{follows})\b)")
        self._first_words: dict[str, list[str]] = {}
        for name in sorted(names, key=len, reverse=True):
            self._first_words.setdefault(_WORD.findall(name)[0], []).append(name)
        self._one_slip = [name for name in names if len(name) >= _SHORTEST_ONE_SLIP and " " not in name]
        self._misspelt = lru_cache(maxsize=10_000)(self._like)
        self._fuzzy = [name for name in names if len(name) >= _SHORTEST_FUZZY and " " not in name]

    def find(self, text: str) -> list[Mention]:
        """Every mention, in the order of the text; the longest name wins where names overlap."""
        folded = fold(text)
        found: list[Mention] = []
        covered = 0
        for word in _WORD.finditer(folded):
            if word.start() < covered:
                continue
            name = self._name_at(folded, word.start(), word[0]) or self._misspelt(word[0])
            if name and len(name) < _SHORTEST_ANY_CASE and not text[word.start() : word.end()].isupper():
                continue  # 'GO' is a scheme, 'go' is not
            if name in self._everyday and not self._is_scheme(text, folded, word.start(), word.end()):
                continue
            if name:
                end = word.start() + len(name) if folded.startswith(name, word.start()) else word.end()
                found += [Mention(instrument, word.start(), end) for instrument in self._names[name]]
                covered = end
        return found

    def instruments(self, text: str) -> tuple[str, ...]:
        """The instruments that a text names, each once, in order."""
        return tuple(dict.fromkeys(mention.instrument for mention in self.find(text)))

    def _is_scheme(self, text: str, folded: str, start: int, end: int) -> bool:
        """'De MOOI', 'mooi-subsidie' and 'bestaat de mooi nog', but not 'een mooi idee'."""
        if any(letter.isupper() for letter in text[start + 1 : end]):
            return True
        after = folded[end:]
        if self._scheme_after.match(after) or folded.strip(" ?.!") == folded[start:end]:
            return True
        return bool(self._article_before.search(folded[:start]) and self._ends_after.match(after))

    def _name_at(self, folded: str, start: int, word: str) -> str | None:
        heads = [word, *word.split("-")[:1]]
        for head in dict.fromkeys(heads):
            for name in self._first_words.get(head, []):
                end = start + len(name)
                if folded.startswith(name, start) and (end == len(folded) or not folded[end].isalnum()):
                    return name
        return None

    def _like(self, word: str) -> str | None:
        """The name that a word is misspelt for. A shorter one may be one slip off, and must be no everyday word."""
        if len(word) < _SHORTEST_ONE_SLIP or word in everyday_words():
            return None
        if len(word) < _SHORTEST_FUZZY:
            return next((name for name in self._one_slip if OSA.distance(word, name, score_cutoff=1) <= 1), None)
        best = process.extractOne(word, self._fuzzy, scorer=fuzz.ratio, score_cutoff=_LIKENESS)
        return best[0] if best else None
