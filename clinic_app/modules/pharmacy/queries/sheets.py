"""One sheet as the pharmacy sees it (处方): whose, paid by which bill, its lines by shelf with the batches held."""

from dataclasses import dataclass, replace
from datetime import date

from clinic_app.kernel import db, parameters
from clinic_app.kernel.clock import local
from clinic_app.modules.consultation import queries as consultation
from clinic_app.modules.dictionaries.queries import Drug
from clinic_app.modules.pharmacy.rules import (
    Given,
    Part,
    expired_parts,
    is_whole,
    last_valid_day,
    owed,
    shelf_order,
)

_SHEET = """
SELECT p.id, p.prescription_no, p.kind, p.state, p.signed_on, p.signed_at, p.visit_id, p.patient_id, u.name, v.visit_no,
    v.queue_no, r.name, t.name, t.allergy_state, p.doctor_id, p.valid_days,
    (SELECT x.valid_days FROM sheet_extension x WHERE x.prescription_id = p.id)
FROM prescription p JOIN visit v ON v.id = p.visit_id JOIN person u ON u.id = p.doctor_id
JOIN room r ON r.id = v.room_id JOIN patient t ON t.id = p.patient_id
WHERE p.id = ? AND p.state <> 'draft'
"""
_PAID = """
SELECT b.id, b.receipt_no, b.paid_at, d.id, d.dispensed_at, e.name, n.name,
    (SELECT q.prepared_by FROM preparation q WHERE q.prescription_id = ?1 AND q.bill_id = b.id
        AND q.ended_at IS NULL),
    w.name, d.short_reason, coalesce(d.part_no, 0),
    (SELECT coalesce(sum(x.quantity
        - (SELECT coalesce(sum(g.quantity), 0) FROM dispense_line g WHERE g.line_id = x.source_line_id)
        - (SELECT coalesce(sum(f.quantity - f.from_returned), 0) FROM refunded_line f
            WHERE f.line_id = x.source_line_id)), 0)
        FROM charge_line x WHERE x.source_id = ?1 AND x.source_kind = 'prescription' AND x.state = 'billed')
FROM charge_line c JOIN bill b ON b.id = c.bill_id
LEFT JOIN dispense d ON d.prescription_id = ?1
    AND d.part_no = (SELECT max(z.part_no) FROM dispense z WHERE z.prescription_id = ?1)
LEFT JOIN person e ON e.id = d.dispensed_by LEFT JOIN person n ON n.id = d.prepared_by
LEFT JOIN person w ON w.id = d.reviewed_by
WHERE c.source_id = ?1 AND c.source_kind = 'prescription' AND c.state = 'billed' LIMIT 1
"""
_LINES = """
SELECT l.id, l.line_no, l.dose_text, l.frequency, l.weekdays, l.days, l.route, l.note, c.quantity, m.amount_fen,
    m.price_e4, (SELECT coalesce(sum(g.quantity), 0) FROM dispense_line g WHERE g.line_id = l.id),
    (SELECT coalesce(sum(r.quantity), 0) FROM drug_return_line r WHERE r.line_id = l.id AND r.outcome <> 'refused'),
    (SELECT coalesce(sum(f.from_returned), 0) FROM refunded_line f WHERE f.line_id = l.id),
    (SELECT coalesce(sum(f.quantity - f.from_returned), 0) FROM refunded_line f WHERE f.line_id = l.id)
FROM charge_line c JOIN prescription_line l ON l.id = c.source_line_id
JOIN bill_line m ON m.charge_line_id = c.id AND m.bill_id = c.bill_id
WHERE c.bill_id = ? AND c.source_id = ? AND c.source_kind = 'prescription' ORDER BY l.line_no
"""
_HELD = """
SELECT r.line_id, r.batch_id, b.batch_no, b.expires_on, b.is_frozen, r.quantity, s.on_hand
FROM prescription_line l JOIN reservation r ON r.line_id = l.id AND r.state = 'live'
JOIN batch b ON b.id = r.batch_id
JOIN stock_balance s ON s.batch_id = r.batch_id AND s.place_id = r.place_id
WHERE l.prescription_id = ? ORDER BY b.expires_on, b.batch_no
"""
_HANDED_OUT = """
SELECT l.line_id, l.batch_id, b.batch_no, b.expires_on, 0, sum(l.quantity), NULL
FROM dispense d JOIN dispense_line l ON l.dispense_id = d.id JOIN batch b ON b.id = l.batch_id
WHERE d.prescription_id = ? GROUP BY l.line_id, l.batch_id ORDER BY min(d.part_no), min(l.line_no)
"""
FINE, NEAR, EXPIRED, FROZEN = "fine", "near", "expired", "frozen"


