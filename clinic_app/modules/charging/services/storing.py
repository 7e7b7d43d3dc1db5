"""One document of money (收费单) written down: number, lines, payments, paper invoice, voucher."""

from collections.abc import Sequence
from dataclasses import dataclass

from clinic_app.kernel import installation
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging.rules import Payment

_BILL = (
    "INSERT INTO bill(id, kind, root_id, corrects_id, receipt_no, series, number, visit_id, patient_id, shift_id,"
    " cashier_id, desk_id, total_fen, waiver_fen, rounding_fen, tendered_fen, change_fen, paid_at, paid_on)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_BILL_LINE = (
    "INSERT INTO bill_line(bill_id, line_no, charge_line_id, item_name, unit_text, quantity, pack_size, price_e4,"
    " amount_fen, category) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_PAYMENT = "INSERT INTO payment(bill_id, line_no, method, amount_fen, reference) VALUES(?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Document:
    """What a bill says beside its lines and payments; `corrects_id` makes it red, `root_id` a bill for a rest."""

    visit_id: bytes
    patient_id: bytes
    shift_id: bytes
    total_fen: int
    waiver_fen: int
    rounding_fen: int
    tendered_fen: int = 0
    change_fen: int = 0
    root_id: bytes | None = None
    corrects_id: bytes | None = None


@dataclass(frozen=True, slots=True)
class StoredLine:
    charge_line_id: bytes
    item_name: str
    unit_text: str
    quantity: int
    pack_size: int
    price_e4: int
    amount_fen: int
    category: str


def store_document(
    uow: UnitOfWork, bill_id: bytes, document: Document, lines: Sequence[StoredLine], payments: Sequence[Payment]
) -> str:
    """Write it with the next receipt number (N1) and return that; a red one keeps no lines, it mirrors its bill's."""
    series = f"{installation.current().prefix()}R{uow.on:%y}"
    number = uow.number(series)
    receipt_no = f"{series}{number:06d}"
    uow.execute(
        _BILL,
        (bill_id, "red" if document.corrects_id else "blue", document.root_id, document.corrects_id, receipt_no, series,
         number, document.visit_id, document.patient_id, document.shift_id, uow.actor.person_id, uow.actor.desk_id,
         document.total_fen, document.waiver_fen, document.rounding_fen, document.tendered_fen, document.change_fen,
         uow.at, uow.on.isoformat()),
    )  # fmt: skip
    uow.conn.executemany(
        _BILL_LINE,
        [(bill_id, line_no, line.charge_line_id, line.item_name, line.unit_text, line.quantity, line.pack_size,
          line.price_e4, line.amount_fen, line.category) for line_no, line in enumerate(lines, 1)],
    )  # fmt: skip
    for line_no, payment in enumerate(payments, 1):
        uow.execute(_PAYMENT, (bill_id, line_no, payment.method, payment.amount_fen, payment.reference))
    return receipt_no
