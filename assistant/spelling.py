"""Slips of the fingers, put right before anything is read: 'prototpye' says what 'prototype' says.

One slip a word, after Norvig, "How to Write a Spelling Corrector" (2007), by pyspellchecker with its lists of words, and the
words of the annotated messages. Misreading is worse than not reading: a word is left alone that
somebody used before, is made up of two words (Dutch writes these as one), looks like a name, or could be several others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.abroad import foreign
from assistant.patterns import fold
from assistant.places import gazetteer
from assistant.profile_model import written_examples
from knowledge.embedding.pairs import everyday_words
from knowledge.models import LANGUAGES, Language

if TYPE_CHECKING:
    from spellchecker import SpellChecker

_WORD: Final = re.compile(r"(?<![\w'’@/.-])[^\W\d_]{5,25}(?![\w'’@/-])")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_SENTENCE_STARTS: Final = re.compile(r"(?:^|[.!?\n])\W*$")
_MOST: Final = 100
"""Words of a message that are looked up: a person slips less often, and noise need not be read."""
_OURS: Final = 3
"""So often a word of the annotated messages is no slip."""
_OF_OURS: Final = 30
"""A word of ours counts for so many of the lists', which come from subtitles of films."""
_COMMON: Final = 100
_CLEARLY: Final = 3
"""How much more common the meant word must be than any other that it could be."""
_SHORTEST_PART: Final = 3
_COMMON_PART: Final = 240
_ENDINGS: Final = {"d": "t", "t": "d"}
"""'Wie leend dat?': what verbs are most often misspelt by, in Dutch, however common another word is."""
_BRITISH: Final = (("is", "iz"), ("our", "or"), ("tre", "ter"))
"""'Organises', 'colour' and 'metre': the English list is American."""
_JOINT: Final = "s"
"""After a first part of four letters or more: 'subsdie' is not 'sub' and 'die'."""


class Corrected(NamedTuple):
    """A text, and what was written for each word that was put right."""

    text: str
    written: Mapping[str, str]

    def as_written(self, words: str) -> str:
        """Words of the text as they were typed."""
        return _LETTERS.sub(lambda word: self.written.get(word[0], word[0]), words) if self.written else words


def corrected(text: str, language: Language, names: Sequence[tuple[int, int]] = ()) -> Corrected:
    """``names``: where instruments are named, misspelt or not."""
    written: dict[str, str] = {}
    looked_up = 0

    def meant(word: re.Match[str]) -> str:
        nonlocal looked_up
        low = word[0].lower()
        if is_known(low):
            return word[0]
        place = None if foreign().places(word[0]) else gazetteer().meant_in(text, word.start(), word.end())
        if place:
            written[place.capitalize()] = word[0]
            return place.capitalize()
        starts = word[0][1:] == low[1:] and _SENTENCE_STARTS.search(text, 0, word.start())
        if (word[0] != low and not starts) or any(start <= word.start() < end for start, end in names):
            return word[0]
        if looked_up >= _MOST:
            return word[0]
        looked_up += 1
        right = _right(low, language)
        if right is None:
            return word[0]
        right = right if word[0] == low else right.capitalize()
        written[right] = word[0]
        return right

    return Corrected(_WORD.sub(meant, text), written)


@lru_cache(maxsize=10_000)
def is_known(word: str) -> bool:
    """Is it somebody's word, with or without its accents, in British or in American?"""
    forms = (word, fold(word), *(word.replace(british, american) for british, american in _BRITISH))
    return word in everyday_words() or any(form in _speller(language) for language in LANGUAGES for form in forms)


@lru_cache(maxsize=10_000)
def _right(word: str, language: Language) -> str | None:
    """The word that is meant, or None where that is not plain. First letters are seldom wrong."""
    if _is_compound(word):
        return None
    speller = _speller(language)
    options = sorted(((speller[one], one) for one in speller.candidates(word) or () if one[0] == word[0]), reverse=True)
    if any(fold(one) == fold(word) for _, one in options):
        return None  # "cafe" is no slip
    ending = _ENDINGS.get(word[-1])
    if ending and speller[word[:-1] + ending] >= _COMMON:
        return word[:-1] + ending
    if not options or options[0][0] < max(_COMMON, _CLEARLY * options[1][0] if options[1:] else 0):
        return None
    return options[0][1]


def _is_compound(word: str) -> bool:
    return any(
        _is_part(word[at:]) and (_is_part(word[:at]) or (at > _SHORTEST_PART + 1 and _is_part(word[:at].removesuffix(_JOINT))))
        for at in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
    )


def _is_part(word: str) -> bool:
    return len(word) >= _SHORTEST_PART and _speller("nl")[word] >= _COMMON_PART


@lru_cache(maxsize=2)
def _speller(language: Language) -> SpellChecker:
    """The lists of words of a language, and what the annotated messages in it use more than once or twice."""
    from spellchecker import SpellChecker  # reads a list of 300,000 words

    speller = SpellChecker(language=language, distance=1)
    speller.word_frequency.load_json({word: _OF_OURS * count for word, count in _our_words()[language].items() if count >= _OURS})
    return speller


@lru_cache(maxsize=1)
def _our_words() -> Mapping[Language, Counter[str]]:
    words: dict[Language, Counter[str]] = {language: Counter() for language in LANGUAGES}
    for example in written_examples():
        words[example.language].update(_LETTERS.findall(example.text.lower()))
    return words
