"""Reports, their formats, and the gate."""

import json
import math
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from eval import gate, ragas_export
from eval.errors import GateError
from eval.gate import BaselineRule, Gates, Threshold, check, load_gates
from eval.html import html
from eval.junit import junit
from eval.markdown import markdown
from eval.measures import TOP
from eval.observations import Observation
from eval.registry import BY_NAME, METRICS, by_group
from eval.report import CaseRecord, Report, build_report, read_report
from eval.runner import Results
from tests.eval.fakes import advice, case, cited, seen

RECALL = BY_NAME["recall_at_3"]


def record(id_="een", *, failures=(), split="test", language="nl", kind="recommend", **values):
    pairs = {key: value if isinstance(value, tuple) else (value, 1.0) for key, value in values.items()}
    return CaseRecord(id=id_, kind=kind, language=language, split=split, values=pairs, failures=failures)


@pytest.fixture
def report(tiny):
    """One case passes, one is confused, one crashed with odd characters in it."""
    cases = [
        case("goed", expected=["proefbon"], basis=["proefbon.purpose"]),
        case("mis", expected=["proefbon"], question="<script>alert(1)</script> \x07 & 'x'"),
        case("stuk", kind="nonsense", question="]]>"),
    ]
    answer = "De Proefbon betaalt een proef met een prototype [1]."
    good = advice("proefbon", answer=answer, citations=cited(tiny, "proefbon.purpose"))
    observations = (
        seen(cases[0], good, latencies_ms=(10.0, 30.0)),
        seen(cases[1], advice("groeilening"), latencies_ms=(5.0,)),
        Observation(case=cases[2], error="ValueError: \x00 <b>"),
    )
    return build_report(Results(observations, 2.0), cases, tiny, "nu")


def test_figures_per_slice():
    cases = (
        record("a", recall_at_3=1.0),
        record("b", recall_at_3=0.0, split="train"),
        record("c", language="en", recall_at_3=1.0),
    )
    report = Report(cases)
    assert report.figure(RECALL).value == pytest.approx(2 / 3)
    assert report.figure(RECALL, {"split": "test"}).value == 1
    assert report.figure(RECALL, {"split": "test", "language": "en"}).cases == 1
    assert math.isnan(report.figure(RECALL, {"kind": "status"}).value)


def test_a_share_of_nothing_is_no_measurement():
    report = Report((record("a", fits_precision=(0.0, 0.0)), record("b", fits_precision=(1.0, 2.0))))
    entry = report.figure(BY_NAME["fits_precision"])
    assert (entry.value, entry.cases) == (0.5, 1)


def test_every_metric_has_words_and_values_that_something_measures(report):
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert all(metric.title and metric.definition.endswith(".") for metric in METRICS)
    measured = {key for record_ in report.cases for key in record_.values}
    assert {"passed", "errors", "recall_at_3", "forbidden", "latency", "language"} <= measured
    assert "Advice" in by_group()
    assert BY_NAME["latency_p95"].machine_bound


def test_records_of_cases(report):
    good, wrong, crashed = report.cases
    assert good.passed
    assert good.values["latency"] == (20.0, 1.0)
    assert not wrong.passed
    assert crashed.failures[0].startswith("It crashed")


def test_a_reply_that_cannot_be_judged_fails_its_case(tiny):
    odd = advice("proefbon").model_copy(update={"answer": None})
    wanted = case(expected=["proefbon"])
    (entry,) = build_report(Results((seen(wanted, odd),), 0.0), [wanted], tiny).cases
    assert "can't be judged" in entry.failures[0]
    assert entry.values["errors"] == (1.0, 1.0)


def test_per_instrument_and_confusion(report):
    lines = {line.instrument: line for line in report.instruments}
    assert (lines["proefbon"].found, lines["proefbon"].required) == (1, 2)
    assert lines["groeilening"].wrongly == 1
    (confusion,) = report.confusions
    assert (confusion.required, confusion.offered, confusion.cases) == ("proefbon", "groeilening", ("mis",))
    assert TOP == 3


