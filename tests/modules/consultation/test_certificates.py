"""Certificates and referral letters: numbered, kept as signed, copies counted; and the outpatient record on paper."""

import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from clinic_app.kernel import invariants
from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Invalid, Refused, Stale
from clinic_app.modules.consultation import services
from clinic_app.modules.consultation.documents import record_paper
from clinic_app.modules.consultation.queries import certificates
from clinic_app.modules.consultation.rules.certificates import checked
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients.services import PatientData, change_patient
from tests.modules.consultation.conftest import ALLERGIC, LORATADINE
from tests.modules.consultation.test_cosigning import TRAINEE, handed_in  # noqa: F401
from tests.modules.consultation.test_paper import _text

GOLDEN = Path(__file__).parents[2] / "golden"
ON = date(2024, 3, 5)
LEAVE = {"opinion": "休息，3 天后复诊", "leave_from": "2024-03-05", "leave_days": "3"}
REFERRAL = {
    "direction": "up", "to_clinic": "县人民医院", "to_department": "呼吸科", "reason": "需要胸部 CT",
    "summary": "咳嗽 3 天，右下肺湿啰音", "treatment": "休息",
}  # fmt: skip


@pytest.fixture
def signed(writing):
    one = writing(ALLERGIC)
    one.write()
    one.note(blood_pressure="146/88", temperature="37.9", results="血象不高")
    one.draft(services.add_diagnosis, wording="肺炎？")
    one.add(LORATADINE)
    one.sign()
    return one


def _issue(one, kind="diagnosis", place=0, **fields):
    given = {"opinion": "休息，3 天后复诊", **fields}
    made = one.clinic.run(
        one.clinic.actor("doctor", place), lambda uow: services.issue_certificate(uow, one.visit_id, kind, given)
    )
    return certificates.certificate(bytes.fromhex(made["certificate_id"]))


def _agrees(html, name):
    shown = re.sub(r"X\w+?[ZBT]\d{8}", "<number>", _text(html))
    shown = re.sub(r"\d{4}-\d\d-\d\d", "<day>", shown)
    path = GOLDEN / f"consultation.{name}.txt"
    if os.environ.get("CLINIC_GOLDEN") == "write":
        path.write_text(shown, "utf-8")
    assert shown == path.read_text("utf-8")


def test_from_the_form_the_paper_is_loaded_as_a_page_of_its_own(browser_as, signed):
    doctor, boosted = browser_as("doctor"), {"HX-Request": "true", "HX-Boosted": "true"}
    url = f"/doctor/visits/{signed.visit_id.hex()}/certificates/diagnosis"
    answer = doctor.post(url, {"opinion": "休息"}, **boosted)
    paper = answer.headers["HX-Redirect"]
    assert answer.status_code == 200 and 'class="sheet"' in doctor.get(paper).text
    again = doctor.post(paper.partition("?")[0] + "/reprint", {}, **boosted)
    assert again.status_code == 200 and "copy=2" in again.headers["HX-Redirect"]
    assert doctor.post(url, {"opinion": "休息"}).status_code == 303


def test_the_paper_of_a_sick_leave_reads_as_the_golden_one(browser_as, signed):
    made = _issue(signed, "sick_leave", leave_from=today().isoformat(), leave_days="3")
    _agrees(browser_as("doctor").get(f"/doctor/certificates/{made.id.hex()}").text, "certificate.sick_leave")


def test_the_referral_letter_reads_as_the_golden_one(browser_as, signed):
    made = _issue(signed, "referral", **REFERRAL)
    _agrees(browser_as("doctor").get(f"/doctor/certificates/{made.id.hex()}").text, "certificate.referral")


def test_the_outpatient_record_reads_as_the_golden_one_on_both_papers(browser_as, signed):
    doctor, url = browser_as("doctor"), f"/doctor/visits/{signed.visit_id.hex()}/record/print"
    _agrees(doctor.get(url).text, "record")
    large = doctor.get(f"{url}?paper=a4").text
    assert "pa4" in large
    _agrees(large, "record")


def test_an_unsigned_record_says_so_on_paper(browser_as, writing):
    one = writing()
    one.write()
    assert "草稿　未签名" in browser_as("doctor").get(f"/doctor/visits/{one.visit_id.hex()}/record/print").text


def test_numbers_run_by_kind_without_a_gap(signed):
    numbers = [_issue(signed).certificate_no for _ in range(2)]
    leave = _issue(signed, "sick_leave", leave_from=today().isoformat(), leave_days="1").certificate_no
    assert [number[-6:] for number in (*numbers, leave)] == ["000001", "000002", "000001"]
    assert (numbers[0][-9], leave[-9]) == ("Z", "B")


def test_the_kept_copy_stays_as_signed_when_the_note_is_amended(clinic, signed):
    made = _issue(signed)
    clinic.run(clinic.actor("doctor"), lambda uow: services.amend(uow, signed.visit_id, "写错"))
    signed.draft(services.add_diagnosis, wording="支气管炎")
    signed.sign()
    assert certificates.certificate(made.id).content["diagnoses"] == ["急性上呼吸道感染", "肺炎？"]


