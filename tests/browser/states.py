"""The states that a first look at a screen does not meet: full lists, sheets halfway, dialogs, restricted persons."""

from datetime import date

from clinic_app.kernel import parameters
from clinic_app.kernel.clock import today
from clinic_app.modules.charging import services as charging
from clinic_app.modules.consultation import queries as notes
from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.consultation.queries import history, requests
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients import services as patient_services
from clinic_app.modules.patients.services import PatientData
from clinic_app.modules.pharmacy import queries as pharmacy
from clinic_app.modules.pharmacy import services as pharmacy_services
from clinic_app.modules.pharmacy.services import Brought
from clinic_app.modules.treatments import queries as treatments
from clinic_app.modules.treatments import services as treatment_services
from clinic_app.modules.visits import queries as visits
from tests import visit
from tests.browser.screens import NOTE, Screen
from tests.conftest import Clinic
from tests.modules.treatments.conftest import Case

NAMES = {
    "halved": "冯小满", "brought": "蒋立夏", "owing": "沈谷雨", "asking": "韩白露", "kept": "杨霜降",
    "tested": "朱小雪", "guarded": "秦大寒", "trained": "尤惊蛰", "put": "卫立秋",
}  # fmt: skip


STATES = (
    Screen("doctor-handed-out", "doctor", "/doctor/visits/{halved_visit}", is_of_patient=True, has_primary=False),
    Screen("doctor-past-requests", "doctor", "/doctor/visits/{again}", is_of_patient=True, key="Alt+l"),
    Screen("doctor-trend-drawn", "doctor", "/doctor/visits/{again}", is_of_patient=True, key="Alt+v"),
    Screen("doctor-templates", "doctor", "/doctor/visits/{again}", is_of_patient=True, key="Alt+t"),
    Screen("doctor-sets", "doctor", "/doctor/visits/{again}", is_of_patient=True, key="Alt+o"),
    Screen("doctor-keep", "doctor", "/doctor/visits/{stopped}", is_of_patient=True, key="Alt+k"),
    Screen("doctor-amend", "doctor", "/doctor/visits/{signed}", is_of_patient=True, has_primary=False, key="Alt+m"),
    Screen("doctor-keys", "doctor", "/doctor/visits/{again}", is_of_patient=True, key="F1"),
    Screen("doctor-without-number", "doctor", "/doctor", key="Alt+n"),
    Screen("doctor-cosign", "doctor", "/doctor/visits/{trained}", is_of_patient=True),
    Screen("waiting-cosign-full", "doctor", "/doctor/waiting", has_primary=False),
    Screen("templates-full", "doctor", "/doctor/templates", has_primary=False),
    Screen("certificates-full", "doctor", "/doctor/certificates", has_primary=False),
    Screen("certificate-referral", "doctor", "/doctor/visits/{signed}/certificates?kind=referral", is_of_patient=True),
    Screen("certificate-paper", "doctor", "/doctor/certificates/{certificate}"),
    Screen("kept-stops-full", "manager", "/doctor/kept-stops", has_primary=False),
    Screen("cashier-restricted", "cashier", "/charging/visits/{guarded}", is_of_patient=True),
    Screen("cashier-payer", "cashier", "/charging/visits/{signed}", is_of_patient=True, key="Alt+p"),
    Screen("cashier-concession", "cashier", "/charging/visits/{asking}", is_of_patient=True, key="Alt+j"),
    Screen("bill-refund", "cashier", "/charging/bills/{bill}", is_of_patient=True, has_primary=False, key="Alt+r"),
    Screen("bill-void", "cashier", "/charging/bills/{bill}", is_of_patient=True, has_primary=False, key="Alt+x"),
    Screen("bill-owing", "cashier", "/charging/bills/{owing_bill}", is_of_patient=True, has_primary=False, key="Alt+z"),
    Screen("arrears-full", "cashier", "/charging/arrears", has_primary=False),
    Screen("approvals-full", "manager", "/charging/approvals", has_primary=False),
    Screen("pharmacy-owed-full", "pharmacist", "/pharmacy/owed", has_primary=False),
    Screen("pharmacy-owed-sheet", "pharmacist", "/pharmacy/sheets/{halved}", is_of_patient=True),
    Screen("pharmacy-returns-full", "pharmacist", "/pharmacy/returns", has_primary=False),
    Screen("pharmacy-prepared", "pharmacist", "/pharmacy/sheets/{put}", is_of_patient=True),
    Screen("pharmacy-ask", "pharmacist", "/pharmacy/sheets/{paid}", is_of_patient=True, key="Alt+q"),
    Screen("pharmacy-reject", "pharmacist", "/pharmacy/sheets/{paid}", is_of_patient=True, key="Alt+x"),
    Screen("treatments-test-running", "nurse", "/treatments/patients/{tested}?at={test}", is_of_patient=True),
    Screen("treatments-to-begin", "nurse", "/treatments/patients/{tested}", is_of_patient=True),
    Screen("laboratory-cancel", "nurse", "/laboratory/?line={blood}", is_of_patient=True, key="Alt+x"),
    Screen("injection-slip", "nurse", "/treatments/patients/{treated}/papers/injection_slip"),
    Screen("infusion-card", "nurse", "/treatments/patients/{treated}/papers/infusion_card"),
    Screen("request-paper", "doctor", "/doctor/requests/{request}/print"),
)


