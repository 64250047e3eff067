"""A profile held against criteria: hard and soft, known and unknown, strong and weak grounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conditions import verdict_of
from assistant.matching import STATUS, match
from assistant.models import Fit, Profile, Verdict
from knowledge.models import AllOf, AnyOf, Comparison, Manual, Not

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("test", "profile", "expected"),
    [
        (("employees", "at_most", 249), {"employees": 249}, MET),
        (("employees", "at_most", 249), {"employees": 250}, NOT_MET),
        (("employees", "at_most", 249), {}, UNKNOWN),
        (("company_age_years", "at_least", 3), {"company_age_years": 3}, MET),
        (("company_age_years", "at_least", 3), {"company_age_years": 2}, NOT_MET),
        (("amount_eur", "between", [10, 20]), {"amount_eur": 10}, MET),
        (("amount_eur", "between", [10, 20]), {"amount_eur": 21}, NOT_MET),
        (("technically_new", "is", True), {"technically_new": False}, NOT_MET),
        (("province", "one_of", ["zeeland"]), {"province": "zeeland"}, MET),
        (("province", "none_of", ["zeeland"]), {"province": "zeeland"}, NOT_MET),
        (("needs", "one_of", ["export", "lening"]), {"needs": ("lening", "testen")}, MET),
        (("needs", "none_of", ["export"]), {"needs": ("lening",)}, MET),
    ],
)
def test_comparison(test, profile, expected):
    field, op, value = test
    assert verdict_of(Comparison(field=field, op=op, value=value), Profile(**profile)) is expected


ABROAD = Comparison(field="collaboration", op="includes", value=["internationaal"])
WITH_FIRMS = Comparison(field="collaboration", op="one_of", value=["mkb-partners"])


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({}, UNKNOWN),
        ({"collaboration": "internationaal"}, MET),
        ({"collaboration": "mkb-partners"}, UNKNOWN),  # a partner abroad may come beside it
        ({"collaboration": "alleen"}, NOT_MET),
        ({"ruled_out": {("collaboration", "internationaal")}}, NOT_MET),
        ({"collaboration": "mkb-partners", "ruled_out": {("collaboration", "internationaal")}}, NOT_MET),
        ({"collaboration": "kennisinstelling", "beside": {("collaboration", "internationaal")}}, MET),
    ],
)
def test_an_open_field_may_hold_more_than_was_said(profile, expected):
    assert verdict_of(ABROAD, Profile(**profile)) is expected


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({"collaboration": "kennisinstelling"}, NOT_MET),
        ({"collaboration": "kennisinstelling", "beside": {("collaboration", "mkb-partners")}}, MET),
        ({"ruled_out": {("collaboration", "mkb-partners")}}, NOT_MET),
    ],
)
def test_what_holds_beside_counts_and_what_is_denied_does_not(profile, expected):
    assert verdict_of(WITH_FIRMS, Profile(**profile)) is expected


def test_only_open_fields_can_include():
    with pytest.raises(ValueError, match="includes"):
        Comparison(field="province", op="includes", value=["zeeland"])


def test_what_practically_every_firm_meets_proves_nothing(tiny):
    assert match(tiny["proefbon"], Profile(employees=5, province="zeeland")).proven == 1.0
    assert match(tiny["proefbon"], Profile()).proven < 1.0


@pytest.mark.parametrize(
    ("profile", "elsewhere"),
    [
        ({"collaboration": "mkb-partners"}, True),
        ({"collaboration": "internationaal"}, False),
        ({}, False),
    ],
)
def test_partners_at_home_point_away_from_what_asks_for_partners_abroad(tiny, profile, elsewhere):
    voucher = tiny["proefbon"]
    abroad = voucher.criteria[0].model_copy(update={"hard": True, "test": ABROAD})
    result = match(voucher.model_copy(update={"criteria": (abroad,)}), Profile(**profile))
    assert result.points_elsewhere(Profile(**profile)) is elsewhere
    assert result.fit is (Fit.FITS if profile.get("collaboration") == "internationaal" else Fit.MAYBE)


def test_what_only_a_person_can_check_points_nowhere_else(tiny):
    voucher = tiny["proefbon"]
    to_check = AllOf(all=(Comparison(field="province", op="one_of", value=["zeeland"]), Manual(manual=True)))
    inside = voucher.criteria[0].model_copy(update={"hard": True, "test": to_check})
    result = match(voucher.model_copy(update={"criteria": (inside,)}), Profile(province="zeeland"))
    assert result.fit is Fit.MAYBE
    assert not result.points_elsewhere(Profile(province="zeeland"))


def test_combined_tests():
    small = Comparison(field="employees", op="at_most", value=9)
    young = Comparison(field="company_age_years", op="at_most", value=5)
    profile = Profile(employees=5)
    assert verdict_of(AllOf(all=(small, young)), profile) is UNKNOWN
    assert verdict_of(AnyOf(any=(small, young)), profile) is MET
    assert verdict_of(Not(**{"not": small}), profile) is NOT_MET
    assert verdict_of(Manual(manual=True), profile) is UNKNOWN


def test_fits_when_all_hard_criteria_are_met(tiny):
    result = match(tiny["proefbon"], Profile(employees=5, province="zeeland"))
    assert result.fit is Fit.FITS


def test_maybe_when_one_is_unknown(tiny):
    assert match(tiny["proefbon"], Profile(employees=5)).fit is Fit.MAYBE


def test_one_hard_criterion_rejects(tiny):
    result = match(tiny["proefbon"], Profile(employees=80, province="zeeland"))
    assert result.fit is None
    assert result.rejected_by == "klein"


def test_a_soft_criterion_never_rejects(tiny):
    result = match(tiny["proefbon"], Profile(employees=5, province="zeeland", collaboration="alleen"))
    assert result.fit is Fit.FITS
    assert [entry.criterion.id for entry in result.of(NOT_MET)] == ["samen"]


def test_an_ended_scheme_is_rejected_for_its_status(tiny):
    result = match(tiny["oude-regeling"], Profile())
    assert result.fit is None
    assert result.rejected_by == STATUS


@pytest.mark.parametrize("own", [True, False])
def test_a_doubtful_fact_decides_nothing(tiny, own):
    result = match(tiny["groeilening"], Profile(company_age_years=5, own_contribution=own))
    assert result.fit is Fit.MAYBE
    assert any(entry.weak_ground for entry in result.verdicts)


@given(
    employees=st.none() | st.integers(0, 500),
    province=st.none() | st.sampled_from(["zeeland", "utrecht"]),
    later=st.integers(0, 500),
)
def test_learning_more_never_brings_back_what_was_rejected(tiny, employees, province, later):
    before = match(tiny["proefbon"], Profile(employees=employees, province=province))
    after = match(tiny["proefbon"], Profile(employees=employees if employees is not None else later, province=province))
    if before.fit is None:
        assert after.fit is None
    if before.fit is Fit.FITS:
        assert after.fit is Fit.FITS
