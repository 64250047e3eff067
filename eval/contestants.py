"""The search engines that are compared: the product's own, what it is made of, and what people use.

Each is a function from a question and its language to keys (instruments or places), best first.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import bm25s
import chromadb
import Stemmer
from langchain_chroma import Chroma
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_text_splitters import RecursiveCharacterTextSplitter

from eval.errors import EvaluationError
from eval.search_tasks import SearchTask
from knowledge.analysis import words
from knowledge.embedding import Embedder
from knowledge.index import SearchIndex, build_index
from knowledge.models import LANGUAGES, Language
from knowledge.passages import Passage
from knowledge.retrieval import HybridSearch, RetrievalWeights, load_language_data

Search = Callable[[str, Language], list[str]]
_DEPTH: Final = 100
_STOCK_K: Final = 4
_STOCK_CHUNK: Final = 500
_STOCK_OVERLAP: Final = 50
_BATCH: Final = 1000


class Remembering(Embedder):
    """Passages are embedded once for all engines that share an embedder; queries each time, as they are timed."""

    def __init__(self, inner: Embedder) -> None:
        super().__init__(inner.identity)
        self._inner = inner
        self._known: dict[str, list[float]] = {}

    def _encode(self, texts: list[str]) -> list[list[float]]:
        return self._inner.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        return self._encode([text])[0]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encode(new), strict=True))
        return [self._known[text] for text in texts]


def first_seen(keys: Iterable[str]) -> list[str]:
    """Each key once, where it stands first."""
    return list(dict.fromkeys(keys))


class _Bm25(BaseRetriever):
    """BM25 with a Snowball stemmer and nothing else, as LangChain's retriever."""

    documents: list[Document]
    stemmer: Any
    scorer: Any
    k: int = _DEPTH

    @classmethod
    def over(cls, passages: Sequence[Passage], language: Language, folder: Path) -> _Bm25:
        stemmer = Stemmer.Stemmer({"nl": "dutch", "en": "english"}[language])
        scorer = bm25s.BM25(method="lucene")
        scorer.index([stemmer.stemWords(words(passage.text)) or ["∅"] for passage in passages], show_progress=False)
        scorer.save(folder / language)
        return cls(documents=_documents(passages), stemmer=stemmer, scorer=scorer)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        terms = [term for term in self.stemmer.stemWords(words(query)) if term in self.scorer.vocab_dict]
        if not terms:
            return []
        scores = self.scorer.get_scores(terms)
        return [self.documents[row] for row in scores.argsort()[::-1][: self.k] if scores[row] > 0]


def _documents(passages: Iterable[Passage]) -> list[Document]:
    return [Document(page_content=p.text, metadata={"key": p.instrument or p.id}) for p in passages]


def _in(task: SearchTask, language: Language) -> list[Passage]:
    wanted = task.in_one_language or language
    return [passage for passage in task.passages if passage.language == wanted]


def _by_language(task: SearchTask, make: Callable[[Sequence[Passage], Language], BaseRetriever]) -> Search:
    languages = (task.in_one_language,) if task.in_one_language else LANGUAGES
    retrievers = {language: make(_in(task, language), language) for language in languages}
    return lambda query, language: first_seen(
        document.metadata["key"] for document in retrievers[task.in_one_language or language].invoke(query)
    )


def bm25(task: SearchTask, folder: Path) -> Search:
    """BM25 alone, over the passages of the question's language."""
    return _by_language(task, lambda passages, language: _Bm25.over(passages, language, folder))


def dense(task: SearchTask, embedder: Embedder, folder: Path) -> Search:
    """Vectors alone."""

    def make(passages: Sequence[Passage], language: Language) -> BaseRetriever:
        return _store(_documents(passages), embedder, folder, _DEPTH)

    return _by_language(task, make)


def stock(task: SearchTask, embedder: Embedder, folder: Path) -> Search:
    """LangChain's stock recipe: split by length, embed, take the four most similar."""

    def make(passages: Sequence[Passage], language: Language) -> BaseRetriever:
        splitter = RecursiveCharacterTextSplitter(chunk_size=_STOCK_CHUNK, chunk_overlap=_STOCK_OVERLAP)
        return _store(splitter.split_documents(_documents(passages)), embedder, folder, _STOCK_K)

    return _by_language(task, make)


def ensemble(task: SearchTask, embedder: Embedder, folder: Path) -> Search:
    """LangChain's EnsembleRetriever: reciprocal-rank fusion of BM25 and vectors, with equal weights.

    Raises:
        EvaluationError: its package is not installed.
    """
    try:
        from langchain_classic.retrievers import EnsembleRetriever
    except ImportError as error:
        raise EvaluationError("The EnsembleRetriever is in langchain-classic. Install it: pip install '.[test]'.") from error

    def make(passages: Sequence[Passage], language: Language) -> BaseRetriever:
        vectors = _store(_documents(passages), embedder, folder, _DEPTH)
        retrievers = [_Bm25.over(passages, language, folder), vectors]
        fused: BaseRetriever = EnsembleRetriever(retrievers=retrievers, weights=[0.5, 0.5])
        return fused

    return _by_language(task, make)


def _store(documents: Sequence[Document], embedder: Embedder, folder: Path, k: int) -> BaseRetriever:
    client = chromadb.PersistentClient(str(folder))
    store = Chroma(uuid.uuid4().hex, embedding_function=embedder, client=client, collection_metadata={"hnsw:space": "cosine"})
    for start in range(0, len(documents), _BATCH):
        store.add_documents(list(documents[start : start + _BATCH]))
    return store.as_retriever(search_kwargs={"k": min(k, len(documents))})


def hybrid(
    task: SearchTask,
    embedder: Embedder,
    folder: Path,
    weights: RetrievalWeights | None = None,
    language_data: Mapping[Language, Mapping[str, Any]] | None = None,
) -> Search:
    """The product's own retriever, over an index in ``folder``."""
    build_index(folder, task.passages, embedder, embedder.identity)
    search = HybridSearch(SearchIndex(folder, embedder, embedder.identity), embedder, weights, language_data)
    if task.in_one_language:
        return lambda query, language: [hit.document.metadata["id"] for hit in search.search_originals(query, language)]
    return lambda query, language: [hit.instrument for hit in search.instruments(query, language)]


def without(part: str) -> dict[Language, Any]:
    """The language data with one part emptied, for an ablation."""
    data = load_language_data()
    return {language: {**data[language], part: type(data[language][part])()} for language in LANGUAGES}