@dataclass(frozen=True, slots=True)
class Payment:
    """The bill that paid the sheet, and its last dispense if any; `prepared_by` while a second person is due.

    `left` minimum units of all lines are still to be handed out; `parts` counts the times something was.
    """

    bill_id: bytes
    receipt_no: str
    paid_at: int
    dispense_id: bytes | None
    dispensed_at: int | None
    dispenser: str | None
    preparer: str | None
    prepared_by: bytes | None
    reviewer: str | None
    short_reason: str | None
    parts: int
    left: int


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
    doctor_id: bytes
    signed_days: int
    extended_days: int | None
    paid: Payment | None

    @property
    def is_dispensed(self) -> bool:
        """Handed out, and nothing is owed."""
        return self.paid is not None and self.paid.dispense_id is not None and not self.paid.left

    @property
    def is_owed(self) -> bool:
        """Handed out in part: the rest is owed (欠药)."""
        return self.paid is not None and self.paid.dispense_id is not None and self.paid.left > 0

    @property
    def is_open(self) -> bool:
        """Paid, and something of it is still to be handed out."""
        return self.state == "signed" and self.paid is not None and self.paid.left > 0

    def valid_until(self, on: date) -> date:
        """The last day on which it may be filled: as `valid_days` from the day of issue (RX-10).

        Once a part was handed out, the rest is fetched within `pharmacy.owed_days`.
        """
        if self.paid is not None and self.paid.dispensed_at is not None and self.paid.left:
            return last_valid_day(local(self.paid.dispensed_at).date(), parameters.value("pharmacy.owed_days", on))
        return last_valid_day(date.fromisoformat(self.signed_on), self.valid_days(on))

    def valid_days(self, on: date) -> int:
        """For how many days it may be filled, the day of issue being day 1 (RX-10).

        The longest of what stands signed on it, what the prescriber extended it to, and what the clinic allows all.
        """
        return max(self.signed_days, self.extended_days or 0, int(parameters.value("pharmacy.valid_days", on)))


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
    """A paid line: `ordered` minimum units for `amount_fen` at `price_e4` a pack, `batches` earliest expiry first:
    those held for what is left, or once nothing is left those that were handed out.

    `given`, `returned`, `refunded_returned` and `refunded_owed` as in `rules.Given`.
    """

    id: bytes
    line_no: int
    drug: Drug
    dose_text: str
    frequency: str
    weekdays: str
    days: int
    route: str
    note: str
    ordered: int
    amount_fen: int
    price_e4: int
    given: int
    returned: int
    refunded_returned: int
    refunded_owed: int
    batches: tuple[Batch, ...]

    @property
    def amounts(self) -> Given:
        return Given(self.ordered, self.given, self.returned, self.refunded_returned, self.refunded_owed)

    @property
    def left(self) -> int:
        """Minimum units still to be handed out."""
        return owed(self.amounts)

    @property
    def quantity(self) -> int:
        """What the window is about: what is left, or what was ordered once nothing is."""
        return self.left or self.ordered

    @property
    def held(self) -> int:
        """Minimum units held for what is left."""
        return sum(batch.quantity for batch in self.batches) if self.left else 0

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
    held, given = _batches(found, on)
    drugs = consultation.drugs_as_signed(found.id)
    lines = []
    for line_id, line_no, *written in db.rows(_LINES, (found.paid.bill_id, found.id)):
        line = Line(line_id, line_no, drugs[line_id], *written, tuple(held.get(line_id, ())))
        lines.append(line if line.left or line.batches else replace(line, batches=tuple(given.get(line_id, ()))))
    return sorted(lines, key=lambda line: (shelf_order(line.drug.shelf), line.line_no))


def _batches(found: Sheet, on: date) -> tuple[dict[bytes, list[Batch]], dict[bytes, list[Batch]]]:
    """By line the batches held for what is left, and those that were handed out."""
    near_days = parameters.value("stock.near_expiry_days", on)
    assert found.paid is not None
    held: dict[bytes, list[Batch]] = {}
    for line_id, batch_id, batch_no, expires_on, is_frozen, quantity, on_hand in db.rows(_HELD, (found.id,)):
        days = (date.fromisoformat(expires_on) - on).days
        state = FROZEN if is_frozen else EXPIRED if days < 0 else NEAR if days <= near_days else FINE
        held.setdefault(line_id, []).append(Batch(batch_id, batch_no, expires_on, quantity, on_hand, state))
    given: dict[bytes, list[Batch]] = {}
    if found.paid.dispense_id is None:
        return held, given
    for line_id, batch_id, batch_no, expires_on, _frozen, quantity, _on_hand in db.rows(_HANDED_OUT, (found.id,)):
        given.setdefault(line_id, []).append(Batch(batch_id, batch_no, expires_on, quantity, None, FINE))
    return held, given
