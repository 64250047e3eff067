"""What one observation adds to each metric, and the sentences in which it fails."""

import pytest

from assistant.models import Check, Fit, Intent, Recommendation, Rejection, Reply, Verdict
from eval.entailment import Library
from eval.measures import measure
from eval.observations import Settlement, VariantSeen
from tests.eval.fakes import advice, asking, case, cited, offer, seen


@pytest.fixture
def library(tiny):
    return Library(tiny)


WANTS = {"expected": ["proefbon"], "acceptable": ["groeilening"], "basis": ["proefbon.purpose"]}


def test_a_right_recommendation_passes(library):
    found = measure(seen(case(**WANTS), advice("proefbon", "groeilening")), library)
    assert found.failures == []
    assert found.values["recall_at_3"] == (1, 1)
    assert found.values["recall_at_1"] == (1, 1)
    assert found.values["fits_precision"] == (2, 2)
    assert found.values["passed"] == (1, 1)
    assert found.values["abstention_precision"] == (0, 0)


def test_a_missing_instrument_fails_and_says_what_stood_there(library):
    found = measure(seen(case(**WANTS), advice("groeilening")), library)
    assert found.failures == ["'proefbon' is not in the top 3 (groeilening)."]
    assert found.values["recall_at_3"] == (0, 1)
    assert found.values["mrr"] == (0, 1)


def test_rank_4_is_not_in_the_top_3_and_rank_counts_over_order(library):
    reply = advice("a", "b", "c", "proefbon")
    reply = reply.model_copy(update={"recommendations": tuple(reversed(reply.recommendations))})
    assert measure(seen(case(**WANTS), reply), library).values["recall_at_3"] == (0, 1)


def test_any_of_several(library):
    wants = case(expected_any=["proefbon", "groeilening"])
    assert measure(seen(wants, advice("groeilening")), library).failures == []
    assert "None of proefbon, groeilening" in measure(seen(wants, advice()), library).failures[0]


def test_other_intents_are_judged_on_what_is_spoken_of(library):
    wants = case(kind="explain", expected=["proefbon"])
    reply = Reply(intent=Intent.EXPLAIN, mentioned=("proefbon",), answer="Dit is een bon.")
    found = measure(seen(wants, reply), library)
    assert found.values["named_recall"] == (1, 1)
    assert "recall_at_3" not in found.values
    wrong = measure(seen(wants, advice("proefbon")), library)
    assert any("The intent is 'recommend'" in failure for failure in wrong.failures)


@pytest.mark.parametrize(
    ("fields", "offered", "says"),
    [
        (
            {"forbidden": ["groeilening"], **WANTS, "acceptable": []},
            ("proefbon", "groeilening"),
            "must not: groeilening",
        ),
        (WANTS, ("proefbon", "oude-regeling"), "has ended or is closed: oude-regeling"),
        (WANTS, ("proefbon", "verzonnen"), "the catalogue does not have: verzonnen"),
        ({"kind": "nonsense"}, ("proefbon",), "where no advice is due"),
    ],
)
def test_forbidden_advice(library, fields, offered, says):
    found = measure(seen(case(**fields), advice(*offered)), library)
    assert found.values["forbidden"] == (1, 1)
    assert any(says in failure for failure in found.failures)


def test_what_the_case_does_not_name_counts_against_precision(library):
    wants = case(expected=["proefbon"], forbidden=["groeilening"])
    found = measure(seen(wants, advice("proefbon", "verzonnen", "groeilening")), library)
    assert found.values["fits_precision"] == (1, 3)
    assert found.values["fits_precision_judged"] == (1, 2)


def test_fits_says_how_it_fell_short(library):
    wants = case(expected=["proefbon"], fits=["proefbon"])
    found = measure(seen(wants, advice("proefbon", fit=Fit.MAYBE)), library)
    assert found.values["fits_recall"] == (0, 1)
    assert found.failures == ["'proefbon' should be said to fit; it is 'maybe'."]
    gone = Reply(intent=Intent.RECOMMEND, rejected=(Rejection(instrument="proefbon", criterion="klein", why="te groot"),))
    assert any("rejected (klein)" in failure for failure in measure(seen(wants, gone), library).failures)


def test_maybe_is_neither_fits_nor_absent(library):
    wants = case(expected=["proefbon"], maybe=["proefbon"])
    found = measure(seen(wants, advice("proefbon", fit=Fit.MAYBE)), library)
    assert found.values["maybe_recall"] == (1, 1)
    assert found.failures == []
    sure = measure(seen(wants, advice("proefbon")), library)
    assert sure.values["maybe_recall"] == (0, 1)
    assert sure.values["fits_precision"] == sure.values["fits_precision_judged"] == (0, 1)
    assert sure.failures == ["'proefbon' should be offered as 'maybe'; it is 'fits'."]
    assert "'proefbon' should be offered as 'maybe'; it is absent." in measure(seen(wants, advice()), library).failures


