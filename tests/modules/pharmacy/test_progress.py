"""How far a sheet has come (处方状态, RX-18), as its doctor sees it."""

import pytest

from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.pharmacy import queries, services
from clinic_app.modules.pharmacy.rules import Course, state_of
from tests.conftest import Clinic
from tests.modules.pharmacy.window import again, bring_back, code_of, give, lines, paid, prepare, refund
from tests.visit import arrive, consult, pay


def course(
    last: str | None = None, *, is_paid: bool = True, is_prepared: bool = False, given: int = 0, left: int = 18,
    returned: int = 0,
) -> Course:
    return Course(last, is_paid, is_prepared, given, left, returned)


@pytest.mark.rule("RX-18")
@pytest.mark.parametrize(("found", "state"), [
    (course(is_paid=False, left=0), "signed"),
    (course("passed", is_paid=False, left=0), "reviewed"),
    (course("rejected", is_paid=False, left=0), "rejected"),
    (course(), "paid"),
    (course("passed"), "paid"),
    (course("rejected"), "rejected"),
    (course("asked", is_prepared=True), "asked"),
    (course("change"), "asked"),
    (course("withdrawn"), "paid"),
    (course("passed", is_prepared=True), "dispensing"),
    (course("passed", given=5, left=13), "owed"),
    (course("passed", given=18, left=0), "dispensed"),
    (course("passed", given=18, left=0, returned=5), "partly_returned"),
    (course("passed", given=18, left=0, returned=18), "returned"),
    (course(left=0), "refunded"),
])  # fmt: skip
def test_what_happened_to_a_sheet_is_its_state(found: Course, state: str) -> None:
    assert state_of(found) == state


def state(sheet_id: bytes) -> str:
    found = queries.progress(sheet_id)
    return found.state if found else ""


@pytest.mark.rule("RX-18")
def test_a_sheet_goes_from_signed_to_returned(clinic: Clinic) -> None:
    pharmacist, visit_id = clinic.actor("pharmacist"), arrive(clinic)["visit_id"]
    sheet_id = consult(clinic, visit_id, ("D0001",))[0]
    assert state(sheet_id) == "signed"
    clinic.run(pharmacist, lambda uow: services.reject_sheet(uow, sheet_id, "有禁忌或过敏"))
    assert state(sheet_id) == "rejected"
    clinic.run(pharmacist, lambda uow: services.pass_review(uow, sheet_id))
    assert state(sheet_id) == "reviewed"
    pay(clinic, visit_id)
    assert state(sheet_id) == "paid"
    clinic.run(pharmacist, lambda uow: services.ask_doctor(uow, sheet_id, "用法没写清楚"))
    assert state(sheet_id) == "asked"
    clinic.run(pharmacist, lambda uow: services.withdraw_question(uow, sheet_id))
    sheet = again(sheet_id)
    prepare(clinic, sheet, pharmacist)
    assert state(sheet_id) == "dispensing"
    give(clinic, sheet, quantities={lines(sheet)[0].id.hex(): 5}, short_reason="patient_wish")
    assert state(sheet_id) == "owed"
    give(clinic, sheet)
    assert state(sheet_id) == "dispensed"
    bring_back(clinic, sheet, 5, accepted=False)
    assert state(sheet_id) == "dispensed"
    bring_back(clinic, sheet, 5)
    assert state(sheet_id) == "partly_returned"
    bring_back(clinic, sheet, 13)
    assert state(sheet_id) == "returned"


@pytest.mark.rule("RX-18")
def test_a_paid_sheet_is_not_voided_and_only_its_author_voids_it(clinic: Clinic) -> None:
    visit_id = arrive(clinic)["visit_id"]
    sheet_id = consult(clinic, visit_id, ("D0001",))[0]

    def void(place: int = 0) -> None:
        doctor = clinic.actor("doctor", place)
        clinic.run(doctor, lambda uow: consultation.void_prescription(uow, sheet_id, "开错药"))

    assert code_of(lambda: void(1)) == "consultation.other_doctor"
    pay(clinic, visit_id)
    assert code_of(void) == "charging.sheet_paid"


@pytest.mark.rule("RX-18")
def test_a_sheet_that_was_refunded_says_so_and_a_voided_one_has_no_state(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    refund(clinic, sheet, lines(sheet)[0], 18)
    assert state(sheet.id) == "refunded"
    sheet_id = consult(clinic, arrive(clinic)["visit_id"], ("D0016",))[0]
    clinic.run(clinic.actor("doctor"), lambda uow: consultation.void_prescription(uow, sheet_id, "开错药"))
    assert state(sheet_id) == ""


@pytest.mark.rule("RX-18")
def test_the_doctors_page_shows_it(clinic: Clinic, browser_as) -> None:  # type: ignore[no-untyped-def]
    sheet, doctor = paid(clinic, "D0001"), browser_as("doctor")
    url = f"/pharmacy/sheets/{sheet.id.hex()}/state"
    assert f'hx-get="{url}"' in doctor.get(f"/doctor/visits/{sheet.visit_id.hex()}").text
    assert "已收费，待发药" in doctor.get(url).text
    give(clinic, sheet)
    assert "已发药" in doctor.get(url).text
