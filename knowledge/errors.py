"""One exception tree: each message says what is wrong, where, and what to do."""

from __future__ import annotations


class KnowledgeError(Exception):
    """Anything wrong with the catalogue, its documents or its index."""


class CatalogueError(KnowledgeError):
    """A data file of the catalogue is wrong; the message names file, line and field."""


class DocumentError(KnowledgeError):
    """An original document can't be read."""


class NotThereError(KnowledgeError):
    """What the caller named does not exist: a wrong call, not a wrong file."""


class NoCatalogueError(CatalogueError, NotThereError):
    """The folder holds no catalogue."""


class NoDocumentsError(DocumentError, NotThereError):
    """The folder holds no documents."""


class SearchIndexError(KnowledgeError):
    """The search index is missing, broken or made by another embedder."""


class EmbedderError(KnowledgeError):
    """The embedding model can't be loaded or reached."""
