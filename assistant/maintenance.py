"""For whoever keeps the knowledge current: checking, listing, showing, and starting a new entry."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from knowledge.audit import AuditReport, audit_catalogue, audit_documents, bilingual_gaps
from knowledge.catalogue import Catalogue, packaged_folder, read_catalogue
from knowledge.currency import is_stale, stale_facts
from knowledge.errors import CatalogueError, NoCatalogueError
from knowledge.models import Instrument


def instrument_schema() -> dict[str, Any]:
    """The JSON Schema of an instrument file, for completion in an editor."""
    schema = Instrument.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def check_catalogue(out: Console, err: Console, folder: Path | None, documents: Path | None) -> bool:
    """Validate, and audit where there are documents; prints what it found, True when all is well.

    Raises:
        KnowledgeError: there is no catalogue or no documents folder to check.
    """
    catalogue, problems = read_catalogue(folder)
    report = audit_documents(catalogue, documents) if documents else None
    problems += audit_catalogue(catalogue)
    problems += [gap for instrument in catalogue for gap in bilingual_gaps(instrument)]
    facts, findings = len(catalogue.facts), len(catalogue.evaluations)
    out.print(f"{len(catalogue)} instruments, {facts} facts, {findings} evaluation findings, {len(catalogue.sources)} sources.")
    if report:
        _print_audit(out, report)
        problems += report.misses
        for source in report.not_found:
            out.print(f"Not audited: the document of '{source}' is not in {documents}.", style="yellow", markup=False)
    for problem in problems:
        err.print(problem, style="red", markup=False, highlight=False, soft_wrap=True)
    out.print(f"{len(problems)} problems." if problems else "No problems.", style="red" if problems else "green")
    return not problems


def _print_audit(out: Console, report: AuditReport) -> None:
    table = Table(title="Facts held against their documents")
    for column in ("source", "claims", "figures", "misses"):
        table.add_column(column, justify="left" if column == "source" else "right")
    for audit in report.per_source.values():
        table.add_row(audit.source, str(audit.claims), str(audit.figures), str(len(audit.misses)))
    table.add_section()
    table.add_row("all", str(report.claims), str(report.figures), str(len(report.misses)))
    out.print(table)
    out.print(f"Audited {report.claims} claims and {report.figures} figures; {len(report.misses)} misses.")


def print_stale(out: Console, catalogue: Catalogue, today: date) -> None:
    """Facts past their shelf life, oldest first, with who to ask."""
    stale = stale_facts(catalogue, today)
    table = Table(title=f"{len(stale)} of {len(catalogue.facts)} facts are past their shelf life on {today}")
    for column in ("fact", "kind", "as of", "expired", "ask"):
        table.add_column(column, overflow="fold")
    for entry in stale:
        expired = entry.expired.isoformat() if entry.expired else "no date"
        table.add_row(f"{entry.instrument.id}.{entry.fact.id}", entry.fact.kind, entry.fact.as_of, expired, entry.ask)
    out.print(table)


def summary(instrument: Instrument) -> dict[str, Any]:
    """An instrument in a line: what `list --json` prints."""
    return {
        "id": instrument.id,
        "name": instrument.name.model_dump(),
        "group": instrument.group,
        "status": instrument.status.state,
        "as_of": instrument.status.as_of,
        "phases": list(instrument.phases.main),
        "needs": list(instrument.needs.main),
        "facts": len(instrument.facts),
        "evaluations": len(instrument.evaluations),
    }


def print_list(out: Console, catalogue: Catalogue) -> None:
    table = Table(title=f"{len(catalogue)} instruments")
    for column in ("id", "name", "group", "status", "needs"):
        table.add_column(column, overflow="fold")
    for instrument in catalogue:
        status = f"{instrument.status.state} ({instrument.status.as_of})"
        table.add_row(instrument.id, instrument.name.nl, instrument.group, status, ", ".join(instrument.needs.main))
    out.print(table)


def print_instrument(out: Console, catalogue: Catalogue, instrument: Instrument, today: date) -> None:
    """Everything the assistant knows of an instrument, with the place of each claim."""
    out.rule(f"{instrument.name.nl} ({instrument.id})")
    out.print(instrument.in_short.text.nl, f"\nUitvoerder: {instrument.runs_it.nl}.", markup=False)
    out.print(f"Stand: {instrument.status.state} ({instrument.status.as_of})", markup=False)
    for title, items in (("phases", instrument.phases), ("needs", instrument.needs)):
        out.print(
            f"{title}: {', '.join(items.main)}" + (f"; also {', '.join(items.also)}" if items.also else ""),
            markup=False,
        )
    criteria = Table(title="Criteria")
    for column in ("id", "hard", "test", "requires", "fact"):
        criteria.add_column(column, overflow="fold")
    for criterion in instrument.criteria:
        test = criterion.test.model_dump_json(by_alias=True)
        decides = "" if instrument.fact(criterion.fact).can_decide else " (decides nothing: undated or doubtful)"
        criteria.add_row(
            criterion.id, "hard" if criterion.hard else "soft", test, criterion.requires.nl, criterion.fact + decides
        )
    facts = Table(title="Facts and findings")
    for column in ("id", "text", "source", "place", "as of"):
        facts.add_column(column, overflow="fold")
    stale = {fact.id for fact in instrument.facts if is_stale(fact, today)}
    for item in instrument.grounded:
        mark = " (stale)" if item.id in stale else ""
        facts.add_row(item.id, item.text.nl, catalogue.source_of(instrument, item).title, item.locator, item.as_of + mark)
    out.print(criteria, facts)
    out.print(f"Eerste stap: {instrument.first_step.text.nl}", markup=False)
    for desk in instrument.desks:
        where = ", ".join(desk.provinces) or "heel Nederland"
        out.print(f"Loket: {desk.name.nl} ({where}) {desk.url or ''}", markup=False)


_SKELETON = """\
# {id}: see knowledge/README.md. 'instrumentwijzer check' tells what is still missing.
id: {id}
name: {{nl: TODO, en: TODO}}
aliases: {{nl: [], en: []}}            # all names, abbreviations and old names that people use
group: subsidie                      # fiscaal, subsidie, lening, garantie, durfkapitaal, overheid-als-klant, kennis, …
runs_it: {{nl: TODO, en: TODO}}
in_short:                            # one sentence: what it is, for whom
  text: {{nl: TODO, en: TODO}}
  fact: purpose
