"""The command line. Heavy imports wait until a command needs them, so that help and lists are quick."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.errors import KnowledgeError, NotThereError

if TYPE_CHECKING:
    from assistant.advisor import Advisor
    from assistant.settings import Settings

FAILED, WRONG_CALL = 1, 2

app = typer.Typer(
    name="instrumentwijzer",
    help="Welk innovatie-instrument past bij mij? Advies met bronvermelding voor Nederlandse ondernemers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out = Console()
err = Console(stderr=True)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print nothing but JSON on standard output.")]
Documents = Annotated[Path | None, typer.Option("--documents", metavar="DIR", help="A folder with original documents.")]
LanguageOption = Annotated[
    str | None, typer.Option("--lang", metavar="nl|en", help="The reply's language; default: that of the question.")
]


def fail(message: str, status: int = FAILED) -> NoReturn:
    """One clear sentence on standard error, and the exit status."""
    err.print(message, style="red", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(status)


@contextmanager
def clear_errors(status: int = FAILED) -> Iterator[None]:
    """Turn the library's errors into one sentence for the person at the terminal."""
    try:
        yield
    except KnowledgeError as error:
        fail(str(error), WRONG_CALL if isinstance(error, NotThereError) else status)


def read_settings(**overrides: Any) -> Settings:
    from assistant.settings import Settings

    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        problem = error.errors()[0]
        fail(f"Setting {problem['loc'][0]}: {problem['msg']}.", WRONG_CALL)


@contextmanager
def index_progress() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error that shows only when there is something to embed."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task: list[Any] = []

        def report(done: int, total: int) -> None:
            if not task:
                task.append(bar.add_task("Teksten voor het zoeken verwerken", total=total))
            bar.update(task[0], completed=done, total=total)

        yield report


def start_advisor(settings: Settings) -> Advisor:
    with clear_errors(), index_progress() as progress:
        from assistant.runtime import build_advisor

        return build_advisor(settings, progress)


def print_json(data: Any) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
    sys.stdout.flush()


@app.command()
def start(
    host: Annotated[str | None, typer.Option(help="The address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to serve on.", min=0, max=65535)] = None,
    documents: Documents = None,
) -> None:
    """Serve the web page, the HTTP API and the MCP endpoint."""
    settings = read_settings(host=host, port=port, documents=documents)
    err.print("Instrumentwijzer start; een ogenblik …")
    advisor = start_advisor(settings)
    from assistant.runtime import warm_up
    from assistant.web.server import ServerError, serve

    warm_up(advisor)
    try:
        serve(advisor, settings.host, settings.port)
    except ServerError as error:
        fail(str(error))


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question, between quotes.")] = None,
    batch: Annotated[
        Path | None,
        typer.Option("--batch", metavar="FILE.jsonl", help="Answer every line of a JSONL file; '-' reads standard input."),
    ] = None,
    as_json: JsonFlag = False,
    lang: LanguageOption = None,
) -> None:
    """Answer one question, or a file of conversations."""
    if (question is None) == (batch is None):
        fail("Give either a question between quotes, or --batch FILE.jsonl.", WRONG_CALL)
    if lang not in (None, "nl", "en"):
        fail(f"The language '{lang}' is not known. Choose nl or en.", WRONG_CALL)
    if batch is not None:
        _answer_batch(batch, lang)
        return
    from assistant.models import Message

    reply = start_advisor(read_settings()).reply([Message(role="user", content=question or "")], language=lang)  # type: ignore[arg-type]
    if as_json:
        print_json(reply.model_dump(mode="json"))
        return
    out.print(Markdown(reply.answer))
    if reply.question:
        out.print("  ".join(f"[{option}]" for option in reply.question.options), style="cyan", markup=False)
    for citation in reply.citations:
        place = f"{citation.title}, {citation.locator} ({citation.as_of})"
        out.print(f"[{citation.n}] {place}" + (f" {citation.url}" if citation.url else ""), style="dim", markup=False)


