"""Who signs what at the window (RX-15), and the conversation with the doctor (RX-18)."""

from datetime import date, timedelta

import pytest

from clinic_app.kernel import db
from clinic_app.kernel.clock import today
from clinic_app.modules.pharmacy import queries, rules, services
from tests.conftest import Clinic
from tests.modules.pharmacy.test_dispensing import move_on
from tests.modules.pharmacy.window import (
    again,
    code_of,
    give,
    lines,
    make_controlled,
    paid,
    prepare,
    second_pharmacist,
    set_parameter,
)
from tests.visit import arrive, consult


@pytest.mark.rule("RX-15")
def test_who_reviewed_and_prepared_may_not_check_and_two_names_are_kept(clinic: Clinic) -> None:
    set_parameter(clinic, "pharmacy.single_sign", False)
    sheet, first, second = paid(clinic), clinic.actor("pharmacist"), second_pharmacist(clinic)
    assert code_of(lambda: give(clinic, sheet, first)) == "pharmacy.not_prepared"
    prepare(clinic, sheet, first)
    assert code_of(lambda: give(clinic, sheet, first)) == "pharmacy.second_person"
    give(clinic, sheet, second)
    done = again(sheet).paid
    assert done is not None
    assert (done.reviewer, done.preparer, done.dispenser) == ("周敏", "周敏", "丁小兰")


@pytest.mark.rule("RX-15")
def test_what_nobody_checks_is_put_back_and_can_be_prepared_by_another(clinic: Clinic) -> None:
    set_parameter(clinic, "pharmacy.single_sign", False)
    sheet, first, second = paid(clinic), clinic.actor("pharmacist"), second_pharmacist(clinic)
    prepare(clinic, sheet, first)
    clinic.run(first, lambda uow: services.put_back(uow, sheet.id))
    assert not queries.waiting(today())[0].is_prepared and all(line.is_held for line in lines(sheet))
    assert code_of(lambda: give(clinic, sheet, first)) == "pharmacy.not_prepared"
    twice = code_of(lambda: clinic.run(first, lambda uow: services.put_back(uow, sheet.id)))
    assert twice == "pharmacy.put_back_meanwhile"
    prepare(clinic, sheet, second)
    give(clinic, sheet, first)
    done = again(sheet).paid
    assert done is not None and (done.preparer, done.dispenser) == ("丁小兰", "周敏")
    gone = code_of(lambda: clinic.run(first, lambda uow: services.put_back(uow, sheet.id)))
    assert gone == "pharmacy.put_back_meanwhile"


@pytest.mark.rule("RX-10", "RX-15")
def test_a_prepared_sheet_past_its_validity_is_put_back(clinic: Clinic) -> None:
    set_parameter(clinic, "pharmacy.single_sign", False)
    sheet, first = paid(clinic), clinic.actor("pharmacist")
    prepare(clinic, sheet, first)
    move_on(8)
    assert code_of(lambda: give(clinic, sheet, second_pharmacist(clinic))) == "pharmacy.sheet_expired"
    clinic.run(first, lambda uow: services.put_back(uow, sheet.id))
    found = again(sheet).paid
    assert found is not None and found.prepared_by is None


@pytest.mark.rule("RX-15")
def test_one_pharmacist_signs_everything_where_the_parameter_allows_it(clinic: Clinic) -> None:
    sheet = paid(clinic)
    give(clinic, sheet)
    done = again(sheet).paid
    assert done is not None and (done.reviewer, done.preparer, done.dispenser) == ("周敏", "周敏", "周敏")
    assert db.value("SELECT outcome FROM sheet_review WHERE prescription_id = ?", (sheet.id,)) == "passed"


@pytest.mark.rule("RX-15", "SF-02")
def test_an_assistant_prepares_what_a_pharmacist_reviewed_and_checks_nothing(clinic: Clinic) -> None:
    sheet, assistant = paid(clinic), clinic.actor("pharmacist", 1)
    assert code_of(lambda: give(clinic, sheet, assistant)) == "pharmacy.pharmacist_only"
    assert code_of(lambda: prepare(clinic, sheet, assistant)) == "pharmacy.not_reviewed"
    clinic.run(clinic.actor("pharmacist"), lambda uow: services.pass_review(uow, sheet.id))
    prepare(clinic, sheet, assistant)
    give(clinic, sheet)
    done = again(sheet).paid
    assert done is not None and (done.reviewer, done.preparer, done.dispenser) == ("周敏", "丁小兰", "周敏")


