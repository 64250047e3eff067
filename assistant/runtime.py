"""Puts the parts together: settings → catalogue, index, retriever, advisor. The heavy imports live here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.advisor import Advisor
from assistant.models import Message
from assistant.settings import Settings
from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.documents import find_documents, read_passages
from knowledge.embedding import Embedder, open_embedder
from knowledge.index import BuildReport, SearchIndex, build_index
from knowledge.models import LANGUAGES
from knowledge.passages import Passage, catalogue_passages, document_passages
from knowledge.retrieval import HybridSearch

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Runtime:
    catalogue: Catalogue
    embedder: Embedder
    folder: Path


def prepare(settings: Settings) -> Runtime:
    """Load the catalogue and the embedder.

    Raises:
        KnowledgeError: either can't be loaded.
    """
    embedder = open_embedder(settings.embedder, settings.query_prefix, settings.passage_prefix)
    return Runtime(load_catalogue(settings.catalogue), embedder, settings.data / "index")


def update_index(runtime: Runtime, documents: Path | None, progress: Progress | None = None) -> BuildReport:
    """Bring the index up to the catalogue (and the documents)."""
    passages = [*catalogue_passages(runtime.catalogue), *original_passages(runtime.catalogue, documents)]
    return build_index(runtime.folder, passages, runtime.embedder, runtime.embedder.identity, progress)


def original_passages(catalogue: Catalogue, documents: Path | None) -> Iterator[Passage]:
    """Passages of the documents in a folder; those of the bibliography under their own id."""
    if documents is None:
        return
    known = {source.file: (id_, source) for id_, source in catalogue.sources.items() if source.file}
    for path in find_documents(documents):
        id_, source = known.get(path.name, (path.stem, None))
        year = int(source.date[:4]) if source and source.date[:4].isdigit() else 0
        yield from document_passages(read_passages(path, id_), source.language if source else "nl", year)


def build_advisor(settings: Settings, progress: Progress | None = None) -> Advisor:
    """An advisor that answers: index up to date, models loaded.

    Raises:
        KnowledgeError: the catalogue, the embedder or the index is not usable.
    """
    runtime = prepare(settings)
    update_index(runtime, settings.documents, progress)
    index = SearchIndex(runtime.folder, runtime.embedder, runtime.embedder.identity)
    return Advisor(runtime.catalogue, HybridSearch(index, runtime.embedder))


def warm_up(advisor: Advisor) -> None:
    """A first reply in each language, so that no visitor waits for lexicons and models to load."""
    some = next(iter(advisor.catalogue))
    for language in LANGUAGES:
        advisor.reply([Message(role="user", content=question) for question in some.questions.of(language)[:1]])
