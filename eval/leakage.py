"""Does a case stand, word for word or nearly so, among texts that the product is trained on or indexes?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from eval.cases import Case
from knowledge.analysis import words

_NEAR: Final = 0.8
_SHORTEST: Final = 4


class Leak(NamedTuple):
    case: str
    text: str
    similarity: float


def messages_of(cases: Iterable[Case]) -> Iterator[tuple[str, str]]:
    """Every message of the user, with the id of its case."""
    return ((case.id, message) for case in cases for message in case.user_turns)


def near_duplicates(messages: Iterable[tuple[str, str]], texts: Iterable[str], near: float = _NEAR) -> list[Leak]:
    """Messages (id, text) whose words are (nearly) those of a text: Jaccard similarity of their word bigrams.

    Messages of fewer than four words are left out: 'Wat is de WBSO?' is nobody's own.
    After Broder, "On the resemblance and containment of documents" (1997).
    """
    index: dict[tuple[str, str], set[int]] = defaultdict(set)
    known: list[tuple[str, frozenset[tuple[str, str]]]] = []
    for text in texts:
        shingles = _bigrams(text)
        for shingle in shingles:
            index[shingle].add(len(known))
        known.append((text, shingles))
    leaks = []
    for id_, message in messages:
        shingles = _bigrams(message)
        if len(shingles) < _SHORTEST - 1:
            continue
        for number in sorted(set().union(*(index.get(shingle, set()) for shingle in shingles))):
            text, others = known[number]
            similarity = len(shingles & others) / len(shingles | others)
            if similarity >= near:
                leaks.append(Leak(id_, text, similarity))
    return leaks


def _bigrams(text: str) -> frozenset[tuple[str, str]]:
    tokens = words(text)
    return frozenset(pairwise(tokens))
