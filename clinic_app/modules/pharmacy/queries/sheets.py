"""One sheet as the pharmacy sees it (处方): whose, paid by which bill, its lines by shelf with the batches held."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db, parameters
from clinic_app.modules.consultation import queries as consultation
from clinic_app.modules.dictionaries.queries import Drug
from clinic_app.modules.pharmacy.rules import Part, expired_parts, is_whole, last_valid_day, shelf_order

_SHEET = """
SELECT p.id, p.prescription_no, p.kind, p.state, p.signed_on, p.signed_at, p.visit_id, p.patient_id, u.name, v.visit_no,
    v.queue_no, r.name, t.name, t.allergy_state
FROM prescription p JOIN visit v ON v.id = p.visit_id JOIN person u ON u.id = p.doctor_id
JOIN room r ON r.id = v.room_id JOIN patient t ON t.id = p.patient_id
WHERE p.id = ? AND p.state <> 'draft'
"""
_PAID = """
SELECT DISTINCT b.id, b.receipt_no, b.paid_at, d.id, d.dispensed_at, e.name, n.name,
    (SELECT q.prepared_by FROM preparation q WHERE q.prescription_id = c.source_id AND q.bill_id = b.id
        AND q.ended_at IS NULL)
FROM charge_line c JOIN bill b ON b.id = c.bill_id
LEFT JOIN dispense d ON d.prescription_id = c.source_id AND d.bill_id = b.id
LEFT JOIN person e ON e.id = d.dispensed_by LEFT JOIN person n ON n.id = d.prepared_by
WHERE c.source_id = ? AND c.source_kind = 'prescription' AND c.state = 'billed' AND c.state <> 'withdrawn'
ORDER BY d.id IS NOT NULL, b.paid_at, b.receipt_no LIMIT 1
"""
_LINES = """
SELECT l.id, l.line_no, l.dose_text, l.frequency, l.weekdays, l.days, l.route, l.note, c.quantity, m.amount_fen
FROM charge_line c JOIN prescription_line l ON l.id = c.source_line_id
JOIN bill_line m ON m.charge_line_id = c.id AND m.bill_id = c.bill_id
WHERE c.bill_id = ? AND c.source_id = ? AND c.source_kind = 'prescription' ORDER BY l.line_no
"""
_HELD = """
SELECT r.line_id, r.batch_id, b.batch_no, b.expires_on, b.is_frozen, r.quantity, s.on_hand
FROM reservation r JOIN batch b ON b.id = r.batch_id
JOIN stock_balance s ON s.batch_id = r.batch_id AND s.place_id = r.place_id
WHERE r.source_id = ? AND r.state = 'live' ORDER BY b.expires_on, b.batch_no
"""
_HANDED_OUT = """
SELECT l.line_id, l.batch_id, b.batch_no, b.expires_on, 0, l.quantity, NULL
FROM dispense_line l JOIN batch b ON b.id = l.batch_id WHERE l.dispense_id = ? ORDER BY l.line_no
"""
FINE, NEAR, EXPIRED, FROZEN = "fine", "near", "expired", "frozen"


@dataclass(frozen=True, slots=True)
class Payment:
    """The bill that paid the sheet, and its dispense when there is one; `prepared_by` while a second person is due."""

    bill_id: bytes
    receipt_no: str
    paid_at: int
    dispense_id: bytes | None
    dispensed_at: int | None
    dispenser: str | None
    preparer: str | None
    prepared_by: bytes | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A signed or voided sheet; `paid` None while no bill that counts holds it."""

    id: bytes
    prescription_no: str
    kind: str
    state: str
    signed_on: str
    signed_at: int
    visit_id: bytes
    patient_id: bytes
    doctor_name: str
    visit_no: str
    queue_no: int
    room_name: str
    patient_name: str
    allergy_state: str
    paid: Payment | None

    @property
    def is_dispensed(self) -> bool:
        return self.paid is not None and self.paid.dispense_id is not None

    def valid_until(self, on: date) -> date:
        """The last day on which it may be filled, by the parameter of that day (RX-10)."""
        return last_valid_day(date.fromisoformat(self.signed_on), parameters.value("pharmacy.valid_days", on))


@dataclass(frozen=True, slots=True)
class Batch:
    """Minimum units of one batch for a line; `on_hand` of the batch before, None once handed out."""

    batch_id: bytes
    batch_no: str
    expires_on: str
    quantity: int
    on_hand: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Line:
    """A paid line: `quantity` minimum units, `amount_fen` as paid, `batches` earliest expiry first."""

    id: bytes
    line_no: int
    drug: Drug
    dose_text: str
    frequency: str
    weekdays: str
    days: int
    route: str
    note: str
    quantity: int
    amount_fen: int
    batches: tuple[Batch, ...]

    def parts(self) -> list[Part]:
        return [Part(one.batch_no, date.fromisoformat(one.expires_on), one.quantity) for one in self.batches]

    @property
    def is_held(self) -> bool:
        return is_whole(self.parts(), self.quantity)

    def expired(self, on: date) -> list[Part]:
        return expired_parts(self.parts(), on)


def sheet(prescription_id: bytes) -> Sheet | None:
    """A signed sheet with the bill to hand out, or the one handed out last; None for drafts and unknown ids."""
    found = db.row(_SHEET, (prescription_id,))
    return Sheet(*found, db.read_one(Payment, _PAID, (prescription_id,))) if found else None


def lines_of(found: Sheet, on: date) -> list[Line]:
    """The paid lines of a sheet in the order of their shelves (PH-15), each drug as it was called at signing."""
    if found.paid is None:
        return []
    batches, drugs = _batches(found.paid, on), consultation.drugs_as_signed(found.id)
    lines = [
        Line(line_id, line_no, drugs[line_id], *written, tuple(batches.get(line_id, ())))
        for line_id, line_no, *written in db.rows(_LINES, (found.paid.bill_id, found.id))
    ]
    return sorted(lines, key=lambda line: (shelf_order(line.drug.shelf), line.line_no))


def bill_is_dispensed(bill_id: bytes) -> tuple[str, int, str] | None:
    """Sheet number, moment and person of a dispense that a bill paid for, or None."""
    return db.row(
        "SELECT p.prescription_no, d.dispensed_at, u.name FROM dispense d"
        " JOIN prescription p ON p.id = d.prescription_id JOIN person u ON u.id = d.dispensed_by"
        " WHERE d.bill_id = ? LIMIT 1",
        (bill_id,),
    )


def _batches(paid: Payment, on: date) -> dict[bytes, list[Batch]]:
    rows = db.rows(_HANDED_OUT, (paid.dispense_id,)) if paid.dispense_id else db.rows(_HELD, (paid.bill_id,))
    near_days = parameters.value("stock.near_expiry_days", on)
    found: dict[bytes, list[Batch]] = {}
    for line_id, batch_id, batch_no, expires_on, is_frozen, quantity, on_hand in rows:
        left = (date.fromisoformat(expires_on) - on).days
        state = FROZEN if is_frozen else EXPIRED if left < 0 else NEAR if left <= near_days else FINE
        if paid.dispense_id:
            state = FINE
        found.setdefault(line_id, []).append(Batch(batch_id, batch_no, expires_on, quantity, on_hand, state))
    return found
