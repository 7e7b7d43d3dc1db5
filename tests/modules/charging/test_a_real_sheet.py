"""A prescription written and signed by the doctor's own commands, at the cashier's."""

import pytest

from clinic_app.kernel import db, invariants
from clinic_app.kernel.errors import Refused
from clinic_app.modules.charging import queries
from clinic_app.modules.consultation import queries as consultation
from clinic_app.modules.consultation import services as consultation_services
from clinic_app.modules.consultation.queries.working_out import TypedLine
from clinic_app.modules.dictionaries import queries as dictionaries
from tests.visit import ADULT, NOTE, arrive, consult


@pytest.fixture
def seen_by_the_doctor(window):
    """A visit with one signed sheet: 阿奇霉素片, 6 tablets for three days."""
    visit, doctor = window.visit(), window.clinic.actor("doctor")

    def draft(act, **named):
        return window.clinic.run(doctor, lambda uow: act(uow, visit, **named), quiet=True)

    window.clinic.run(doctor, lambda uow: consultation_services.start(uow, visit))
    draft(consultation_services.save_note, fields=NOTE, rev=consultation.note(visit).rev)
    draft(consultation_services.add_diagnosis, diagnosis_id=dictionaries.diagnosis_by_code("J06.900").id)
    drug = dictionaries.drug_by_code("D0006")
    line = TypedLine(drug.id, f"{drug.usual_dose}{drug.dose_unit}", drug.frequency, "3", drug.route)
    draft(consultation_services.add_line, typed=line, rev=0)
    revs = {"note_rev": consultation.note(visit).rev, "sheet_rev": consultation.draft_of_visit(visit).rev}
    window.clinic.run(doctor, lambda uow: consultation_services.sign_visit(uow, visit, fields={}, **revs))
    return visit


def void(window, sheet):
    return window.clinic.run(
        window.clinic.actor("doctor"), lambda uow: consultation_services.void_prescription(uow, sheet.id, "换药")
    )


def test_a_signed_sheet_is_shown_paid_and_then_protected(window, seen_by_the_doctor, browser_as):
    visit = seen_by_the_doctor
    sheet = consultation.prescriptions_of_visit(visit)[0]
    html = browser_as("cashier").get(f"/charging/visits/{visit.hex()}").text
    assert sheet.prescription_no in html and "李志远" in html and "阿奇霉素片" in html
    paid = window.pay(visit)
    assert queries.is_prescription_paid(sheet.id).hex() == paid["bill_id"]
    with pytest.raises(Refused) as refused:
        void(window, sheet)
    assert refused.value.code == "charging.sheet_paid"
    window.void(paid, "患者不要了")
    void(window, sheet)
    assert [line.item_kind for line in window.open(visit)] == ["service"]
    assert [one.id for one in invariants.results() if not one.holds] == []


def test_reserved_lines_carry_the_ids_of_the_prescriptions_lines(window, seen_by_the_doctor):
    window.pay(seen_by_the_doctor)
    sheet = consultation.prescriptions_of_visit(seen_by_the_doctor)[0]
    reserved = {line for (line,) in db.rows("SELECT line_id FROM reservation WHERE state = 'live'")}
    assert reserved == {line.id for line in consultation.lines_of(sheet.id)}


@pytest.mark.parametrize("sql", [
    "UPDATE charge_line SET quantity = quantity + 1 WHERE source_kind = 'prescription'",
    "UPDATE charge_line SET state = 'withdrawn' WHERE source_kind = 'prescription'",
])  # fmt: skip
def test_a_signed_line_that_nobody_is_asked_to_pay_is_named(clinic, sql):
    arrived = arrive(clinic, ADULT)
    consult(clinic, arrived["visit_id"], ("D0011",))
    assert [one.id for one in invariants.results() if not one.holds] == []
    clinic.drop_triggers("charge_line")
    clinic.raw(sql)
    assert [one.id for one in invariants.results() if not one.holds] == ["M6-asked"]
