"""The hybrid retriever: BM25 over Dutch analysis and dense vectors over Chroma, fused.

It finds passages and says how near each instrument is to the question. Who may use an instrument
is not its business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import bm25s
import numpy as np
import yaml
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import BaseModel, ConfigDict, Field

from knowledge.analysis import Analyzer, words
from knowledge.embedding import Embedder
from knowledge.embedding.pairs import everyday_words
from knowledge.errors import CatalogueError
from knowledge.index import SearchIndex
from knowledge.models import LANGUAGES, Language
from knowledge.passages import DOCUMENT, FACT
from knowledge.spelling import Speller
from knowledge.yaml_source import parse_yaml

_DENSE_DEPTH: Final = 60


class Fusion(BaseModel):
    """What words and vectors count for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lexical: float = Field(ge=0)
    dense: float = Field(ge=0)


class RetrievalWeights(BaseModel):
    """How the parts are fused; fitted on the evaluation's training split (``retrieval.yaml``)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    catalogue: Fusion
    originals: Fusion
    facts: Fusion
    dense_floor: float
    kinds: dict[str, float]
    supporting: float
    supporting_passages: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its fused score in 0–1 and the parts that made it."""

    document: Document
    score: float
    lexical: float
    dense: float


@dataclass(frozen=True, slots=True)
class InstrumentHit:
    """How near an instrument is to the question (0–1), and the passages that say so."""

    instrument: str
    score: float


@dataclass(frozen=True, slots=True)
class _Scores:
    """Fused scores and their parts, one per passage of a language; ``rows``: those that are about the query, best first."""

    rows: np.ndarray
    fused: np.ndarray
    lexical: np.ndarray
    dense: np.ndarray


@dataclass
class _Lexicon:
    """BM25 over the passages of one language, which stand in the order of their ids."""

    analyzer: Analyzer
    documents: list[Document]
    scorer: Any
    vocabulary: dict[str, int]
    kinds: np.ndarray
    """What a passage of its kind counts for."""
    instruments: list[str]
    row: dict[str, int]

    def admits(self, filters: Mapping[str, Any]) -> np.ndarray:
        """Which passages have this metadata: 1 or 0 each."""
        return np.array([all(d.metadata.get(key) == value for key, value in filters.items()) for d in self.documents])

    def scores(self, query: str) -> np.ndarray:
        """BM25 of each passage, divided by what a passage with all the query's terms could get."""
        terms = [term for term in dict.fromkeys(self.analyzer.terms(query, expand=True)) if term in self.vocabulary]
        if not terms:
            return np.zeros(len(self.documents), dtype=np.float32)
        return np.asarray(self.scorer.get_scores(terms), dtype=np.float32)


def load_weights(path: Path | None = None) -> RetrievalWeights:
    """The fused weights (default: the packaged ``retrieval.yaml``)."""
    return RetrievalWeights.model_validate(_read_yaml(path or _packaged("retrieval.yaml")))


def load_language_data() -> dict[Language, Any]:
    """Per language its stop words, its synonyms, and whether it writes compounds as one word."""
    data = _read_yaml(_packaged("language.yaml"))
    return {language: data[language] for language in LANGUAGES}


def _packaged(name: str) -> Path:
    return Path(str(resources.files("knowledge"))) / name