def test_abstention(library):
    nonsense = case(kind="nonsense")
    right = measure(seen(nonsense, Reply(abstained=True, answer="Dat begrijp ik niet.")), library)
    assert right.failures == []
    assert right.values["abstention_f1"] == (2, 2)
    wrong = measure(seen(case(**WANTS), Reply(intent=Intent.RECOMMEND, abstained=True)), library)
    assert wrong.values["abstention_precision"] == (0, 1)
    assert any("It abstains, though" in failure for failure in wrong.failures)


def test_the_roc_uses_the_assistants_confidence_where_it_has_one(library):
    assert measure(seen(case(**WANTS), advice("proefbon")), library).values["answerable"] == (1, 0.8)
    assert measure(seen(case(**WANTS), advice("proefbon"), confidence=0.3), library).values["answerable"] == (1, 0.3)


def test_a_crash_is_a_failure_and_no_abstention(library):
    found = measure(seen(case(kind="nonsense"), None, error="ValueError: stuk"), library)
    assert found.failures[0] == "It crashed: ValueError: stuk"
    assert found.values["abstention_recall"] == (0, 1)
    found = measure(seen(case(**WANTS), None, error="x"), library)
    assert found.values["recall_at_3"] == (0, 1)
    assert found.values["errors"] == (1, 1)


def test_intake_failures_are_sentences(library):
    wants = case(kind="intake", profile={"employees": 12, "sector": "bouw"}, not_in_profile=["phase"])
    reply = Reply(profile={"employees": 13, "phase": "idee", "turnover_eur": 4})
    found = measure(seen(wants, reply), library)
    assert found.values["intake_precision"] == (0, 3)
    assert found.values["intake_denied"] == (1, 1)
    assert set(found.failures) >= {
        "It understands employees as 13; it is 12.",
        "It does not understand sector = 'bouw'.",
        "It understands phase = 'idee', which the words deny.",
        "It understands turnover_eur = 4, for which there are no words.",
    }


@pytest.mark.parametrize(
    ("asks", "question", "right"),
    [
        (True, "employees", 1),
        (True, None, 0),
        (False, None, 1),
        (False, "employees", 0),
        ("phase", "employees", 0),
        ("phase", "phase", 1),
    ],
)
def test_asks(library, asks, question, right):
    reply = advice("proefbon", question=asking(question, "ja", "nee") if question else None)
    assert measure(seen(case(**WANTS, asks=asks), reply), library).values["asks"] == (right, 1)


@pytest.mark.parametrize(
    ("settlement", "quick", "right"),
    [
        (Settlement(2, True), 1, 1),
        (Settlement(4, True), 0, 1),
        (Settlement(0, False), 1, 0),
        (Settlement(None, False), 0, 0),
    ],
)
def test_settling(library, settlement, quick, right):
    found = measure(seen(case(**WANTS, truth={"employees": 3}), advice("proefbon"), settlement=settlement), library)
    assert found.values["settled_within_3"] == (quick, 1)
    assert found.values["settled_right"] == (right, 1)


def test_settling_is_not_measured_where_no_conversation_was_due(library):
    found = measure(seen(case(**WANTS, truth={"employees": 3}), advice("proefbon")), library)
    assert not {"settled_within_3", "settled_right", "repeated_questions"} & found.values.keys()


def test_asking_twice_fails(library):
    settlement = Settlement(1, True, ("phase", "phase"))
    found = measure(seen(case(**WANTS, truth={}), advice("proefbon"), settlement=settlement), library)
    assert any("asks the same field twice" in failure for failure in found.failures)


def test_a_well_cited_answer(library, tiny):
    answer = "De Proefbon betaalt een proef met een prototype [1]. In 2024 was de Proefbon hoogstens € 5.000 [2]."
    reply = advice("proefbon", answer=answer, citations=cited(tiny, "proefbon.purpose", "proefbon.amount"))
    found = measure(seen(case(**WANTS, cite=["proefbon.amount", "proefbon"]), reply), library)
    assert found.failures == []
    for key in ("citation_validity", "citation_recall", "citation_precision", "citations_used", "required_citations"):
        assert found.values[key] == (2, 2), key
    assert found.values["figures_supported"] == (3, 3)  # two sentences and a why


