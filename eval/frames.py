"""The composer's own phrases, recognised in an answer, so that only what fills them is held against the sources.

'Volgens de nieuwste bron loopt deze regeling.' is a phrase that people wrote and reviewed, and it cites
the fact that made the composer say it. Its words need not stand in that fact; the names and figures
that fill it do. Prose that a language model writes matches no phrase and is judged as a whole.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from assistant.vocabulary import read_data
from eval.text import sentences, words_of
from knowledge.models import Language

_FEWEST_WORDS: Final = 3
_HOLE: Final = "\x00"
_NO_STATEMENTS: Final = frozenset({"questions", "labels", "fields", "dont_know"})


def filled_in(text: str, language: Language) -> str | None:
    """What fills the phrase that a sentence is; '' where it has no holes, None where it is no phrase."""
    said = text.strip()
    for pattern in _patterns(language):
        found = pattern.fullmatch(said)
        if found:
            return " ".join(piece for piece in found.groups() if piece)
    return None


@lru_cache(maxsize=2)
def _patterns(language: Language) -> tuple[re.Pattern[str], ...]:
    data = read_data("assistant.phrases", f"{language}.yaml")
    templates = [text for key, node in data.items() if key not in _NO_STATEMENTS for text in _strings(node)]
    found = {_pattern(piece) for template in templates for piece in _pieces(template)}
    patterns = sorted((pattern for pattern in found if pattern), key=lambda pattern: (-len(pattern), pattern))
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for child in node.values():
            yield from _strings(child)
    elif isinstance(node, list):
        for child in node:
            yield from _strings(child)


def _pieces(template: str) -> Iterator[str]:
    """The sentences of a phrase, each hole a mark."""
    parts = [literal + (_HOLE if name is not None else "") for literal, name, _, _ in string.Formatter().parse(template)]
    for sentence in sentences("".join(parts).replace(_HOLE, "Xhole")):
        yield sentence.text.replace("Xhole", _HOLE)


def _pattern(piece: str) -> str | None:
    if len(words_of(piece.replace(_HOLE, " "))) < _FEWEST_WORDS:
        return None
    body = r"(.+?)".join(re.escape(literal) for literal in piece.rstrip(".").split(_HOLE))
    return rf"{body}\.?"