def prepare_states(clinic: Clinic, made: dict[str, str]) -> dict[str, str]:
    """What the states need, on top of the day of `screens.prepare`."""
    who = {use: PatientData(name, "1", date(1984, 4, 9), phone="19900001160", allergy_state="none")
           for use, name in NAMES.items()}  # fmt: skip
    found = _sheets(clinic, who) | _money(clinic, who) | _record(clinic, who, made) | _room(clinic, who)
    return {**made, **{use: one.hex() for use, one in found.items()}}


def _paid(clinic: Clinic, who: PatientData) -> tuple[bytes, bytes]:
    visit_id = visit.arrive(clinic, who)["visit_id"]
    sheet_id = visit.consult(clinic, visit_id, note=NOTE)[0]
    visit.pay(clinic, visit_id)
    return visit_id, sheet_id


def _sheets(clinic: Clinic, who: dict[str, PatientData]) -> dict[str, bytes]:
    """A sheet of which a part is owed, and one whose drugs came back, one put together."""
    visit_id, halved = _paid(clinic, who["halved"])
    sheet = pharmacy.sheet(halved)
    assert sheet is not None
    lines = pharmacy.lines_of(sheet, today())
    visit.run(
        clinic, "pharmacist",
        lambda uow: pharmacy_services.dispense(
            uow, halved, [line.id for line in lines], batches_seen=pharmacy_services.batch_mark(lines),
            quantities={lines[0].id.hex(): 4}, short_reason="out_of_stock",
        ),
    )  # fmt: skip
    _, back = _paid(clinic, who["brought"])
    visit.dispense(clinic, back)
    given = pharmacy.given_batches(back)[0]
    brought = [Brought(given.line_id, given.batch_id, 4, "sealed", True)]
    visit.run(
        clinic, "pharmacist", lambda uow: pharmacy_services.return_drugs(uow, back, "Too many", brought, seen=None)
    )
    _, put = _paid(clinic, who["put"])
    together = pharmacy.sheet(put)
    assert together is not None
    rows = [line.id for line in pharmacy.lines_of(together, today())]
    visit.run(clinic, "pharmacist", lambda uow: pharmacy_services.prepare(uow, put, rows))
    return {"halved_visit": visit_id, "halved": halved, "put": put}


def _money(clinic: Clinic, who: dict[str, PatientData]) -> dict[str, bytes]:
    """Somebody who owes, a relief that waits for its answer, a restricted person at the window."""
    clinic.run(
        clinic.actor("manager"),
        lambda uow: parameters.change(uow, "charging.arrears_allowed", True, today(), "Decided"), quiet=True,
    )  # fmt: skip
    owing = visit.arrive(clinic, who["owing"])["visit_id"]
    asked = visit.run(
        clinic, "cashier", lambda uow: charging.ask_for_visit(uow, owing, "arrears", 600, "No money on them")
    )
    approval = bytes.fromhex(asked["approval_id"])
    visit.run(clinic, "manager", lambda uow: charging.decide(uow, approval, approve=True))
    bill = visit.pay(clinic, owing, cash_fen=400)["bill_id"]
    asking = visit.arrive(clinic, who["asking"])["visit_id"]
    visit.run(clinic, "cashier", lambda uow: charging.ask_for_visit(uow, asking, "relief", 500, "Lives on aid"))
    guarded = visit.arrive(clinic, who["guarded"])
    clinic.run(
        clinic.actor("manager"), lambda uow: patient_services.restrict(uow, guarded["patient_id"], True)
    )
    return {"owing_bill": bill, "asking": asking, "guarded": guarded["visit_id"]}


