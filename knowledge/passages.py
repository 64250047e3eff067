"""What is searched: each passage owns the text that is embedded and what it is cited as."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from knowledge.catalogue import Catalogue
from knowledge.documents import DocumentPassage
from knowledge.models import LANGUAGES, Evaluation, Fact, Instrument, Language

FACT, FINDING, QUESTION, NAME, DOCUMENT = "fact", "finding", "question", "name", "document"


@dataclass(frozen=True, slots=True)
class Passage:
    """One searchable text. ``fact``: the qualified id it is cited as; empty where nothing is cited."""

    id: str
    text: str
    kind: str
    language: Language
    instrument: str = ""
    fact: str = ""
    year: int = 0
    document: str = ""
    locator: str = ""

    @property
    def digest(self) -> str:
        """Changes when the embedded text or anything told about it changes."""
        content = "\x1f".join((self.text, self.kind, self.language, self.fact, str(self.year), self.locator))
        return hashlib.sha256(content.encode()).hexdigest()[:24]

    def metadata(self) -> dict[str, Any]:
        return {
            "id": self.id, "kind": self.kind, "language": self.language, "instrument": self.instrument,
            "fact": self.fact, "year": self.year, "document": self.document, "locator": self.locator,
            "digest": self.digest,
        }  # fmt: skip


def catalogue_passages(catalogue: Catalogue) -> Iterator[Passage]:
    """Per language: names, entrepreneurs' questions, facts and findings of every instrument."""
    for instrument in catalogue:
        for language in LANGUAGES:
            yield from _of_instrument(instrument, language)


def _of_instrument(instrument: Instrument, language: Language) -> Iterator[Passage]:
    name = instrument.name.of(language)
    prefix = f"{instrument.id}/{language}"
    names = ", ".join((name, *instrument.aliases.of(language)))
    summary = f"{names}. {instrument.in_short.text.of(language)}"
    yield Passage(f"{prefix}/name", summary, NAME, language, instrument.id, f"{instrument.id}.{instrument.in_short.fact}")
    for number, question in enumerate(instrument.questions.of(language), start=1):
        yield Passage(f"{prefix}/question/{number}", question, QUESTION, language, instrument.id)
    for item in (*instrument.facts, *instrument.evaluations):
        kind = FINDING if isinstance(item, Evaluation) else FACT
        year = int(item.as_of[:4]) if item.as_of[:4].isdigit() else 0
        text = item.text.of(language)
        if not (isinstance(item, Fact) and name.lower() in text.lower()):
            text = f"{name}: {text}"
        yield Passage(f"{prefix}/{item.id}", text, kind, language, instrument.id, f"{instrument.id}.{item.id}", year)


def document_passages(passages: Iterable[DocumentPassage], language: Language, year: int) -> Iterator[Passage]:
    """Paragraphs of an original document, so that a citation can show the original words."""
    for passage in passages:
        yield Passage(
            id=f"{passage.document}/{passage.locator}", text=passage.text, kind=DOCUMENT, language=language,
            year=year, document=passage.document, locator=passage.locator,
        )  # fmt: skip
