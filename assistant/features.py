"""A message as numbers, for the small linear models that read messages: its n-grams and its vector.

N-grams are hashed into fixed places (the hashing trick: Weinberger et al. 2009), so that there is no
vocabulary to keep. The vector is the packaged embedder's, whatever the search uses: the models were
learnt with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np

from assistant.patterns import fold
from knowledge.embedding import PACKAGED, Embedder, open_embedder

PLACES: Final = 2**15
NAME: Final = " regelingnaam "
"""Stands for an instrument's name: what is asked does not depend on which one."""


@lru_cache(maxsize=1)
def _vectorizers() -> list[Any]:
    from sklearn.feature_extraction.text import HashingVectorizer

    shared = {"n_features": PLACES, "alternate_sign": False, "preprocessor": fold, "norm": "l2"}
    return [
        HashingVectorizer(analyzer="word", ngram_range=(1, 3), token_pattern=r"[\w']+|[?!]", **shared),
        HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), **shared),
    ]


def ngrams(texts: Sequence[str]) -> Any:
    """Texts (n) → a sparse matrix (n × ``PLACES``): word n-grams and letter n-grams, each of length one, added."""
    words, letters = (vectorizer.transform(texts) for vectorizer in _vectorizers())
    return words + letters


@lru_cache(maxsize=1)
def embedder() -> Embedder:
    return open_embedder(PACKAGED)


def vectors(texts: Sequence[str]) -> np.ndarray:
    """Texts (n) → their vectors (n × dimensions)."""
    return np.array(embedder().embed_documents(list(texts)), dtype=np.float32)


@lru_cache(maxsize=64)
def of_message(text: str) -> tuple[Any, np.ndarray]:
    """The n-grams and the vector of one message; remembered, since several models read the same one."""
    return ngrams([text]), np.array(embedder().embed_query(text), dtype=np.float32)


def masked(text: str, mentions: Iterable[tuple[int, int]]) -> str:
    """The text with each mention of an instrument replaced by the same word."""
    for start, end in sorted(set(mentions), reverse=True):
        text = text[:start] + NAME + text[end:]
    return text
