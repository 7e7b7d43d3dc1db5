"""The one way in which stock moves (库存移动): a row with two sides, and the balances of both."""

from clinic_app.kernel.unit_of_work import UnitOfWork

SUPPLIER = (1).to_bytes(16, "big")
PATIENT = (2).to_bytes(16, "big")
SCRAPPED = (3).to_bytes(16, "big")
DAMAGED = (4).to_bytes(16, "big")
_MOVE = (
    "INSERT INTO stock_move(kind, batch_id, from_place_id, to_place_id, quantity, document_id, at, moved_on)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
)
_BALANCE = (
    "INSERT INTO stock_balance(batch_id, place_id, is_external, on_hand, reserved)"
    " SELECT ?, id, is_external, ?, 0 FROM place WHERE id = ?"
    " ON CONFLICT(batch_id, place_id) DO UPDATE SET on_hand = on_hand + excluded.on_hand"
)
_TAKE = "UPDATE stock_balance SET on_hand = on_hand - ?1 WHERE batch_id = ?2 AND place_id = ?3"
_TAKE_RESERVED = _TAKE.replace(" WHERE", ", reserved = reserved - ?1 WHERE")


def move(
    uow: UnitOfWork,
    kind: str,
    batch_id: bytes,
    from_place_id: bytes,
    to_place_id: bytes,
    quantity: int,
    document_id: bytes,
    *,
    is_reserved: bool = False,
) -> None:
    """Move minimum units of a batch; the CHECK of the balance refuses what is not there.

    `is_reserved` takes what was held for the document, so that its reservation goes with it. Places outside the clinic
    go below zero, so that all places of a batch always add up to nothing.
    """
    uow.execute(_MOVE, (kind, batch_id, from_place_id, to_place_id, quantity, document_id, uow.at, uow.on.isoformat()))
    uow.execute(_TAKE_RESERVED if is_reserved else _TAKE, (quantity, batch_id, from_place_id))
    if uow.conn.changes() == 0:
        uow.execute(_BALANCE, (batch_id, -quantity, from_place_id))
    uow.execute(_BALANCE, (batch_id, quantity, to_place_id))
