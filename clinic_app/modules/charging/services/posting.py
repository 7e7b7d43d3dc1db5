"""The ledger (账): one balanced voucher for each bill and each void (M1, M3)."""

from clinic_app.kernel import db
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging.rules import Settlement

_VOUCHER = "INSERT INTO voucher(kind, bill_id, shift_id, corrects_id, at) VALUES(?, ?, ?, ?, ?)"
_ENTRY = "INSERT INTO ledger_entry(voucher_id, line_no, account, amount_fen) VALUES(?, ?, ?, ?)"


def post_bill(uow: UnitOfWork, bill_id: bytes, shift_id: bytes, settlement: Settlement) -> int:
    """What came in against what was earned: payments and relief positive, income negative, rounding between them."""
    entries = [(payment.method, payment.amount_fen) for payment in settlement.payments]
    entries.append(("relief", settlement.waiver_fen))
    entries.append(("rounding", -settlement.rounding_fen))
    entries += [(f"income:{category}", -amount) for category, amount in settlement.categories]
    return _post(uow, ("bill", bill_id, shift_id, None), entries)


def post_void(uow: UnitOfWork, bill_id: bytes, shift_id: bytes) -> int:
    """The bill's voucher with every sign turned, naming the one it corrects."""
    corrected = db.value("SELECT id FROM voucher WHERE bill_id = ? AND kind = 'bill'", (bill_id,))
    entries = db.rows(
        "SELECT account, -amount_fen FROM ledger_entry WHERE voucher_id = ? ORDER BY line_no", (corrected,)
    )
    return _post(uow, ("void", bill_id, shift_id, corrected), entries)


def _post(
    uow: UnitOfWork, voucher: tuple[str, bytes, bytes, int | None], entries: list[tuple[str, int]]
) -> int:
    if sum(amount for _, amount in entries):
        raise RuntimeError("a voucher that does not balance")
    uow.execute(_VOUCHER, (*voucher, uow.at))
    voucher_id = uow.conn.last_insert_rowid()
    kept = [(account, amount) for account, amount in entries if amount]
    uow.conn.executemany(
        _ENTRY, [(voucher_id, line_no, account, amount) for line_no, (account, amount) in enumerate(kept, 1)]
    )
    return voucher_id
