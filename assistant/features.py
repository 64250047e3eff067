"""A message as the models read it: with names masked, and for the linear one as numbers (its n-grams and its vector).

N-grams are hashed into fixed places (the hashing trick: Weinberger et al. 2009), so that there is no
vocabulary to keep. The vector is the packaged embedder's, whatever the search uses: the models were
learnt with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np

from assistant.patterns import fold
from knowledge.embedding import PACKAGED, Embedder, open_embedder

PLACES: Final = 2**15
NAME: Final = " regelingnaam "
"""Stands for an instrument's name: what is asked does not depend on which one."""
NEXT_TURN: Final = " / "
"""Between the messages of one conversation, as in the annotated ones."""


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


def masked(text: str, mentions: Mapping[str, Iterable[tuple[int, int]]]) -> str:
    """The text with the mentions of names and places replaced by words that stand for them.

    ``mentions``: for each such word the places (start, end) in the text; of overlapping ones the earlier-listed word's.
    """
    taken: list[tuple[int, int, str]] = []
    for word, places in mentions.items():
        for start, end in sorted(set(places)):
            if not any(start < others_end and others_start < end for others_start, others_end, _ in taken):
                taken.append((start, end, word))
    for start, end, word in sorted(taken, reverse=True):
        text = text[:start] + word + text[end:]
    return text
