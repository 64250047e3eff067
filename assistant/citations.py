"""Numbers for citations, in the order in which an answer uses them; sentences get their markers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from assistant.models import Citation
from knowledge.catalogue import Catalogue
from knowledge.models import Grounded, Instrument, Language

Original = Callable[[str, str], str | None]

_ABBREVIATIONS: Final = frozenset(
    {
        "mln",
        "mld",
        "nr",
        "o.a",
        "bijv",
        "ca",
        "incl",
        "excl",
        "max",
        "min",
        "e.g",
        "i.e",
        "no",
        "etc",
        "v.a",
        "m.b.t",
        "b.v",
        "n.v",
        "art",
    }
)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+(?=[\"'“‘(]?[A-ZÀ-Þ€0-9])")


def sentences(text: str) -> list[str]:
    """The sentences of a text; 'mln.' and the like end none."""
    parts: list[str] = []
    for piece in _SENTENCE_END.split(text.strip()):
        last_word = parts[-1].rstrip(".").rsplit(" ", 1)[-1].lower() if parts and parts[-1].endswith(".") else ""
        if parts and last_word in _ABBREVIATIONS:
            parts[-1] += f" {piece}"
        else:
            parts.append(piece)
    return [part for part in parts if part]


def with_markers(text: str, numbers: tuple[int, ...]) -> str:
    """Every sentence of a text with its markers before its full stop: 'Zo is het [1].'"""
    markers = "".join(f"[{number}]" for number in numbers)
    marked = []
    for sentence in sentences(text):
        ending = sentence[-1] if sentence[-1] in ".!?:" else ""
        marked.append(f"{sentence.removesuffix(ending)} {markers}{ending}" if markers else sentence)
    return " ".join(marked)


class Citer:
    """Hands out citation numbers for one reply."""

    def __init__(self, catalogue: Catalogue, language: Language, original: Original) -> None:
        self._catalogue = catalogue
        self._language = language
        self._original = original
        self._citations: dict[str, Citation] = {}

    def number(self, instrument: Instrument, item: Grounded) -> int:
        """The number of a fact or finding; the same each time it is cited."""
        key = f"{instrument.id}.{item.id}"
        if key not in self._citations:
            source_id = self._catalogue.source_id(instrument, item)
            source = self._catalogue.sources[source_id]
            self._citations[key] = Citation(
                n=len(self._citations) + 1, fact=key, source=source_id, title=source.title, locator=item.locator,
                as_of=item.as_of, url=source.url, text=item.text.of(self._language),
                passage=self._original(source_id, item.locator) if source.file else None,
            )  # fmt: skip
        return self._citations[key].n

    def cite(self, instrument: Instrument, item: Grounded) -> str:
        """The text of a fact, every sentence with its marker."""
        return with_markers(item.text.of(self._language), (self.number(instrument, item),))

    def say(self, text: str, instrument: Instrument, *items: Grounded) -> str:
        """Words of our own that rest on these facts."""
        return with_markers(text, tuple(dict.fromkeys(self.number(instrument, item) for item in items)))

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(self._citations.values())
