"""The search index: a persistent Chroma collection, built beside the old one and swapped in.

``<data>/index/CURRENT`` names the folder of the index in use. A build writes a new folder and then
replaces that one small file in a single step, so a kill at any moment leaves a working index.
Vectors of passages that did not change are taken over, so an update embeds only what is new.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import chromadb
from chromadb.config import Settings as ChromaSettings
from filelock import FileLock, Timeout
from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

from knowledge.errors import SearchIndexError
from knowledge.models import LANGUAGES, Language
from knowledge.passages import Passage

_CURRENT: Final = "CURRENT"
_MANIFEST: Final = "manifest.json"
_FORMAT: Final = 4
_BATCH: Final = 128
# So wide a search over some thousands of passages finds the same ones in every build of the index; the graph's own
# default is quicker by a millisecond, and misses some.
_HNSW: Final = {
    "hnsw:space": "cosine", "hnsw:search_ef": 400, "hnsw:construction_ef": 400, "hnsw:M": 32, "hnsw:num_threads": 1,
}  # fmt: skip
_LOCK_SECONDS: Final = 600

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did; ``rebuilt`` False: nothing had changed, and nothing was written."""

    passages: int
    embedded: int
    reused: int
    seconds: float
    rebuilt: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    format: int
    embedder: str
    digests: dict[str, str]