def _answer_batch(batch: Path, lang: str | None) -> None:
    from assistant.conversation import answer_line

    if str(batch) != "-" and not batch.is_file():
        fail(f"There is no file {batch}. Give a file with one JSON object per line.", WRONG_CALL)
    advisor = start_advisor(read_settings())
    stream = sys.stdin.buffer if str(batch) == "-" else batch.open("rb")
    with stream:
        for line in stream:
            if line.strip():
                print_json(answer_line(advisor, line, lang).model_dump(mode="json"))  # type: ignore[arg-type]


@app.command()
def index(documents: Documents = None) -> None:
    """Build or update the search index; with --documents the original documents too."""
    settings = read_settings(documents=documents)
    with clear_errors(), index_progress() as progress:
        from assistant.runtime import prepare, update_index

        report = update_index(prepare(settings), settings.documents, progress)
    if not report.rebuilt:
        out.print(f"Nothing had changed: {report.passages} passages, 0 embedded.")
    else:
        out.print(
            f"{report.passages} passages: {report.embedded} embedded, {report.reused} taken over, in {report.seconds:.1f} s."
        )


@app.command()
def check(
    documents: Documents = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of an instrument file.")] = False,
    stale: Annotated[bool, typer.Option("--stale", help="List the facts that are past their shelf life.")] = False,
) -> None:
    """Validate the catalogue; with --documents hold every fact against its source."""
    from assistant import maintenance

    if schema:
        print_json(maintenance.instrument_schema())
        return
    settings = read_settings()
    with clear_errors():
        if stale:
            maintenance.print_stale(out, load_catalogue(settings.catalogue), date.today())
            return
        if not maintenance.check_catalogue(out, err, settings.catalogue, documents):
            raise typer.Exit(FAILED)


@app.command("list")
def list_instruments(as_json: JsonFlag = False) -> None:
    """All instruments of the catalogue."""
    from assistant import maintenance

    catalogue = _catalogue()
    if as_json:
        print_json([maintenance.summary(instrument) for instrument in catalogue])
    else:
        maintenance.print_list(out, catalogue)


@app.command()
def show(instrument: Annotated[str, typer.Argument(help="An instrument's id; see 'list'.")], as_json: JsonFlag = False) -> None:
    """One instrument, as the assistant sees it."""
    from assistant import maintenance

    catalogue = _catalogue()
    with clear_errors(WRONG_CALL):
        found = catalogue[instrument]
    if as_json:
        print_json(found.model_dump(mode="json", by_alias=True))
    else:
        maintenance.print_instrument(out, catalogue, found, date.today())


@app.command()
def new(
    instrument: Annotated[str, typer.Argument(help="The new id: lower case, digits and hyphens.")],
    folder: Annotated[Path | None, typer.Option(help="The catalogue folder; default: the packaged one.")] = None,
) -> None:
    """Write a commented skeleton for a new instrument."""
    from assistant import maintenance

    with clear_errors(WRONG_CALL):
        path = maintenance.write_skeleton(instrument, folder or read_settings().catalogue)
    out.print(f"Written: {path}. Fill it in, then run 'instrumentwijzer check'.")


@app.command()
def overview(
    folder: Annotated[
        Path | None, typer.Option(help="Where OVERVIEW.md and overview.svg are written; default: the catalogue.")
    ] = None,
) -> None:
    """Draw the catalogue: instrument by phase by need, as a picture and a page."""
    from knowledge.catalogue import packaged_folder
    from knowledge.overview import PAGE, PICTURE, overview_markdown, overview_svg

    catalogue = _catalogue()
    target = folder or read_settings().catalogue or packaged_folder()
    (target / PICTURE).write_text(overview_svg(catalogue, "nl"), "utf-8")
    (target / PAGE).write_text(overview_markdown(catalogue), "utf-8")
    out.print(f"Written: {target / PAGE} and {target / PICTURE}.")


def _catalogue() -> Catalogue:
    with clear_errors():
        return load_catalogue(read_settings().catalogue)
