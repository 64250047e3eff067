"""What do the words of a message ask for? A linear classifier.

Logistic regression on n-grams and a vector (``features.py``), learnt from written examples. It says how likely each
intent is; rules that know the conversation decide (``intents.py``). Trained by ``python -m
assistant.intent_training`` in seconds; the weights are shipped beside the examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from assistant.features import PLACES, embedder, ngrams, vectors
from assistant.models import Intent
from knowledge.tsv import digest_of, read_rows

FOLDER: Final = Path(__file__).parent / "intent_examples"
WEIGHTS: Final = FOLDER / "weights.npz"
_STRENGTH: Final = 2.0
_NGRAMS_WEIGHT: Final = 1.4
_VECTOR_WEIGHT: Final = 1.4


@dataclass(frozen=True, slots=True)
class Example:
    intent: Intent
    language: str
    text: str


def written_examples(folder: Path = FOLDER) -> list[Example]:
    """``*.tsv``: intent, language, message.

    Raises:
        ValueError: a line without its columns or with an unknown intent; the message names file and line.
    """
    return read_rows(folder, "intent, language, message", _example)


def _example(_: Path, cells: list[str]) -> Example:
    intent, language, text = cells
    return Example(Intent(intent), language, text)


class IntentModel:
    """Probabilities of intents. ``weights``: features × intents; ``bias``: one per intent."""

    def __init__(self, intents: Sequence[Intent], weights: np.ndarray, bias: np.ndarray) -> None:
        self._intents = tuple(intents)
        self._of_ngrams, self._of_vector = np.split(weights, [PLACES])
        self._bias = bias

    def likelihood(self, text: str) -> dict[Intent, float]:
        """How likely each intent is; the sum is 1."""
        vector = np.array(embedder().embed_query(text), dtype=np.float32)
        scores = (
            _NGRAMS_WEIGHT * np.asarray(ngrams([text]) @ self._of_ngrams)[0]
            + _VECTOR_WEIGHT * (vector @ self._of_vector)
            + self._bias
        )
        powers = np.exp(scores - scores.max())
        known = dict(zip(self._intents, (powers / powers.sum()).tolist(), strict=True))
        return {intent: known.get(intent, 0.0) for intent in Intent}

    def save(self, path: Path, digest: str) -> None:
        names = np.array([intent.value for intent in self._intents])
        weights = np.concatenate([self._of_ngrams, self._of_vector]).astype(np.float16)
        np.savez_compressed(path, intents=names, weights=weights, bias=self._bias, digest=np.array(digest))


@lru_cache(maxsize=1)
def load_intent_model(path: Path = WEIGHTS) -> IntentModel:
    with np.load(path) as data:
        intents = [Intent(str(name)) for name in data["intents"]]
        return IntentModel(intents, np.ascontiguousarray(data["weights"], dtype=np.float32), data["bias"])


def train(examples: Sequence[Example]) -> IntentModel:
    """The model that these examples (with names masked) teach."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    texts = [example.text for example in examples]
    features = hstack([ngrams(texts) * _NGRAMS_WEIGHT, csr_matrix(vectors(texts) * _VECTOR_WEIGHT)]).tocsr()
    model = LogisticRegression(C=_STRENGTH, max_iter=300, class_weight="balanced")
    model.fit(features, [example.intent.value for example in examples])
    return IntentModel([Intent(name) for name in model.classes_], model.coef_.T.astype(np.float32), model.intercept_)


def digest(examples: Iterable[Example]) -> str:
    """Changes when an example or the embedder does."""
    return digest_of([embedder().identity, *(f"{example.intent}\t{example.text}" for example in examples)])
