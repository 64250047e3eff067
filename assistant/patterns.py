"""The small pattern language of the lexicon, compiled to regular expressions.

``metaal*``: any ending; ``bank ~ niet``: a gap of at most three words; ``lening : nee``: a mark between them;
``prototype^2``: a weight;
``naar <land>``: any word of a class of words; ``groeien |``: only where the clause ends; ``| geen lening |``:
only where a sentence starts, too. A weight of 0 stands for nothing: it takes its words from shorter patterns.
Text is folded to lower case without accents, letter for letter, so positions stay those of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

_WEIGHT = re.compile(r"\^(\d+(?:\.\d+)?)$")
_GAP = r"(?:(?:[\w'’&€-]|[.,](?=\d))+,?\s+){0,3}"
_MARKS = {"~": _GAP, ":": r"\s*[:;,?!(-]+\s*"}
_CLAUSE_ENDS = r"(?=\s*(?:[.,;:!?)\n]|$))"
_SENTENCE_STARTS = r"(?:^|(?<=[.;:!?\n(]))\s*"
_NO_CLASSES: Mapping[str, Sequence[str]] = {}


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if char in "’‘`´":
        return "'"
    base = unicodedata.normalize("NFKD", char)[:1].lower()
    return base if len(base) == 1 else " "


def fold(text: str) -> str:
    """Lower case without accents; as long as the text itself."""
    return "".join(map(_fold_char, text))


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern found in a text: where, and how much it counts."""

    start: int
    end: int
    weight: float
    negates: bool
    """The pattern has a negator in it, so a negation around it changes nothing."""


@dataclass(frozen=True, slots=True)
class Pattern:
    expression: str
    weight: float
    anchor: str
    """Letters that the text must have for the pattern to match: a quick test before the slow one."""
    negates: bool

    def find(self, folded: str) -> list[Found]:
        return [Found(m.start(), m.end(), self.weight, self.negates) for m in _compiled(self.expression).finditer(folded)]

    def is_in(self, folded: str) -> bool:
        return _compiled(self.expression).search(folded) is not None


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    """Compiled when a text first has its anchor: most of the lexicon is never needed in a session."""
    return re.compile(expression)


def compile_pattern(
    source: str, negators: frozenset[str] = frozenset(), classes: Mapping[str, Sequence[str]] = _NO_CLASSES
) -> Pattern:
    """One line of the lexicon.

    Raises:
        KeyError: it names a class of words that there is not.
    """
    weight = _WEIGHT.search(source)
    body = fold(_WEIGHT.sub("", source).strip())
    starts, ends = body.startswith("| "), body.endswith(" |")
    parts = body.removeprefix("| ").removesuffix(" |").split()
    pieces = []
    for index, part in enumerate(parts):
        if part in _MARKS:
            pieces.append(_MARKS[part])
            continue
        pieces.append(any_of(classes[part[1:-1]]) if _is_class(part) else re.escape(part).replace(r"\*", r"[\w'-]*"))
        if index + 1 < len(parts) and parts[index + 1] != ":":
            pieces.append(r"[\s,]+" if parts[index + 1] == "~" else r"[\s-]+")
    start = _SENTENCE_STARTS if starts else ""
    literals = [piece for part in parts if part not in _MARKS and not _is_class(part) for piece in part.split("*")]
    return Pattern(
        # "zzp" is not in "zzp'ers", which are other people; "firma" is in "firma's" and "bv" in "bv'tje".
        expression=rf"{start}(?<![\w]){''.join(pieces)}(?!\w|'er){_CLAUSE_ENDS if ends else ''}",
        weight=float(weight[1]) if weight else 1.0,
        anchor=max(literals, key=len, default=""),
        negates=any(part in negators for part in parts),
    )


def _is_class(part: str) -> bool:
    return part.startswith("<") and part.endswith(">")


def any_of(words: Sequence[str]) -> str:
    """A regular expression for any of these words of the lexicon."""
    folded = sorted(map(fold, words), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\*", r"[\w'-]*").replace(r"\ ", r"[\s-]+") for word in folded) + ")"


class PatternSet:
    """Patterns that mean the same."""

    def __init__(
        self, sources: Iterable[str], negators: Iterable[str] = (), classes: Mapping[str, Sequence[str]] = _NO_CLASSES
    ) -> None:
        words, listed = frozenset(map(fold, negators)), list(sources)
        self._patterns = [compile_pattern(source, words, classes) for source in listed]
        self._sources = frozenset(fold(_WEIGHT.sub("", source)).replace("*", "").strip() for source in listed)

    def find(self, folded: str) -> list[Found]:
        """All places, longest first where they overlap, so that a phrase beats a word in it."""
        found = [place for pattern in self._patterns if pattern.anchor in folded for place in pattern.find(folded)]
        if len(found) < 2:
            return found
        kept: list[Found] = []
        for place in sorted(found, key=lambda place: (place.start - place.end, place.weight > 0, -place.weight)):
            if not any(place.start < other.end and other.start < place.end for other in kept):
                kept.append(place)
        return sorted(kept, key=lambda place: place.start)

    def any_in(self, folded: str) -> bool:
        return any(pattern.anchor in folded and pattern.is_in(folded) for pattern in self._patterns)

    def lists(self, folded: str) -> bool:
        """Is this very word or phrase one of them, endings aside?"""
        return folded in self._sources
