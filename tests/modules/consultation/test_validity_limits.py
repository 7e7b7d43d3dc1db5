"""Days of a sheet, long-term prescriptions, validity, rights, controlled drugs: the rules with the guide's numbers."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import Dose
from clinic_app.modules.consultation.rules.controlled import (
    Course,
    Limit,
    Registered,
    check_controlled,
    check_heading,
    check_register,
    check_toxic,
    due_on,
    limit_for,
)
from clinic_app.modules.consultation.rules.keeping import CLASS_OF, destroyable_from
from clinic_app.modules.consultation.rules.quantity import Frequency, Pack, covered_days, required
from clinic_app.modules.consultation.rules.rights import Asked, Prescriber, check_right
from clinic_app.modules.consultation.rules.validity import check_long, check_valid_days, last_day
from clinic_app.modules.consultation.rules.weight import check_pieces, check_weight, dose_by_weight
from clinic_app.modules.consultation.rules.wording import check_use


@pytest.mark.rule("RX-06")
def test_eighty_four_days_are_long_term_and_eighty_five_are_too_many():
    check_long(84, is_long_term=True, reason="血压稳定", usual_days=28, most_days=84)
    with pytest.raises(Refused, match="long_term_days"):
        check_long(85, is_long_term=True, reason="血压稳定", usual_days=28, most_days=84)


@pytest.mark.rule("RX-06")
def test_long_term_needs_its_assessment_and_more_than_four_weeks_need_long_term():
    with pytest.raises(Refused, match="long_term_reason"):
        check_long(20, is_long_term=True, reason=" ", usual_days=28, most_days=84)
    check_long(28, is_long_term=False, reason="住得远", usual_days=28, most_days=84)
    with pytest.raises(Refused, match="long_term_needed"):
        check_long(29, is_long_term=False, reason="住得远", usual_days=28, most_days=84)


@pytest.mark.rule("RX-10")
def test_the_issue_day_is_day_one_and_three_days_are_the_most():
    assert last_day(date(2024, 3, 5), 3) == date(2024, 3, 7)
    assert last_day(date(2024, 3, 5), 1) == date(2024, 3, 5)
    check_valid_days(3, 3)
    for days in (0, 4):
        with pytest.raises(Refused, match="valid_days"):
            check_valid_days(days, 3)


def limit(patient: str, form: str, days: int | None, doses: int | None = None, substance: str = "", longer=False):
    return Limit("narcotic", substance, patient, form, days, doses, longer)


TABLE = [
    limit("ordinary", "injection", None, 1), limit("ordinary", "slow", 7), limit("ordinary", "other", 3),
    limit("pain", "injection", 3), limit("pain", "slow", 15), limit("pain", "other", 7),
    limit("ordinary", "injection", None, 1, "pethidine"), limit("pain", "injection", None, 1, "pethidine"),
    limit("ordinary", "other", 0, None, "dihydroetorphine"),
]  # fmt: skip


def course(form: str, days: int, doses: int = 1, substance: str = "morphine") -> Course:
    return Course("narcotic", frozenset({substance}), form, days, doses)


def allowed(one: Course, patient: str = "ordinary", reason: str = "", table=TABLE) -> bool:
    try:
        check_controlled(one, patient, table, reason=reason, drug="吗啡")
    except Refused:
        return False
    return True


@pytest.mark.rule("RX-07", "RX-07a")
@pytest.mark.parametrize(
    ("patient", "form", "most"),
    [("pain", "slow", 15), ("ordinary", "slow", 7), ("ordinary", "other", 3), ("pain", "other", 7),
     ("pain", "injection", 3)],
)  # fmt: skip
def test_a_narcotic_is_limited_by_patient_and_form_whatever_the_reason(patient, form, most):
    assert allowed(course(form, most), patient)
    assert not allowed(course(form, most + 1), patient, reason="疼痛")


@pytest.mark.rule("RX-08")
def test_two_ampoules_to_take_home_are_for_registered_patients_only():
    assert allowed(course("injection", 1, 1)) and not allowed(course("injection", 1, 2))
    assert allowed(course("injection", 3, 6), "pain")


@pytest.mark.rule("RX-07")
def test_pethidine_is_one_dose_even_for_pain_and_dihydroetorphine_is_never():
    assert allowed(course("injection", 1, 1, "pethidine"), "pain")
    assert not allowed(course("injection", 1, 2, "pethidine"), "pain")
    assert not allowed(course("other", 1, 1, "dihydroetorphine"))
    assert limit_for(course("other", 1), "adhd", TABLE).patient == "ordinary"


@pytest.mark.rule("RX-07")
def test_psychotropics_of_the_second_class_go_further_with_a_reason():
    table = [Limit("psychotropic_2", "", "ordinary", "other", 7, None, True)]
    eight = Course("psychotropic_2", frozenset({"diazepam"}), "other", 8, 8)
    assert allowed(Course("psychotropic_2", frozenset({"diazepam"}), "other", 7, 7), table=table)
    assert not allowed(eight, table=table) and allowed(eight, reason="睡眠障碍", table=table)


@pytest.mark.rule("RX-08")
def test_a_recheck_of_three_months_ago_is_demanded_first():
    due = due_on(date(2023, 11, 30), 3)
    assert due == date(2024, 2, 29)
    check_register(Registered(date(2023, 11, 30), due), date(2024, 2, 29))
    with pytest.raises(Refused, match="recheck_due"):
        check_register(Registered(date(2023, 11, 30), due), date(2024, 3, 5))
    check_register(None, date(2024, 3, 5))


@pytest.mark.rule("RX-09")
def test_a_toxic_sheet_holds_two_days_of_the_maximum():
    check_toxic(Fraction(4), Decimal("2"), 2, unit="g", drug="毒")
    with pytest.raises(Refused, match="toxic_total") as refused:
        check_toxic(Fraction(5), Decimal("2"), 2, unit="g", drug="毒")
    assert refused.value.facts["most"] == "4 g"
    with pytest.raises(Refused, match="toxic_unknown"):
        check_toxic(Fraction(1), None, 2, unit="g", drug="毒")


@pytest.mark.rule("RX-03")
def test_a_red_sheet_names_both_numbers():
    check_heading(patient_number="990499195805020021", agent_name="刘建国", agent_number="990499196903114413")
    check_heading(patient_number="990499195805020021", agent_name="", agent_number="")
    with pytest.raises(Refused, match="red_needs_agent"):
        check_heading(patient_number="990499195805020021", agent_name="刘建国", agent_number="")
    with pytest.raises(Refused, match="red_needs_patient_number"):
        check_heading(patient_number="", agent_name="刘建国", agent_number="990499196903114413")


PHYSICIAN, VILLAGE = Prescriber("physician", False, "non_restricted"), Prescriber("village", False, "special")


def asked(**other) -> Asked:
    usual = {"drug": "药", "controlled_class": None, "grade": None, "is_village_listed": True, "is_into_vein": False,
             "days": 3}  # fmt: skip
    return Asked(**{**usual, **other})


def refusal(who: Prescriber, row: Asked, *, is_emergency=False, village_vein=False) -> str:
    try:
        check_right(who, row, is_emergency=is_emergency, village_vein=village_vein, overstep_days=1)
    except Refused as err:
        return err.code.removeprefix("consultation.")
    return ""


@pytest.mark.rule("RX-16")
def test_a_village_doctor_prescribes_from_the_village_list_only():
    assert refusal(VILLAGE, asked(is_village_listed=False)) == "village_list"
    assert refusal(VILLAGE, asked()) == ""
    assert refusal(PHYSICIAN, asked(is_village_listed=False)) == ""
    assert refusal(Prescriber(None, False, "none"), asked()) == "no_prescribing_right"


@pytest.mark.rule("RX-16")
@pytest.mark.parametrize("kind", ["narcotic", "psychotropic_1"])
def test_the_narcotic_right_is_separate(kind):
    assert refusal(PHYSICIAN, asked(controlled_class=kind)) == "narcotic_right"
    assert refusal(Prescriber("physician", True, "none"), asked(controlled_class=kind)) == ""
    assert refusal(PHYSICIAN, asked(controlled_class="psychotropic_2")) == ""


@pytest.mark.rule("RX-17")
def test_a_village_room_gives_antimicrobials_by_mouth_and_into_a_vein_after_approval():
    cefazolin = asked(grade="non_restricted", is_into_vein=True)
    assert refusal(VILLAGE, cefazolin) == "village_vein" and refusal(VILLAGE, cefazolin, village_vein=True) == ""
    assert refusal(VILLAGE, asked(grade="non_restricted")) == ""
    assert refusal(VILLAGE, asked(grade="restricted")) == "grade_right"
    assert refusal(Prescriber("assistant", False, "special"), asked(grade="restricted")) == "grade_right"


@pytest.mark.rule("RX-17")
def test_one_grade_is_overstepped_in_an_emergency_for_one_day_with_a_reason():
    row = asked(grade="restricted", days=1, reason="重症感染")
    assert refusal(PHYSICIAN, row, is_emergency=True) == ""
    assert refusal(PHYSICIAN, row) == "grade_right"
    two = asked(grade="restricted", days=2, reason="重症感染")
    assert refusal(PHYSICIAN, two, is_emergency=True) == "overstep_days"
    assert refusal(PHYSICIAN, asked(grade="restricted", days=1), is_emergency=True) == "overstep_reason"
    untrained = Prescriber("physician", False, "none")
    assert refusal(untrained, row, is_emergency=True) == "grade_right"
    assert refusal(Prescriber("physician", False, "special"), asked(grade="special")) == "special_grade"


@pytest.mark.rule("QT-10")
def test_a_child_of_eighteen_kilograms_takes_one_point_four_four_sachets():
    found = dose_by_weight(Decimal("18"), Decimal("30"), 3, Fraction(125), None)
    assert (found.amount, found.units) == (180, Fraction(144, 100))
    assert found.choices == (1, Fraction(3, 2), 2)


@pytest.mark.rule("QT-10")
def test_a_dose_by_weight_stops_at_the_adults_dose_and_whole_pieces_need_no_choice():
    assert dose_by_weight(Decimal("60"), Decimal("30"), 3, Fraction(125), Decimal("500")).amount == 500
    assert dose_by_weight(Decimal("12.5"), Decimal("30"), 3, Fraction(125), None).choices == (1,)
    assert dose_by_weight(Decimal("3"), Decimal("30"), 3, Fraction(125), None).choices == (Fraction(1, 2), 1)
    check_pieces(Fraction(3, 2), is_child=True, drug="药", choices=())
    with pytest.raises(Refused, match="dose_to_choose"):
        check_pieces(Fraction(144, 100), is_child=True, drug="药", choices=("1袋", "1.5袋", "2袋"))


@pytest.mark.rule("RX-12")
def test_an_infant_is_weighed_before_a_drug_by_weight():
    with pytest.raises(Refused, match="weigh_first"):
        check_weight("", age_months=5, below_months=168)
    check_weight("7.2", age_months=5, below_months=168)
    check_weight("", age_months=168, below_months=168)
    with pytest.raises(Refused, match="weigh_first"):
        check_weight("", age_months=None, below_months=168)


@pytest.mark.rule("RX-11")
@pytest.mark.parametrize("text", ["遵医嘱", " 遵医嘱。", "As directed"])
def test_a_use_is_never_as_told(text):
    with pytest.raises(Refused, match="use_as_told") as refused:
        check_use(text, 3)
    assert refused.value.facts["line"] == 3
    check_use("饭后服，遵医嘱复查", 3)


@pytest.mark.rule("RX-18")
def test_paper_is_kept_for_the_years_of_its_kind():
    assert destroyable_from(date(2022, 3, 5), 2) == date(2024, 3, 5)
    assert destroyable_from(date(2024, 2, 29), 1) == date(2025, 3, 1)
    assert (CLASS_OF["toxic"], CLASS_OF["psychotropic_1"]) == ("psychotropic_2", "narcotic")


@pytest.mark.rule("QT-11")
@pytest.mark.parametrize(
    ("units", "days", "pens"), [("24", 28, 3), ("24", 37, 3), ("4", 28, 1), ("4", 29, 2), ("4", 57, 3)]
)
def test_a_pen_is_empty_or_thrown_away_28_days_after_opening(units, days, pens):
    pen = Pack(Fraction(300), "U", "支", 1, False, "total", 28)
    dose, daily = Dose(Decimal(units), "U"), Frequency("qd")
    assert required(pen, dose, daily, days).dispensed_units == pens
    assert covered_days(pen, dose, daily, pens) >= days > covered_days(pen, dose, daily, pens - 1)
