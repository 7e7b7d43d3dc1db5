"""The register of narcotics and psychotropics I (麻精药品专册): entries, balances, empties, counts (PH-16)."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db

_BALANCES = """
SELECT e.drug_id, e.batch_id, b.batch_no, b.expires_on, e.balance,
    (SELECT coalesce(sum(n.quantity), 0) FROM controlled_entry n
        WHERE n.batch_id = e.batch_id AND n.entered_on = ?1 AND n.quantity > 0),
    (SELECT coalesce(-sum(n.quantity), 0) FROM controlled_entry n
        WHERE n.batch_id = e.batch_id AND n.entered_on = ?1 AND n.quantity < 0),
    (SELECT c.counted FROM controlled_count c WHERE c.batch_id = e.batch_id AND c.counted_on = ?1
        ORDER BY c.id DESC LIMIT 1),
    (SELECT c.id FROM controlled_count c WHERE c.batch_id = e.batch_id AND c.counted_on = ?1
        ORDER BY c.id DESC LIMIT 1),
    (SELECT u.name FROM controlled_count c JOIN person u ON u.id = c.counted_by WHERE c.batch_id = e.batch_id
        AND c.counted_on = ?1 ORDER BY c.id DESC LIMIT 1),
    (SELECT u.name FROM controlled_count c JOIN person u ON u.id = c.checked_by WHERE c.batch_id = e.batch_id
        AND c.counted_on = ?1 ORDER BY c.id DESC LIMIT 1)
FROM controlled_entry e JOIN batch b ON b.id = e.batch_id
WHERE e.id = (SELECT max(x.id) FROM controlled_entry x WHERE x.batch_id = e.batch_id)
    AND (e.balance > 0 OR e.entered_on = ?1)
ORDER BY e.drug_id, b.expires_on, b.batch_no
"""
_ENTRIES = """
SELECT e.id, e.drug_id, b.batch_no, e.kind, e.quantity, e.balance, t.name, p.prescription_no,
    coalesce(f.name, ''), s.name, e.at, e.entered_on, e.first_person
FROM controlled_entry e JOIN batch b ON b.id = e.batch_id
LEFT JOIN person f ON f.id = e.first_person
LEFT JOIN person s ON s.id = e.second_person LEFT JOIN patient t ON t.id = e.patient_id
LEFT JOIN prescription_line l ON l.id = e.line_id LEFT JOIN prescription p ON p.id = l.prescription_id
ORDER BY e.id DESC LIMIT 100
"""
_OPEN_EMPTIES = """
SELECT e.line_id, e.drug_id, t.name, p.prescription_no, e.patient_id, sum(-e.quantity) AS issued,
    (SELECT coalesce(sum(m.quantity), 0) FROM empty_container m WHERE m.line_id = e.line_id) AS back, min(e.at)
FROM controlled_entry e JOIN patient t ON t.id = e.patient_id JOIN prescription_line l ON l.id = e.line_id
JOIN prescription p ON p.id = l.prescription_id JOIN drug g ON g.id = e.drug_id
WHERE e.kind IN ('dispense', 'return') AND g.min_unit IN ('支', '瓶') AND {which} GROUP BY e.line_id
HAVING issued > back ORDER BY min(e.at) LIMIT 100
"""
_UNCHECKED = """
SELECT m.id, m.quantity, u.name, m.received_by, m.received_at, l.drug_id, p.prescription_no
FROM empty_container m JOIN person u ON u.id = m.received_by JOIN prescription_line l ON l.id = m.line_id
JOIN prescription p ON p.id = l.prescription_id WHERE m.counted_by IS NULL ORDER BY m.id LIMIT 100
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """One batch on the register: minimum units by the book, today's in and out, today's count and who counted."""

    drug_id: bytes
    batch_id: bytes
    batch_no: str
    expires_on: str
    balance: int
    came_in: int
    went_out: int
    counted: int | None
    count_id: int | None
    counted_by: str | None
    checked_by: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the register; `second` once another person signed it too."""

    id: int
    drug_id: bytes
    batch_no: str
    kind: str
    quantity: int
    balance: int
    patient: str | None
    prescription_no: str | None
    first: str
    second: str | None
    at: int
    entered_on: str
    first_id: bytes


@dataclass(frozen=True, slots=True)
class OpenEmpties:
    """Ampoules handed out (`issued`, less returned full ones) of which `back` came back empty."""

    line_id: bytes
    drug_id: bytes
    patient: str
    prescription_no: str
    patient_id: bytes
    issued: int
    back: int
    since: int

    @property
    def open(self) -> int:
        return self.issued - self.back


@dataclass(frozen=True, slots=True)
class UncheckedEmpties:
    """Empties that one person received and a second has not counted yet."""

    id: int
    quantity: int
    received_by: str
    received_id: bytes
    received_at: int
    drug_id: bytes
    prescription_no: str


def balances(on: date) -> list[Balance]:
    """Every batch on the register with stock or movement on a day (逐日)."""
    return db.read(Balance, _BALANCES, (on.isoformat(),))


def balance_of(batch_id: bytes) -> int | None:
    """What the register says there is of a batch; None when it never stood there."""
    found: int | None = db.value(
        "SELECT balance FROM controlled_entry WHERE batch_id = ? ORDER BY id DESC LIMIT 1", (batch_id,)
    )
    return found


def entries() -> list[Entry]:
    """The latest entries, the newest first."""
    return db.read(Entry, _ENTRIES)


def open_empties() -> list[OpenEmpties]:
    """Ampoules and vials handed out whose empties are still outside, the longest out first, at most 100."""
    return db.read(OpenEmpties, _OPEN_EMPTIES.format(which="1"))


def empties_of(line_id: bytes) -> OpenEmpties | None:
    """The same of one line, None when all of it came back."""
    return db.read_one(OpenEmpties, _OPEN_EMPTIES.format(which="e.line_id = ?"), (line_id,))


def unchecked_empties() -> list[UncheckedEmpties]:
    """Empties received that wait for a second person's count."""
    return db.read(UncheckedEmpties, _UNCHECKED)