def test_json_is_json_and_can_be_read_as_a_baseline(report, tmp_path):
    data = json.loads(json.dumps(report.as_json(), allow_nan=False))
    assert data["figures"]["all"]["pass_rate"]["cases"] == 3
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report.as_json(slim=True)), "utf-8")
    again = read_report(path)
    assert [entry.id for entry in again.cases] == ["goed", "mis", "stuk"]
    assert "latency" not in again.cases[0].values
    assert again.figure(RECALL).value == report.figure(RECALL).value


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 99, "cases": []}', '{"version": 1, "cases": [{}]}'])
def test_an_unreadable_baseline_says_so(tmp_path, text):
    path = tmp_path / "report.json"
    path.write_text(text, "utf-8")
    with pytest.raises(GateError, match=r"report\.json"):
        read_report(path)


class Page(HTMLParser):
    """Checks that tags close in order, and gathers what a page would load or run."""

    def __init__(self):
        super().__init__()
        self.open, self.loads, self.tags = [], [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.loads += [value for name, value in attrs if name in ("src", "href")]
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_well_formed_self_contained_and_harmless(report):
    page = Page()
    text = html(report, [gate.Finding("x", True, "x <is> broken.")], report)
    page.feed(text)
    page.close()
    assert page.open == []
    assert page.loads == []
    assert "svg" in page.tags
    assert "script" not in page.tags
    assert "&lt;script&gt;alert(1)" in text
    assert "\x07" not in text
    assert "x &lt;is&gt; broken." in text
    assert "ValueError" in text


def test_html_svgs_are_xml(report):
    text = html(report)
    pieces = [f"<svg{piece.split('</svg>')[0]}</svg>" for piece in text.split("<svg")[1:]]
    assert len(pieces) >= 4
    for piece in pieces:
        ElementTree.fromstring(piece)


def test_html_of_an_empty_report_opens():
    page = Page()
    page.feed(html(Report(())))
    assert page.open == []


def test_junit(report):
    findings = [gate.Finding("goed", False, "Goed."), gate.Finding("mis", True, "Mis.")]
    root = ElementTree.fromstring(junit(report, findings))
    cases, gates = root.findall("testsuite")
    assert (cases.get("tests"), cases.get("failures")) == ("3", "2")
    assert [test.get("name") for test in cases.findall("testcase[failure]")] == ["mis", "stuk"]
    assert (gates.get("tests"), gates.get("failures")) == ("2", "1")
    assert cases.find("testcase").get("time") == "0.0200"


def test_markdown_for_a_pull_request(report):
    worse = Report(tuple(entry.model_copy(update={"failures": ("x",)}) for entry in report.cases), instruments=())
    text = markdown(worse, [gate.Finding("mis", True, "recall@3 is te laag.")], report)
    assert "**1 gates are broken.**" in text
    assert "- recall@3 is te laag." in text
    assert "Newly failing: goed." in text
    assert "| recall@3 |" in text
    assert "95 %" in text


def test_a_real_difference_is_told_and_chance_is_not():
    old = Report(tuple(record(str(n), recall_at_3=1.0, mrr=1.0) for n in range(40)))
    new = Report(tuple(record(str(n), recall_at_3=float(n >= 15), mrr=float(n > 0)) for n in range(40)))
    found = {metric.name: entry for metric, entry in new.compared(old)}
    assert found["recall_at_3"].real
    assert not found["mrr"].real
    assert "| recall@3 | 1.000 | 0.625 |" in markdown(new, (), old)


def gates(**fields):
    return Gates.model_validate(fields)


@pytest.mark.parametrize(
    ("threshold", "broken"),
    [({"min": 0.6}, False), ({"min": 0.7}, True), ({"max": 0.7}, False), ({"max": 0.5}, True)],
)
def test_thresholds(threshold, broken):
    report = Report(tuple(record(str(n), recall_at_3=float(n < 2)) for n in range(3)))
    (finding,) = check(report, gates(gates=[{"metric": "recall_at_3", **threshold}]))
    assert finding.broken is broken
    assert "recall@3 is 0.667 [" in finding.sentence
    assert finding.sentence.endswith(".")


def test_a_gate_holds_on_its_slice_only():
    report = Report((record("a", recall_at_3=1.0), record("b", recall_at_3=0.0, split="train")))
    (finding,) = check(report, gates(gates=[{"metric": "recall_at_3", "where": {"split": "test"}, "min": 1}]))
    assert not finding.broken


def test_what_no_case_measures_breaks_the_gate_unless_only_a_part_ran():
    rule = gates(gates=[{"metric": "recall_at_3", "min": 0}])
    assert "no case measures it" in check(Report(()), rule)[0].sentence
    assert check(Report(()), rule, partial=True) == []
    assert check(Report(()), gates(unmeasured="allowed", gates=[{"metric": "recall_at_3", "min": 0}])) == []


def test_languages_may_not_lie_apart():
    cases = [record(str(n), recall_at_3=1.0) for n in range(10)]
    cases += [record(f"en{n}", recall_at_3=float(n > 0), language="en") for n in range(10)]
    gap = {"metric": "recall_at_3", "of": {"language": "nl"}, "and": {"language": "en"}}
    assert check(Report(tuple(cases)), gates(gaps=[{**gap, "max": 0.05}]))[0].broken
    assert not check(Report(tuple(cases)), gates(gaps=[{**gap, "max": 0.15}]))[0].broken


def many(right, total=50):
    return tuple(record(f"zaak{n}", recall_at_3=float(n < right)) for n in range(total))


def test_a_fall_below_the_baselines_interval_breaks_the_gate():
    rule = gates(baseline={"newly_failing": None})
    baseline = Report(many(40))
    assert check(Report(many(38)), rule, baseline) == []
    (finding,) = check(Report(many(30)), rule, baseline)
    assert finding.broken
    assert "recall@3 against the baseline is 0.600; it was 0.800 [" in finding.sentence


def test_a_rise_of_what_should_be_low_breaks_the_gate():
    rule = gates(baseline={"newly_failing": None})
    old = Report(tuple(record(str(n), forbidden=0.0) for n in range(50)))
    new = Report(tuple(record(str(n), forbidden=float(n < 20)) for n in range(50)))
    assert [finding.broken for finding in check(new, rule, old)] == [True]
    assert check(old, rule, new) == []


def test_new_cases_do_not_count_against_the_baseline():
    rule = gates(baseline={"newly_failing": None})
    hard = tuple(record(f"nieuw{n}", recall_at_3=0.0) for n in range(100))
    assert check(Report(many(40) + hard), rule, Report(many(40))) == []


def test_newly_failing_cases_break_the_gate():
    old, new = Report((record("a"), record("b"))), Report((record("a", failures=("x",)), record("b")))
    (finding,) = check(new, gates(), old)
    assert finding.sentence.startswith("1 cases that passed now fail (at most 0 may): a.")
    assert check(new, gates(baseline={"newly_failing": 1}), old) == []


def test_excepted_metrics_may_fall():
    rule = Gates(baseline=BaselineRule(newly_failing=None, **{"except": ("recall_at_3",)}))
    assert check(Report(many(0)), rule, Report(many(50))) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("gates:\n  - {metric: recal, min: 1}\n", "line 2, gates[0]: there is no metric 'recal'"),
        ("gates:\n  - {metric: mrr}\n", "line 2, gates[0]: give 'min', 'max' or both"),
        ("gates:\n  - {metric: mrr, min: 1, where: {sector: bouw}}\n", "a slice is made by"),
        ("gatse: []\n", "line 1, gatse"),
        ("gates: [\n", "no valid YAML"),
    ],
)
def test_a_wrong_gate_file_names_line_and_field(tmp_path, text, says):
    path = tmp_path / "gate.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(GateError) as error:
        load_gates(path)
    assert says in str(error.value)


def test_the_packaged_gates_load_and_guard_what_the_issues_ask():
    rules = load_gates()
    asked = {threshold.metric: threshold for threshold in rules.gates}
    assert isinstance(asked["recall_at_3"], Threshold)
    assert (asked["recall_at_3"].min or 0) >= 0.93
    assert asked["forbidden_rate"].max is not None
    assert asked["forbidden_rate"].max <= 0.03
    assert asked["longest_sentence"].max == 25


def test_ragas_rows(report, tiny, tmp_path):
    path = tmp_path / "out" / "ragas.jsonl"
    assert ragas_export.write(path, report.observations.values(), tiny) == 1
    (row,) = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert row["user_input"] == row["question"] == "Wie betaalt onze proef?"
    assert row["response"] == row["answer"] == "De Proefbon betaalt een proef met een prototype."
    assert row["retrieved_contexts"] == row["contexts"] == ["De Proefbon betaalt een proef met een prototype."]
    assert row["reference"] == row["ground_truth"] == tiny.fact("proefbon.purpose").text.nl
    assert row["reference_contexts"] == [row["reference"]]
    assert all(isinstance(text, str) for text in row["retrieved_contexts"])
