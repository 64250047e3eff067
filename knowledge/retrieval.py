"""The hybrid retriever: BM25 over Dutch analysis and dense vectors over Chroma, fused.

It finds passages and says how near each instrument is to the question. Who may use an instrument
is not its business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    hits: tuple[Hit, ...] = ()


@dataclass
class _Lexicon:
    """BM25 over the passages of one language."""

    analyzer: Analyzer
    documents: list[Document]
    scorer: Any
    vocabulary: dict[str, int]
    row: dict[str, int] = field(default_factory=dict)

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
        self._lexicons = {language: _lexicon(documents, language, data[language]) for language in LANGUAGES}
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
        lexicon = self._lexicons[language]
        query = self._spellers[language].mend(query)
        lexical = lexicon.scores(query) if fusion.lexical else np.zeros(len(lexicon.documents), dtype=np.float32)
        if filters:
            lexical = lexical * lexicon.admits(filters)
        top = float(lexical.max(initial=0.0))
        dense = self._dense(query, language, filters) if fusion.dense else {}
        scored = []
        candidates = set(np.flatnonzero(lexical).tolist()) | {lexicon.row[id_] for id_ in dense if id_ in lexicon.row}
        for row in candidates:
            document = lexicon.documents[row]
            lexical_part = float(lexical[row]) / top if top else 0.0
            dense_part = max(0.0, dense.get(document.metadata["id"], 0.0) - self.weights.dense_floor) / (
                1 - self.weights.dense_floor
            )
            kind = self.weights.kinds.get(document.metadata["kind"], 1.0)
            score = kind * (fusion.lexical * lexical_part + fusion.dense * dense_part) / (fusion.lexical + fusion.dense)
            scored.append(Hit(document, score, lexical_part, dense_part))
        return sorted(scored, key=_best_first)

    def facts(self, query: str, language: Language, instrument: str) -> list[Hit]:
        """The facts of one instrument, those that answer the question best first.

        Here every passage is about the same instrument, so the words that differ count more.
        """
        return self._fused(query, language, {"instrument": instrument, "kind": FACT}, self.weights.facts)

    def search_originals(self, query: str, language: Language) -> list[Hit]:
        """Passages of the original documents, in whatever language these were written, best first.

        Words say nothing across languages: there the vectors decide alone.
        """
        found: list[Hit] = []
        for written in LANGUAGES:
            fusion = self.weights.originals if written == language else Fusion(lexical=0.0, dense=1.0)
            found += self._fused(query, written, {"kind": DOCUMENT}, fusion)
        return sorted(found, key=_best_first)

    def _dense(self, query: str, language: Language, filters: Mapping[str, Any]) -> dict[str, float]:
        if not query.strip():
            return {}
        conditions = [{key: value} for key, value in filters.items()]
        where = {"$and": conditions} if len(conditions) > 1 else (conditions[0] if conditions else None)
        vector = self._embedder.embed_query(query)
        return {d.metadata["id"]: score for d, score in self._index.nearest(vector, _DENSE_DEPTH, language, where)}

    def instruments(self, query: str, language: Language) -> list[InstrumentHit]:
        """Every instrument that a passage speaks for, best first.

        The best passage counts in full, the next few add a little: one good match beats many weak ones.
        """
        per_instrument: dict[str, list[Hit]] = defaultdict(list)
        for hit in self.search(query, language):
            if hit.document.metadata["instrument"]:
                per_instrument[hit.document.metadata["instrument"]].append(hit)
        ranked = []
        for instrument, hits in per_instrument.items():
            support = [hit.score for hit in hits[1 : 1 + self.weights.supporting_passages]]
            extra = sum(support) / self.weights.supporting_passages if support else 0.0
            score = (hits[0].score + self.weights.supporting * extra) / (1 + self.weights.supporting)
            ranked.append(InstrumentHit(instrument, score, tuple(hits[:8])))
        return sorted(ranked, key=lambda entry: (-entry.score, entry.instrument))


def _best_first(hit: Hit) -> tuple[float, str]:
    return (-hit.score, hit.document.metadata["id"])


def _lexicon(documents: list[Document], language: Language, data: Mapping[str, Any]) -> _Lexicon:
    own = [document for document in documents if document.metadata["language"] == language]
    vocabulary = {word for document in own for word in words(document.page_content)}
    analyzer = Analyzer(language, vocabulary, data["stopwords"], data["synonyms"], compounds=data["compounds"])
    terms = [analyzer.terms(document.page_content) or ["∅"] for document in own] or [["∅"]]
    scorer = bm25s.BM25(method="lucene")
    scorer.index(terms, show_progress=False)
    rows = {document.metadata["id"]: row for row, document in enumerate(own)}
    return _Lexicon(analyzer, own, scorer, dict(scorer.vocab_dict), rows)


class CatalogueRetriever(BaseRetriever):
    """The hybrid search as LangChain's retriever: the ``k`` best passages in one language."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    search_engine: HybridSearch
    language: Language = "nl"
    k: int = 5
    where: dict[str, Any] = Field(default_factory=dict)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [hit.document for hit in self.search_engine.search(query, self.language, self.where)[: self.k]]
