"""Speed, measured beside a baseline in the same run: latency of a reply, the index's build, and scale.

The baseline is LangChain's stock recipe: RecursiveCharacterTextSplitter, Chroma, similarity search
for the four nearest, over the same texts; once with MiniLM, as people use it, and once with our own
embedder, which is quicker. It retrieves only; a reply here also understands, matches, ranks, asks
and writes.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from assistant.advisor import Advisor
from assistant.language import detect_language
from assistant.models import Message
from assistant.runtime import build_advisor, warm_up
from assistant.settings import Settings
from eval import contestants
from eval.search_tasks import SearchTask
from knowledge.embedding import Embedder, open_embedder
from knowledge.embedding.embedder import MINILM
from knowledge.index import SearchIndex, build_index
from knowledge.models import LANGUAGES
from knowledge.passages import Passage, catalogue_passages
from knowledge.retrieval import HybridSearch

_WARM_UP: Final = 5
_ROUNDS: Final = 120


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds over a number of runs."""

    median_ms: float
    p95_ms: float
    runs: int


@dataclass(frozen=True, slots=True)
class BenchReport:
    start_s: float
    reply: Timing
    stock_retrieval: Timing
    stock_retrieval_own_embedder: Timing
    reply_to_stock: float
    reply_to_stock_own_embedder: float
    index_build_s: float
    index_rebuild_s: float
    index_passages: int
    index_mb: float
    scale_passages: int
    scale_search: Timing

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def run_bench(settings: Settings, scale: int = 5000) -> BenchReport:
    """All benchmarks, in temporary folders; ``scale``: how many passages the scale test searches.

    Raises:
        KnowledgeError: the catalogue or the embedder can't be loaded.
    """
    folder = Path(tempfile.mkdtemp(prefix="instrumentwijzer-bench-"))
    try:
        return _run(settings, folder, scale)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(settings: Settings, folder: Path, scale: int) -> BenchReport:
    own = settings.model_copy(update={"data": folder / "data"})
    build_advisor(own)
    start = time.perf_counter()
    advisor = build_advisor(own)
    warm_up(advisor)
    start_s = time.perf_counter() - start
    embedder = open_embedder(settings.embedder, settings.query_prefix, settings.passage_prefix)
    questions = _questions(advisor)
    passages = list(catalogue_passages(advisor.catalogue))
    task = SearchTask("catalogue", tuple(passages), ())
    stock = contestants.stock(task, contestants.Remembering(open_embedder(MINILM)), folder / "stock")
    quick = contestants.stock(task, contestants.Remembering(embedder), folder / "quick")
    reply, stock_timing, quick_timing = _interleaved(
        questions,
        lambda text: advisor.reply([Message(role="user", content=text)]),
        lambda text: stock(text, detect_language([text])),
        lambda text: quick(text, detect_language([text])),
    )
    build = build_index(folder / "fresh", passages, embedder, embedder.identity)
    again = build_index(folder / "fresh", passages, embedder, embedder.identity)
    size = sum(path.stat().st_size for path in (folder / "fresh").rglob("*") if path.is_file()) / 1e6
    search = _scaled_search(folder / "scale", passages, embedder, scale)
    return BenchReport(
        start_s=start_s, reply=reply, stock_retrieval=stock_timing, stock_retrieval_own_embedder=quick_timing,
        reply_to_stock=reply.median_ms / stock_timing.median_ms,
        reply_to_stock_own_embedder=reply.median_ms / quick_timing.median_ms,
        index_build_s=build.seconds, index_rebuild_s=again.seconds, index_passages=build.passages, index_mb=size,
        scale_passages=scale, scale_search=_time(questions[:_ROUNDS], lambda text: search.search(text, "nl")),
    )  # fmt: skip


def _questions(advisor: Advisor) -> list[str]:
    """Questions of the catalogue itself, each made new so that no cached embedding answers it."""
    texts = [text for instrument in advisor.catalogue for language in LANGUAGES for text in instrument.questions.of(language)]
    step = max(1, len(texts) // (_ROUNDS + _WARM_UP))
    return [f"{text} ({number})" for number, text in enumerate(texts[::step][: _ROUNDS + _WARM_UP])]


def _interleaved(texts: Sequence[str], *runs: Callable[[str], object]) -> list[Timing]:
    """All on the same texts in turn, so that a noisy machine troubles all alike."""
    times: list[list[float]] = [[] for _ in runs]
    for number, text in enumerate(texts):
        for run, own in zip(runs, times, strict=True):
            start = time.perf_counter()
            run(text)
            if number >= _WARM_UP:
                own.append((time.perf_counter() - start) * 1000)
    return [_timing(own) for own in times]


def _time(texts: Sequence[str], run: Callable[[str], object]) -> Timing:
    times = []
    for text in texts:
        start = time.perf_counter()
        run(text)
        times.append((time.perf_counter() - start) * 1000)
    return _timing(times[_WARM_UP:] or times)


def _timing(times: Sequence[float]) -> Timing:
    ordered = sorted(times)
    return Timing(statistics.median(ordered), ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], len(ordered))


def _scaled_search(folder: Path, passages: Sequence[Passage], embedder: Embedder, scale: int) -> HybridSearch:
    """The catalogue's passages repeated up to ``scale``; the copies take over the vectors of their originals."""
    texts = [passage.text for passage in passages]
    known = dict(zip(texts, embedder.embed_documents(texts), strict=True))

    class Known(contestants.Remembering):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [known[text.split("\x1f")[0]] for text in texts]

    copies = [
        Passage(f"{p.id}#{number}", f"{p.text}\x1f{number}", p.kind, p.language, p.instrument, p.fact, p.year)
        for number in range(scale // len(passages) + 1)
        for p in passages
    ][:scale]
    build_index(folder, copies, Known(embedder), embedder.identity)
    return HybridSearch(SearchIndex(folder, embedder, embedder.identity), embedder)


def print_bench(out: Console, report: BenchReport) -> None:
    """The report as a table."""
    table = Table(title="Benchmarks (these machines are noisy: look at medians and ratios)")
    table.add_column("what")
    table.add_column("figure", justify="right")
    rows = [
        ("start, warm environment", f"{report.start_s:.2f} s"),
        ("one reply, median", f"{report.reply.median_ms:.1f} ms"),
        ("one reply, p95", f"{report.reply.p95_ms:.1f} ms"),
        ("stock LangChain retrieval alone, MiniLM, median", f"{report.stock_retrieval.median_ms:.1f} ms"),
        ("stock LangChain retrieval alone, MiniLM, p95", f"{report.stock_retrieval.p95_ms:.1f} ms"),
        ("reply / stock retrieval with MiniLM, medians", f"{report.reply_to_stock:.2f} ×"),
        ("stock LangChain retrieval alone, own embedder, median", f"{report.stock_retrieval_own_embedder.median_ms:.1f} ms"),
        ("reply / stock retrieval with own embedder, medians", f"{report.reply_to_stock_own_embedder:.2f} ×"),
        (f"index build, {report.index_passages} passages", f"{report.index_build_s:.1f} s"),
        ("index build, nothing changed", f"{report.index_rebuild_s * 1000:.0f} ms"),
        ("index on disk", f"{report.index_mb:.1f} MB"),
        (f"search over {report.scale_passages} passages, median", f"{report.scale_search.median_ms:.1f} ms"),
    ]
    for row in rows:
        table.add_row(*row)
    out.print(table)
