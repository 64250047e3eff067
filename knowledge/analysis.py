"""Text → terms for BM25: folded, stemmed, compounds split, synonyms added.

Dutch writes compounds as one word, so 'haalbaarheidsstudie' shares no stem with
'haalbaarheidsproject'. A word is split where both halves are words of the indexed texts themselves
(after Hollink, Kamps, Monz & De Rijke, "Monolingual document retrieval for European languages", 2004).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

import Stemmer

from knowledge.models import Language

_TOKEN: Final = re.compile(r"[a-z0-9]+(?:[&+][a-z0-9]+)*")
_SHORTEST_HALF: Final = 4
_LINKING: Final = ("", "s", "en", "e", "n")
_STEMMERS: Final = {"nl": "dutch", "en": "english"}


def fold(text: str) -> str:
    """Lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """The words of a text, folded."""
    return _TOKEN.findall(fold(text))


class Analyzer:
    """Terms of one language. ``synonyms``: everyday word → words that officials use. ``compounds``: split them."""

    def __init__(
        self,
        language: Language,
        vocabulary: Iterable[str],
        stopwords: Iterable[str],
        synonyms: Mapping[str, Iterable[str]],
        *,
        compounds: bool,
    ) -> None:
        self._splits: dict[str, tuple[str, ...]] = {}
        self._stem = Stemmer.Stemmer(_STEMMERS[language])
        self._stopwords = frozenset(map(fold, stopwords))
        self._compounds = compounds
        self._vocabulary = frozenset(word for word in vocabulary if len(word) >= _SHORTEST_HALF)
        self._synonyms = {
            tuple(self._stem.stemWords(words(phrase))): [term for text in others for term in self.terms_of(words(text))]
            for phrase, others in synonyms.items()
        }
        self._longest = max((len(phrase) for phrase in self._synonyms), default=0)

    def terms(self, text: str, *, expand: bool = False) -> list[str]:
        """Terms of a passage; with ``expand`` those of a query, synonyms included."""
        tokens = words(text)
        terms = self.terms_of(tokens)
        return terms + self._expansions(tokens) if expand else terms

    def terms_of(self, tokens: Iterable[str]) -> list[str]:
        kept = [token for token in tokens if token not in self._stopwords]
        parts = [part for token in kept for part in self._split(token)]
        return list(self._stem.stemWords(kept + parts))

    def _expansions(self, tokens: list[str]) -> list[str]:
        stems = self._stem.stemWords(tokens)
        found: list[str] = []
        for size in range(1, self._longest + 1):
            for start in range(len(stems) - size + 1):
                found += self._synonyms.get(tuple(stems[start : start + size]), [])
        return found

    def _split(self, word: str) -> tuple[str, ...]:
        if not self._compounds or len(word) < 2 * _SHORTEST_HALF:
            return ()
        if word not in self._splits:
            self._splits[word] = self._find_split(word)
        return self._splits[word]

    def _find_split(self, word: str) -> tuple[str, ...]:
        """The split with the longest last part, since a Dutch compound's head comes last."""
        for at in range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1):
            head = word[at:]
            if head not in self._vocabulary:
                continue
            for link in _LINKING:
                first = word[:at].removesuffix(link) if link else word[:at]
                if (not link or word[:at].endswith(link)) and first in self._vocabulary:
                    return (first, head)
        return ()
