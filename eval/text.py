"""An answer in Markdown → its sentences, each with the markers it ends in.

A full stop after an abbreviation (mln., nr., o.a.), inside a number (2.0) or in a list marker (1.)
ends no sentence; a marker after the full stop belongs to the sentence before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

_MARKER = re.compile(r"\[(\d+)\]")
_MARKER_RUN = r"(?:\s*\[\d+\])*"
_END = re.compile(rf"[.!?…]+[\"”’')»*_]*{_MARKER_RUN}(?=\s|$)")
_HEADING = re.compile(r"^\s*#{1,6}\s+")
_BULLET = re.compile(r"^\s*(?:>\s*)*(?:[-*+•]|\d{1,2}[.)])\s+")
_QUOTE = re.compile(r"^\s*(?:>\s*)+")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_ALL_BOLD = re.compile(r"^\s*(?:\*\*[^*]+\*\*|__[^_]+__)\s*(?:\([^)]*\))?\s*:?\s*$")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")
_EMPHASIS = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_LABEL = re.compile(r"^(?:[^\s.:;!?]+\s?){1,6}:\s+(?=\S)")
_WORD = re.compile(r"[^\W_][\w.,’'&/+-]*")

_INSIDE: Final = frozenset({
    "o.a", "bijv", "bv", "ca", "d.w.z", "evt", "excl", "incl", "max", "min", "m.n", "blz", "pp", "resp", "t.a.v",
    "t.b.v", "vgl", "dr", "drs", "ir", "ing", "mr", "mrs", "ms", "prof", "i.p.v", "e.g", "i.e", "approx", "vs",
    "tel", "zgn", "jl", "a.s", "kst", "stcrt", "stb", "afb", "hfst", "jan", "feb", "mrt", "apr", "jun", "jul",
    "aug", "sep", "sept", "okt", "nov", "dec",
})  # fmt: skip
"""Abbreviations that something always follows."""
_BEFORE_NUMBER: Final = frozenset({
    "nr", "nrs", "no", "art", "p", "al", "st", "fig", "par", "hst", "vol",
})  # fmt: skip
"""Abbreviations (some are words too) that a number follows."""
_MAY_END: Final = frozenset({
    "mln", "mld", "enz", "etc", "b.v", "n.v", "p.j", "p.p", "e.d", "s.v.p", "inc", "ltd", "c.s",
})  # fmt: skip
"""Abbreviations that may end a sentence: they do where a capital follows."""


class Place(StrEnum):
    PROSE = "prose"
    ITEM = "item"
    CELL = "cell"
    HEADING = "heading"


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text`` without markers and Markdown; ``markers`` in order, each once."""

    text: str
    markers: tuple[int, ...]
    place: Place

    @property
    def is_question(self) -> bool:
        return self.text.rstrip("\"”’')»").endswith("?")

    @property
    def words(self) -> int:
        return len(words_of(self.text))

    @property
    def claim(self) -> str:
        """What it says, without a label in front ('Wat u krijgt: …')."""
        return _LABEL.sub("", self.text, count=1)


def sentences(markdown: str) -> list[Sentence]:
    """All sentences of an answer, in order; headings and table cells are units of their own."""
    found = []
    for text, place in _units(markdown):
        pieces = [text] if place is Place.HEADING else _split(text)
        for piece in pieces:
            plain = _plain(piece)
            if re.search(r"\w", plain):
                markers = tuple(dict.fromkeys(int(number) for number in _MARKER.findall(piece)))
                found.append(Sentence(plain, markers, place))
    return found


def markers(markdown: str) -> list[int]:
    """Every marker in a text, repeated as it is."""
    return [int(number) for number in _MARKER.findall(_LINK.sub(r"\1", markdown))]


def words_of(text: str) -> list[str]:
    """The words of a text as people count them: '€ 25.000' is one, 'R&D-project' is one."""
    return [word.rstrip(".,’'-/") for word in _WORD.findall(text)]


def _units(markdown: str) -> Iterator[tuple[str, Place]]:
    """Lines → paragraphs (consecutive prose lines are one), items, cells, headings."""
    prose: list[str] = []
    for line, following in pairwise([*markdown.splitlines(), "", ""]):
        kind = _kind(line)
        if prose and (kind is not Place.PROSE or not line.strip()):
            yield " ".join(prose), Place.PROSE
            prose = []
        if not line.strip() or _TABLE_RULE.match(line):
            continue
        if kind is Place.PROSE:
            prose.append(_QUOTE.sub("", line).strip())
        elif kind is Place.CELL:
            place = Place.HEADING if _TABLE_RULE.match(following) else Place.CELL
            yield from ((cell.strip(), place) for cell in line.strip().strip("|").split("|") if cell.strip())
        else:
            yield _BULLET.sub("", _HEADING.sub("", line)).strip(), kind


def _kind(line: str) -> Place:
    if _HEADING.match(line) or _ALL_BOLD.match(_BULLET.sub("", line)):
        return Place.HEADING
    if _BULLET.match(line):
        return Place.ITEM
    return Place.CELL if line.lstrip().startswith("|") else Place.PROSE


def _split(text: str) -> list[str]:
    pieces, start = [], 0
    for end in _END.finditer(text):
        if _ends_sentence(text, end):
            pieces.append(text[start : end.end()])
            start = end.end()
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces if piece.strip()]


def _ends_sentence(text: str, end: re.Match[str]) -> bool:
    if end[0][0] != "." or end[0].startswith(".."):
        return True
    before = re.search(r"[\w.&]+$", text[: end.start()])
    token = before[0].lower().lstrip("(") if before else ""
    after = text[end.end() :].lstrip(" *_\"“‘'(")
    if token in _BEFORE_NUMBER and after[:1].isdigit():
        return False
    if token in _INSIDE or re.fullmatch(r"[a-z]", token):
        return not after
    if token in _MAY_END or re.fullmatch(r"(?:[a-z]\.)+[a-z]", token):
        return not after or after[0].isupper()
    return not after or not after[0].islower()


def _plain(piece: str) -> str:
    text = _MARKER.sub("", _LINK.sub(r"\1", piece))
    text = _EMPHASIS.sub("", text)
    text = re.sub(r"\s+([.,;:!?])", r"\1", text)
    return re.sub(r"\s+", " ", text).strip()
