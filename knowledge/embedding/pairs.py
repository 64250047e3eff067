"""What the embedder learns from: questions, each with the passages that answer it.

``data/questions-*.tsv``: instrument, language, question, and the fact that answers it where there is one.
``data/documents-*.tsv``: document, locator, language, question.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from knowledge.analysis import words
from knowledge.catalogue import Catalogue
from knowledge.models import LANGUAGES
from knowledge.passages import QUESTION, Passage
from knowledge.tsv import digest_of, read_rows

DATA: Final = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and what it is about: all passages of ``owner`` answer it, ``target`` best."""

    query: str
    language: str
    owner: str
    target: str = ""


def owner_of(passage: Passage) -> str:
    """Passages with one owner are no negatives of each other: an instrument's, or one place in a document."""
    return passage.instrument or passage.id


def written_pairs(folder: Path = DATA) -> list[Pair]:
    """The questions that were written to train on.

    Raises:
        ValueError: a line without its columns; the message names file and line.
    """
    return read_rows(folder, "what the head of pairs.py says", _pair)


def _pair(path: Path, cells: list[str]) -> Pair:
    columns = [cell.strip() for cell in cells]
    if path.name.startswith("documents-"):
        document, locator, language, question = columns
        return Pair(question, language, f"{document}/{locator}")
    instrument, language, question, fact = (*columns, "")[:4]
    return Pair(question, language, instrument, f"{instrument}/{language}/{fact}" if fact else "")


def catalogue_pairs(catalogue: Catalogue, passages: Iterable[Passage]) -> Iterator[Pair]:
    """The catalogue's own questions, its names, and each fact as a query for its translation."""
    for passage in passages:
        if passage.kind == QUESTION:
            yield Pair(passage.text, passage.language, passage.instrument)
    for instrument in catalogue:
        for language in LANGUAGES:
            for name in (instrument.name.of(language), *instrument.aliases.of(language)):
                yield Pair(name, language, instrument.id, f"{instrument.id}/{language}/name")
        for item in instrument.grounded:
            yield Pair(item.text.en, "en", instrument.id, f"{instrument.id}/nl/{item.id}")
            yield Pair(item.text.nl, "nl", instrument.id, f"{instrument.id}/en/{item.id}")


@lru_cache(maxsize=1)
def everyday_words() -> frozenset[str]:
    """Words that the written questions use more than twice: what people say, and not a slip of one of them."""
    counts = Counter(word for pair in written_pairs() for word in words(pair.query))
    return frozenset(word for word, count in counts.items() if count > 2)


def roughen(text: str, dice: random.Random) -> str:
    """A question as people type it: a slip in about one word of four; half of them in lower case, without a full stop."""
    told = text.split()
    for index, word in enumerate(told):
        if len(word) > 3 and dice.random() < 1 / 4:
            at = dice.randrange(1, len(word) - 1)
            left_out = word[:at] + word[at + 1 :]
            swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            doubled = word[:at] + word[at] + word[at:]
            told[index] = dice.choice((left_out, swapped, doubled))
    rough = " ".join(told)
    return rough.lower().rstrip(".?!") if dice.random() < 0.5 else rough


def cut(text: str, chance: float, dice: random.Random) -> str:
    """A text with words cut at random places, each of more than three letters with this chance, and again."""
    parts = []
    for word in text.split():
        rest = word
        while len(rest) > 3 and dice.random() < chance:
            at = dice.randrange(1, len(rest))
            parts.append(rest[:at])
            rest = rest[at:]
        parts.append(rest)
    return " ".join(parts)


def digest(pairs: Iterable[Pair]) -> str:
    """Changes when a pair does; the shipped model names that of the pairs it learnt from."""
    return digest_of(f"{pair.owner}\t{pair.target}\t{pair.language}\t{pair.query}" for pair in pairs)
