"""What do the words of a message say of the firm and its plan? Small networks beside the rules.

People say "we vinden geen lassers meer" rather than "personeel". The lexicon knows many such words;
this knows what thousands of annotated messages have in common: networks that read phrases
(``phrase_network.py``), and see what the rules read, say how likely it is that a message states a
value of a field. Trained by ``python -m assistant.profile_training``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from assistant.features import embedder
from knowledge.models import LANGUAGES, Language
from knowledge.profile_fields import CHOICES
from knowledge.tsv import digest_of, read_rows

if TYPE_CHECKING:  # torch is heavy: who only lists the catalogue does without
    from assistant.phrase_network import PhraseNetwork

FOLDER: Final = Path(__file__).parent / "profile_examples"
WEIGHTS: Final = FOLDER / "weights.npz"
COLUMNS: Final = ("needs", "sector", "phase", "collaboration", "technically_new")
"""The fields that are learnt, in the order of the columns of the examples."""
_TRUTHS: Final = {"yes": True, "no": False}
_CLAUSE: Final = re.compile(r"[^.;:!?\n,]+")
_MOST_WORDS: Final = 8
_NETWORK: Final = "network"
_SEEDS: Final = (20261121, 20261122, 20261123)
"""Several networks rather than one: what one happens to learn wrong, the others mostly do not."""


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
    return read_rows(folder, f"language, {', '.join(COLUMNS)}, message", _example)


def _example(_: Path, cells: list[str]) -> Example:
    language = next((known for known in LANGUAGES if known == cells[0]), None)
    if language is None or len(cells) != len(COLUMNS) + 2:
        raise ValueError("no language, or a column too few or too many")
    stated = {
        Stated(field, _TRUTHS.get(value, value))
        for field, cell in zip(COLUMNS, cells[1:], strict=False)
        if cell != "-"
        for value in cell.split(",")
    }
    unknown = stated - set(VALUES)
    if unknown:
        raise ValueError(f"no such value: {', '.join(f'{one.field}={one.value}' for one in unknown)}")
    return Example(language, frozenset(stated), cells[-1])


class ProfileModel:
    """How likely each value is stated, by the mean of what the networks say."""

    def __init__(self, networks: Sequence[PhraseNetwork]) -> None:
        """``networks``: alike, but for the seed they learnt from; a label per value, and a flag per value that the rules read."""
        self._networks = tuple(networks)

    def likelihood(self, text: str, by_rules: Collection[Stated]) -> dict[Stated, float]:
        """``by_rules``: what the rules read in this same text."""
        flags = np.array([value in by_rules for value in VALUES], dtype=np.float32)
        scores = np.mean([network.scores(text, flags) for network in self._networks], axis=0)
        return dict(zip(VALUES, (1 / (1 + np.exp(-scores))).tolist(), strict=True))

    def words_for(self, text: str, value: Stated) -> str:
        """The words of one clause that speak most for a value."""
        clauses = _clauses(text)
        if not clauses:
            return text
        start, end = clauses[int(np.argmax(self._networks[0].spoken_by(text, clauses, VALUES.index(value))))]
        return text[start:end]

    def save(self, path: Path, digest: str) -> None:
        networks = {
            f"{_NETWORK}{number}.{name}": array
            for number, network in enumerate(self._networks)
            for name, array in network.arrays().items()
        }
        np.savez_compressed(path, allow_pickle=False, digest=np.array(digest), **networks)


def _clauses(text: str) -> list[tuple[int, int]]:
    """Clauses, long ones in parts of a few words."""
    found = []
    for clause in _CLAUSE.finditer(text):
        words = [match.span() for match in re.finditer(r"\S+", clause[0])]
        for first in range(0, len(words), _MOST_WORDS):
            part = words[first : first + _MOST_WORDS]
            found.append((clause.start() + part[0][0], clause.start() + part[-1][1]))
    return found


@lru_cache(maxsize=1)
def load_profile_model(path: Path = WEIGHTS) -> ProfileModel:
    from assistant.phrase_network import PhraseNetwork

    with np.load(path) as data:
        starts = [f"{_NETWORK}{number}." for number, _ in enumerate(_SEEDS)]
        networks = [{name.removeprefix(start): data[name] for name in data.files if name.startswith(start)} for start in starts]
        return ProfileModel([PhraseNetwork.stored(network) for network in networks])


def train(examples: Sequence[Example], by_rules: Sequence[Collection[Stated]]) -> ProfileModel:
    """The model that these examples teach. ``by_rules``: what the rules read in each."""
    from joblib import Parallel, delayed

    from assistant.phrase_training import learn

    texts = [one.text for one in examples]
    flags = np.array([[value in read for value in VALUES] for read in by_rules], dtype=np.float32)
    truths = np.array([[value in example.stated for value in VALUES] for example in examples], dtype=np.float32)
    return ProfileModel(Parallel(n_jobs=len(_SEEDS))(delayed(learn)(texts, flags, truths, seed) for seed in _SEEDS))


def digest(examples: Iterable[Example]) -> str:
    """Changes when an example or the embedder does."""
    return digest_of([embedder().identity, *sorted(f"{one.text}\t{sorted(map(str, one.stated))}" for one in examples)])
