"""Fakes and a tiny invented catalogue: no test of the logic depends on a real scheme."""

from __future__ import annotations

import hashlib
import math
import os
from datetime import date
from pathlib import Path

import pytest

from assistant.advisor import Advisor
from assistant.models import Message
from assistant.runtime import build_advisor
from assistant.settings import Settings
from knowledge.analysis import words
from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.embedding import Embedder
from knowledge.index import SearchIndex, build_index
from knowledge.passages import catalogue_passages
from knowledge.retrieval import HybridSearch

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

TODAY = date(2026, 11, 21)
TINY = Path(__file__).parent / "tiny_catalogue"
SOURCES = Path(__file__).resolve().parent.parent.parent / "shared" / "sources"


class FakeEmbedder(Embedder):
    """Words hashed into 64 dimensions: texts that share words are near. Counts what it embeds."""

    def __init__(self, identity: str = "fake") -> None:
        super().__init__(identity)
        self.embedded = 0

    def _encode(self, texts: list[str]) -> list[list[float]]:
        self.embedded += len(texts)
        return [self._vector(text) for text in texts]

    @staticmethod
    def _vector(text: str) -> list[float]:
        vector = [0.0] * 64
        for word in words(text) or ["∅"]:
            vector[int(hashlib.sha256(word[:5].encode()).hexdigest(), 16) % 64] += 1.0
        length = math.sqrt(sum(value * value for value in vector))
        return [value / length for value in vector]


def user(*texts: str) -> list[Message]:
    """Messages of the user alone."""
    return [Message(role="user", content=text) for text in texts]


@pytest.fixture(scope="session")
def tiny() -> Catalogue:
    return load_catalogue(TINY)


@pytest.fixture(scope="session")
def tiny_advisor(tiny: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    """An advisor over the invented catalogue, with the fake embedder."""
    folder = tmp_path_factory.mktemp("tiny") / "index"
    embedder = FakeEmbedder()
    build_index(folder, catalogue_passages(tiny), embedder, embedder.identity)
    search = HybridSearch(SearchIndex(folder, embedder, embedder.identity), embedder)
    return Advisor(tiny, search, today=TODAY)


@pytest.fixture(scope="session")
def advisor(tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    """The real one, with the packaged catalogue and embedder."""
    return build_advisor(Settings(data=tmp_path_factory.mktemp("data"), documents=SOURCES if SOURCES.is_dir() else None))


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The packaged catalogue."""
    return load_catalogue()


def needs_sources() -> pytest.MarkDecorator:
    """For tests on the original documents, which not every checkout has beside it."""
    return pytest.mark.skipif(not SOURCES.is_dir(), reason=f"no original documents in {SOURCES}")
