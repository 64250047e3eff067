"""Facts held against their sources: does the place exist, and does it bear out the claim?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.catalogue import Catalogue
from knowledge.documents import find_documents, passage_at, read_passages
from knowledge.figures import figures, missing_figures, missing_names, shared_run, word_string
from knowledge.models import LANGUAGES, Fact, Grounded, Instrument, Source


@dataclass
class SourceAudit:
    """What was held against one document."""

    source: str
    claims: int = 0
    figures: int = 0
    misses: list[str] = field(default_factory=list)


@dataclass
class AuditReport:
    per_source: dict[str, SourceAudit]
    not_found: list[str]

    @property
    def claims(self) -> int:
        return sum(audit.claims for audit in self.per_source.values())

    @property
    def figures(self) -> int:
        return sum(audit.figures for audit in self.per_source.values())

    @property
    def misses(self) -> list[str]:
        return [miss for audit in self.per_source.values() for miss in audit.misses]


def audit_documents(catalogue: Catalogue, folder: Path) -> AuditReport:
    """Hold each claim that cites a document in ``folder`` against the passage that it names.

    A miss is: a locator that leads nowhere; a figure or a proper name that the passage does not
    have; eight or more words in a row copied from the document.

    Raises:
        DocumentError: the folder or one of its documents can't be read.
    """
    by_file = {path.name: path for path in find_documents(folder)}
    documents = {id_: source for id_, source in catalogue.sources.items() if source.file}
    reports: dict[str, SourceAudit] = {}
    absent = sorted(id_ for id_, source in documents.items() if source.file not in by_file)
    for id_, source in documents.items():
        if source.file in by_file:
            reports[id_] = _audit_source(catalogue, id_, source, by_file[source.file])
    return AuditReport(reports, absent)


def _audit_source(catalogue: Catalogue, id_: str, source: Source, path: Path) -> SourceAudit:
    passages = read_passages(path, id_)
    words = word_string(" ".join(passage.text for passage in passages))
    audit = SourceAudit(id_)
    for instrument, item in catalogue.grounded.values():
        if catalogue.source_id(instrument, item) != id_:
            continue
        audit.claims += 1
        audit.figures += sum(len(figures(item.text.of(language), language)) for language in LANGUAGES)
        where = f"{instrument.id}.{item.id}"
        passage = passage_at(passages, item.locator)
        if passage is None:
            audit.misses.append(f"{where}: the document has no place '{item.locator}'. Correct the locator.")
            continue
        audit.misses += [f"{where}: {problem}" for problem in _problems(catalogue, instrument, item, source, passage, words)]
    return audit


def _problems(
    catalogue: Catalogue, instrument: Instrument, item: Grounded, source: Source, passage: str, words: str
) -> list[str]:
    problems = []
    dated = f"{passage} {source.date}"
    for language in LANGUAGES:
        for figure in missing_figures(item.text.of(language), language, dated, source.language):
            problems.append(f"'{figure}' ({language}) does not stand in {item.locator}. Correct the figure or the place.")
    known = [source.title, source.author, "EU", "Nederland", "Nederlandse", "I", "U"]
    for other in catalogue:
        known += [other.name.nl, other.name.en, *other.aliases.nl, *other.aliases.en]
    known += [instrument.runs_it.nl]
    for name in missing_names(item.text.nl, passage, known):
        problems.append(f"the name '{name}' does not stand in {item.locator}. Correct the name or the place.")
    for language in LANGUAGES:
        run = shared_run(item.text.of(language), words)
        if run:
            problems.append(f"copies eight words in a row ({language}): '{run}'. Say it in your own words.")
    return problems


def audit_catalogue(catalogue: Catalogue) -> list[str]:
    """What can be checked without the documents: sentence length, figures in derived texts, contradictions."""
    problems: list[str] = []
    for instrument in catalogue:
        problems += _derived_figures(instrument)
        problems += _contradictions(instrument)
    return problems


def _derived_figures(instrument: Instrument) -> list[str]:
    """A figure in the wording of a criterion or a step must stand in the fact that it rests on."""
    derived = [("in_short", instrument.in_short.text, instrument.in_short.fact)]
    derived += [("first_step", step.text, step.fact) for step in instrument.steps]
    derived += [(f"criterion {criterion.id}", criterion.requires, criterion.fact) for criterion in instrument.criteria]
    problems = []
    for where, text, fact in derived:
        for language in LANGUAGES:
            basis = instrument.fact(fact).text.of(language)
            for figure in missing_figures(text.of(language), language, basis, language):
                problems.append(
                    f"{instrument.id}, {where} ({language}): '{figure}' does not stand in the fact '{fact}' it rests on."
                )
    return problems


def _contradictions(instrument: Instrument) -> list[str]:
    """Two facts about the same thing, year and provinces that state different figures."""
    same: dict[tuple[str, str, tuple[str, ...]], list[Fact]] = defaultdict(list)
    for fact in instrument.facts:
        if fact.about:
            same[(fact.about.lower(), fact.as_of[:4], fact.provinces)].append(fact)
    problems = []
    for (about, year, _), facts in same.items():
        values = {tuple(sorted({figure.value for figure in figures(fact.text.nl)})) for fact in facts}
        if len(values) > 1:
            names = ", ".join(fact.id for fact in facts)
            problems.append(
                f"{instrument.id}: the facts {names} state different figures for '{about}' in {year}. "
                "Keep one, or tell apart what they are about."
            )
    return problems


def bilingual_gaps(instrument: Instrument) -> list[str]:
    """Texts whose Dutch and English carry different figures."""
    gaps = []
    for item in instrument.grounded:
        dutch = sorted({figure.value for figure in figures(item.text.nl, "nl")})
        english = sorted({figure.value for figure in figures(item.text.en, "en")})
        if dutch != english:
            gaps.append(f"{instrument.id}.{item.id}: Dutch has {[str(v) for v in dutch]}, English {[str(v) for v in english]}.")
    return gaps
