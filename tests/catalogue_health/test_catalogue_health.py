"""The packaged catalogue itself, a test id per data file: what it states, what that rests on, and how it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.matching import is_available
from knowledge.audit import AuditReport, audit_catalogue, audit_documents, bilingual_gaps
from knowledge.catalogue import Catalogue, packaged_folder, read_catalogue
from knowledge.models import LANGUAGES, Instrument, StatusState
from tests.conftest import SOURCES, needs_sources

FILES = sorted((packaged_folder() / "instruments").glob("*.yaml"))
LONGEST_SENTENCE = 22

IDS = """
bmkb bmkb-groen data-value-center deeptechxl dei-plus dhi digitaliseringsvoucher economische-diplomatie edih efro eia
eic-accelerator euipo-sme-fund eurostars fieldlabs financieringstafels go-regeling groeifaciliteit hightechxl
horizon-europe innovatiebox innovatiegericht-inkopen innovatiekrediet innovatiepartnerschap interreg invest-in-holland
invest-nl ipc ipcei isde jtf kvk-advies mia-vamil mit-haalbaarheid mit-kennisvoucher mit-rd-samenwerking mkb-to2
mkb-werkplaatsen mooi octrooicentrum ondernemersklankbord ondernemersplein poc-fondsen pps-toeslag qredits
retail-living-labs rom rvo-advies sbir sde seed-capital sib slim smart-industry-assessment smart-industry-hubs smm
startup-in-residence techleap techniekpact tno-mkb trade-and-innovate-nl valorisatieprogramma vff wbso
"""

per_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)

# A dot inside one of these ends no sentence.
_ABBREVIATION = re.compile(
    r"\b(?:bijv|bv|b\.v|ca|d\.w\.z|e\.d|e\.g|enz|etc|evt|excl|i\.e|incl|jl|max|m\.b\.t|min|mln|mrd|m\.u\.v|nr|no|o\.a|p|resp|s|t/m|vs)\."
    r"(?!\s*$)",
    re.IGNORECASE,
)
_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]?[A-ZÀ-Ý0-9€])")


def sentences(text: str) -> list[str]:
    """The sentences of a fact; abbreviations do not end one."""
    return _END.split(_ABBREVIATION.sub(lambda found: found.group().replace(".", "·"), text))


def word_count(sentence: str) -> int:
    return sum(1 for word in sentence.split() if any(sign.isalnum() for sign in word))


@pytest.fixture(scope="module")
def loaded() -> tuple[Catalogue, list[str]]:
    return read_catalogue()


@pytest.fixture(scope="module")
def report(catalogue: Catalogue) -> AuditReport:
    return audit_documents(catalogue, SOURCES)


@pytest.fixture
def instrument(path: Path, loaded: tuple[Catalogue, list[str]]) -> Instrument:
    catalogue, _ = loaded
    if path.stem not in catalogue.instruments:
        pytest.fail(f"{path.name} does not load; see the test of that name")
    return catalogue[path.stem]


@per_file
def test_loads_without_problems(path: Path, loaded: tuple[Catalogue, list[str]]) -> None:
    catalogue, problems = loaded
    assert [problem for problem in problems if str(path) in problem] == []
    assert path.stem in catalogue.instruments


@per_file
def test_says_nothing_twice_or_differently(path: Path, instrument: Instrument) -> None:
    alone = Catalogue({instrument.id: instrument}, {}, "")
    assert audit_catalogue(alone) == []
    assert bilingual_gaps(instrument) == []


@per_file
def test_has_questions_to_be_found_by(path: Path, instrument: Instrument) -> None:
    for language, fewest in (("nl", 12), ("en", 6)):
        questions = instrument.questions.of(language)  # type: ignore[arg-type]
        assert len(questions) >= fewest, f"{len(questions)} questions in {language}; at least {fewest}"
        folded = [question.casefold().strip(" ?.") for question in questions]
        assert sorted(set(folded)) == sorted(folded), "the same question stands there twice"


@per_file
def test_facts_speak_in_short_sentences(path: Path, instrument: Instrument) -> None:
    assert list(_long_sentences(instrument)) == []


def _long_sentences(instrument: Instrument) -> Iterator[str]:
    for fact in instrument.facts:
        for language in LANGUAGES:
            for sentence in sentences(fact.text.of(language)):
                if (count := word_count(sentence)) > LONGEST_SENTENCE:
                    yield f"{instrument.id}.{fact.id} ({language}, {count} words): {sentence}"


@per_file
def test_hard_criteria_rest_on_facts_that_can_decide(path: Path, instrument: Instrument) -> None:
    weak = [
        f"criterion '{criterion.id}' rests on '{criterion.fact}'"
        for criterion in instrument.criteria
        if criterion.hard and criterion.testable and not instrument.fact(criterion.fact).can_decide
    ]
    assert weak == [], "undated or doubtful: such a criterion can never reject or settle anything"


@per_file
def test_what_has_ended_is_not_available(path: Path, instrument: Instrument) -> None:
    status = instrument.status
    if status.state is StatusState.ENDED:
        assert not is_available(instrument)
        assert not status.reopens, "ended, and yet about to reopen: that is 'closed'"


@per_file
def test_sources_exist_and_are_used(path: Path, instrument: Instrument, loaded: tuple[Catalogue, list[str]]) -> None:
    catalogue, _ = loaded
    shared = {id_ for id_ in catalogue.sources if "." not in id_}
    own = {source.id for source in instrument.sources}
    used = {item.source for item in instrument.grounded}
    assert used <= shared | own, f"no such source: {sorted(used - shared - own)}"
    assert own <= used, f"no fact cites: {sorted(own - used)}"
    assert not own & shared, f"stands in sources.yaml too: {sorted(own & shared)}"


def test_holds_the_instruments_of_the_design(catalogue: Catalogue) -> None:
    ids = IDS.split()
    assert len(ids) == 64
    assert sorted(catalogue.instruments) == sorted(ids)


def test_the_whole_loads_and_is_consistent(loaded: tuple[Catalogue, list[str]]) -> None:
    catalogue, problems = loaded
    assert problems == []
    assert audit_catalogue(catalogue) == []


def test_holds_enough(catalogue: Catalogue) -> None:
    assert len(catalogue.facts) >= 600
    assert len(catalogue.evaluations) >= 60


def test_every_shared_source_is_cited(catalogue: Catalogue) -> None:
    cited = {catalogue.source_id(instrument, item) for instrument, item in catalogue.grounded.values()}
    assert sorted(set(catalogue.sources) - cited) == []


@needs_sources()
def test_every_document_was_audited(report: AuditReport) -> None:
    assert report.not_found == []
    assert report.claims > 0
    assert report.figures > 0


@needs_sources()
@per_file
def test_its_claims_stand_in_the_documents(path: Path, report: AuditReport) -> None:
    assert [miss for miss in report.misses if miss.startswith(f"{path.stem}.")] == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dat kan. Bel RVO.", 2),
        ("U krijgt max. 40 procent, o.a. voor loon.", 1),
        ("In 2025 was er € 1,5 mln. Dat is op.", 1),  # too few rather than too many: such a text fails, and is read
        ("Kan het? Ja! 'Zo' is het.", 3),
    ],
)
def test_sentences_are_told_apart(text: str, count: int) -> None:
    assert len(sentences(text)) == count
