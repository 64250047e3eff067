"""Kleene's logic: its laws hold for every combination of verdicts."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.logic import all_of, any_of, negation
from assistant.models import Verdict

VERDICTS = st.sampled_from(Verdict)
LISTS = st.lists(VERDICTS, max_size=6)


@given(LISTS)
def test_de_morgan(verdicts):
    assert negation(all_of(verdicts)) == any_of(map(negation, verdicts))
    assert negation(any_of(verdicts)) == all_of(map(negation, verdicts))


@given(VERDICTS)
def test_double_negation(verdict):
    assert negation(negation(verdict)) is verdict


@given(LISTS, st.randoms())
def test_order_does_not_matter(verdicts, random):
    shuffled = random.sample(verdicts, len(verdicts))
    assert all_of(shuffled) == all_of(verdicts)
    assert any_of(shuffled) == any_of(verdicts)


@given(LISTS, LISTS)
def test_grouping_does_not_matter(left, right):
    assert all_of([all_of(left), all_of(right)]) == all_of(left + right)
    assert any_of([any_of(left), any_of(right)]) == any_of(left + right)


@given(VERDICTS, VERDICTS)
def test_distribution_and_absorption(a, b):
    assert all_of([a, any_of([a, b])]) == a
    assert any_of([a, all_of([a, b])]) == a


@given(LISTS)
def test_unknown_never_counts_as_met(verdicts):
    """Learning what was unknown can settle a verdict, but never turn met into not met."""
    worst = [Verdict.NOT_MET if verdict is Verdict.UNKNOWN else verdict for verdict in verdicts]
    best = [Verdict.MET if verdict is Verdict.UNKNOWN else verdict for verdict in verdicts]
    outcome = all_of(verdicts)
    if outcome is not Verdict.UNKNOWN:
        assert all_of(worst) == all_of(best) == outcome
    else:
        assert all_of(worst) is Verdict.NOT_MET
        assert all_of(best) is Verdict.MET


def test_of_nothing():
    assert all_of([]) is Verdict.MET
    assert any_of([]) is Verdict.NOT_MET
