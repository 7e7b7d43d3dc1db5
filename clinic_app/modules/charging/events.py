"""Business events of charging (收费)."""

from clinic_app.kernel.outbox import Event

BILL_PAID = Event(
    "charging.bill_paid", 1, ("bill_id", "receipt_no", "visit_id", "patient_id", "total_fen", "lines")
)
"""A bill is paid; `lines` is a list of {source_kind, source_id, source_line_id, item_kind, item_id, quantity,
amount_fen}, quantities in minimum units."""

BILL_VOIDED = Event("charging.bill_voided", 1, ("bill_id", "receipt_no", "visit_id", "reason"))
"""A paid bill counts no more (作废); it keeps its number, its lines are to be paid again."""

SHIFT_CLOSED = Event(
    "charging.shift_closed", 1,
    ("shift_id", "cashier_id", "opened_at", "closed_at", "bills", "voids", "reds", "cash_fen", "noncash_fen",
     "drawer_fen", "counted_fen", "closed_by"),
)  # fmt: skip
"""A cashier's period (班) is closed (日结); sums in fen, voids and reds already subtracted. `drawer_fen` should lie in
the drawer, `counted_fen` was counted, None when nobody did. `closed_by` is the cashier, or who closed it for somebody
that was gone."""

REFUNDED = Event("charging.refunded", 1, ("refund_id", "bill_id", "visit_id", "lines"))
"""Something of a bill was given back (退费): `lines` is a list of {charge_line_id, source_kind, source_id,
source_line_id, item_id, quantity}, the quantity taken back in minimum units, perhaps part of the line. `bill_id` is
the bill that took the money first, the one that reservations name."""

EVENTS = (BILL_PAID, BILL_VOIDED, REFUNDED, SHIFT_CLOSED)