@pytest.mark.rule("SF-02", "RX-15")
def test_an_ended_certificate_signs_nothing(clinic: Clinic) -> None:
    sheet, pharmacist = paid(clinic), clinic.actor("pharmacist")
    clinic.raw(
        "UPDATE qualification SET ended_at = 1, ended_by = ?1 WHERE person_id = ?1", (pharmacist.person_id,)
    )
    assert code_of(lambda: give(clinic, sheet)) == "pharmacy.no_grade"


@pytest.mark.rule("RX-15")
@pytest.mark.parametrize(("step", "level", "allowed"), [
    ("prepare", "assistant", True), ("prepare", "pharmacist", True), ("prepare", None, False),
    ("review", "assistant", False), ("review", "pharmacist", True), ("check", "assistant", False),
    ("check", "pharmacist", True), ("check", None, False),
])  # fmt: skip
def test_the_grade_of_each_step(step: str, level: str | None, allowed: bool) -> None:
    if allowed:
        rules.check_grade(step, level, who="甲")
    else:
        assert code_of(lambda: rules.check_grade(step, level, who="甲")) in (
            "pharmacy.no_grade", "pharmacy.pharmacist_only",
        )  # fmt: skip


@pytest.mark.rule("RX-09", "PH-16")
@pytest.mark.parametrize(("controlled", "two"), [
    ("narcotic", True), ("psychotropic_1", True), ("toxic", True), ("psychotropic_2", False), (None, False),
])  # fmt: skip
def test_controlled_drugs_are_checked_by_a_second_person_whatever_the_parameter_says(
    controlled: str | None, two: bool
) -> None:
    assert rules.needs_two([None, controlled], is_single_sign=True) is two
    assert rules.needs_two([None, controlled], is_single_sign=False)


