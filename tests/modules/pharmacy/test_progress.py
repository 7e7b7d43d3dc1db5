"""How far a sheet has come (处方状态, RX-18), as its doctor sees it."""

import re

import pytest

from clinic_app.kernel import journey
from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.pharmacy import services
from clinic_app.modules.pharmacy.rules import Progress, sheet_state
from tests.conftest import Clinic
from tests.modules.pharmacy.window import again, bring_back, code_of, give, lines, paid, refund
from tests.visit import arrive, consult, pay


@pytest.mark.rule("RX-18")
@pytest.mark.parametrize(("found", "state"), [
    (Progress(0, 0, 0, 0, False, None), ""),
    (Progress(0, 0, 0, 0, False, "passed"), "reviewed"),
    (Progress(0, 0, 0, 0, False, "rejected"), "rejected"),
    (Progress(18, 0, 0, 0, False, None), "paid"),
    (Progress(18, 0, 0, 0, False, "passed"), "paid"),
    (Progress(18, 0, 0, 0, False, "rejected"), "rejected"),
    (Progress(18, 0, 0, 0, True, "asked"), "asked"),
    (Progress(18, 0, 0, 0, False, "change"), "asked"),
    (Progress(18, 0, 0, 0, True, "passed"), "dispensing"),
    (Progress(18, 5, 0, 0, False, "passed"), "dispensing"),
    (Progress(18, 18, 0, 0, False, "passed"), "dispensed"),
    (Progress(18, 5, 0, 13, False, "passed"), "dispensed"),
    (Progress(18, 18, 1, 0, False, "passed"), "returned"),
    (Progress(18, 0, 0, 18, False, None), "refunded"),
])  # fmt: skip
def test_what_happened_to_a_sheet_is_its_state(found: Progress, state: str) -> None:
    assert sheet_state(found) == state


@pytest.mark.rule("RX-18")
def test_a_sheet_goes_from_signed_to_returned(clinic: Clinic) -> None:
    pharmacist, visit_id = clinic.actor("pharmacist"), arrive(clinic)["visit_id"]
    sheet_id = consult(clinic, visit_id, ("D0001",))[0]

    def state() -> str:
        return journey.sheet_states(visit_id).get(sheet_id, "")

    assert state() == ""
    clinic.run(pharmacist, lambda uow: services.reject_sheet(uow, sheet_id, "有禁忌或过敏"))
    assert state() == "rejected"
    clinic.run(pharmacist, lambda uow: services.pass_review(uow, sheet_id))
    assert state() == "reviewed"
    pay(clinic, visit_id)
    assert state() == "paid"
    clinic.run(pharmacist, lambda uow: services.ask_doctor(uow, sheet_id, "用法没写清楚"))
    assert state() == "asked"
    clinic.run(pharmacist, lambda uow: services.withdraw_question(uow, sheet_id))
    sheet = again(sheet_id)
    give(clinic, sheet, quantities={lines(sheet)[0].id.hex(): 5}, short_reason="patient_wish")
    assert state() == "dispensing"
    give(clinic, sheet)
    assert state() == "dispensed"
    bring_back(clinic, sheet, 5, accepted=False)
    assert state() == "dispensed"
    bring_back(clinic, sheet, 5)
    assert state() == "returned"


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
def test_a_sheet_that_was_refunded_or_voided_is_told_as_such(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    refund(clinic, sheet, lines(sheet)[0], 18)
    assert journey.sheet_states(sheet.visit_id) == {sheet.id: "refunded"}
    visit_id = arrive(clinic)["visit_id"]
    sheet_id = consult(clinic, visit_id, ("D0016",))[0]
    clinic.run(clinic.actor("doctor"), lambda uow: consultation.void_prescription(uow, sheet_id, "开错药"))
    assert journey.sheet_states(visit_id) == {}


@pytest.mark.rule("RX-18")
def test_the_doctors_page_shows_it(clinic: Clinic, browser_as) -> None:  # type: ignore[no-untyped-def]
    sheet, doctor = paid(clinic, "D0001"), browser_as("doctor")

    def shown() -> list[str]:
        page = doctor.get(f"/doctor/visits/{sheet.visit_id.hex()}").text
        return re.findall(r'<span class="tag \w+">([^<]+)</span>', page[page.index(sheet.prescription_no) :])[:1]

    assert shown() == ["已收费"]
    give(clinic, sheet)
    assert shown() == ["药已发完"]