def build_index(
    folder: Path,
    passages: Iterable[Passage],
    embeddings: Embeddings,
    identity: str,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring the index in ``folder`` up to these passages.

    Raises:
        SearchIndexError: another build holds the folder for too long, or the folder can't be written.
    """
    start = time.perf_counter()
    wanted = {passage.id: passage for passage in passages}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "build.lock", timeout=_LOCK_SECONDS):
            return _build_locked(folder, wanted, embeddings, identity, progress, start)
    except Timeout as error:
        raise SearchIndexError(f"Another build has held {folder} for {_LOCK_SECONDS} seconds. Stop it, and try again.") from error
    except OSError as error:
        raise SearchIndexError(
            f"The index in {folder} can't be written: {error}. Set INSTRUMENTWIJZER_DATA to a folder you own."
        ) from error


def _build_locked(
    folder: Path,
    wanted: dict[str, Passage],
    embeddings: Embeddings,
    identity: str,
    progress: Progress | None,
    start: float,
) -> BuildReport:
    digests = {id_: passage.digest for id_, passage in wanted.items()}
    manifest = read_manifest(folder)
    if manifest and manifest.format == _FORMAT and manifest.embedder == identity and manifest.digests == digests:
        return BuildReport(len(wanted), 0, len(wanted), time.perf_counter() - start, rebuilt=False)
    known = _known_vectors(folder, identity)
    fresh = [passage for passage in wanted.values() if passage.digest not in known]
    vectors = dict(known)
    for offset in range(0, len(fresh), _BATCH):
        batch = fresh[offset : offset + _BATCH]
        for passage, vector in zip(batch, embeddings.embed_documents([p.text for p in batch]), strict=True):
            vectors[passage.digest] = vector
        if progress:
            progress(min(offset + _BATCH, len(fresh)), len(fresh))
    name = f"v{int(time.time() * 1000)}-{uuid.uuid4().hex[:6]}"
    _write(folder / name, list(wanted.values()), vectors)
    (folder / name / _MANIFEST).write_text(json.dumps(asdict(Manifest(_FORMAT, identity, digests))), "utf-8")
    _swap(folder, name)
    _remove_old(folder, name)
    return BuildReport(len(wanted), len(fresh), len(wanted) - len(fresh), time.perf_counter() - start, rebuilt=True)


def _write(folder: Path, passages: list[Passage], vectors: dict[str, list[float]]) -> None:
    """One collection per language: a search within a language then needs no filter, which Chroma is slow at."""
    client = _client(folder)
    for language in LANGUAGES:
        own = [passage for passage in passages if passage.language == language]
        collection = client.get_or_create_collection(_collection(language), metadata=_HNSW)
        for offset in range(0, len(own), _BATCH):
            batch = own[offset : offset + _BATCH]
            collection.add(
                ids=[passage.id for passage in batch],
                documents=[passage.text for passage in batch],
                metadatas=[passage.metadata() for passage in batch],
                embeddings=[vectors[passage.digest] for passage in batch],
            )


def _collection(language: Language) -> str:
    return f"passages-{language}"


def _swap(folder: Path, name: str) -> None:
    beside = folder / f"{_CURRENT}.{name}"
    with beside.open("w", encoding="utf-8") as file:
        file.write(name)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / _CURRENT)


def _remove_old(folder: Path, current: str) -> None:
    """Leftovers of killed builds and the index before the last; the last one may still be read."""
    versions = sorted(path for path in folder.glob("v*") if path.is_dir() and path.name != current)
    complete = [path for path in versions if (path / _MANIFEST).is_file()]
    for path in versions:
        if path not in complete[-1:]:
            shutil.rmtree(path, ignore_errors=True)
    for leftover in folder.glob(f"{_CURRENT}.*"):
        leftover.unlink(missing_ok=True)


def _current(folder: Path) -> Path | None:
    pointer = folder / _CURRENT
    if not pointer.is_file():
        return None
    path = folder / pointer.read_text("utf-8").strip()
    return path if (path / _MANIFEST).is_file() else None


def read_manifest(folder: Path) -> Manifest | None:
    """What the index in use holds, or None where there is none that can be read."""
    path = _current(folder)
    if path is None:
        return None
    try:
        return Manifest(**json.loads((path / _MANIFEST).read_text("utf-8")))
    except (ValueError, TypeError):
        return None


def _known_vectors(folder: Path, identity: str) -> dict[str, list[float]]:
    """Vectors by digest from the index in use, where the same embedder made them."""
    manifest, path = read_manifest(folder), _current(folder)
    if manifest is None or path is None or manifest.embedder != identity or manifest.format != _FORMAT:
        return {}
    known: dict[str, list[float]] = {}
    try:
        client = _client(path)
        for language in LANGUAGES:
            held = client.get_collection(_collection(language)).get(include=["embeddings", "metadatas"])
            for metadata, vector in zip(held["metadatas"] or [], held["embeddings"], strict=True):
                known[str(metadata["digest"])] = [float(value) for value in vector]
    except Exception:  # a damaged index is no source of vectors; the build makes them anew
        logging.getLogger(__name__).warning("The index in %s is damaged; all passages are embedded anew.", path)
    return known


def _client(path: Path) -> Any:
    settings = ChromaSettings(anonymized_telemetry=False, is_persistent=True, persist_directory=str(path))
    return chromadb.PersistentClient(path=str(path), settings=settings)


class SearchIndex:
    """The index in use, opened for reading."""

    def __init__(self, folder: Path, embeddings: Embeddings, identity: str) -> None:
        """Open the index that ``build_index`` made in ``folder``.

        Raises:
            SearchIndexError: there is none, or another embedder built it.
        """
        manifest, path = read_manifest(folder), _current(folder)
        if manifest is None or path is None:
            raise SearchIndexError(f"There is no index in {folder}. Build it with 'instrumentwijzer index'.")
        if manifest.embedder != identity:
            raise SearchIndexError(
                f"The index in {folder} was built by the embedder '{manifest.embedder}', and you ask with '{identity}'. "
                "Build it anew with 'instrumentwijzer index', or set INSTRUMENTWIJZER_EMBEDDER back."
            )
        self.path = path
        client = _client(path)
        self._collections = {language: client.get_collection(_collection(language)) for language in LANGUAGES}
        self._stores = {
            language: Chroma(
                collection_name=_collection(language),
                embedding_function=embeddings,
                client=client,
                create_collection_if_not_exists=False,
            )
            for language in LANGUAGES
        }

    def passages(self) -> list[Document]:
        """Every passage as it was indexed."""
        found = []
        for store in self._stores.values():
            held = store.get(include=["documents", "metadatas"])
            found += [
                Document(id=id_, page_content=text, metadata=metadata)
                for id_, text, metadata in zip(held["ids"], held["documents"], held["metadatas"], strict=True)
            ]
        return found

    def nearest(
        self, vector: list[float], k: int, language: Language, where: dict[str, Any] | None = None
    ) -> list[tuple[str, float]]:
        """The ids of the ``k`` passages of a language nearest to a vector, with their cosine similarity, best first.

        Whoever asks has the passages in memory (``passages``): reading them again would take most of the time.
        """
        found = self._collections[language].query(query_embeddings=[vector], n_results=k, where=where, include=["distances"])
        return [(id_, 1.0 - distance) for id_, distance in zip(found["ids"][0], found["distances"][0], strict=True)]
