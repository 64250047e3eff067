"""A message as counts of its word and letter n-grams, for the small linear models that read messages.

Hashed into fixed places (the hashing trick: Weinberger et al. 2009), so that there is no vocabulary to keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Any, Final

from assistant.patterns import fold

PLACES: Final = 2**15
NAME: Final = " regelingnaam "
"""Stands for an instrument's name: what is asked does not depend on which one."""


class Ngrams:
    """Texts (n) → a sparse matrix (n × ``PLACES``): word n-grams and letter n-grams, each of length one, added."""

    @cached_property
    def _parts(self) -> list[Any]:
        from sklearn.feature_extraction.text import HashingVectorizer

        shared = {"n_features": PLACES, "alternate_sign": False, "preprocessor": fold, "norm": "l2"}
        return [
            HashingVectorizer(analyzer="word", ngram_range=(1, 3), token_pattern=r"[\w']+|[?!]", **shared),
            HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), **shared),
        ]

    def transform(self, texts: Sequence[str]) -> Any:
        words, letters = (part.transform(texts) for part in self._parts)
        return words + letters


@lru_cache(maxsize=1)
def ngrams() -> Ngrams:
    return Ngrams()


@lru_cache(maxsize=64)
def of_message(text: str) -> Any:
    """One message; remembered, since several models read the same one."""
    return ngrams().transform([text])


def masked(text: str, mentions: Iterable[tuple[int, int]]) -> str:
    """The text with each mention of an instrument replaced by the same word."""
    for start, end in sorted(set(mentions), reverse=True):
        text = text[:start] + NAME + text[end:]
    return text
