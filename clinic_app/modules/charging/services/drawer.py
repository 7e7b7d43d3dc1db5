"""The cash drawer of a shift (钱箱): float at the start, opening it without a sale, cash put in and taken out."""

from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import queries
from clinic_app.modules.charging.models import Shift
from clinic_app.modules.charging.rules import reason_line
from clinic_app.modules.charging.services.shifts import shift_of_actor

_ENTRY = "INSERT INTO drawer_entry(shift_id, kind, amount_fen, reason, made_by, at) VALUES(?, ?, ?, ?, ?, ?)"


def open_shift(uow: UnitOfWork, float_fen: int) -> dict[str, Any]:
    """Begin a shift with the float (备用金) that lies in the drawer; Refused `charging.shift_is_open`."""
    uow.require_sure_date()
    if queries.open_shift(uow.actor.person_id) is not None:
        raise Refused("charging.shift_is_open")
    shift_id = new_id()
    Shift.insert(
        id=shift_id, cashier_id=uow.actor.person_id, desk_id=uow.actor.desk_id, opened_at=uow.at, float_fen=float_fen
    ).execute()
    uow.audit("charging.open_shift", shift_id, float_fen=float_fen)
    return {"shift_id": shift_id.hex(), "float_fen": float_fen}


def record_drawer(uow: UnitOfWork, kind: str, amount_fen: int, reason: str) -> dict[str, Any]:
    """Write down that the drawer was `opened` without a sale, or cash put `in` or taken `out` (备用金), and why.

    Refused `charging.drawer_amount` for an amount where the drawer was only opened, `.amount_missing`, `.reason_length`
    and `.drawer_short` when more would be taken than should lie in it; while the close is blind that is not told, and
    the difference shows at the count.
    """
    if kind not in ("opened", "in", "out"):
        raise ValueError(f"nothing of a drawer is {kind!r}")
    why, shift_id = reason_line(reason), shift_of_actor(uow)
    if kind != "opened" and amount_fen <= 0:
        raise Refused("charging.amount_missing", field="amount")
    if kind == "opened" and amount_fen:
        raise Refused("charging.drawer_amount", field="kind")
    is_blind = parameters.value("charging.blind_close", uow.on)
    if kind == "out" and not is_blind and amount_fen > queries.shift_sums(shift_id).drawer_fen:
        raise Refused("charging.drawer_short", field="amount")
    signed = {"opened": 0, "in": amount_fen, "out": -amount_fen}[kind]
    uow.execute(_ENTRY, (shift_id, kind, signed, why, uow.actor.person_id, uow.at))
    uow.audit("charging.drawer", shift_id, kind=kind, amount_fen=signed, reason=why)
    return {"shift_id": shift_id.hex(), "amount_fen": signed}
