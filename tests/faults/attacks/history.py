"""What happened in the clinic before it is attacked: two charts of three days ago, and a day with everything in it."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.charging import services as till
from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.consultation.queries import requests
from clinic_app.modules.laboratory import services as laboratory
from clinic_app.modules.patients import services as patients
from clinic_app.modules.patients.services import PatientData
from clinic_app.modules.stock import services as stock
from tests import visit
from tests.browser import screens
from tests.conftest import Clinic
from tests.modules.treatments.conftest import Case


@dataclass(frozen=True)
class Secrets:
    """Texts of one chart that stand nowhere else: who it is, and what was written."""

    face: tuple[str, ...]
    written: tuple[str, ...]


@dataclass(frozen=True)
class Old:
    """Who was treated three days ago, and with which words."""

    data: PatientData
    secrets: Secrets


PEOPLE = {
    "restricted": PatientData(
        "禤藏月", "2", date(1979, 3, 7), phone="13911112468", address="暗巷里 7 号", allergy_state="none",
        identity_number="990499197903070021",
    ),
    "stranger": PatientData(
        "麹远客", "1", date(1964, 8, 2), phone="13922223579", address="远山村 9 号", allergy_state="none",
        identity_number="",
    ),
}  # fmt: skip
WRITTEN = {name: (f"{text}主诉", f"{text}既往", f"{text}意见", f"{text}所见")
           for name, text in (("restricted", "隐秘难言之疾"), ("stranger", "异乡偶得之疾"))}  # fmt: skip
ASKED = ("S0018", "S0103", "S0014")  # an examination, a test, a treatment


def long_ago(clinic: Clinic) -> dict[str, bytes]:
    """Both are treated, tested, paid for and given drugs, the shift is closed; the ids of the patients."""
    made = {}
    for name, data in PEOPLE.items():
        made[name] = _treated(clinic, data, WRITTEN[name])
    clinic.run(clinic.actor("manager"), lambda uow: patients.restrict(uow, made["restricted"], True))
    shift = charging.open_shift(clinic.actor("cashier").person_id)
    assert shift is not None
    counted = till.Count(charging.shift_sums(shift.id).drawer_fen)
    visit.run(clinic, "cashier", lambda uow: till.close_shift(uow, count=counted))
    return made


def _treated(clinic: Clinic, data: PatientData, words: tuple[str, ...]) -> bytes:
    complaint, past, opinion, findings = words
    arrived = visit.arrive(clinic, data)
    one = Case(clinic, arrived["visit_id"], arrived["patient_id"])
    one.run("doctor", consultation.start, one.visit_id)
    note = {**visit.NOTE, "chief_complaint": complaint, "past_history": past, "blood_pressure": "128/80"}
    one.draft(consultation.save_note, note, 1)
    visit.prescribe(clinic, one.visit_id, visit.typed("D0011"), 0)
    for code in ASKED:
        one.ask(code)
    _sign(one, note)
    one.pay()
    visit.dispense(clinic, one.sheet_id)
    lines = [line for asked in requests.requests_of_visit(one.visit_id) for line in requests.request_lines(asked.id)]
    for line, values, said in zip(lines, ({}, {"glu": "7.2"}), (findings, ""), strict=False):
        report = bytes.fromhex(one.run("nurse", laboratory.collect, line.id, specimen="")["report_id"])
        one.run("nurse", laboratory.enter, report, 1, values, findings=said, conclusion=said)
        one.run("doctor", laboratory.verify, report, 2)
    for entry in one.entries:
        one.begin(entry)
    one.run("doctor", consultation.issue_certificate, one.visit_id, "diagnosis", {"opinion": opinion})
    return arrived["patient_id"]


def _sign(one: Case, note: dict[str, str]) -> None:
    from clinic_app.modules.consultation import queries
    from clinic_app.modules.dictionaries import queries as dictionaries

    found = dictionaries.diagnosis_by_code("J06.900")
    one.draft(consultation.add_diagnosis, diagnosis_id=found.id)
    rev = queries.note(one.visit_id).rev
    one.run("doctor", consultation.sign_visit, one.visit_id, note_rev=rev, sheet_rev=one.rev, fields=note)


def today(clinic: Clinic) -> dict[str, bytes]:
    """The day of the screens, and the kinds of object that it lacks; the ids that the screens name."""
    made = {name: bytes.fromhex(one) for name, one in screens.prepare(clinic).items()}
    batch, place = db.row("SELECT batch_id, place_id FROM stock_balance WHERE on_hand > 100 LIMIT 1")
    newest = db.value("SELECT max(id) FROM patient")
    acts = (
        ("cashier", lambda uow: till.ask_for_visit(uow, made["signed"], "relief", 100, "孤寡老人")),
        ("doctor", lambda uow: consultation.save_template(
            uow, name="感冒", scope="personal", texts={"chief_complaint": "咽痛"})),
        ("doctor", lambda uow: consultation.save_set(
            uow, name="感冒用药", scope="personal", prescription_id=made["paid"])),
        ("pharmacist", lambda uow: stock.submit_damage(uow, "打碎了", [(batch, place, 1)])),
        ("registrar", lambda uow: patients.add_history(uow, made["chen"], "illness", "高血压")),
        ("registrar", lambda uow: patients.propose_link(uow, newest, made["chen"])),
        ("doctor", lambda uow: consultation.amend(uow, made["resulted"], "写错一个字")),
    )  # fmt: skip
    for role, act in acts:
        visit.run(clinic, role, act)
    clinic.raw("UPDATE patient SET name = '=HYPERLINK(1)' WHERE name = ?", (screens.ARRIVED.name,))
    clinic.raw("UPDATE drug SET name = '+cmd|calc' || name WHERE code = 'D0011'")
    return made


def secrets() -> dict[str, Secrets]:
    """What must not come out of the two charts."""
    told = {}
    for name, data in PEOPLE.items():
        face = tuple(one for one in (data.name, data.phone, data.address, data.identity_number) if one)
        told[name] = Secrets(face, WRITTEN[name])
    return told


def keys(made: dict[str, bytes]) -> dict[str, tuple[str, ...]]:
    """What finds the two in a search, and the ids and numbers of what is theirs."""
    found = {}
    for name, data in PEOPLE.items():
        person_no, visit_no, visit_id = db.row(
            "SELECT p.person_no, v.visit_no, v.id FROM patient p JOIN visit v ON v.patient_id = p.id WHERE p.id = ?",
            (made[name],),
        )
        receipt, bill = db.row("SELECT receipt_no, id FROM bill WHERE visit_id = ?", (visit_id,))
        lines = db.rows(
            "SELECT l.id FROM request_line l JOIN request q ON q.id = l.request_id WHERE q.visit_id = ?", (visit_id,)
        )
        found[name] = (
            data.name, data.phone, person_no, visit_no, receipt, made[name].hex(), visit_id.hex(), bill.hex(),
            *(one[0].hex() for one in lines), *_numbers(made[name]),
        )  # fmt: skip
    return found


def _numbers(patient: bytes) -> tuple[str, ...]:
    found = db.rows(
        "SELECT prescription_no FROM prescription WHERE patient_id = ?1 UNION SELECT report_no FROM report"
        " WHERE patient_id = ?1 UNION SELECT certificate_no FROM certificate WHERE patient_id = ?1",
        (patient,),
    )
    return tuple(row[0] for row in found if row[0])
