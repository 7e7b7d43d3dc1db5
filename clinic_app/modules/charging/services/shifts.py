"""Shifts (班、日结): opened by a first charge, closed once, and then shut to every entry (FE-13, FE-14, M5)."""

from typing import Any

from clinic_app.kernel.clock import local_text
from clinic_app.kernel.errors import Denied, Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import documents, events, queries
from clinic_app.modules.charging.models import Shift
from clinic_app.modules.desks import services as desks

_CLOSE = (
    "UPDATE shift SET closed_at = ?, cash_fen = ?, scan_fen = ?, counted_fen = ? WHERE id = ? AND closed_at IS NULL"
)


def shift_of_actor(uow: UnitOfWork) -> bytes:
    """The actor's open shift; the first charge after a close opens the next one."""
    found = queries.open_shift(uow.actor.person_id)
    if found is not None:
        return found.id
    shift_id = new_id()
    Shift.insert(
        id=shift_id, cashier_id=uow.actor.person_id, desk_id=uow.actor.desk_id, opened_at=uow.at
    ).execute()
    uow.audit("charging.open_shift", shift_id)
    return shift_id


def close_shift(uow: UnitOfWork, *, shift_id: bytes | None = None, counted_fen: int | None = None) -> dict[str, Any]:
    """Close the actor's shift and print its slip; `counted_fen` is the cash counted in the drawer, None if it was not.

    `shift_id` is the one the screen showed: a second close is Stale `charging.shift_closed_already` and never closes
    the shift after it. Refused `charging.no_open_shift`. Returns {"shift_id", "cash_fen", "scan_fen", "print_job"}.
    """
    shift = queries.shift(shift_id) if shift_id is not None else queries.open_shift(uow.actor.person_id)
    if shift is None:
        raise Refused("charging.no_open_shift")
    if shift.cashier_id != uow.actor.person_id:
        raise Denied("charging.not_your_shift", who=shift.cashier_name)
    closed = Stale("charging.shift_closed_already", at=local_text(shift.closed_at or uow.at))
    if shift.closed_at is not None:
        raise closed
    sums = queries.shift_sums(shift.id)
    uow.change_one(_CLOSE, (uow.at, sums.cash_fen, sums.scan_fen, counted_fen, shift.id), closed)
    uow.emit(
        events.SHIFT_CLOSED, shift.id,
        {"shift_id": shift.id, "cashier_id": shift.cashier_id, "opened_at": shift.opened_at, "closed_at": uow.at,
         "bills": sums.bills, "voids": sums.voids, "cash_fen": sums.cash_fen, "scan_fen": sums.scan_fen},
    )  # fmt: skip
    uow.audit("charging.close_shift", shift.id, cash_fen=sums.cash_fen, scan_fen=sums.scan_fen, counted_fen=counted_fen)
    job = uow.print_job(documents.SHIFT_SLIP, shift.id, documents.shift_slip(shift.id).model(), patient_id=None)
    return {
        "shift_id": shift.id.hex(), "cash_fen": sums.cash_fen, "scan_fen": sums.scan_fen, "print_job": job.hex(),
    }  # fmt: skip


def reprint_shift_slip(uow: UnitOfWork, shift_id: bytes) -> dict[str, Any]:
    """Print the slip of an own closed shift again, marked 补打 n."""
    shift = queries.shift(shift_id)
    if shift is None or shift.cashier_id != uow.actor.person_id or shift.closed_at is None:
        raise Missing("charging.shift_missing")
    job = documents.newest_job(documents.SHIFT_SLIP, shift_id)
    return desks.reprint(uow, job.id)
