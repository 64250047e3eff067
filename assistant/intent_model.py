"""What do the words of a message ask for? A linear classifier over words and letters.

Logistic regression on n-grams (``ngrams.py``), learnt from written examples. It says how likely each
intent is; rules that know the conversation decide (``intents.py``). Trained by ``python -m
assistant.intent_training`` in seconds; the weights are shipped beside the examples.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from assistant.models import Intent
from assistant.ngrams import ngrams, of_message

FOLDER: Final = Path(__file__).parent / "intent_examples"
WEIGHTS: Final = FOLDER / "weights.npz"
_STRENGTH: Final = 2.0


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
    examples = []
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            try:
                intent, language, text = line.split("\t")
                examples.append(Example(Intent(intent), language, text))
            except ValueError:
                raise ValueError(f"{path}, line {number}: expected intent, language and message with tabs between.") from None
    return examples


class IntentModel:
    """Probabilities of intents. ``weights``: features × intents; ``bias``: one per intent."""

    def __init__(self, intents: Sequence[Intent], weights: np.ndarray, bias: np.ndarray) -> None:
        self._intents = tuple(intents)
        self._weights = weights
        self._bias = bias

    def likelihood(self, text: str) -> dict[Intent, float]:
        """How likely each intent is; the sum is 1."""
        scores = np.asarray(of_message(text) @ self._weights)[0] + self._bias
        powers = np.exp(scores - scores.max())
        known = dict(zip(self._intents, (powers / powers.sum()).tolist(), strict=True))
        return {intent: known.get(intent, 0.0) for intent in Intent}

    def save(self, path: Path, digest: str) -> None:
        names = np.array([intent.value for intent in self._intents])
        weights = self._weights.astype(np.float16)
        np.savez_compressed(path, intents=names, weights=weights, bias=self._bias, digest=np.array(digest))


@lru_cache(maxsize=1)
def load_intent_model(path: Path = WEIGHTS) -> IntentModel:
    with np.load(path) as data:
        intents = [Intent(str(name)) for name in data["intents"]]
        return IntentModel(intents, np.ascontiguousarray(data["weights"], dtype=np.float32), data["bias"])


def train(examples: Sequence[Example]) -> IntentModel:
    """The model that these examples (with names masked) teach."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=_STRENGTH, max_iter=300, class_weight="balanced")
    model.fit(ngrams().transform([example.text for example in examples]), [example.intent.value for example in examples])
    return IntentModel([Intent(name) for name in model.classes_], model.coef_.T.astype(np.float32), model.intercept_)


def digest(examples: Iterable[Example]) -> str:
    """Changes when an example does."""
    content = "\n".join(f"{example.intent}\t{example.text}" for example in examples)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