@pytest.mark.rule("RX-09")
def test_a_toxic_drug_needs_two_at_the_window(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0011")
    make_controlled(clinic, "D0011", "toxic")
    assert code_of(lambda: give(clinic, sheet)) == "pharmacy.not_prepared"


@pytest.mark.rule("RX-18")
def test_a_question_stops_its_own_sheet_until_the_doctor_keeps_it(clinic: Clinic) -> None:
    sheet, other = paid(clinic, "D0011"), paid(clinic, "D0016")
    pharmacist, doctor = clinic.actor("pharmacist"), clinic.actor("doctor")
    clinic.run(pharmacist, lambda uow: services.ask_doctor(uow, sheet.id, "剂量和说明书不一样，请确认"))
    assert code_of(lambda: give(clinic, sheet)) == "pharmacy.question_open"
    assert code_of(
        lambda: clinic.run(pharmacist, lambda uow: services.ask_doctor(uow, sheet.id, "再问一句"))
    ) == "pharmacy.asked_meanwhile"
    give(clinic, other)
    asked = queries.questions_for(doctor.person_id)[0]
    assert asked.question == "剂量和说明书不一样，请确认" and queries.waiting(today())[0].is_asked
    stranger = clinic.actor("doctor", 1)
    assert code_of(
        lambda: clinic.run(stranger, lambda uow: services.answer_question(uow, asked.id, "keep", "可以"))
    ) == "pharmacy.not_your_sheet"
    clinic.run(doctor, lambda uow: services.answer_question(uow, asked.id, "keep", "核对过，按处方发"))
    assert code_of(
        lambda: clinic.run(doctor, lambda uow: services.answer_question(uow, asked.id, "change", "又想改"))
    ) == "pharmacy.answered_meanwhile"
    give(clinic, sheet)


@pytest.mark.rule("RX-18")
def test_a_doctor_who_changes_the_sheet_stops_it(clinic: Clinic) -> None:
    sheet, doctor = paid(clinic), clinic.actor("doctor")
    clinic.run(clinic.actor("pharmacist"), lambda uow: services.ask_doctor(uow, sheet.id, "用法没写清楚"))
    asked = queries.questions_for(doctor.person_id)[0]
    clinic.run(doctor, lambda uow: services.answer_question(uow, asked.id, "change", "我来改，先别发"))
    assert code_of(lambda: give(clinic, sheet)) == "pharmacy.doctor_changes"


@pytest.mark.rule("RX-18")
def test_a_question_taken_back_lets_the_sheet_go_on(clinic: Clinic) -> None:
    sheet = paid(clinic)
    clinic.run(clinic.actor("pharmacist"), lambda uow: services.ask_doctor(uow, sheet.id, "用法没写清楚"))
    clinic.run(clinic.actor("pharmacist"), lambda uow: services.withdraw_question(uow, sheet.id))
    give(clinic, sheet)


@pytest.mark.rule("RX-18")
def test_a_rejected_sheet_is_not_handed_out_until_a_pharmacist_passes_it_after_all(clinic: Clinic) -> None:
    sheet, pharmacist = paid(clinic), clinic.actor("pharmacist")
    clinic.run(pharmacist, lambda uow: services.reject_sheet(uow, sheet.id, "有禁忌或过敏"))
    assert code_of(lambda: give(clinic, sheet)) == "pharmacy.sent_back"
    back = queries.rejected_for(clinic.actor("doctor").person_id, today())
    assert [one.reason for one in back] == ["有禁忌或过敏"]
    assert code_of(
        lambda: clinic.run(clinic.actor("pharmacist", 1), lambda uow: services.pass_review(uow, sheet.id))
    ) == "pharmacy.pharmacist_only"
    clinic.run(pharmacist, lambda uow: services.pass_review(uow, sheet.id))
    assert queries.rejected_for(clinic.actor("doctor").person_id, today()) == []
    give(clinic, sheet)


def test_a_sheet_is_reviewed_before_it_is_paid(clinic: Clinic) -> None:
    arrived = arrive(clinic)
    sheet_id = consult(clinic, arrived["visit_id"], ("D0011",))[0]
    clinic.run(clinic.actor("pharmacist"), lambda uow: services.pass_review(uow, sheet_id))
    assert queries.standing(sheet_id).passed is not None
    again_ = lambda: clinic.run(clinic.actor("pharmacist"), lambda uow: services.pass_review(uow, sheet_id))  # noqa: E731
    assert code_of(again_) == "pharmacy.reviewed_meanwhile"


@pytest.mark.rule("RX-10")
@pytest.mark.parametrize(("day", "allowed"), [(date(2024, 3, 7), True), (date(2024, 3, 8), False)])
def test_a_sheet_of_the_fifth_extended_to_three_days_holds_through_the_seventh(day: date, allowed: bool) -> None:
    signed = date(2024, 3, 5)
    rules.check_extension(1, 3, 3)
    if allowed:
        rules.check_valid(signed, day, valid_days=3)
    else:
        assert code_of(lambda: rules.check_valid(signed, day, valid_days=3)) == "pharmacy.sheet_expired"


@pytest.mark.rule("RX-10")
def test_only_the_prescriber_extends_and_at_most_to_three_days(clinic: Clinic) -> None:
    sheet, doctor = paid(clinic), clinic.actor("doctor")
    extend = lambda days, who=doctor: clinic.run(  # noqa: E731
        who, lambda uow: services.extend_validity(uow, sheet.id, days, "患者住得远")
    )
    assert code_of(lambda: extend(4)) == "pharmacy.extension_days"
    assert code_of(lambda: extend(1)) == "pharmacy.extension_days"
    assert code_of(lambda: extend(3, clinic.actor("doctor", 1))) == "pharmacy.not_your_sheet"
    extend(3)
    assert again(sheet).valid_until(today()) == today() + timedelta(days=2)
    assert code_of(lambda: extend(3)) in ("pharmacy.extension_days", "pharmacy.extended_meanwhile")
    assert lines(sheet)