def _read_yaml(path: Path) -> Any:
    try:
        return parse_yaml(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise CatalogueError(f"{path} can't be read: {error}") from error


class HybridSearch:
    """BM25 and vectors over one index; ready to answer once constructed."""

    def __init__(
        self,
        index: SearchIndex,
        embedder: Embedder,
        weights: RetrievalWeights | None = None,
        language_data: Mapping[Language, Mapping[str, Any]] | None = None,
    ) -> None:
        """``language_data``: stop words, synonyms and whether compounds are split; default: ``language.yaml``."""
        self.weights = weights or load_weights()
        self._index = index
        self._embedder = embedder
        documents = index.passages()
        data = language_data or load_language_data()
        self._spellers = {
            language: Speller((d.page_content for d in documents if d.metadata["language"] == language), everyday_words())
            for language in LANGUAGES
        }
        self._lexicons = {language: _lexicon(documents, language, data[language], self.weights.kinds) for language in LANGUAGES}
        self._originals = {
            (d.metadata["document"], d.metadata["locator"]): d.page_content for d in documents if d.metadata["kind"] == DOCUMENT
        }

    def original(self, document: str, locator: str) -> str | None:
        """The original words at a place, where that document is indexed."""
        return self._originals.get((document, locator))

    def search(self, query: str, language: Language, where: Mapping[str, Any] | None = None) -> list[Hit]:
        """All passages of a language that have anything to do with the query, best first.

        ``where``: what the passages' metadata must be (instrument, kind, year, document …).
        """
        return self._fused(query, language, dict(where or {}), self.weights.catalogue)

    def _fused(self, query: str, language: Language, filters: Mapping[str, Any], fusion: Fusion) -> list[Hit]:
        found, documents = self._scores(query, language, filters, fusion), self._lexicons[language].documents
        parts = found.rows.tolist(), *(part[found.rows].tolist() for part in (found.fused, found.lexical, found.dense))
        return [Hit(documents[row], *scores) for row, *scores in zip(*parts, strict=True)]

    def _scores(self, query: str, language: Language, filters: Mapping[str, Any], fusion: Fusion) -> _Scores:
        lexicon = self._lexicons[language]
        query = self._spellers[language].mend(query)
        lexical = lexicon.scores(query) if fusion.lexical else np.zeros(len(lexicon.documents), dtype=np.float32)
        if filters:
            lexical = lexical * lexicon.admits(filters)
        about = lexical > 0
        lexical = lexical / (lexical.max(initial=0.0) or 1.0)
        dense = np.zeros(len(lexicon.documents))
        if fusion.dense and query.strip():
            floor = self.weights.dense_floor
            vector = self._embedder.embed_query(query)
            for id_, similarity in self._index.nearest(vector, _DENSE_DEPTH, language, _where(filters)):
                row = lexicon.row[id_]
                about[row], dense[row] = True, max(0.0, similarity - floor) / (1 - floor)
        fused = lexicon.kinds * (fusion.lexical * lexical + fusion.dense * dense) / (fusion.lexical + fusion.dense)
        rows = np.flatnonzero(about)
        return _Scores(rows[np.argsort(-fused[rows], kind="stable")], fused, lexical, dense)

    def facts(self, query: str, language: Language, instrument: str, kind: str = FACT) -> list[Hit]:
        """The facts (or findings) of one instrument, those that answer the question best first.

        Here every passage is about the same instrument, so the words that differ count more.
        """
        return self._fused(query, language, {"instrument": instrument, "kind": kind}, self.weights.facts)

    def search_originals(self, query: str, language: Language) -> list[Hit]:
        """Passages of the original documents, in whatever language these were written, best first.

        Words say nothing across languages: there the vectors decide alone.
        """
        found: list[Hit] = []
        for written in LANGUAGES:
            fusion = self.weights.originals if written == language else Fusion(lexical=0.0, dense=1.0)
            found += self._fused(query, written, {"kind": DOCUMENT}, fusion)
        return sorted(found, key=_best_first)

    def instruments(self, query: str, language: Language) -> list[InstrumentHit]:
        """Every instrument that a passage speaks for, best first.

        The best passage counts in full, the next few add a little: one good match beats many weak ones.
        """
        found, owners = self._scores(query, language, {}, self.weights.catalogue), self._lexicons[language].instruments
        per_instrument: dict[str, list[float]] = defaultdict(list)
        for row, score in zip(found.rows.tolist(), found.fused[found.rows].tolist(), strict=True):
            if owners[row]:
                per_instrument[owners[row]].append(score)
        ranked = []
        for instrument, scores in per_instrument.items():
            extra = sum(scores[1 : 1 + self.weights.supporting_passages]) / self.weights.supporting_passages
            score = (scores[0] + self.weights.supporting * extra) / (1 + self.weights.supporting)
            ranked.append(InstrumentHit(instrument, score))
        return sorted(ranked, key=lambda entry: (-entry.score, entry.instrument))


def _best_first(hit: Hit) -> tuple[float, str]:
    return (-hit.score, hit.document.metadata["id"])


def _where(filters: Mapping[str, Any]) -> dict[str, Any] | None:
    """Filters on metadata as Chroma takes them."""
    conditions = [{key: value} for key, value in filters.items()]
    return {"$and": conditions} if len(conditions) > 1 else conditions[0] if conditions else None


def _lexicon(documents: list[Document], language: Language, data: Mapping[str, Any], kinds: Mapping[str, float]) -> _Lexicon:
    own = sorted((d for d in documents if d.metadata["language"] == language), key=lambda d: d.metadata["id"])
    vocabulary = {word for document in own for word in words(document.page_content)}
    analyzer = Analyzer(language, vocabulary, data["stopwords"], data["synonyms"], compounds=data["compounds"])
    terms = [analyzer.terms(document.page_content) or ["∅"] for document in own] or [["∅"]]
    scorer = bm25s.BM25(method="lucene")
    scorer.index(terms, show_progress=False)
    return _Lexicon(
        analyzer, own, scorer, dict(scorer.vocab_dict),
        kinds=np.array([kinds.get(d.metadata["kind"], 1.0) for d in own]),
        instruments=[d.metadata["instrument"] for d in own],
        row={d.metadata["id"]: row for row, d in enumerate(own)},
    )  # fmt: skip


class CatalogueRetriever(BaseRetriever):
    """The hybrid search as LangChain's retriever: the ``k`` best passages in one language."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    search_engine: HybridSearch
    language: Language = "nl"
    k: int = 5
    where: dict[str, Any] = Field(default_factory=dict)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [hit.document for hit in self.search_engine.search(query, self.language, self.where)[: self.k]]
