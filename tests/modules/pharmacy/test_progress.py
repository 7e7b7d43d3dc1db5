"""How far a sheet came (RX-18), for its doctor: each state by its rule, and the course of one sheet on the page."""

import pytest

from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.pharmacy import queries, services
from clinic_app.modules.pharmacy.rules import Course, state_of
from tests import visit
from tests.conftest import Clinic
from tests.modules.pharmacy.window import (
    again,
    bring_back,
    code_of,
    give,
    lines,
    paid,
    prepare,
    second_pharmacist,
    set_parameter,
)

HTMX = {"HX-Request": "true"}


@pytest.mark.rule("RX-18")
@pytest.mark.parametrize(
    ("told", "state"),
    [
        (Course(None, False, False, 0, 0, 0), "signed"),
        (Course("passed", False, False, 0, 0, 0), "reviewed"),
        (Course("asked", False, False, 0, 0, 0), "asked"),
        (Course("keep", False, False, 0, 0, 0), "signed"),
        (Course("change", True, False, 0, 9, 0), "asked"),
        (Course("rejected", True, False, 0, 9, 0), "rejected"),
        (Course("passed", True, False, 0, 9, 0), "paid"),
        (Course("passed", True, True, 0, 9, 0), "dispensing"),
        (Course(None, True, False, 0, 0, 0), "refunded"),
        (Course("passed", True, False, 8, 1, 0), "owed"),
        (Course("asked", True, False, 9, 0, 0), "dispensed"),
        (Course(None, True, False, 9, 0, 8), "partly_returned"),
        (Course(None, True, False, 9, 0, 9), "returned"),
        (Course(None, True, False, 8, 1, 8), "partly_returned"),
    ],
)
def test_every_state_has_its_facts(told: Course, state: str) -> None:
    assert state_of(told) == state


def _state(sheet_id: bytes) -> str:
    found = queries.progress(sheet_id)
    assert found is not None
    return found.state


@pytest.mark.rule("RX-18")
def test_one_sheet_from_signing_to_the_patient(clinic: Clinic) -> None:
    set_parameter(clinic, "pharmacy.single_sign", False)
    arrived = visit.arrive(clinic)
    sheet_id = visit.consult(clinic, arrived["visit_id"], ("D0011",))[0]
    assert _state(sheet_id) == "signed"
    visit.pay(clinic, arrived["visit_id"])
    assert _state(sheet_id) == "paid"
    sheet = queries.sheet(sheet_id)
    assert sheet is not None
    visit.run(clinic, "pharmacist", lambda uow: services.ask_doctor(uow, sheet_id, "剂量对吗？"))
    assert _state(sheet_id) == "asked"
    question = queries.open_question_of(sheet_id)
    assert question is not None
    visit.run(clinic, "doctor", lambda uow: services.answer_question(uow, question, "keep", "核对过，按处方发"))
    assert _state(sheet_id) == "paid"
    prepare(clinic, sheet, clinic.actor("pharmacist"))
    assert _state(sheet_id) == "dispensing"
    give(clinic, sheet, second_pharmacist(clinic))
    assert _state(sheet_id) == "dispensed"


@pytest.mark.rule("RX-18")
def test_one_sheet_sent_back_handed_out_in_parts_and_returned(clinic: Clinic) -> None:
    pharmacist, visit_id = clinic.actor("pharmacist"), visit.arrive(clinic)["visit_id"]
    sheet_id = visit.consult(clinic, visit_id, ("D0001",))[0]
    clinic.run(pharmacist, lambda uow: services.reject_sheet(uow, sheet_id, "有禁忌或过敏"))
    assert _state(sheet_id) == "rejected"
    clinic.run(pharmacist, lambda uow: services.pass_review(uow, sheet_id))
    assert _state(sheet_id) == "reviewed"
    visit.pay(clinic, visit_id)
    sheet = again(sheet_id)
    give(clinic, sheet, quantities={lines(sheet)[0].id.hex(): 5}, short_reason="patient_wish")
    assert _state(sheet_id) == "owed"
    give(clinic, sheet)
    bring_back(clinic, sheet, 5, accepted=False)
    assert _state(sheet_id) == "dispensed"
    bring_back(clinic, sheet, 5)
    assert _state(sheet_id) == "partly_returned"
    bring_back(clinic, sheet, 13)
    assert _state(sheet_id) == "returned"


@pytest.mark.rule("RX-18")
def test_a_paid_sheet_is_not_voided_and_only_its_author_voids_it(clinic: Clinic) -> None:
    visit_id = visit.arrive(clinic)["visit_id"]
    sheet_id = visit.consult(clinic, visit_id, ("D0001",))[0]

    def void(place: int = 0) -> None:
        doctor = clinic.actor("doctor", place)
        clinic.run(doctor, lambda uow: consultation.void_prescription(uow, sheet_id, "开错药"))

    assert code_of(lambda: void(1)) == "consultation.other_doctor"
    visit.pay(clinic, visit_id)
    assert code_of(void) == "charging.sheet_paid"


@pytest.mark.rule("RX-18")
def test_the_doctors_page_asks_for_the_state_and_shows_it(clinic: Clinic, browser_as) -> None:  # type: ignore[no-untyped-def]
    sheet = paid(clinic)
    url = f"/pharmacy/sheets/{sheet.id.hex()}/state"
    assert url in browser_as("doctor").get(f"/doctor/visits/{sheet.visit_id.hex()}").text
    assert "已收费，待发药" in browser_as("doctor").get(url, **HTMX).text
    give(clinic, sheet)
    assert "已发药" in browser_as("village_doctor").get(url, **HTMX).text
    assert browser_as("cashier").get(url, **HTMX).status_code == 403


def test_a_voided_sheet_has_no_state(clinic: Clinic, browser_as) -> None:  # type: ignore[no-untyped-def]
    arrived = visit.arrive(clinic)
    sheet_id = visit.consult(clinic, arrived["visit_id"], ("D0011",))[0]
    visit.run(clinic, "doctor", lambda uow: consultation.void_prescription(uow, sheet_id, "写错了"))
    assert queries.progress(sheet_id) is None
    assert "tag" not in browser_as("doctor").get(f"/pharmacy/sheets/{sheet_id.hex()}/state", **HTMX).text


def test_the_banner_of_an_owed_sheet_does_not_say_that_all_is_handed_out(clinic: Clinic, browser_as) -> None:  # type: ignore[no-untyped-def]
    sheet = paid(clinic)
    give(clinic, sheet, quantities={lines(sheet)[0].id.hex(): 4}, short_reason="patient_wish")
    page = browser_as("pharmacist").get(f"/pharmacy/sheets/{sheet.id.hex()}").text
    banner = page.split('id="patient-banner"')[1].split("</section>")[0]
    assert "发了一部分" in banner and "已发药" not in banner
    assert _state(sheet.id) == "owed"