def test_a_reprint_is_counted_and_marked_and_an_unprinted_copy_is_not_shown(browser_as, signed):
    made, doctor = _issue(signed), browser_as("doctor")
    url = f"/doctor/certificates/{made.id.hex()}"
    assert "补打" not in doctor.get(url).text
    assert doctor.get(f"{url}?copy=2").status_code == 404
    seen = doctor.post(f"{url}/reprint", once="one-reprint-key-only")
    assert doctor.post(f"{url}/reprint", once="one-reprint-key-only").headers["Location"] == seen.headers["Location"]
    assert "补打　第 2 份" in doctor.get(seen.headers["Location"]).text
    assert certificates.certificate(made.id).copies == 2


def test_it_is_voided_by_its_signer_with_a_reason_and_once(browser_as, clinic, signed):
    made = _issue(signed)

    def void(reason, place=0):
        clinic.run(clinic.actor("doctor", place), lambda uow: services.void_certificate(uow, made.id, reason))

    with pytest.raises(Refused, match="other_doctor"):
        void("写错", place=1)
    with pytest.raises(Refused, match="void_reason_missing"):
        void(" ")
    void("写错")
    with pytest.raises(Stale, match="certificate_voided"):
        void("再来")
    assert "已作废：写错" in browser_as("doctor").get(f"/doctor/certificates/{made.id.hex()}").text
    assert "已作废" in browser_as("manager").get("/doctor/certificates").text


def test_only_an_archived_note_of_ones_own_and_a_registered_doctor_make_one(signed, writing, handed_in):  # noqa: F811
    with pytest.raises(Refused, match="other_doctor"):
        _issue(signed, place=1)
    with pytest.raises(Refused, match="note_not_archived"):
        _issue(writing("张兰英"))
    with pytest.raises(Refused, match="no_certificate_signer"):
        _issue(handed_in, place=TRAINEE)


@pytest.mark.parametrize(("days", "taken"), [("1", True), ("7", True), ("8", False), ("0", False), ("三", False)])
def test_a_sick_leave_has_its_longest_length(days, taken):
    if taken:
        assert checked("sick_leave", {**LEAVE, "leave_days": days}, ON, 7)["leave_from"] == "2024-03-05"
    else:
        with pytest.raises(Invalid) as refused:
            checked("sick_leave", {**LEAVE, "leave_days": days}, ON, 7)
        assert list(refused.value.refusals) == ["leave_days"]


@pytest.mark.parametrize(
    ("first", "taken"),
    [("2024-03-06", True), ("2024-03-07", False), ("2024-02-27", True), ("2024-02-26", False), ("3/5", False)],
)
def test_a_sick_leave_begins_about_now(first, taken):
    if taken:
        assert checked("sick_leave", {**LEAVE, "leave_from": first}, ON, 7)["leave_from"] == first
    else:
        with pytest.raises(Invalid):
            checked("sick_leave", {**LEAVE, "leave_from": first}, ON, 7)


def test_three_days_from_the_fifth_end_on_the_seventh():
    assert checked("sick_leave", LEAVE, ON, 7)["leave_to"] == "2024-03-07"


def test_everything_missing_in_a_referral_is_named_at_once():
    with pytest.raises(Invalid) as refused:
        checked("referral", {}, ON, 7)
    assert set(refused.value.refusals) == {"to_clinic", "reason", "summary", "direction"}


def test_the_form_keeps_what_was_typed_when_something_is_missing(browser_as, signed):
    doctor = browser_as("doctor")
    url = f"/doctor/visits/{signed.visit_id.hex()}/certificates"
    answer = doctor.post(f"{url}/referral", {**REFERRAL, "reason": ""})
    assert answer.status_code == 422 and "县人民医院" in answer.text and "为什么转还没写" in answer.text
    assert certificates.certificates_of_visit(signed.visit_id) == []
    assert doctor.post(f"{url}/diagnosis", {"opinion": "x", "price": "1"}).status_code >= 400
    assert browser_as("pharmacist").post(f"{url}/diagnosis", {"opinion": "x"}).status_code == 403


def test_a_changed_certificate_and_a_lost_copy_are_named_by_the_check(clinic, signed):
    _issue(signed)
    assert all(one.holds for one in invariants.results() if one.id == "O5-certificate")
    clinic.drop_triggers("certificate")
    clinic.raw("UPDATE certificate SET content = replace(content, '休息', '住院')")
    assert [one.id for one in invariants.results() if not one.holds] == ["O5-certificate"]


@pytest.mark.rule("OR-01")
def test_the_cover_says_what_was_noted_of_the_person(clinic, signed):
    assert record_paper(signed.visit_id).cover == ""
    person = patients.patient(signed.patient_id)
    noted = replace(patients.details(person.id), ethnicity="04", marital="20", occupation="17", workplace="青溪粮站")
    data = PatientData(person.name, person.sex, date.fromisoformat(person.born_on), address="青溪镇 3 号")
    clinic.run(
        clinic.actor("registrar"), lambda uow: change_patient(uow, person.id, data, rev=person.rev, details=noted)
    )
    paper = record_paper(signed.visit_id)
    assert (paper.name, paper.sex, paper.born_on, paper.address) == (ALLERGIC, "女", person.born_on, "青溪镇 3 号")
    assert paper.cover == "民族：藏族　婚姻：已婚　职业：职员　工作单位：青溪粮站"
    assert paper.allergies == "青霉素类"
