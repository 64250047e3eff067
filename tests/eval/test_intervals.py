"""Statistics and their intervals."""

import math
from itertools import pairwise

import numpy as np
import pytest

from eval import intervals
from eval.intervals import area_under_roc, figure, largest, paired, percentile, ratio, value_of, wilson


def test_ratio_is_a_share_of_all_things_counted():
    assert value_of([(1, 2), (3, 4)], ratio) == pytest.approx(4 / 6)
    assert math.isnan(value_of([(0, 0)], ratio))
    assert math.isnan(value_of([], ratio))


def test_percentile_and_largest():
    pairs = [(value, 1) for value in (10, 20, 30, 40)]
    assert value_of(pairs, percentile(50)) == 25
    assert value_of(pairs, percentile(95)) == pytest.approx(38.5)
    assert value_of(pairs, largest) == 40


def test_auc_counts_ties_half():
    # pairs of (label, score): 1 beats .9-.1, .5 ties .5
    assert value_of([(1, 0.9), (1, 0.5), (0, 0.5), (0, 0.1)], area_under_roc) == pytest.approx(3.5 / 4)
    assert math.isnan(value_of([(1, 0.9)], area_under_roc))


def test_auc_equals_the_area_under_the_curve():
    from eval.metrics import roc_curve

    generator = np.random.default_rng(1)
    labels = generator.integers(0, 2, 60).astype(bool)
    scores = np.round(generator.random(60), 1)
    points = roc_curve(labels.tolist(), scores.tolist())
    area = sum(
        (b.false_positive_rate - a.false_positive_rate) * (a.true_positive_rate + b.true_positive_rate) / 2
        for a, b in pairwise(points)
    )
    assert value_of(list(zip(labels.astype(float), scores, strict=True)), area_under_roc) == pytest.approx(area)


def test_bootstrap_interval_is_seeded_and_near_theory():
    pairs = [(1.0, 1.0)] * 80 + [(0.0, 1.0)] * 20
    entry = figure(pairs, ratio)
    assert entry == figure(pairs, ratio)
    assert entry.value == 0.8
    assert entry.low == pytest.approx(0.8 - 1.96 * 0.04, abs=0.015)
    assert entry.high == pytest.approx(0.8 + 1.96 * 0.04, abs=0.015)


def test_where_every_case_agrees_the_interval_still_has_width():
    entry = figure([(1.0, 1.0)] * 20, ratio)
    assert (entry.value, entry.high) == (1.0, 1.0)
    assert entry.low == pytest.approx(20 / (20 + 1.959964**2))


def test_wilson_by_hand():
    low, high = wilson(8, 10)
    assert (low, high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert wilson(0, 0) == (0, 1)


def test_an_unmeasured_figure_is_not_zero():
    assert math.isnan(figure([], ratio).value)


def test_paired_difference_is_real_when_the_same_cases_improve():
    old = [(0.0, 1.0)] * 20 + [(1.0, 1.0)] * 30
    new = [(1.0, 1.0)] * 10 + [(0.0, 1.0)] * 10 + [(1.0, 1.0)] * 30
    found = paired(old, new, ratio)
    assert found.difference == pytest.approx(0.2)
    assert found.real
    assert found.low > 0


def test_paired_difference_of_one_case_may_be_chance():
    old = [(1.0, 1.0)] * 50
    new = [(0.0, 1.0)] + [(1.0, 1.0)] * 49
    found = paired(old, new, ratio)
    assert found.difference == pytest.approx(-0.02)
    assert not found.real
    assert not paired(old, old, ratio).real


def test_draws_are_the_same_for_both_runs():
    assert (intervals._draws(5, 3, 1) == intervals._draws(5, 3, 1)).all()
