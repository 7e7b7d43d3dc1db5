"""A visit through the services, as the screens call them: keyed commands, drafts by rev, charts logged before shown."""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from clinic_app.kernel import access_log
from clinic_app.kernel.clock import today
from clinic_app.kernel.unit_of_work import Once, UnitOfWork, perform
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.charging import services as charging_services
from clinic_app.modules.charging.services import Tender
from clinic_app.modules.consultation import queries as consultation
from clinic_app.modules.consultation import services as consultation_services
from clinic_app.modules.consultation.queries import workbench
from clinic_app.modules.consultation.queries.working_out import TypedLine
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients.services import PatientData
from clinic_app.modules.pharmacy import queries as pharmacy
from clinic_app.modules.pharmacy import services as pharmacy_services
from clinic_app.modules.stock import queries as stock
from clinic_app.modules.stock import services as stock_services
from clinic_app.modules.stock.services import GoodsLine
from clinic_app.modules.visits import queries as visits
from clinic_app.modules.visits import services as visit_services
from tests.conftest import Clinic

ADULT = PatientData("赵春生", "1", date(1971, 4, 9), phone="19900001177", allergy_state="none")
NOTE = {
    "chief_complaint": "咽痛、发热 2 天", "present_illness": "2 天前受凉后起病，无咳嗽", "past_history": "否认慢性病",
    "examination": "咽部充血", "results": "未做", "plan": "多饮水，3 天不退复诊", "temperature": "37.9",
}  # fmt: skip
DRUGS = ("D0011", "D0016", "D0038")
LONG_COURSE = "慢病长期用药"

Command = Callable[[UnitOfWork], dict[str, Any]]
# Called with the key ("" for a draft) and the result of everything that was answered: a crash recorder listens.
listeners: list[Callable[[str, dict[str, Any]], None]] = []


def run(clinic: Clinic, role: str, command: Command, *, key: str | None = None) -> dict[str, Any]:
    """One keyed command of the practice person of a role, as a form posts it; a fresh key unless one is given."""
    key = key or f"visit-{secrets.token_hex(12)}"
    result = perform(clinic.actor(role), Once(key, hashlib.sha256(key.encode()).digest()), command).result
    return _tell(key, result)


def draft(clinic: Clinic, role: str, write: Command) -> dict[str, Any]:
    """One draft write (autosave, a row of the grid): neither key nor audit."""
    return _tell("", clinic.run(clinic.actor(role), write, quiet=True))


def _tell(key: str, result: dict[str, Any]) -> dict[str, Any]:
    for listener in listeners:
        listener(key, result)
    return result


def arrive(clinic: Clinic, patient: bytes | PatientData = ADULT, *, kind: str = "general") -> dict[str, Any]:
    """Register a known patient or a new one with the slip; patient_id and visit_id as bytes, queue_no, visit_no."""
    room = desks.rooms()[1]
    made = run(
        clinic, "registrar",
        lambda uow: visit_services.register_arrival(uow, patient=patient, room_id=room.id, kind=kind, payer="self"),
    )  # fmt: skip
    return {**made, "patient_id": bytes.fromhex(made["patient_id"]), "visit_id": bytes.fromhex(made["visit_id"])}


def typed(code: str, quantity: str = "") -> TypedLine:
    """A row as a doctor types it: the drug's own usual dose and days, the quantity worked out unless given."""
    drug = dictionaries.drug_by_code(code)
    assert drug is not None, code
    return TypedLine(
        drug.id, f"{drug.usual_dose}{drug.dose_unit}", drug.frequency, str(drug.usual_days or 3), drug.route, quantity,
        reason=LONG_COURSE if (drug.usual_days or 0) > 7 else "",
    )  # fmt: skip


def prescribe(clinic: Clinic, visit_id: bytes, line: TypedLine, rev: int) -> bytes:
    """Store one row of the draft sheet, drawn at `rev`; its id."""
    made = draft(clinic, "doctor", lambda uow: consultation_services.add_line(uow, visit_id, line, rev))
    return bytes.fromhex(made["line_id"])


