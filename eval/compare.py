"""Retrievers side by side in one run: the product's own, its parts, and what people use; and what each part is worth."""

from __future__ import annotations

import json
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
from knowledge.models import Language
from knowledge.passages import QUESTION
from knowledge.retrieval import Fusion, load_weights

Make = Callable[[Path], Search]
"""Makes a search engine ready, with its index in a folder."""
OWN: Final = "hybrid (own)"
_MOST: Final = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One search engine on one task. ``language`` '': all questions."""

    task: str
    engine: str
    language: str
    queries: int
    recall_at_5: float
    ndcg_at_10: float
    mrr: float
    median_ms: float
    build_s: float
    index_mb: float


def compare(
    tasks: Sequence[SearchTask], embedders: Sequence[Embedder], report: Callable[[str], None] = lambda _: None
) -> list[Line]:
    """Baselines and the own retriever on every task; the first embedder is the product's, others stand beside it."""
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="instrumentwijzer-compare-", ignore_cleanup_errors=True) as root:
        folder = Path(root)
        for task in tasks:
            for number, (name, make) in enumerate(_engines(task, embedders)):
                report(f"{task.name}: {name}")
                lines += _measured(task, name, make, folder / f"{task.name}-{number}")
    return lines


def _engines(task: SearchTask, embedders: Sequence[Embedder]) -> Iterator[tuple[str, Make]]:
    minilm = contestants.Remembering(open_embedder(MINILM))
    own = embedders[0]
    yield "BM25", lambda folder: contestants.bm25(task, folder)
    yield "dense, MiniLM", lambda folder: contestants.dense(task, minilm, folder)
    yield "LangChain's stock recipe, MiniLM", lambda folder: contestants.stock(task, minilm, folder)
    yield "LangChain's EnsembleRetriever, MiniLM", lambda folder: contestants.ensemble(task, minilm, folder)
    for embedder in embedders:
        named = "own" if embedder is own else embedder.identity
        yield f"dense, {named}", lambda folder, embedder=embedder: contestants.dense(task, embedder, folder)  # type: ignore[misc]
        yield (
            OWN if embedder is own else f"hybrid, {named}",
            lambda folder, embedder=embedder: contestants.hybrid(task, embedder, folder),  # type: ignore[misc]
        )


def ablation(task: SearchTask, embedder: Embedder) -> list[Line]:
    """The own retriever with each part taken out."""
    weights = load_weights()
    bare = replace(task, passages=tuple(passage for passage in task.passages if passage.kind != QUESTION))

    def altered(data: Mapping[Language, Any] | None, **changes: Any) -> Make:
        return lambda folder: contestants.hybrid(task, embedder, folder, weights.model_copy(update=changes), data)

    parts: dict[str, Make] = {
        "everything": altered(None),
        "without vectors": altered(None, **only("lexical")),
        "without BM25": altered(None, **only("dense")),
        "without split compounds": altered(contestants.without("compounds")),
        "without synonyms": altered(contestants.without("synonyms")),
        "without stop words": altered(contestants.without("stopwords")),
        "without weights per kind": altered(None, kinds={}),
        "without supporting passages": altered(None, supporting=0.0),
    }
    if len(bare.passages) < len(task.passages):
        parts["without entrepreneurs' questions"] = lambda folder: contestants.hybrid(bare, embedder, folder)
    with tempfile.TemporaryDirectory(prefix="instrumentwijzer-ablation-", ignore_cleanup_errors=True) as root:
        folders = {name: Path(root) / ("bare" if "questions" in name else "whole") for name in parts}
        measured = [line for name, make in parts.items() for line in _measured(task, name, make, folders[name])]
    return [line for line in measured if not line.language]


def only(part: str) -> dict[str, Fusion]:
    """Weights under which words, or vectors, decide alone."""
    alone = Fusion(lexical=float(part == "lexical"), dense=float(part == "dense"))
    return {"catalogue": alone, "originals": alone}


def with_typos(task: SearchTask) -> SearchTask:
    """The same questions, a slip in about one word of four."""
    perturb = PERTURBATIONS["typos"]
    queries = [replace(query, text=perturb(query.text, query.id) or query.text) for query in task.queries]
    return replace(task, name=f"{task.name}, typos", queries=tuple(queries))


def _measured(task: SearchTask, name: str, make: Make, folder: Path) -> list[Line]:
    folder.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    search = make(folder)
    build = time.perf_counter() - start
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    times, found = [], []
    for query in task.queries:
        start = time.perf_counter()
        found.append(search(query.text, query.language))
        times.append((time.perf_counter() - start) * 1000)
    lines = []
    for language in ("", *sorted({query.language for query in task.queries})):
        rows = [row for row, query in enumerate(task.queries) if language in ("", query.language)]
        scores = [_scores(found[row], task.queries[row]) for row in rows]
        recall, ndcg, mrr = (statistics.fmean(column) for column in zip(*scores, strict=True))
        median = statistics.median(times[row] for row in rows)
        lines.append(Line(task.name, name, language, len(rows), recall, ndcg, mrr, median, build, size))
    return lines


def _scores(found: Sequence[str], query: Query) -> tuple[float, float, float]:
    required = {*query.expected, *query.expected_any}
    return (
        recall_at_k(found, query.expected, query.expected_any, 5),
        ndcg_at_k(found, query.expected, query.expected_any, query.acceptable, _MOST),
        reciprocal_rank(found[:_MOST], required),
    )


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
    with tempfile.TemporaryDirectory(prefix="instrumentwijzer-typos-", ignore_cleanup_errors=True) as folder:
        return _measured(with_typos(task), OWN, lambda own: contestants.hybrid(task, embedder, own), Path(folder))


def _print(out: Console, tables: Mapping[str, Sequence[Line]]) -> None:
    for title, lines in tables.items():
        table = Table(title=title, title_justify="left")
        for column in ("task", "retriever", "language", "questions", "recall@5", "nDCG@10", "MRR", "median", "index"):
            table.add_column(column, justify="left" if column in ("task", "retriever", "language") else "right")
        for line in lines:
            figures = [f"{value:.3f}" for value in (line.recall_at_5, line.ndcg_at_10, line.mrr)]
            cells = [line.task, line.engine, line.language or "all", str(line.queries), *figures]
            own = line.engine == OWN and not line.language
            table.add_row(*cells, f"{line.median_ms:.1f} ms", f"{line.index_mb:.1f} MB", style="bold" if own else "")
        out.print(table)
