from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import Dose, parse_dose
from clinic_app.modules.consultation.rules.quantity import (
    LONGEST_COVER,
    AsNeeded,
    Frequency,
    Pack,
    Required,
    as_needed,
    coverage,
    covered_days,
    doses,
    required,
)

QD, BID, TID = (Frequency(code, times) for code, times in (("qd", 1), ("bid", 2), ("tid", 3)))
QOD = Frequency("qod", 1, 2)
QW, BIW, TIW = (Frequency(code, times, 7) for code, times in (("qw", 1), ("biw", 2), ("tiw", 3)))
ST, SOS = Frequency("st", is_single=True), Frequency("sos", is_single=True)
PRN = Frequency("prn", times=0, needs_quantity=True)
EVERY = (QD, BID, TID, Frequency("qh", 24), QOD, QW, BIW, TIW)

CAPSULE = Pack(Fraction("0.25"), "g", "粒", 24, is_splittable=True)
BOX_ONLY = Pack(Fraction("0.25"), "g", "粒", 24, is_splittable=False)
AMPOULE = Pack(Fraction(80), "mg", "支", 10, is_splittable=True, rounding="per_dose")
BOTTLE = Pack(Fraction(100), "ml", "瓶", 1, is_splittable=False)
TUESDAY = date(2024, 3, 5)


def _refusal(call, *args, **options):
    with pytest.raises(Refused) as refused:
        call(*args, **options)
    return refused.value


@pytest.mark.rule("QT-01")
def test_half_a_gram_three_times_for_three_days_is_18_capsules_or_one_box():
    dose = parse_dose("0.5 g")
    assert required(CAPSULE, dose, TID, 3) == Required(9, 18, 18)
    assert required(BOX_ONLY, dose, TID, 3) == Required(9, 18, 24)


@pytest.mark.rule("QT-01")
def test_a_dose_in_another_unit_or_in_capsules_asks_for_the_same():
    for text in ("500 mg", "500000 μg", "2 粒"):
        assert required(CAPSULE, parse_dose(text), TID, 3).minimum_units == 18


@pytest.mark.rule("QT-01")
@pytest.mark.parametrize("text", ["5 ml", "10 U", "1 片", "1 袋"])
def test_refuses_a_dose_that_the_strength_cannot_tell(text):
    refusal = _refusal(required, CAPSULE, parse_dose(text), TID, 3)
    assert (refusal.code, refusal.field) == ("consultation.dose_unit_mismatch", "dose")
    assert refusal.facts == {"unit": parse_dose(text).unit, "strength_unit": "g", "min_unit": "粒"}


@pytest.mark.rule("QT-02")
def test_ampoules_are_opened_per_dose():
    dose = parse_dose("60 mg")
    total = Pack(Fraction(80), "mg", "支", 10, is_splittable=True, rounding="total")
    assert required(AMPOULE, dose, BID, 3) == Required(6, 6, 6)
    assert required(total, dose, BID, 3).minimum_units == 5


@pytest.mark.rule("QT-02")
def test_ward_issue_rounds_up_each_day():
    per_day = Pack(Fraction(80), "mg", "支", 10, is_splittable=True, rounding="per_day")
    assert required(per_day, parse_dose("60 mg"), BID, 3).minimum_units == 6
    assert required(per_day, parse_dose("50 mg"), TID, 3).minimum_units == 6
    assert required(per_day, parse_dose("50 mg"), QOD, 3).minimum_units == 2


@pytest.mark.rule("QT-03")
def test_halved_tablets_are_counted_over_the_course():
    tablet = Pack(Fraction(25), "mg", "片", 100, is_splittable=True)
    assert required(tablet, parse_dose("12.5 mg"), BID, 7) == Required(14, 7, 7)


@pytest.mark.rule("QT-04")
def test_liquids_go_out_by_the_bottle():
    assert required(BOTTLE, parse_dose("10 ml"), TID, 5) == Required(15, 2, 2)


@pytest.mark.rule("QT-11")
def test_insulin_pens_are_counted_over_the_course():
    pen = Pack(Fraction(300), "U", "支", 1, is_splittable=False)
    assert required(pen, parse_dose("12 U"), BID, 28).dispensed_units == 3


@pytest.mark.rule("QT-05")
def test_counts_cycle_hits_from_day_one():
    assert doses(QOD, 7) == 4
    assert doses(QW, 28) == 4
    assert doses(QW, 29) == 5
    assert doses(BIW, 7) == 2
    assert doses(TIW, 4) == 2


@pytest.mark.rule("QT-05")
def test_weekday_codes_use_the_chosen_weekdays():
    assert doses(BIW, 10, weekdays=[1, 4], starts_on=TUESDAY) == 3
    assert doses(BIW, 9, weekdays=[1, 4], starts_on=TUESDAY) == 2
    assert doses(QW, 6, weekdays=[2], starts_on=TUESDAY) == 1
    assert doses(QOD, 7, weekdays=[1], starts_on=TUESDAY) == 4