def _record(clinic: Clinic, who: dict[str, PatientData], made: dict[str, str]) -> dict[str, bytes]:
    """A second visit of somebody with requests and results, a kept stop, a trainee's note, templates, a certificate."""
    treated, signed = bytes.fromhex(made["treated"]), bytes.fromhex(made["signed"])
    again = visit.arrive(clinic, treated)["visit_id"]
    visit.run(clinic, "doctor", lambda uow: consultation.start(uow, again))
    visit.run(
        clinic, "doctor",
        lambda uow: consultation.save_template(uow, name="Cold", scope="personal", texts={"plan": "Rest, drink"}),
    )  # fmt: skip
    sheet = next(one for one in notes.prescriptions_of_visit(signed) if one.state == "signed")
    visit.run(
        clinic, "doctor",
        lambda uow: consultation.save_set(uow, name="Cold, three drugs", scope="clinic", prescription_id=sheet.id),
    )  # fmt: skip
    text = {"leave_days": "3", "leave_from": today().isoformat(), "opinion": "Rest"}
    certificate = visit.run(
        clinic, "doctor", lambda uow: consultation.issue_certificate(uow, signed, "sick_leave", text)
    )
    trainee, trained = clinic.actor("doctor", 2), visit.arrive(clinic, who["trained"])["visit_id"]
    clinic.run(trainee, lambda uow: consultation.start(uow, trained))
    clinic.run(trainee, lambda uow: consultation.save_note(uow, trained, {**visit.NOTE, **NOTE}, 1), quiet=True)
    cold = dictionaries.diagnoses_matching("急性上呼吸道感染")[0]
    clinic.run(trainee, lambda uow: consultation.add_diagnosis(uow, trained, diagnosis_id=cold.id), quiet=True)
    clinic.run(trainee, lambda uow: consultation.sign_visit(uow, trained, note_rev=2, sheet_rev=0))
    return {
        "again": again, "certificate": bytes.fromhex(certificate["certificate_id"]), "trained": trained,
        "request": _request(treated), **_kept(clinic, who["kept"]),
    }  # fmt: skip


def _request(patient_id: bytes) -> bytes:
    past = history.past_visits(patient_id, b"")[0][-1]
    return requests.requests_of_visit(past.visit_id)[0].id


def _kept(clinic: Clinic, who: PatientData) -> dict[str, bytes]:
    """Two drugs that speak against each other, kept with a reason and signed twice."""
    visit_id = visit.arrive(clinic, who)["visit_id"]
    visit.run(clinic, "doctor", lambda uow: consultation.start(uow, visit_id))
    visit.draft(clinic, "doctor", lambda uow: consultation.save_note(uow, visit_id, {**visit.NOTE, **NOTE}, 1))
    cold = dictionaries.diagnoses_matching("急性上呼吸道感染")[0]
    visit.draft(clinic, "doctor", lambda uow: consultation.add_diagnosis(uow, visit_id, diagnosis_id=cold.id))
    lines = [visit.prescribe(clinic, visit_id, visit.typed(code), rev) for rev, code in enumerate(("D0024", "D0052"))]
    visit.draft(
        clinic, "doctor", lambda uow: consultation.keep_stop(uow, visit_id, lines[1], "No other drug, watched", 2)
    )
    visit.run(
        clinic, "doctor",
        lambda uow: consultation.sign_visit(uow, visit_id, note_rev=2, sheet_rev=3, signed_twice=True),
    )  # fmt: skip
    return {"kept": visit_id}


def _room(clinic: Clinic, who: dict[str, PatientData]) -> dict[str, bytes]:
    """A skin test whose clock runs and the injection that waits for it."""
    one = Case(clinic, visit.arrive(clinic, who["tested"])["visit_id"], b"")
    one.run("doctor", consultation.start, one.visit_id)
    found = visits.row(one.visit_id)
    assert found is not None
    one.patient_id = found.patient_id
    one.add("D0042", "80万单位", "bid", 1, "im")
    one.sign()
    one.pay()
    (test,) = treatments.open_tests_of_patient(one.patient_id, today())
    one.run("nurse", treatment_services.start_test, test.id, batch_no="260041")
    return {"tested": one.patient_id, "test": test.id}


def words() -> list[str]:
    """Chinese that is data here."""
    return [*NAMES.values(), *(patients.mask_name(name) for name in NAMES.values())]
