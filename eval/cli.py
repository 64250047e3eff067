"""The console command: the assistant's commands, and those that measure it.

It stands here because imports point one way: the evaluation knows the assistant, not the reverse.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli import JsonFlag, app, clear_errors, err, out, print_json, read_settings, start_advisor

Cases = Annotated[Path | None, typer.Option("--cases", metavar="DIR", help="A folder with cases; default: the packaged ones.")]


@app.command("eval")
def evaluate(  # noqa: PLR0913, PLR0917  one parameter per option of the command line
    cases: Cases = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="DIR", help="Write report.md, .json, .html and junit.xml here.")
    ] = None,
    as_json: JsonFlag = False,
    case: Annotated[str | None, typer.Option("--case", metavar="ID", help="Show one case as a conversation.")] = None,
    split: Annotated[str | None, typer.Option("--split", metavar="train|test", help="Only the cases of one split.")] = None,
    embedder: Annotated[
        list[str] | None,
        typer.Option("--embedder", metavar="NAME", help="Another embedder than the settings name; twice or more: compare them."),
    ] = None,
    retrieval: Annotated[
        bool, typer.Option("--retrieval", help="Compare the retriever with what people use, on the test split; no gate.")
    ] = False,
    documents: Annotated[
        Path | None, typer.Option("--documents", metavar="DIR", help="With --retrieval: the original documents, searched too.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", metavar="FILE", help="Another stored report to compare with.")
    ] = None,
    write_baseline: Annotated[bool, typer.Option("--write-baseline", help="Store this report as the new baseline.")] = False,
    ragas: Annotated[
        Path | None,
        typer.Option("--ragas", metavar="FILE", help="Export cases and replies in the form that ragas reads."),
    ] = None,
) -> None:
    """Run the evaluation, write the report, and hold it against the gate."""
    from eval.command import Options, run_evaluation

    named = embedder or [read_settings().embedder]
    if retrieval or len(named) > 1:
        from eval.compare import run_comparison

        with clear_errors():
            raise typer.Exit(run_comparison(read_settings(), named, cases, documents, report, as_json=as_json))
    settings = read_settings(embedder=named[0])
    options = Options(
        cases=cases, report=report, as_json=as_json, case=case, split=split, baseline=baseline,
        write_baseline=write_baseline, ragas=ragas,
    )  # fmt: skip
    raise typer.Exit(run_evaluation(lambda: start_advisor(settings), options))


@app.command()
def propose(
    corrections: Annotated[Path, typer.Argument(help="The corrections that front-office staff marked (JSONL).")],
    folder: Annotated[Path | None, typer.Option(help="Where the proposed cases are written.")] = None,
) -> None:
    """Turn marked wrong advice into proposed evaluation cases, personal data masked."""
    from eval.command import run_propose
    from knowledge.catalogue import load_catalogue

    with clear_errors():
        catalogue = load_catalogue(read_settings().catalogue)
    raise typer.Exit(run_propose(corrections, catalogue, folder))


@app.command()
def fit(cases: Cases = None) -> None:
    """Fit the ranking's weights on the training split, and print them."""
    from assistant.ranking import load_weights
    from eval.cases import load_cases
    from eval.fit import examples
    from eval.fit import fit as fit_weights
    from eval.splits import split

    every = load_cases(cases)
    sides = split(every.cases)
    training = [case for case in every.cases if sides[case.id] == "train"]
    found = fit_weights(examples(training, start_advisor(read_settings())), load_weights())
    out.print(f"{found.examples} examples; loss {found.loss_before:.3f} → {found.loss_after:.3f}, "
              f"recall@3 {found.recall_before:.3f} → {found.recall_after:.3f}")  # fmt: skip
    for name, value in found.weights.items():
        out.print(f"{name}: {value}")


@app.command()
def bench(
    as_json: JsonFlag = False,
    scale: Annotated[int, typer.Option(help="How many passages the scale test searches.", min=100)] = 5000,
) -> None:
    """Latency beside LangChain's stock recipe, index build, scale."""
    from eval.bench import print_bench, run_bench

    with clear_errors():
        report = run_bench(read_settings(), scale)
    if as_json:
        print_json(report.as_dict())
    else:
        print_bench(out, report)


def main() -> None:
    """``instrumentwijzer``: run a command; interruptions and closed pipes end it quietly."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        app()
    except KeyboardInterrupt:
        err.print("Stopped.")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
