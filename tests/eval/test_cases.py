"""The loader, the split and the linter."""

import textwrap

import pytest

from eval.cases import CaseSet, Kind, load_cases
from eval.errors import CaseError
from eval.leakage import messages_of, near_duplicates
from eval.lint import coverage_gaps, lint
from eval.splits import split
from tests.eval.fakes import case


def write(folder, text, name="a.yaml"):
    (folder / name).write_text(textwrap.dedent(text), "utf-8")


GOOD = """
- id: een
  kind: recommend
  question: Wie betaalt onze proef met dit apparaat?
  why: De Proefbon betaalt proeven.
  basis: proefbon.purpose
  expected: proefbon
"""


def test_loads_in_order_of_names_and_knows_the_places(tmp_path):
    write(tmp_path, GOOD.replace("een", "twee", 1), "b.yaml")
    write(tmp_path, GOOD, "a.yaml")
    (tmp_path / "proposed").mkdir()
    write(tmp_path / "proposed", GOOD)
    found = load_cases(tmp_path)
    assert [entry.id for entry in found] == ["een", "twee"]
    assert found.where(found.cases[0]).endswith("a.yaml, line 2")
    assert found.get("een").expected == ("proefbon",)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (GOOD + "  expectd: x\n", 8, "expectd"),
        (GOOD.replace("kind: recommend", "kind: raad"), 3, "kind"),
        (GOOD + "  turns: [a, b]\n", 2, "exactly one of"),
        (GOOD.replace("  why: De Proefbon betaalt proeven.\n", ""), 2, "why"),
        (GOOD + "  profile: {employes: 3}\n", 2, "'employes' is no profile field"),
        (GOOD + "  profile: {employees: -3}\n", 2, "greater than or equal to 0"),
        (GOOD + "  not_in_profile: [haarkleur]\n", 2, "'haarkleur' is no profile field"),
        (GOOD + "  arguable: [haarkleur=rood]\n", 2, "'haarkleur' is no profile field"),
        (GOOD + "  asks: haarkleur\n", 2, "'asks' is true, false or a profile field"),
        (GOOD + "  truth: {province: texel}\n", 8, "truth.province"),
        (GOOD + "  tags: {province: texel}\n", 8, "tags.province"),
        (GOOD + "  basis: proefbon.purpose\n", 8, "stands twice"),
        (GOOD + GOOD, 9, "Ids are unique"),
        ("een: 1\n", 1, "is a list"),
        ("- id: [\n", 2, "no valid YAML"),
    ],
)
def test_a_wrong_file_names_file_line_and_field(tmp_path, text, line, says):
    write(tmp_path, text)
    with pytest.raises(CaseError) as error:
        load_cases(tmp_path)
    assert f"a.yaml, line {line}" in str(error.value)
    assert says in str(error.value)


def test_an_empty_folder_says_what_to_do(tmp_path):
    with pytest.raises(CaseError, match="Point --cases to"):
        load_cases(tmp_path)


def test_an_empty_question_is_a_question(tmp_path):
    write(tmp_path, "- {id: leeg, kind: nonsense, question: , why: Een leeg bericht.}\n")
    assert load_cases(tmp_path).cases[0].question == ""


def test_the_packaged_cases_load():
    assert len(load_cases()) >= 5


@pytest.mark.parametrize(
    ("fields", "must_abstain", "recommendation"),
    [
        ({"kind": "out-of-scope"}, True, False),
        ({"kind": "hostile"}, True, True),
        ({"kind": "hostile", "expected": ["proefbon"]}, False, True),
        ({"kind": "smalltalk"}, None, False),
        ({"kind": "explain", "expected": ["proefbon"]}, False, False),
        ({"kind": "recommend", "abstain": True}, True, True),
        ({"kind": "multi-turn", "turns": ["a", "b"], "intent": "explain"}, None, False),
    ],
)
def test_what_a_kind_implies(fields, must_abstain, recommendation):
    made = case(**fields)
    assert (made.must_abstain, made.is_recommendation) == (must_abstain, recommendation)


def test_split_is_stable_balanced_and_keeps_stories_together():
    cases = [case(f"{kind.value}-{n}", kind=kind) for kind in (Kind.RECOMMEND, Kind.STATUS) for n in range(20)]
    cases += [case(f"variant-{n}", tags={"variant_of": f"recommend-{n}"}) for n in range(20)]
    sides = split(cases)
    assert sides == split(reversed(cases))
    for kind in ("recommend", "status"):
        assert sum(sides[f"{kind}-{n}"] == "train" for n in range(20)) == 8
    assert all(sides[f"variant-{n}"] == sides[f"recommend-{n}"] for n in range(20))