def consult(
    clinic: Clinic, visit_id: bytes, drugs: Sequence[str | TypedLine] = DRUGS, note: Mapping[str, str] = NOTE,
    *, valid_days: str = "",
) -> list[bytes]:
    """Begin, write the note (`note` over `NOTE`), one diagnosis and the drugs, sign; the ids of the signed sheets."""
    run(clinic, "doctor", lambda uow: consultation_services.start(uow, visit_id))
    visit = visits.visit(visit_id)
    assert visit is not None
    access_log.record(clinic.actor("doctor"), visit.patient_id, "consultation")
    saved = draft(clinic, "doctor", lambda uow: consultation_services.save_note(uow, visit_id, {**NOTE, **note}, 1))
    found = dictionaries.diagnoses_matching("急性上呼吸道感染")[0]
    draft(clinic, "doctor", lambda uow: consultation_services.add_diagnosis(uow, visit_id, diagnosis_id=found.id))
    for rev, drug in enumerate(drugs):
        prescribe(clinic, visit_id, typed(drug) if isinstance(drug, str) else drug, rev)
    if valid_days:
        options = consultation_services.Options(valid_days)
        draft(clinic, "doctor", lambda uow: consultation_services.set_options(uow, visit_id, options, len(drugs)))
    shown = workbench.orders(visit, today())
    run(
        clinic, "doctor",
        lambda uow: consultation_services.sign_visit(uow, visit_id, note_rev=saved["rev"], sheet_rev=shown.rev),
    )  # fmt: skip
    return [sheet.id for sheet in consultation.prescriptions_of_visit(visit_id) if sheet.state == "signed"]


def pay(
    clinic: Clinic, visit_id: bytes, *, cash_fen: int | None = None, scan_fen: int = 0, reference: str = ""
) -> dict[str, Any]:
    """Charge all that is open, in exact cash unless told otherwise; bill_id as bytes, receipt_no, change_fen."""
    visit = visits.visit(visit_id)
    assert visit is not None
    access_log.record(clinic.actor("cashier"), visit.patient_id, "收费")
    lines = charging.open_lines(visit_id, today())
    total = sum(line.amount_fen for line in lines)
    cash = total - scan_fen if cash_fen is None else cash_fen
    tenders = [Tender("scan", scan_fen, reference)] * bool(scan_fen) + [Tender("cash", cash)] * bool(cash)
    made = run(
        clinic, "cashier",
        lambda uow: charging_services.charge_visit(
            uow, visit_id, lines_seen=[line.id.hex() for line in lines], total_seen_fen=total, tenders=tenders
        ),
    )  # fmt: skip
    return {**made, "bill_id": bytes.fromhex(made["bill_id"])}


def void(clinic: Clinic, bill_id: bytes, reason: str = "收错了，重新收") -> dict[str, Any]:
    return run(clinic, "cashier", lambda uow: charging_services.void_bill(uow, bill_id, reason))


def dispense(clinic: Clinic, prescription_id: bytes) -> bytes:
    """Tick every line of a paid sheet and hand it out; the id of the dispense."""
    sheet = pharmacy.sheet(prescription_id)
    assert sheet is not None
    access_log.record(clinic.actor("pharmacist"), sheet.patient_id, "pharmacy.sheet")
    lines = pharmacy.lines_of(sheet, today())
    made = run(
        clinic, "pharmacist",
        lambda uow: pharmacy_services.dispense(
            uow, prescription_id, [line.id for line in lines], batches_seen=pharmacy_services.batch_mark(lines)
        ),
    )  # fmt: skip
    return bytes.fromhex(made["dispense_id"])


def receive_goods(clinic: Clinic, codes: Sequence[str], batch_no: str, *, packs: int = 20, days: int = 200) -> bytes:
    """A delivery of these drugs, good for `days`; the id of the document."""
    drugs = [drug for code in codes if (drug := dictionaries.drug_by_code(code))]
    expires_on = today() + timedelta(days=days)
    lines = [GoodsLine(drug.id, batch_no, expires_on, packs * drug.pack_size, 52_000) for drug in drugs]
    place = stock.pharmacy_place().id
    made = run(
        clinic, "pharmacist",
        lambda uow: stock_services.receive_goods(
            uow, place_id=place, supplier="样例医药公司", document_no="", lines=lines
        ),
    )  # fmt: skip
    return bytes.fromhex(made["goods_in_id"])


def one_visit(clinic: Clinic, patient: bytes | PatientData = ADULT) -> dict[str, Any]:
    """Registration, consultation with note, diagnosis and three drugs, signing, charging, dispensing; all its ids."""
    arrived = arrive(clinic, patient)
    visit_id = arrived["visit_id"]
    assert any(row.visit_id == visit_id for row in visits.queue(None, today()))
    sheets = consult(clinic, visit_id)
    assert any(row.visit_id == visit_id and row.sheets for row in charging.pending(today()))
    bill = pay(clinic, visit_id)
    assert {row.prescription_id for row in pharmacy.waiting(today())} >= set(sheets)
    return {
        "patient_id": arrived["patient_id"], "visit_id": visit_id, "visit_no": arrived["visit_no"],
        "queue_no": arrived["queue_no"], "prescription_ids": sheets, "bill_id": bill["bill_id"],
        "receipt_no": bill["receipt_no"], "dispense_ids": [dispense(clinic, sheet) for sheet in sheets],
    }  # fmt: skip
