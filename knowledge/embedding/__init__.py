"""The embedder: a sentence-transformers model behind LangChain's ``Embeddings`` interface."""

from knowledge.embedding.embedder import PACKAGED, Embedder, open_embedder, packaged_pieces

__all__ = ["PACKAGED", "Embedder", "open_embedder", "packaged_pieces"]