def test_a_new_case_moves_at_most_one_other():
    cases = [case(f"zaak-{n}") for n in range(30)]
    before = split(cases)
    for extra in range(20):
        after = split([*cases, case(f"nieuw-{extra}")])
        assert sum(before[id_] != after[id_] for id_ in before) <= 1


def problems(tiny, *cases):
    return lint(CaseSet(tuple(cases), {}), tiny)


GROUND = {
    "expected": ["proefbon"],
    "basis": ["proefbon.purpose"],
    "question": "Onze nieuwe machine moet beproefd, wie betaalt?",
}


def test_a_good_case_has_no_problems(tiny):
    assert problems(tiny, case(**GROUND)) == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"expected": ["proefbonn"]}, "there is no instrument 'proefbonn'"),
        ({"basis": ["proefbon.weg"]}, "there is no fact 'proefbon.weg'"),
        ({"cite": ["nergens"]}, "neither a fact nor an instrument"),
        ({"forbidden": ["proefbon"]}, "both 'expected' and 'forbidden'"),
        ({"abstain": True}, "asks to abstain and expects"),
        ({"expected": [], "maybe": ["proefbon"], "abstain": True}, "asks to abstain and expects"),
        ({"maybe": ["proefbonn"]}, "there is no instrument 'proefbonn'"),
        ({"fits": ["proefbon"], "maybe": ["proefbon"]}, "both 'fits' and 'maybe'"),
        ({"maybe": ["groeilening"], "forbidden": ["groeilening"]}, "both 'maybe' and 'forbidden'"),
        ({"maybe": ["oude-regeling"]}, "may not be recommended"),
        ({"expected_any": ["groeilening"]}, "'expected_any' with one instrument"),
        ({"basis": []}, "'basis' names no fact"),
        ({"expected": [], "basis": []}, "it expects nothing"),
        ({"profile": {"sector": "bouw"}, "not_in_profile": ["sector"]}, "both in 'profile' and in 'not_in_profile'"),
        ({"profile": {"needs": ["kennis"]}, "arguable": ["needs=kennis"]}, "needs=kennis can't be arguable"),
        ({"profile": {"sector": "bouw"}, "asks": "sector"}, "'profile' says is known"),
        ({"profile": {"sector": "bouw"}, "truth": {"sector": "water"}}, "truth.sector is 'water'"),
        ({"profile": {"needs": ["kennis"]}, "truth": {"needs": ["lening"]}}, "truth.needs"),
        ({"expected": ["oude-regeling"], "basis": ["oude-regeling.purpose"]}, "may not be recommended"),
        ({"tags": {"variant_of": "weg"}}, "there is no case 'weg'"),
        ({"kind": "intake", "expected": []}, "needs 'profile' or 'not_in_profile'"),
        ({"kind": "multi-turn"}, "at least two turns"),
        ({"question": "Wie betaalt een proef met mijn prototype!"}, "a question that the catalogue holds"),
    ],
)
def test_the_linter_finds(tiny, fields, says):
    found = problems(tiny, case(**{**GROUND, **fields}))
    assert any(says in problem for problem in found), found


def test_the_linter_finds_more_expected_than_places(tiny):
    fields = {
        **GROUND,
        "expected": ["proefbon", "groeilening", "oude-regeling"],
        "expected_any": ["proefbon", "groeilening"],
    }
    assert any("don't go in the top 3" in problem for problem in problems(tiny, case(**fields)))


def test_the_linter_finds_the_same_question_twice_and_a_variant_of_a_variant(tiny):
    one, two = case("een", **GROUND), case("twee", **GROUND, tags={"variant_of": "een"})
    assert any("asks the same as 'een'" in problem for problem in problems(tiny, one, two))
    three = case("drie", **{**GROUND, "question": "Iets heel anders"}, tags={"variant_of": "twee"})
    assert any("is a variant itself" in problem for problem in problems(tiny, one, two, three))


def test_the_packaged_cases_are_clean(catalogue):
    assert lint(load_cases(), catalogue) == []


def test_coverage_gaps(tiny):
    cases = [case(f"zaak-{n}", **GROUND, tags={"sector": "bouw"}) for n in range(3)]
    gaps = coverage_gaps(cases, tiny)
    assert "instrument groeilening: 0 of 3 cases" in gaps
    assert not any("proefbon" in gap or "sector bouw" in gap for gap in gaps)
    assert "province utrecht: no case" in gaps


def test_near_duplicates_by_word_pairs():
    made = case(question="Wij zoeken geld voor een proef met onze nieuwe machine")
    (leak,) = near_duplicates(messages_of([made]), ["wij zoeken geld voor een proef met onze nieuwe machine!", "iets anders"])
    assert (leak.case, leak.similarity) == ("een", 1.0)
    assert near_duplicates(messages_of([made]), ["Wij zoeken een proef"]) == []
    assert near_duplicates(messages_of([case(question="Wat is dat?")]), ["Wat is dat?"]) == []
