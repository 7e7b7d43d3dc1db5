"""The queue of the pharmacy (待发药): paid sheets that nobody has handed out yet, and those of the day that were."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from clinic_app.kernel import db, parameters
from clinic_app.kernel.clock import today
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.rights import Actor
from clinic_app.kernel.search import begins, normal
from clinic_app.modules.patients import queries as patients

MOST_FOUND = 8
# From the sheets that were paid and not given (CROSS keeps this order, else every line ever billed is walked).
_WAITING = """
SELECT w.sheet, w.bill, w.kinds, b.receipt_no, b.paid_at, p.prescription_no, p.kind, p.signed_on, v.queue_no,
    v.visit_no, v.visit_on, t.id, t.name,
    EXISTS (SELECT 1 FROM preparation n WHERE n.prescription_id = w.sheet AND n.bill_id = w.bill
        AND n.ended_at IS NULL),
    EXISTS (SELECT 1 FROM sheet_question q WHERE q.prescription_id = w.sheet AND q.decision IS NULL),
    coalesce((SELECT r.outcome = 'rejected' FROM sheet_review r WHERE r.prescription_id = w.sheet
        ORDER BY r.id DESC LIMIT 1), 0)
FROM (SELECT c.source_id AS sheet, c.bill_id AS bill, count(*) AS kinds
    FROM paid_sheet k CROSS JOIN charge_line c ON c.source_id = k.prescription_id AND c.bill_id = k.bill_id
    WHERE k.paid_on >= ? AND c.source_kind = 'prescription' AND c.item_kind = 'drug'
        AND NOT EXISTS (SELECT 1 FROM dispense d WHERE d.prescription_id = k.prescription_id)
        AND c.quantity > (SELECT coalesce(sum(f.quantity - f.from_returned), 0) FROM refunded_line f
            WHERE f.line_id = c.source_line_id)
    GROUP BY c.source_id, c.bill_id) AS w
JOIN bill b ON b.id = w.bill
JOIN prescription p ON p.id = w.sheet
JOIN visit v ON v.id = p.visit_id
JOIN patient t ON t.id = p.patient_id
ORDER BY b.paid_at, p.prescription_no
"""
_DONE = """
SELECT d.prescription_id, d.id, p.prescription_no, v.queue_no, t.name, d.dispensed_at, u.name, n.name,
    (SELECT count(DISTINCT l.line_id) FROM dispense_line l WHERE l.dispense_id = d.id), b.receipt_no
FROM dispense d
JOIN prescription p ON p.id = d.prescription_id
JOIN visit v ON v.id = d.visit_id
JOIN patient t ON t.id = d.patient_id
JOIN person u ON u.id = d.dispensed_by
JOIN person n ON n.id = d.prepared_by
JOIN bill b ON b.id = d.bill_id
WHERE d.dispensed_on = ? ORDER BY d.dispensed_at DESC
"""
_NUMBERED = """
SELECT DISTINCT p.id, p.prescription_no, v.queue_no, t.name, v.visit_no, b.receipt_no,
    EXISTS (SELECT 1 FROM dispense d WHERE d.prescription_id = p.id), b.paid_at, t.id
FROM bill b
JOIN charge_line c ON c.bill_id = b.id AND c.source_kind = 'prescription'
JOIN prescription p ON p.id = c.source_id
JOIN visit v ON v.id = p.visit_id
JOIN patient t ON t.id = p.patient_id
"""
_BY_SHEET = (
    f"{_NUMBERED} WHERE p.prescription_no = ?1 AND b.id = (SELECT x.bill_id FROM charge_line x"
    " JOIN prescription y ON y.id = x.source_id WHERE y.prescription_no = ?1 AND x.source_kind = 'prescription'"
    " AND x.state = 'billed')"
)
_BY_RECEIPT = f"{_NUMBERED} WHERE b.receipt_no = ?"
_BY_VISIT = f"{_NUMBERED} WHERE b.visit_id = (SELECT id FROM visit WHERE visit_no = ?)"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One sheet to hand out: `kinds` counts its drugs, `is_prepared` says that a first person put it together,
    `is_asked` that the doctor owes an answer, `is_rejected` that it went back to the doctor."""

    prescription_id: bytes
    bill_id: bytes
    kinds: int
    receipt_no: str
    paid_at: int
    prescription_no: str
    kind: str
    signed_on: str
    queue_no: int
    visit_no: str
    visit_on: str
    patient_id: bytes
    name: str
    is_prepared: int
    is_asked: int
    is_rejected: int

    @property
    def is_child(self) -> bool:
        return self.kind == "paediatric"


@dataclass(frozen=True, slots=True)
class Done:
    """One sheet that was handed out."""

    prescription_id: bytes
    dispense_id: bytes
    prescription_no: str
    queue_no: int
    name: str
    dispensed_at: int
    dispensed_by: str
    prepared_by: str
    kinds: int
    receipt_no: str


@dataclass(frozen=True, slots=True)
class Found:
    """A sheet that a search met."""

    prescription_id: bytes
    prescription_no: str
    queue_no: int
    name: str
    visit_no: str
    receipt_no: str
    is_dispensed: int
    paid_at: int
    patient_id: bytes


def waiting(on: date) -> list[Waiting]:
    """Paid sheets not handed out, first paid first, those past their validity too: their money waits for an answer."""
    days = parameters.value("pharmacy.queue_days", on)
    return db.read(Waiting, _WAITING, ((on - timedelta(days=days - 1)).isoformat(),))


def done(on: date) -> list[Done]:
    """Sheets handed out on a day, the newest first."""
    return db.read(Done, _DONE, (on.isoformat(),))


def done_count(on: date) -> int:
    """How many sheets were handed out on a day."""
    return int(db.value("SELECT count(*) FROM dispense WHERE dispensed_on = ?", (on.isoformat(),)))


def find(text: str, on: date) -> list[Found]:
    """Sheets of a scanned or typed sheet, receipt or visit number, of any day; else of the queue by number or name."""
    found = find_numbered(text)
    wanted = normal(text)
    if found or not wanted:
        return found
    return [_found(one) for one in waiting(on) if _is_meant(one, wanted)][:MOST_FOUND]


def find_numbered(text: str) -> list[Found]:
    """The paid sheets that exactly this sheet, receipt or visit number names, of any day."""
    typed = text.strip().upper()
    if not typed:
        return []
    for sql in (_BY_SHEET, _BY_RECEIPT, _BY_VISIT):
        found = db.read(Found, f"{sql} LIMIT 8", (typed,))
        if found:
            names = patients.names({one.patient_id for one in found if one.is_dispensed})
            return [replace(one, name=names.get(one.patient_id, one.name)) for one in found]
    return []


def _is_meant(one: Waiting, wanted: str) -> bool:
    if wanted.isdecimal():
        return wanted == str(one.queue_no)
    return wanted in normal(one.name) or (wanted.isascii() and begins(wanted, one.name))


def _found(one: Waiting) -> Found:
    return Found(
        one.prescription_id, one.prescription_no, one.queue_no, one.name, one.visit_no, one.receipt_no, 0, one.paid_at,
        one.patient_id,
    )


def tiles(actor: Actor) -> dict[str, str]:
    """How many paid sheets wait, for the home page."""
    if not actor.may("pharmacy.view"):
        return {}
    return {"pharmacy.index": _("待发 %(count)d 张") % {"count": len(waiting(today()))}}
