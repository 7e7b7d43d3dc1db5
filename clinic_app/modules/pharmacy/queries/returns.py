"""What a patient holds of a sheet, by batch, and what was brought back (退药)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.modules.consultation import queries as consultation
from clinic_app.modules.dictionaries.queries import Drug
from clinic_app.modules.pharmacy.rules import Given

_GIVEN = """
SELECT g.line_id, o.line_no, g.batch_id, b.batch_no, b.expires_on, b.is_frozen, sum(g.quantity)
    - coalesce((SELECT sum(r.quantity) FROM drug_return_line r WHERE r.line_id = g.line_id AND r.batch_id = g.batch_id
        AND r.outcome <> 'refused'), 0), max(m.price_e4)
FROM dispense d JOIN dispense_line g ON g.dispense_id = d.id JOIN batch b ON b.id = g.batch_id
JOIN prescription_line o ON o.id = g.line_id
JOIN charge_line c ON c.source_id = d.prescription_id AND c.source_line_id = g.line_id AND c.state = 'billed'
JOIN bill_line m ON m.charge_line_id = c.id AND m.bill_id = c.bill_id
WHERE d.prescription_id = ? GROUP BY g.line_id, g.batch_id ORDER BY o.line_no, b.expires_on
"""
_AMOUNTS = """
SELECT coalesce((SELECT sum(c.quantity) FROM charge_line c WHERE c.source_id = o.prescription_id
        AND c.source_line_id = o.id AND c.source_kind = 'prescription' AND c.state = 'billed'), 0),
    (SELECT coalesce(sum(g.quantity), 0) FROM dispense_line g WHERE g.line_id = o.id),
    (SELECT coalesce(sum(r.quantity), 0) FROM drug_return_line r WHERE r.line_id = o.id AND r.outcome <> 'refused'),
    (SELECT coalesce(sum(f.from_returned), 0) FROM refunded_line f WHERE f.line_id = o.id),
    (SELECT coalesce(sum(f.quantity - f.from_returned), 0) FROM refunded_line f WHERE f.line_id = o.id)
FROM prescription_line o WHERE o.id = ?
"""
_OF_SHEET = """
SELECT r.id, r.return_no, r.reason, u.name, r.returned_at, l.drug_id, b.batch_no, l.quantity, l.condition, l.outcome,
    l.difference_fen
FROM drug_return r JOIN drug_return_line l ON l.return_id = r.id JOIN batch b ON b.id = l.batch_id
JOIN person u ON u.id = r.inspected_by WHERE r.prescription_id = ? ORDER BY r.id, l.line_no
"""
_OF_DAY = """
SELECT r.id, r.return_no, r.reason, u.name, r.returned_at, r.prescription_id, p.prescription_no, t.name,
    (SELECT count(*) FROM drug_return_line l WHERE l.return_id = r.id),
    (SELECT count(*) FROM drug_return_line l WHERE l.return_id = r.id AND l.outcome <> 'refused'),
    (SELECT coalesce(sum(l.difference_fen), 0) FROM drug_return_line l WHERE l.return_id = r.id)
FROM drug_return r JOIN prescription p ON p.id = r.prescription_id JOIN patient t ON t.id = r.patient_id
JOIN person u ON u.id = r.inspected_by WHERE r.returned_on = ? ORDER BY r.id DESC
"""


@dataclass(frozen=True, slots=True)
class GivenBatch:
    """Minimum units of one batch of a line that the patient holds, sold at `price_e4` a pack."""

    line_id: bytes
    line_no: int
    batch_id: bytes
    batch_no: str
    expires_on: str
    is_frozen: int
    out: int
    price_e4: int
    drug: Drug


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One pack that came back, and what became of it; `difference_fen` as price changes since the sale made it (PH-11).
    """

    return_id: bytes
    return_no: str
    reason: str
    inspected_by: str
    returned_at: int
    drug_id: bytes
    batch_no: str
    quantity: int
    condition: str
    outcome: str
    difference_fen: int


@dataclass(frozen=True, slots=True)
class Returned:
    """A return of the day; `difference_fen` of all its packs."""

    return_id: bytes
    return_no: str
    reason: str
    inspected_by: str
    returned_at: int
    prescription_id: bytes
    prescription_no: str
    name: str
    lines: int
    accepted: int
    difference_fen: int


def given_batches(prescription_id: bytes) -> list[GivenBatch]:
    """What was handed out of a sheet by line and batch; `out` is 0 once all of it came back."""
    rows = db.rows(_GIVEN, (prescription_id,))
    drugs = consultation.drugs_as_signed(prescription_id) if rows else {}
    return [GivenBatch(*row, drugs[row[0]]) for row in rows]


def given_mark(given: Iterable[GivenBatch]) -> str:
    """What a page showed as out, for the server to compare when the form comes back."""
    return ".".join(f"{one.batch_id.hex()[-8:]}x{one.out}" for one in given)


def given_of(line_id: bytes) -> Given | None:
    """How much of a line is paid, handed out, come back and refunded; None when no sheet has such a line."""
    return db.read_one(Given, _AMOUNTS, (line_id,))


def returns_of(prescription_id: bytes) -> list[ReturnLine]:
    """Everything that came back of a sheet, in order."""
    return db.read(ReturnLine, _OF_SHEET, (prescription_id,))


def returned_on(on: date) -> list[Returned]:
    """The returns of a day, the newest first."""
    return db.read(Returned, _OF_DAY, (on.isoformat(),))