@pytest.mark.parametrize(
    ("answer", "key", "value", "says"),
    [
        ("De Proefbon betaalt een proef [1][7].", "citation_validity", (1, 2), "Citation [7] resolves to nothing"),
        ("De Proefbon betaalt een proef met een prototype.", "citation_recall", (0, 1), "it cites nothing"),
        ("In 2024 was de Proefbon hoogstens € 6.000 [1].", "figures_supported", (1, 2), "'6.000' stands in nothing"),
        ("Dit past bij u.", "citations_used", (0, 1), "nothing refers to: [1]"),
        (
            "De Proefbon betaalt een proef met een prototype [1].",
            "required_citations",
            (0, 1),
            "should cite 'proefbon.status'",
        ),
    ],
)
def test_faulty_citations(library, tiny, answer, key, value, says):
    fact = "proefbon.amount" if "2024" in answer else "proefbon.purpose"
    reply = advice("proefbon", answer=answer, citations=cited(tiny, fact))
    found = measure(seen(case(**WANTS, cite=["proefbon.status"]), reply), library)
    assert found.values[key] == value
    assert any(says in failure for failure in found.failures), found.failures


def test_a_citation_must_give_the_catalogues_own_text(library, tiny):
    (citation,) = cited(tiny, "proefbon.purpose")
    forged = citation.model_copy(update={"text": "De Proefbon geeft € 1 miljoen."})
    reply = advice("proefbon", answer="De Proefbon geeft € 1 miljoen [1].", citations=(forged,))
    found = measure(seen(case(**WANTS), reply), library)
    assert any("does not give the text of 'proefbon.purpose'" in failure for failure in found.failures)


def test_citations_of_checks_and_whys_count(library, tiny):
    check = Check(criterion="klein", verdict=Verdict.MET, text="klein", citations=(9,))
    one = Recommendation(
        instrument="proefbon", rank=1, fit=Fit.FITS, score=1, why="Het is € 77.", citations=(1,), checks=(check,)
    )
    reply = Reply(intent=Intent.RECOMMEND, recommendations=(one,), answer="Dit past.", citations=cited(tiny, "proefbon.purpose"))
    found = measure(seen(case(**WANTS), reply), library)
    assert found.values["citation_validity"] == (1, 2)
    assert any("The why of 'proefbon' has 77" in failure for failure in found.failures)


def test_long_sentences_fail(library):
    found = measure(seen(case(**WANTS), advice("proefbon", answer="woord " * 25 + "einde.")), library)
    assert found.values["longest_sentence"] == (26, 1)
    assert found.values["b1_sentences"] == (0, 1)
    assert any("A sentence of 26 words" in failure for failure in found.failures)


@pytest.mark.parametrize(
    ("language", "answer", "right"),
    [
        ("nl", "Dit past bij u en bij uw bedrijf.", 1),
        ("nl", "This is what you can do with the loan.", 0),
        ("en", "This is for you.", 0),
    ],
)
def test_language_is_judged_on_label_and_text(library, language, answer, right):
    found = measure(seen(case(**WANTS, language=language), advice("proefbon", answer=answer)), library)
    assert found.values["language"] == (right, 1)


def test_retrieval(library):
    wants = case(kind="retrieval", **WANTS)
    found = measure(seen(wants, None, retrieved=("groeilening", "x", "proefbon")), library)
    assert found.values["retrieval_recall_at_5"] == (1, 1)
    assert found.values["retrieval_mrr"] == (pytest.approx(1 / 3), 1)
    assert found.values["retrieval_ndcg_at_10"][0] == pytest.approx(1 / 1.5849625)
    assert found.failures == []
    missed = measure(seen(wants, None, retrieved=("a", "b", "c", "d", "e", "proefbon")), library)
    assert "miss part of proefbon" in missed.failures[0]


def test_robustness_and_consistency(library):
    variants = {"typos": VariantSeen(("groeilening",), ("groeilening",))}
    one = seen(case(**WANTS), advice("proefbon", "groeilening"), retrieved=("proefbon",), variants=variants)
    found = measure(one, library)
    assert found.values["typos_recall_loss"] == (1, 1)
    assert found.values["typos_agreement"] == (0.5, 1)
    assert found.values["typos_retrieval_loss"] == (1, 1)
    two = seen(case("twee", **WANTS, tags={"variant_of": "een"}), advice("proefbon"))
    assert measure(two, library, {"een": one, "twee": two}).values["consistency"] == (0.5, 1)


def test_offer_ranks_from_1():
    assert [entry.rank for entry in offer("a", "b")] == [1, 2]
