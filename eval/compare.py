"""Retrievers side by side in one run: the product's own, its parts, and what people use; and what each part is worth."""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from assistant.settings import Settings
from eval import contestants
from eval.cases import load_cases
from eval.command import WRONG_CALL
from eval.contestants import Search
from eval.errors import EvaluationError
from eval.metrics import ndcg_at_k, recall_at_k, reciprocal_rank
from eval.perturb import PERTURBATIONS
from eval.search_tasks import Query, SearchTask, catalogue_task, documents_task
from eval.splits import split
from knowledge.catalogue import load_catalogue
from knowledge.embedding import Embedder, open_embedder
from knowledge.embedding.embedder import MINILM
from knowledge.passages import QUESTION
from knowledge.retrieval import Fusion, RetrievalWeights, load_weights

OWN: Final = "hybrid (own)"
_MOST: Final = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One search engine on one task. ``language`` '': all questions; ``seconds``: to make it ready."""

    task: str
    engine: str
    language: str
    queries: int
    recall_at_5: float
    ndcg_at_10: float
    mrr: float
    median_ms: float
    seconds: float


def compare(
    tasks: Sequence[SearchTask], embedders: Sequence[Embedder], report: Callable[[str], None] = lambda _: None
) -> list[Line]:
    """Baselines and the own retriever on every task; the first embedder is the product's, others stand beside it."""
    lines: list[Line] = []
    folder = Path(tempfile.mkdtemp(prefix="instrumentwijzer-compare-"))
    try:
        for task in tasks:
            for name, make in _engines(task, embedders, folder):
                report(f"{task.name}: {name}")
                start = time.perf_counter()
                search = make()
                lines += list(_measured(task, name, search, time.perf_counter() - start))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return lines


def _engines(task: SearchTask, embedders: Sequence[Embedder], folder: Path) -> Iterator[tuple[str, Callable[[], Search]]]:
    minilm = _Remembering(open_embedder(MINILM))
    own = embedders[0]
    yield "BM25", lambda: contestants.bm25(task)
    yield "dense, MiniLM", lambda: contestants.dense(task, minilm)
    yield "LangChain's stock recipe, MiniLM", lambda: contestants.stock(task, minilm)
    yield "LangChain's EnsembleRetriever, MiniLM", lambda: contestants.ensemble(task, minilm)
    for embedder in embedders:
        named = "own" if embedder is own else embedder.identity
        yield f"dense, {named}", lambda embedder=embedder: contestants.dense(task, embedder)  # type: ignore[misc]
        yield (
            OWN if embedder is own else f"hybrid, {named}",
            lambda embedder=embedder, named=named: contestants.hybrid(task, embedder, folder / task.name / named[:40]),  # type: ignore[misc]
        )


def ablation(task: SearchTask, embedder: Embedder) -> list[Line]:
    """The own retriever with each part taken out."""
    weights = load_weights()
    folder = Path(tempfile.mkdtemp(prefix="instrumentwijzer-ablation-"))
    whole = folder / "whole"
    bare = replace(task, passages=tuple(passage for passage in task.passages if passage.kind != QUESTION))
    parts: list[tuple[str, Callable[[], Search]]] = [
        ("everything", lambda: contestants.hybrid(task, embedder, whole)),
        ("without vectors", lambda: contestants.hybrid(task, embedder, whole, _altered(weights, **only("lexical")))),
        ("without BM25", lambda: contestants.hybrid(task, embedder, whole, _altered(weights, **only("dense")))),
        ("without split compounds", lambda: contestants.hybrid(task, embedder, whole, None, contestants.without("compounds"))),
        ("without synonyms", lambda: contestants.hybrid(task, embedder, whole, None, contestants.without("synonyms"))),
        ("without stop words", lambda: contestants.hybrid(task, embedder, whole, None, contestants.without("stopwords"))),
        ("without weights per kind", lambda: contestants.hybrid(task, embedder, whole, _altered(weights, kinds={}))),
        ("without supporting passages", lambda: contestants.hybrid(task, embedder, whole, _altered(weights, supporting=0.0))),
    ]
    if len(bare.passages) < len(task.passages):
        parts.append(("without entrepreneurs' questions", lambda: contestants.hybrid(bare, embedder, folder / "bare")))
    try:
        return [line for name, make in parts for line in _measured(task, name, make(), 0.0) if not line.language]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def only(part: str) -> dict[str, Fusion]:
    """Weights under which words, or vectors, decide alone."""
    alone = Fusion(lexical=float(part == "lexical"), dense=float(part == "dense"))
    return {"catalogue": alone, "originals": alone}


