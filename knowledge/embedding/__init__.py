"""The embedder: a sentence-transformers model behind LangChain's ``Embeddings`` interface."""

from knowledge.embedding.embedder import Embedder, open_embedder

__all__ = ["Embedder", "open_embedder"]
