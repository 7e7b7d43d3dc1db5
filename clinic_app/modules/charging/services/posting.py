"""The ledger (账): one balanced voucher for each bill, void, red document, change of channel, settled debt (M1, M3)."""

from collections.abc import Sequence

from clinic_app.kernel import db
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging.rules import ARREARS, Payment

_VOUCHER = "INSERT INTO voucher(kind, bill_id, shift_id, corrects_id, at, posted_on) VALUES(?, ?, ?, ?, ?, ?)"
_ENTRY = "INSERT INTO ledger_entry(voucher_id, line_no, account, amount_fen) VALUES(?, ?, ?, ?)"
_SETTLED_BY = (
    "INSERT INTO settlement_payment(voucher_id, line_no, method, amount_fen, reference) VALUES(?, ?, ?, ?, ?)"
)
ROUNDING = "rounding"
Entries = list[tuple[str, int]]


def post_bill(
    uow: UnitOfWork, bill_id: bytes, shift_id: bytes, *, payments: Sequence[Payment], waiver_fen: int,
    rounding_fen: int, categories: Sequence[tuple[str, int]],
) -> int:
    """What came in against what was earned: payments and relief positive, income negative, rounding between them."""
    entries = [(payment.method, payment.amount_fen) for payment in payments]
    entries.append(("relief", waiver_fen))
    entries.append((ROUNDING, -rounding_fen))
    entries += [(f"income:{category}", -amount) for category, amount in categories]
    return _post(uow, ("bill", bill_id, shift_id, None), entries)


def post_void(uow: UnitOfWork, bill_id: bytes, shift_id: bytes) -> int:
    """The bill's voucher with every sign turned, naming the one it corrects."""
    corrected, entries = _mirror(bill_id)
    return _post(uow, ("void", bill_id, shift_id, corrected), entries)


def post_red(uow: UnitOfWork, red_id: bytes, corrected_bill_id: bytes, shift_id: bytes) -> int:
    """The same for a red document (冲红): in the shift of today, whenever the bill was (FE-12)."""
    corrected, entries = _mirror(corrected_bill_id)
    return _post(uow, ("red", red_id, shift_id, corrected), entries)


def post_channel(uow: UnitOfWork, red_id: bytes, shift_id: bytes, moved: Sequence[tuple[str, int]]) -> None:
    """Money that went back another way than it was paid (FE-10): what the red document says, put right by method."""
    if moved:
        _post(uow, ("channel", red_id, shift_id, None), list(moved))


def post_settlement(
    uow: UnitOfWork, bill_id: bytes, shift_id: bytes, payments: Sequence[Payment], rounding_fen: int
) -> int:
    """Arrears (欠费) that were paid at last, with the references they were paid under; their cash was rounded by
    `rounding_fen`."""
    total = sum(payment.amount_fen for payment in payments)
    entries = [(payment.method, payment.amount_fen) for payment in payments]
    entries += [(ROUNDING, -rounding_fen), (ARREARS, rounding_fen - total)]
    voucher_id = _post(uow, ("settlement", bill_id, shift_id, None), entries)
    uow.conn.executemany(
        _SETTLED_BY,
        [(voucher_id, line_no, one.method, one.amount_fen, one.reference) for line_no, one in enumerate(payments, 1)],
    )
    return voucher_id


def channel_moves(
    back: Sequence[tuple[str, int]], given: Sequence[tuple[str, int]], struck_fen: int
) -> list[tuple[str, int]]:
    """The difference between what the documents say went back (`back`) and what was given or struck off, by account;
    the coins by which the cash of settled arrears was rounded go back to the account of rounding."""
    sums: dict[str, int] = {}
    for method, fen in back:
        sums[method] = sums.get(method, 0) + fen
    for method, fen in (*given, (ARREARS, struck_fen)):
        sums[method] = sums.get(method, 0) - fen
    sums[ROUNDING] = -sum(sums.values())
    return [(method, fen) for method, fen in sums.items() if fen]


def _mirror(bill_id: bytes) -> tuple[int, Entries]:
    corrected = db.value("SELECT id FROM voucher WHERE bill_id = ? AND kind = 'bill'", (bill_id,))
    return corrected, [
        (account, fen)
        for account, fen in db.rows(
            "SELECT account, -amount_fen FROM ledger_entry WHERE voucher_id = ? ORDER BY line_no", (corrected,)
        )
    ]


def _post(uow: UnitOfWork, voucher: tuple[str, bytes, bytes, int | None], entries: Entries) -> int:
    if sum(amount for _, amount in entries):
        raise RuntimeError("a voucher that does not balance")
    uow.execute(_VOUCHER, (*voucher, uow.at, uow.on.isoformat()))
    voucher_id = uow.conn.last_insert_rowid()
    kept = [(account, amount) for account, amount in entries if amount]
    uow.conn.executemany(
        _ENTRY, [(voucher_id, line_no, account, amount) for line_no, (account, amount) in enumerate(kept, 1)]
    )
    return voucher_id