def with_typos(task: SearchTask) -> SearchTask:
    """The same questions, a slip in about one word of four."""
    perturb = PERTURBATIONS["typos"]
    queries = [replace(query, text=perturb(query.text, query.id) or query.text) for query in task.queries]
    return replace(task, name=f"{task.name}, typos", queries=tuple(queries))


def _altered(weights: RetrievalWeights, **changes: Any) -> RetrievalWeights:
    return weights.model_copy(update=changes)


def _measured(task: SearchTask, name: str, search: Search, seconds: float) -> Iterator[Line]:
    times, found = [], []
    for query in task.queries:
        start = time.perf_counter()
        found.append(search(query.text, query.language))
        times.append((time.perf_counter() - start) * 1000)
    for language in ("", *sorted({query.language for query in task.queries})):
        rows = [row for row, query in enumerate(task.queries) if language in ("", query.language)]
        scores = [_scores(found[row], task.queries[row]) for row in rows]
        recall, ndcg, mrr = (statistics.fmean(column) for column in zip(*scores, strict=True))
        yield Line(
            task.name, name, language, len(rows), recall, ndcg, mrr, statistics.median(times[row] for row in rows), seconds
        )


def _scores(found: Sequence[str], query: Query) -> tuple[float, float, float]:
    required = {*query.expected, *query.expected_any}
    return (
        recall_at_k(found, query.expected, query.expected_any, 5),
        ndcg_at_k(found, query.expected, query.expected_any, query.acceptable, _MOST),
        reciprocal_rank(found[:_MOST], required),
    )


class _Remembering(Embedder):
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


def run_comparison(
    settings: Settings,
    embedders: Sequence[str],
    cases: Path | None = None,
    documents: Path | None = None,
    report: Path | None = None,
    *,
    as_json: bool = False,
) -> int:
    """Compare on the test split (and the documents), take the own retriever apart, print and write it all.

    Raises:
        KnowledgeError: the catalogue, a document or an embedder can't be loaded.
    """
    errors = Console(stderr=True, highlight=False)
    try:
        every = load_cases(cases).cases
        sides = split(every)
        tasks = [catalogue_task(load_catalogue(settings.catalogue), [case for case in every if sides[case.id] == "test"])]
        tasks += [documents_task(documents)] if documents else []
        opened = [open_embedder(name, settings.query_prefix, settings.passage_prefix) for name in embedders]
        with errors.status("Comparing retrievers") as status:
            lines = compare(tasks, opened, status.update)
            status.update("Taking parts out")
            parts = [line for task in tasks for line in ablation(task, opened[0])]
            rough = [line for task in tasks for line in _typos(task, opened[0])]
    except EvaluationError as error:
        errors.print(str(error), style="red", markup=False)
        return WRONG_CALL
    tables = {
        "Retrievers side by side": lines,
        "The own retriever with a part taken out": parts,
        "The own retriever, a slip in one word of four": rough,
    }
    data = {title: [asdict(line) for line in table] for title, table in tables.items()}
    if report:
        report.mkdir(parents=True, exist_ok=True)
        (report / "retrieval.json").write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
        with (report / "retrieval.txt").open("w", encoding="utf-8") as file:
            _print(Console(file=file, width=140), tables)
    if as_json:
        print(json.dumps(data, ensure_ascii=False))
    else:
        _print(Console(highlight=False), tables)
    return 0


def _typos(task: SearchTask, embedder: Embedder) -> list[Line]:
    folder = Path(tempfile.mkdtemp(prefix="instrumentwijzer-typos-"))
    try:
        return list(_measured(with_typos(task), OWN, contestants.hybrid(task, embedder, folder), 0.0))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _print(out: Console, tables: Mapping[str, Sequence[Line]]) -> None:
    for title, lines in tables.items():
        table = Table(title=title, title_justify="left")
        for column in ("task", "retriever", "language", "questions", "recall@5", "nDCG@10", "MRR", "median"):
            table.add_column(column, justify="left" if column in ("task", "retriever", "language") else "right")
        for line in lines:
            figures = (f"{value:.3f}" for value in (line.recall_at_5, line.ndcg_at_10, line.mrr))
            table.add_row(
                line.task, line.engine, line.language or "all", str(line.queries), *figures, f"{line.median_ms:.1f} ms",
                style="bold" if line.engine == OWN and not line.language else "",
            )  # fmt: skip
        out.print(table)
