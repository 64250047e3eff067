"""The commands as the command line calls them, and the gate against planted faults."""

import io
import json

import pytest

from assistant.models import Fit, Reply
from eval.cases import load_cases
from eval.command import DONE, FAILED, WRONG_CALL, Options, run_evaluation, run_propose
from tests.eval.fakes import FakeAdvisor, advice

CASES = """
- id: proef-in-zeeland
  kind: recommend
  question: Wij zijn een bedrijf in Zeeland met 12 mensen en willen een proef doen met ons prototype.
  why: De Proefbon betaalt proeven van kleine bedrijven in Zeeland.
  basis: [proefbon.purpose, proefbon.audience]
  expected: [proefbon]
  fits: [proefbon]
  forbidden: [oude-regeling]
  cite: [proefbon]
  profile: {employees: 12, province: zeeland}
- id: proef-met-80-mensen
  kind: recommend
  question: Wij zijn een bedrijf in Zeeland met 80 mensen, bestaan 5 jaar, en zoeken een lening om te groeien.
  why: De Proefbon is voor minder dan 50 mensen; de Groeilening vraagt 3 jaar.
  basis: [proefbon.audience, groeilening.purpose-age]
  expected: [groeilening]
  forbidden: [proefbon, oude-regeling]
  profile: {employees: 80, company_age_years: 5}
- id: oude-regeling-open
  kind: status
  question: Bestaat de Oude Regeling nog?
  why: De Oude Regeling is gestopt.
  basis: [oude-regeling.status]
  expected: [oude-regeling]
  cite: [oude-regeling.status]
- id: onzin
  kind: nonsense
  question: qwxz plmk vbnt
  why: Hier staat niets.
"""
GATES = """
unmeasured: allowed
gates:
  - {metric: error_rate, max: 0}
  - {metric: recall_at_3, min: 1}
  - {metric: named_recall, min: 1}
  - {metric: forbidden_rate, max: 0}
  - {metric: fits_recall, min: 1}
  - {metric: intent, min: 1}
  - {metric: abstention_f1, min: 1}
  - {metric: intake_recall, min: 1}
  - {metric: citation_validity, min: 1}
  - {metric: citation_recall, min: 1}
  - {metric: figures_supported, min: 1}
  - {metric: required_citations, min: 1}
  - {metric: retrieval_recall_at_5, min: 1}
  - {metric: language_consistency, min: 1}
  - {metric: longest_sentence, max: 25}
"""


@pytest.fixture
def options(tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "a.yaml").write_text(CASES, "utf-8")
    (tmp_path / "gate.yaml").write_text(GATES, "utf-8")

    def make(**fields):
        defaults = {
            "cases": tmp_path / "cases",
            "gates": tmp_path / "gate.yaml",
            "quiet": True,
            "report": tmp_path / "report",
        }
        return Options(**(defaults | fields))

    return make


def test_a_whole_evaluation(tiny_advisor, options, tmp_path, capsys):
    out = io.StringIO()
    status = run_evaluation(tiny_advisor, options(ragas=tmp_path / "ragas.jsonl"), out)
    assert status == DONE, capsys.readouterr().err
    assert "4 of 4 cases passed" in out.getvalue()
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert names == {"report.md", "report.json", "report.html", "junit.xml", "replies.jsonl"}
    replies = [json.loads(line) for line in (tmp_path / "report" / "replies.jsonl").read_text("utf-8").splitlines()]
    assert Reply.model_validate(replies[0]["reply"]).recommendations
    assert len((tmp_path / "ragas.jsonl").read_text("utf-8").splitlines()) == 3


def test_json_is_all_there_is_on_standard_output(tiny_advisor, options):
    out = io.StringIO()
    assert run_evaluation(lambda: tiny_advisor, options(as_json=True), out) == DONE
    data = json.loads(out.getvalue())
    assert data["passed"] == 4
    assert not any(entry["broken"] for entry in data["gates"])


def test_one_case_as_a_conversation(tiny_advisor, options):
    out = io.StringIO()
    assert run_evaluation(tiny_advisor, options(case="proef-in-zeeland"), out) == DONE
    assert "Zeeland met 12 mensen" in out.getvalue()
    assert "Passed" in out.getvalue()


@pytest.mark.parametrize("fields", [{"case": "bestaat-niet"}, {"split": "half"}, {"baseline": "nergens.json"}])
def test_a_wrong_call_fails_before_anything_is_loaded(options, tmp_path, fields, capsys):
    fields = {name: tmp_path / value if name == "baseline" else value for name, value in fields.items()}

    def advisor():
        raise AssertionError("loaded")

    assert run_evaluation(advisor, options(**fields)) == WRONG_CALL
    assert capsys.readouterr().err.strip()


def test_wrong_cases_are_not_run(tiny_advisor, options, tmp_path, capsys):
    path = tmp_path / "cases" / "a.yaml"
    path.write_text(CASES.replace("expected: [proefbon]", "expected: [proefbonn]"), "utf-8")
    assert run_evaluation(tiny_advisor, options()) == FAILED
    assert "there is no instrument 'proefbonn'" in capsys.readouterr().err


def test_a_split_runs_a_part(tiny_advisor, options):
    parts = []
    for side in ("train", "test"):
        out = io.StringIO()
        run_evaluation(tiny_advisor, options(split=side, as_json=True), out)
        parts.append({entry["id"] for entry in json.loads(out.getvalue())["cases"]})
    assert parts[0].isdisjoint(parts[1])
    assert len(parts[0] | parts[1]) == 4


