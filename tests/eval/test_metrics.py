"""Each formula against values worked out by hand."""

import math

import pytest

from eval import metrics
from eval.metrics import Confusion


@pytest.mark.parametrize(
    ("ranked", "expected", "expected_any", "k", "value"),
    [
        (["a", "b", "c"], ["a", "c"], [], 3, 1.0),
        (["a", "b", "c"], ["a", "c"], [], 2, 0.5),
        (["a", "b", "c"], [], ["x", "b"], 3, 1.0),
        (["a", "b", "c"], ["a"], ["x", "y"], 3, 0.5),
        ([], ["a"], [], 3, 0.0),
    ],
)
def test_recall_at_k(ranked, expected, expected_any, k, value):
    assert metrics.recall_at_k(ranked, expected, expected_any, k) == value


def test_recall_of_nothing_required_is_no_number():
    assert math.isnan(metrics.recall_at_k(["a"], []))


def test_reciprocal_rank():
    assert metrics.reciprocal_rank(["x", "y", "a"], ["a", "b"]) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank(["x"], ["a"]) == 0


def test_ndcg_by_hand():
    # gains at ranks 1 and 3: 1 + 1/log2(4) = 1.5; ideal 1 + 1/log2(3) = 1.63093
    assert metrics.ndcg_at_k(["a", "x", "b"], ["a", "b"]) == pytest.approx(1.5 / 1.6309297, abs=1e-6)


def test_ndcg_leaves_acceptable_out_of_the_ranking():
    assert metrics.ndcg_at_k(["ok", "a"], ["a"], acceptable=["ok"]) == 1.0
    assert metrics.ndcg_at_k(["x", "a"], ["a"], acceptable=["ok"]) == pytest.approx(1 / math.log2(3))


def test_ndcg_counts_only_the_first_of_any():
    assert metrics.ndcg_at_k(["a", "b"], [], ["a", "b"]) == 1.0
    assert metrics.ndcg_at_k(["x", "b", "a"], [], ["a", "b"]) == pytest.approx(1 / math.log2(3))


def test_ndcg_stops_at_k():
    assert metrics.ndcg_at_k(["x", "y", "a"], ["a"], k=2) == 0


def test_agreement_is_jaccard_over_the_top():
    assert metrics.agreement(["a", "b", "c", "z"], ["c", "b", "d"]) == pytest.approx(2 / 4)
    assert metrics.agreement([], []) == 1


def test_confusion_sums_to_precision_recall_and_f1():
    total = Confusion.of(True, True) + Confusion.of(True, False) + Confusion.of(False, True) + Confusion.of(False, False)
    assert (total.precision, total.recall, total.f1) == ((1, 2), (1, 2), (2, 4))


def test_roc_curve_by_hand():
    points = metrics.roc_curve([True, True, False, False], [0.9, 0.4, 0.6, 0.1])
    assert [(p.false_positive_rate, p.true_positive_rate) for p in points] == [
        (0, 0),
        (0, 0.5),
        (0.5, 0.5),
        (0.5, 1),
        (1, 1),
    ]
    assert metrics.best_threshold(metrics.roc_curve([True, False], [0.8, 0.2])).threshold == 0.8


def test_roc_takes_ties_in_one_step_and_needs_both_sides():
    points = metrics.roc_curve([True, False], [0.5, 0.5])
    assert [(p.false_positive_rate, p.true_positive_rate) for p in points] == [(0, 0), (1, 1)]
    assert metrics.roc_curve([True, True], [0.5, 0.6]) == []


def test_intake_counts_right_wrong_missed_and_denied():
    result = metrics.intake(
        {"employees": 12, "province": "utrecht", "phase": "idee", "turnover_eur": 5},
        {"employees": 12, "province": "limburg", "sector": "bouw"},
        ["phase"],
    )
    assert result.fields["employees"] == Confusion(1, 0, 0)
    assert result.fields["province"] == Confusion(0, 1, 1)
    assert result.fields["sector"] == Confusion(0, 0, 1)
    assert result.fields["phase"] == Confusion(0, 1, 0)
    assert "turnover_eur" not in result.fields  # not named by the case, so not judged
    assert result.total.precision == (1, 3)
    assert result.total.recall == (1, 3)
    assert {fault.field: fault.fault for fault in result.faults} == {
        "province": metrics.WRONG, "sector": metrics.MISSED, "phase": metrics.DENIED,
    }  # fmt: skip


def test_intake_of_a_complete_profile_counts_what_has_no_words():
    result = metrics.intake({"employees": 12, "turnover_eur": 5}, {"employees": 12}, complete=True)
    assert result.fields["turnover_eur"] == Confusion(0, 1, 0)


def test_intake_judges_lists_value_by_value():
    result = metrics.intake({"needs": ["kennis", "lening"]}, {"needs": ["kennis", "testen"]}, ["needs=lening"])
    assert result.fields["needs"] == Confusion(1, 1, 1)
    assert [fault.fault for fault in result.faults] == [metrics.DENIED, metrics.MISSED]


def test_intake_leaves_out_what_readers_disagree_about():
    arguable = ["needs=testen", "phase=haalbaarheid"]
    understood = {"needs": ["kennis", "testen", "lening"], "phase": "haalbaarheid"}
    result = metrics.intake(understood, {"needs": ["kennis"], "phase": "idee"}, arguable=arguable)
    assert result.fields["needs"] == Confusion(1, 1, 0)
    assert result.fields["phase"] == Confusion(0, 0, 1)
    without = metrics.intake({"needs": ["kennis"]}, {"needs": ["kennis"]}, arguable=arguable)
    assert without.total == Confusion(1, 0, 0)


def test_intake_denies_a_value_of_a_list_that_is_not_gold():
    result = metrics.intake({"needs": ["lening", "kennis"]}, {}, ["needs=lening"])
    assert [(fault.fault, fault.understood) for fault in result.faults] == [(metrics.DENIED, "lening")]


def test_false_is_a_value():
    assert metrics.intake({"technically_new": False}, {"technically_new": False}).total == Confusion(1, 0, 0)
    assert metrics.intake({"technically_new": False}, {"technically_new": True}).total == Confusion(0, 1, 1)