@pytest.mark.rule("QT-05")
def test_refuses_weekdays_that_do_not_fit_the_code_or_the_days():
    refusal = _refusal(doses, BIW, 10, weekdays=[1, 3, 5], starts_on=TUESDAY)
    assert (refusal.code, refusal.facts) == ("consultation.weekdays_count", {"need": 2, "have": 3})
    refusal = _refusal(required, CAPSULE, parse_dose("1粒"), QW, 3, weekdays=[1], starts_on=TUESDAY)
    assert (refusal.code, refusal.facts) == ("consultation.no_dose_in_days", {"days": 3})


@pytest.mark.rule("QT-06")
@pytest.mark.parametrize("frequency", [ST, SOS])
def test_a_single_dose_is_one_dose_whatever_the_days(frequency):
    assert doses(frequency, 1) == doses(frequency, 5) == 1
    assert required(CAPSULE, parse_dose("0.5 g"), frequency, 5) == Required(1, 2, 2)


@pytest.mark.rule("QT-06")
def test_prn_is_never_computed_but_written_with_a_maximum():
    for call in (lambda: doses(PRN, 3), lambda: as_needed(CAPSULE, None, 4), lambda: as_needed(CAPSULE, 0, 4)):
        assert _refusal(call).code == "consultation.prn_needs_quantity"
    assert _refusal(as_needed, CAPSULE, 10, None).code == "consultation.prn_needs_maximum"
    assert as_needed(CAPSULE, 10, 4) == AsNeeded(10, 10, 2)
    assert as_needed(BOX_ONLY, 10, 4) == AsNeeded(10, 24, 2)
    assert as_needed(CAPSULE, 3, 4).covered_days == 1


@pytest.mark.rule("QT-09")
def test_a_raised_quantity_covers_eight_days_and_wants_a_reason():
    dose = parse_dose("2 粒")
    assert required(CAPSULE, dose, TID, 7).minimum_units == 42
    assert covered_days(CAPSULE, dose, TID, 48) == 8
    found = coverage(CAPSULE, dose, TID, 7, 48, limit_days=7)
    assert (found.days, found.is_short, found.exceeds_limit) == (8, False, True)


@pytest.mark.rule("QT-09")
def test_a_lowered_quantity_is_short():
    found = coverage(CAPSULE, parse_dose("2 粒"), TID, 7, 40, limit_days=7)
    assert (found.days, found.is_short, found.exceeds_limit) == (6, True, False)


@pytest.mark.rule("QT-09")
def test_one_unsplittable_bottle_that_lasts_a_month_wants_no_reason():
    bottle = Pack(Fraction(25), "mg", "片", 100, is_splittable=False)
    found = coverage(bottle, parse_dose("25 mg"), BID, 7, 100, limit_days=7)
    assert (found.days, found.exceeds_limit) == (50, False)
    assert coverage(bottle, parse_dose("25 mg"), BID, 7, 200, limit_days=7).exceeds_limit


@pytest.mark.rule("QT-09")
def test_a_single_dose_written_for_several_days_is_not_short():
    found = coverage(CAPSULE, parse_dose("0.5 g"), ST, 3, 2, limit_days=7)
    assert (found.days, found.is_short, found.exceeds_limit) == (1, False, False)


def test_a_huge_quantity_of_a_tiny_dose_stops_counting():
    assert covered_days(CAPSULE, parse_dose("0.0001 g"), QD, 99_999) == LONGEST_COVER


PACKS = st.builds(
    Pack,
    st.fractions(Fraction(1, 100), 1000),
    st.just("mg"),
    st.just("片"),
    st.integers(1, 200),
    st.booleans(),
    st.sampled_from(["total", "per_dose", "per_day"]),
)
AMOUNTS = st.builds(Dose, st.decimals(Decimal("0.01"), 2000, places=2), st.just("mg"))


@given(PACKS, AMOUNTS, st.sampled_from(EVERY), st.integers(1, 40))
def test_what_is_handed_out_lasts_as_long_as_written(pack, dose, frequency, days):
    need = required(pack, dose, frequency, days)
    assert covered_days(pack, dose, frequency, need.minimum_units) >= days
    assert covered_days(pack, dose, frequency, need.minimum_units - 1) < days
    assert 0 <= need.dispensed_units - need.minimum_units < pack.pack_size
    found = coverage(pack, dose, frequency, days, need.dispensed_units, limit_days=days)
    assert not found.is_short and not found.exceeds_limit


@given(PACKS, AMOUNTS, st.sampled_from(EVERY), st.integers(1, 40))
def test_no_rounding_mode_hands_out_less_than_the_doses_need(pack, dose, frequency, days):
    need = required(pack, dose, frequency, days)
    assert need.minimum_units * pack.strength >= Fraction(dose.amount) * need.doses
    assert need.doses >= 1
