"""The end of the scripted day: what the people noted down, held against what the clinic's PC wrote."""

from collections.abc import Sequence
from pathlib import Path

from clinic_app.kernel import db, invariants
from tests.day.case import Notes
from tests.faults.server_process import clinic_command

_LEDGER = "SELECT coalesce(sum(amount_fen), 0) FROM ledger_entry WHERE account {which}"
_BILLS = (
    "SELECT coalesce(sum(y.amount_fen), 0) FROM payment y JOIN bill b ON b.id = y.bill_id WHERE y.method {which}"
    " AND NOT EXISTS (SELECT 1 FROM bill_void x WHERE x.bill_id = b.id)"
)
_SETTLED = (
    "SELECT coalesce(sum(e.amount_fen), 0) FROM voucher v JOIN ledger_entry e ON e.voucher_id = v.id"
    " WHERE v.kind = 'settlement' AND e.account = 'cash'"
)
_ON_HAND = (
    "SELECT d.code, sum(s.on_hand) FROM stock_balance s JOIN batch b ON b.id = s.batch_id"
    " JOIN drug d ON d.id = b.drug_id JOIN place p ON p.id = s.place_id WHERE p.code = 'P1' GROUP BY d.code"
)
_MOVED = (
    "SELECT d.code, sum(CASE WHEN m.to_place_id = p.id THEN m.quantity ELSE -m.quantity END) FROM place p"
    " JOIN stock_move m ON p.id IN (m.from_place_id, m.to_place_id) JOIN batch b ON b.id = m.batch_id"
    " JOIN drug d ON d.id = b.drug_id WHERE p.code = 'P1' GROUP BY d.code"
)


def on_hand() -> dict[str, int]:
    """Minimum units on the pharmacy's shelf by drug code."""
    return dict(db.rows(_ON_HAND))


def differences(notes: Notes, begun_with: dict[str, int]) -> list[str]:
    """Where cash, ledger, receipts and closes, or stock, movements and shelf do not agree; empty is right."""
    return [*_money(notes), *_stock(notes, begun_with), *_receipts(notes)]


def _money(notes: Notes) -> list[str]:
    counted = sum(cash for _, cash, _ in notes.shifts), sum(noncash for _, _, noncash in notes.shifts)
    closed = db.rows("SELECT coalesce(sum(cash_fen), 0), coalesce(sum(noncash_fen), 0) FROM shift")[0]
    drawer = db.value("SELECT coalesce(sum(counted_fen), 0) FROM shift")
    cash = {
        "counted by the cashiers": counted[0], "the ledger": db.value(_LEDGER.format(which="= 'cash'")),
        "the receipts": db.value(_BILLS.format(which="= 'cash'")) + db.value(_SETTLED), "the closes": closed[0],
        "the counts of the closes": drawer, "handed in": sum(notes.handed_in),
        "hand-ins": db.value("SELECT coalesce(sum(received_fen), 0) FROM hand_in"),
    }  # fmt: skip
    noncash = {
        "counted by the cashiers": counted[1], "the closes": closed[1],
        "the receipts": db.value(_BILLS.format(which="NOT IN ('cash', 'arrears')")),
        "the ledger": db.value(_LEDGER.format(which="IN (SELECT code FROM payment_method) AND account <> 'cash'")),
    }  # fmt: skip
    return [*_unequal("cash", cash), *_unequal("other payments", noncash)]


def _unequal(what: str, sums: dict[str, int]) -> list[str]:
    if len(set(sums.values())) == 1:
        return []
    return [f"{what}: " + ", ".join(f"{name} {amount}" for name, amount in sums.items())]


def _stock(notes: Notes, begun_with: dict[str, int]) -> list[str]:
    shelf = {code: units + notes.shelf[code] for code, units in begun_with.items()}
    moved, now = dict(db.rows(_MOVED)), on_hand()
    return [
        f"{code}: counted {shelf[code]}, movements {moved.get(code, 0)}, stock {now.get(code, 0)}"
        for code in begun_with
        if not shelf[code] == moved.get(code, 0) == now.get(code, 0)
    ]


def _receipts(notes: Notes) -> Sequence[str]:
    known = {row[0] for row in db.rows("SELECT receipt_no FROM bill")}
    return [f"receipts told and not kept, or kept and not told: {sorted(known ^ set(notes.receipts))}"][
        : known != set(notes.receipts)
    ]


def broken_invariants() -> dict[str, object]:
    return {one.id: one.violations for one in invariants.results() if not one.holds}


def check(folder: Path) -> str:
    """What `clinic check` says when it is not content."""
    ended = clinic_command(folder, "check")
    return "" if ended.returncode == 0 else f"{ended.returncode}: {ended.stdout}{ended.stderr}"[-600:]
