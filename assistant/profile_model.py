"""What do the words of a message say of the firm and its plan? Linear classifiers beside the rules.

People say "we vinden geen lassers meer" rather than "personeel". The lexicon knows many such words;
this knows what 4,000 annotated messages have in common. One logistic regression per value of a field,
on the message's n-grams (``ngrams.py``) and on what the rules read in it, says how likely it is that
the message states that value. Trained by ``python -m assistant.profile_training``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from assistant.ngrams import PLACES, ngrams, of_message
from knowledge.models import LANGUAGES, Language
from knowledge.profile_fields import CHOICES

FOLDER: Final = Path(__file__).parent / "profile_examples"
WEIGHTS: Final = FOLDER / "weights.npz"
COLUMNS: Final = ("needs", "sector", "phase", "collaboration", "technically_new")
"""The fields that are learnt, in the order of the columns of the examples."""
_TRUTHS: Final = {"yes": True, "no": False}
_RULES_WEIGHT: Final = 0.7
_NGRAMS_WEIGHT: Final = 2.0
_STRENGTH: Final = 8.0
_WINDOW: Final = 4


class Stated(NamedTuple):
    """A value of a field."""

    field: str
    value: Any


VALUES: Final = (
    *(Stated(field, value) for field in COLUMNS[:-1] for value in CHOICES[field]),
    *(Stated(COLUMNS[-1], truth) for truth in _TRUTHS.values()),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A message and all that it states of the learnt fields."""

    language: Language
    stated: frozenset[Stated]
    text: str


def written_examples(folder: Path = FOLDER) -> list[Example]:
    """``*.tsv``: language, a column per field ('-': not stated; needs with commas), message.

    Raises:
        ValueError: a line without its columns or with an unknown value; the message names file and line.
    """
    return [
        _example(line, f"{path}, line {number}")
        for path in sorted(folder.glob("*.tsv"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
    ]


def _example(line: str, where: str) -> Example:
    cells = line.split("\t")
    if len(cells) != len(COLUMNS) + 2 or cells[0] not in LANGUAGES:
        raise ValueError(f"{where}: expected language, {', '.join(COLUMNS)} and message with tabs between.")
    stated = {
        Stated(field, _TRUTHS.get(value, value))
        for field, cell in zip(COLUMNS, cells[1:], strict=False)
        if cell != "-"
        for value in cell.split(",")
    }
    unknown = stated - set(VALUES)
    if unknown:
        raise ValueError(f"{where}: no such value: {', '.join(f'{one.field}={one.value}' for one in unknown)}.")
    return Example(next(language for language in LANGUAGES if language == cells[0]), frozenset(stated), cells[-1])


class ProfileModel:
    """How likely each value is stated. ``weights``: (n-grams + values that the rules read) × values; ``bias``: one per value."""

    def __init__(self, weights: np.ndarray, bias: np.ndarray) -> None:
        self._weights = weights
        self._bias = bias

    @classmethod
    def untrained(cls) -> ProfileModel:
        """Knows nothing: the rules have the only say."""
        return cls(np.zeros((PLACES + len(VALUES), len(VALUES)), dtype=np.float32), np.zeros(len(VALUES), dtype=np.float32))

    def likelihood(self, text: str, by_rules: Collection[Stated]) -> dict[Stated, float]:
        """``by_rules``: what the rules read in this same text."""
        rules = _RULES_WEIGHT * np.array([value in by_rules for value in VALUES], dtype=np.float32)
        scores = np.asarray(of_message(text) @ self._weights[:PLACES])[0] * _NGRAMS_WEIGHT + rules @ self._weights[PLACES:]
        return dict(zip(VALUES, (1 / (1 + np.exp(-(scores + self._bias)))).tolist(), strict=True))

    def words_for(self, text: str, value: Stated) -> str:
        """The few words in a row that speak most for a value."""
        words = [match.span() for match in re.finditer(r"[\w'’-]+", text)]
        windows = [text[start : words[min(at + _WINDOW, len(words)) - 1][1]] for at, (start, _) in enumerate(words)]
        windows = windows[: max(1, len(words) - _WINDOW + 1)]
        if not windows:
            return text
        scores = ngrams().transform(windows) @ self._weights[:PLACES, VALUES.index(value)]
        return windows[int(np.argmax(scores))]

    def save(self, path: Path, digest: str) -> None:
        np.savez_compressed(path, weights=self._weights.astype(np.float16), bias=self._bias, digest=np.array(digest))


@lru_cache(maxsize=1)
def load_profile_model(path: Path = WEIGHTS) -> ProfileModel:
    with np.load(path) as data:
        return ProfileModel(data["weights"].astype(np.float32), data["bias"])


def train(examples: Sequence[Example], by_rules: Sequence[Collection[Stated]]) -> ProfileModel:
    """The model that these examples teach. ``by_rules``: what the rules read in each."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    rules = csr_matrix([[value in read for value in VALUES] for read in by_rules], dtype=np.float32)
    features = hstack([ngrams().transform([one.text for one in examples]) * _NGRAMS_WEIGHT, rules * _RULES_WEIGHT]).tocsr()
    weights = np.zeros((features.shape[1], len(VALUES)), dtype=np.float32)
    bias = np.full(len(VALUES), -10.0, dtype=np.float32)
    for at, value in enumerate(VALUES):
        truths = [value in example.stated for example in examples]
        if any(truths) and not all(truths):
            model = LogisticRegression(C=_STRENGTH, solver="liblinear").fit(features, truths)
            weights[:, at], bias[at] = model.coef_[0], model.intercept_[0]
    return ProfileModel(weights, bias)


def digest(examples: Iterable[Example]) -> str:
    """Changes when an example does."""
    lines = sorted(f"{one.text}\t{sorted(map(str, one.stated))}" for one in examples)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
