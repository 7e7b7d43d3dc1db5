"""What was earned and how it was paid (收入), from the ledger: a later refund counts on its own day (RP-10, FE-12)."""

import json
from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db

INCOME = "income:"
DRUGS = frozenset({"western_drug", "patent_drug", "herbal_drug"})
HERBAL = "herbal_drug"
NOT_PAID = frozenset({"rounding"})
_ENTRIES = "FROM voucher v JOIN ledger_entry e ON e.voucher_id = v.id WHERE v.posted_on BETWEEN ? AND ?"


@dataclass(frozen=True, slots=True)
class Income:
    """Fen by category (收费类别) and by how it was paid; relief and arrears are ways of paying with their own names."""

    by_category: dict[str, int]
    by_method: dict[str, int]

    @property
    def total_fen(self) -> int:
        return sum(self.by_category.values())

    @property
    def drugs_fen(self) -> int:
        """Western, patent and herbal medicine (RP-06)."""
        return sum(fen for category, fen in self.by_category.items() if category in DRUGS)


def income(first: date, last: date) -> Income:
    """Everything posted in the period, voids and red documents taken off."""
    rows = db.rows(
        f"SELECT e.account, sum(e.amount_fen) {_ENTRIES} GROUP BY e.account", (first.isoformat(), last.isoformat())
    )
    accounts = dict(rows)
    return Income(
        {name.removeprefix(INCOME): -fen for name, fen in accounts.items() if name.startswith(INCOME)},
        {name: fen for name, fen in accounts.items() if not name.startswith(INCOME) and name not in NOT_PAID},
    )


def by_doctor(first: date, last: date) -> dict[bytes, tuple[int, int]]:
    """(income, of it drugs) in fen by the doctor of the visit; what nobody saw yet is left out."""
    drugs = json.dumps([INCOME + category for category in sorted(DRUGS)])
    return {
        doctor: (total, of_drugs)
        for doctor, total, of_drugs in db.rows(
            "SELECT t.doctor_id, -sum(e.amount_fen),"
            " -sum(iif(e.account IN (SELECT value FROM json_each(?)), e.amount_fen, 0))"
            " FROM voucher v JOIN ledger_entry e ON e.voucher_id = v.id JOIN bill b ON b.id = v.bill_id"
            " JOIN visit t ON t.id = b.visit_id WHERE v.posted_on BETWEEN ? AND ? AND t.doctor_id IS NOT NULL"
            " AND e.account >= 'income:' AND e.account < 'income;' GROUP BY t.doctor_id",
            (drugs, first.isoformat(), last.isoformat()),
        )
    }