def test_the_baseline_is_written_and_then_obeyed(tiny, tiny_advisor, options, tmp_path, capsys):
    stored = tmp_path / "baseline.json"
    assert run_evaluation(tiny_advisor, options(baseline=stored, write_baseline=True), io.StringIO()) == DONE
    assert len(stored.read_text("utf-8").splitlines()) == 4 + 2
    assert run_evaluation(tiny_advisor, options(baseline=stored), io.StringIO()) == DONE
    broken = FakeAdvisor(tiny, lambda *_: advice("groeilening"))
    assert run_evaluation(broken, options(baseline=stored), io.StringIO()) == FAILED
    assert "cases that passed now fail" in capsys.readouterr().err


class Planted:
    """The real assistant with one fault in what it says or finds."""

    def __init__(self, advisor, spoil=None, retrieved=None):
        self._advisor, self._spoil, self._retrieved = advisor, spoil, retrieved
        self.catalogue = advisor.catalogue

    def reply(self, messages, **rest):
        reply = self._advisor.reply(messages, **rest)
        return self._spoil(reply) if self._spoil else reply

    def understand(self, messages):
        return self._advisor.understand(messages)

    def retrieve(self, query, language, k):
        return self._advisor.retrieve(query, language, k) if self._retrieved is None else self._retrieved


def with_(**changes):
    return lambda reply: reply.model_copy(update={name: change(reply) for name, change in changes.items()})


FAULTS = {
    "the composer drops its markers": with_(answer=lambda r: r.answer.replace("[1]", "")),
    "a marker points nowhere": with_(answer=lambda r: r.answer.replace("[1]", "[99]")),
    "a figure is changed": with_(
        answer=lambda r: r.answer.replace("2026", "2031").replace("5.000", "9.000").replace("2021", "2019")
    ),
    "the citations are lost": with_(citations=lambda r: ()),
    "the ranking is empty": with_(recommendations=lambda r: ()),
    "a criterion is lost": with_(
        recommendations=lambda r: (
            (*r.recommendations, *advice("proefbon").recommendations)
            if "proefbon" not in [entry.instrument for entry in r.recommendations] and r.recommendations
            else r.recommendations
        )
    ),
    "nonsense gets advice": with_(recommendations=lambda r: r.recommendations or advice("groeilening").recommendations),
    "nothing fits any more": with_(
        recommendations=lambda r: tuple(entry.model_copy(update={"fit": Fit.MAYBE}) for entry in r.recommendations)
    ),
    "the profile is forgotten": with_(profile=lambda r: {}),
    "the language is wrong": with_(answer=lambda r: "This is what you can do with it for your firm."),
    "sentences run on": with_(answer=lambda r: r.answer + "\n\n" + "woord " * 40 + "."),
    "it always abstains": with_(abstained=lambda r: True),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_gate_catches_a_planted_fault(tiny_advisor, options, fault, capsys):
    assert run_evaluation(Planted(tiny_advisor, FAULTS[fault]), options(report=None), io.StringIO()) == FAILED
    assert "Gate broken: " in capsys.readouterr().err


def test_the_gate_catches_a_retriever_that_finds_nothing(tiny_advisor, options):
    assert run_evaluation(Planted(tiny_advisor, retrieved=[]), options(report=None), io.StringIO()) == FAILED


def test_the_gate_catches_an_assistant_that_crashes(tiny, options, capsys):
    def crash(messages, corrections):
        raise RuntimeError("stuk")

    assert run_evaluation(FakeAdvisor(tiny, crash), options(), io.StringIO()) == FAILED
    assert "crashes is 1.000" in capsys.readouterr().err


CORRECTION = {
    "question": "Mijn naam is Jan Jansen, bel 06-12345678. Wij zoeken geld voor een proef met een prototype.",
    "given": ["groeilening"],
    "right": "proefbon",
    "why": "Het gaat om een proef; mail jan@bedrijf.nl.",
}


def test_a_correction_becomes_a_case_with_personal_data_masked(tiny, tmp_path):
    source, folder = tmp_path / "corrections.jsonl", tmp_path / "proposed"
    lines = [json.dumps(CORRECTION), "", "{", json.dumps({"question": "x"}), json.dumps({**CORRECTION, "right": "weg"})]
    source.write_text("\n".join(lines), "utf-8")
    out = io.StringIO()
    assert run_propose(source, tiny, folder, out) == FAILED
    (path,) = folder.iterdir()
    text = path.read_text("utf-8")
    assert "Jansen" not in text
    assert "06-12345678" not in text
    assert "jan@bedrijf.nl" not in text
    assert "# The assistant advised: groeilening" in text
    (case,) = load_cases(folder).cases
    assert (case.expected, case.basis, case.language) == (("proefbon",), ("proefbon.purpose",), "nl")
    assert str(path) in out.getvalue()


def test_a_correction_is_proposed_once(tiny, tmp_path):
    source, folder = tmp_path / "corrections.jsonl", tmp_path / "proposed"
    source.write_text(json.dumps(CORRECTION) + "\n", "utf-8")
    assert run_propose(source, tiny, folder, io.StringIO()) == DONE
    out = io.StringIO()
    assert run_propose(source, tiny, folder, out) == DONE
    assert "1 were proposed before" in out.getvalue()
    assert len(list(folder.iterdir())) == 1


def test_wrong_lines_are_named_and_a_missing_file_is_a_wrong_call(tiny, tmp_path, capsys):
    source = tmp_path / "corrections.jsonl"
    source.write_text("{\n" + json.dumps({"question": "x"}) + "\n", "utf-8")
    run_propose(source, tiny, tmp_path / "p", io.StringIO())
    errors = capsys.readouterr().err
    assert "line 1" in errors
    assert "line 2: the correction has no right" in errors
    assert run_propose(tmp_path / "weg.jsonl", tiny, tmp_path / "p", io.StringIO()) == WRONG_CALL