status: {{state: unknown, as_of: "{year}", fact: status}}   # open, closed, ended (name successors), unknown
phases: {{main: [prototype], also: []}}
needs: {{main: [geld-ontwikkeling], also: []}}
criteria:
  - id: mkb
    hard: true                       # not met: rejected, whatever the rest
    test: {{field: employees, op: at_most, value: 249}}
    requires: {{nl: een mkb-bedrijf, en: an SME}}
    fact: audience
facts:
  - id: purpose
    kind: purpose                    # purpose, audience, amount, condition, procedure, period, status, budget, …
    text: {{nl: TODO, en: TODO}}
    source: page
    locator: "the section of the page, or 'p. 3, al. 4' in a document"
    as_of: "{year}"
  # - id: amount-{year}              # what you get; benefit: false where a figure is a ceiling or a cost; until: when it ended
  #   kind: amount
  - id: audience
    kind: audience
    text: {{nl: TODO, en: TODO}}
    source: page
    locator: TODO
    as_of: "{year}"
  - id: status
    kind: status
    text: {{nl: TODO, en: TODO}}
    source: page
    locator: TODO
    as_of: "{year}"
evaluations: []
first_step:
  text: {{nl: TODO, en: TODO}}
  fact: audience
desks: [{{name: TODO}}]
questions:                           # what people ask who do not know its name
  nl: []
  en: []
sources:
  - id: page
    title: TODO
    author: TODO
    date: "{year}"
    standing: official               # official, interested-party, third-party
    url: https://example.org/
    accessed: "{today}"
"""


def write_skeleton(instrument: str, folder: Path | None) -> Path:
    """A commented file for a new instrument.

    Raises:
        CatalogueError: the id is malformed, its file is there already, or there is no such catalogue folder.
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", instrument):
        raise CatalogueError(f"'{instrument}' can't be an id. Use lower case, digits and hyphens, such as 'mit-voucher'.")
    path = (folder or packaged_folder()) / "instruments" / f"{instrument}.yaml"
    if not path.parent.is_dir():
        raise NoCatalogueError(f"{path.parent} is no folder. Point --folder to a catalogue folder, which holds 'instruments'.")
    if path.exists():
        raise CatalogueError(f"{path} is there already. Edit it, or choose another id.")
    today = date.today()
    path.write_text(_SKELETON.format(id=instrument, year=today.year, today=today.isoformat()), "utf-8")
    return path
