"""The rows behind a figure (明细): each figure of the dashboard opens the rows that it counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic_app.kernel import db, i18n
from clinic_app.modules.people import queries as people
from clinic_app.modules.reports.queries.income import DRUGS, INCOME, NOT_PAID
from clinic_app.modules.reports.queries.sheets import SHEETS, WITH_ANTIMICROBIAL
from clinic_app.modules.reports.queries.visits import HOUR

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows: of these days, of one doctor, only those with an antimicrobial, of one hour, of one account."""

    first: date
    last: date
    doctor_id: bytes | None = None
    only_antimicrobial: bool = False
    hour: int | None = None
    account: str | None = None

    @property
    def values(self) -> dict[str, Any]:
        return {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "doctor": self.doctor_id,
            "only": int(self.only_antimicrobial),
            "hour": self.hour,
            "account": self.account,
            "english": i18n.current() != i18n.SOURCE,
        }


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit that counts (VS-08); instants in ms, `name` as recorded."""

    visit_on: str
    visit_no: str
    patient_id: bytes
    name: str
    doctor: str
    registered_at: int
    started_at: int | None
    finished_at: int | None


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """A voucher with what it earned or took back; `paid` are (way to pay, fen), `part_fen` is what was asked for."""

    posted_on: str
    kind: str
    receipt_no: str
    bill_id: bytes
    doctor: str
    income_fen: int
    drugs_fen: int
    paid: tuple[tuple[str, int], ...]
    part_fen: int | None = None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A sheet that counts (RP-08) with the names of its antimicrobials."""

    signed_on: str
    prescription_no: str
    visit_id: bytes
    name: str
    doctor: str
    drugs: int
    antimicrobials: str


_VISITS = f"""
FROM visit v JOIN patient p ON p.id = v.patient_id
WHERE v.visit_on BETWEEN :first AND :last AND v.state <> 'cancelled' AND (:doctor IS NULL OR v.doctor_id = :doctor)
    AND (:hour IS NULL OR {HOUR} = :hour)
"""
_VOUCHERS = """
FROM voucher v JOIN bill b ON b.id = v.bill_id JOIN visit t ON t.id = b.visit_id
WHERE v.posted_on BETWEEN :first AND :last AND (:doctor IS NULL OR t.doctor_id = :doctor)
    AND (:account IS NULL OR EXISTS (SELECT 1 FROM ledger_entry e WHERE e.voucher_id = v.id AND e.account = :account))
"""
_SIGNED = f"{SHEETS} AND (:doctor IS NULL OR p.doctor_id = :doctor) AND (:only = 0 OR {WITH_ANTIMICROBIAL})"
_PAGE = " LIMIT :most OFFSET :start"


def visit_rows(wanted: Filter, start: int, most: int) -> list[VisitRow]:
    found = _page(
        "SELECT v.visit_on, v.visit_no, v.patient_id, p.name, v.doctor_id, v.registered_at,"
        f" v.started_at, v.finished_at {_VISITS} ORDER BY v.visit_on, v.queue_no", wanted, start, most,
    )  # fmt: skip
    names = _names(row[4] for row in found)
    return [VisitRow(*row[:4], names.get(row[4], ""), *row[5:]) for row in found]


def voucher_rows(wanted: Filter, start: int, most: int) -> list[VoucherRow]:
    found = _page(
        f"SELECT v.id, v.posted_on, v.kind, b.receipt_no, b.id, t.doctor_id {_VOUCHERS} ORDER BY v.posted_on, v.id",
        wanted, start, most,
    )  # fmt: skip
    names = _names(row[5] for row in found)
    entries: dict[int, list[tuple[str, int]]] = {}
    if found:
        for voucher, account, fen in db.rows(
            "SELECT e.voucher_id, e.account, e.amount_fen FROM ledger_entry e WHERE e.voucher_id IN"
            " (SELECT value FROM json_each(?)) ORDER BY e.voucher_id, e.line_no",
            (str([row[0] for row in found]),),
        ):
            entries.setdefault(voucher, []).append((account, fen))
    return [_voucher(row, names.get(row[5], ""), entries.get(row[0], []), wanted.account) for row in found]


def sheet_rows(wanted: Filter, start: int, most: int) -> list[SheetRow]:
    found = _page(
        "SELECT p.signed_on, p.prescription_no, p.visit_id,"
        " (SELECT n.name FROM patient n WHERE n.id = p.patient_id), p.doctor_id,"
        " (SELECT count(*) FROM prescription_line l WHERE l.prescription_id = p.id AND l.deleted_at IS NULL),"
        " coalesce((SELECT group_concat(iif(:english AND d.name_en <> '', d.name_en, l.drug_name),"
        " iif(:english, ', ', '、')) FROM prescription_line l JOIN drug d ON d.id = l.drug_id"
        " WHERE l.prescription_id = p.id AND l.deleted_at IS NULL AND d.antimicrobial_grade IS NOT NULL), '')"
        f" {_SIGNED} ORDER BY p.signed_on, p.prescription_no", wanted, start, most,
    )  # fmt: skip
    names = _names(row[4] for row in found)
    return [SheetRow(*row[:4], names.get(row[4], ""), *row[5:]) for row in found]


def count(what: str, wanted: Filter) -> int:
    """How many rows there are of `visits`, `income` or `sheets`."""
    return int(db.value(_COUNTS[what], wanted.values))


READS: dict[str, Callable[[Filter, int, int], Sequence[Any]]] = {
    "visits": visit_rows,
    "income": voucher_rows,
    "sheets": sheet_rows,
}
_COUNTS = {
    "visits": f"SELECT count(*) {_VISITS}",
    "income": f"SELECT count(*) {_VOUCHERS}",
    "sheets": f"SELECT count(*) {_SIGNED}",
}


def _page(sql: str, wanted: Filter, start: int, most: int) -> list[Row]:
    return list(db.rows(sql + _PAGE, {**wanted.values, "start": start, "most": most}))


def _names(ids: Any) -> dict[bytes | None, str]:
    return dict(people.names(one for one in ids if one is not None))


def _voucher(row: Row, doctor: str, entries: list[tuple[str, int]], account: str | None) -> VoucherRow:
    earned = [(name.removeprefix(INCOME), -fen) for name, fen in entries if name.startswith(INCOME)]
    paid = tuple((name, fen) for name, fen in entries if not name.startswith(INCOME) and name not in NOT_PAID)
    total = sum(fen for _category, fen in earned)
    drugs = sum(fen for category, fen in earned if category in DRUGS)
    part = sum(fen for name, fen in entries if name == account) if account else None
    if account and part and account.startswith(INCOME):
        part = -part
    return VoucherRow(*row[1:5], doctor, total, drugs, paid, part)
