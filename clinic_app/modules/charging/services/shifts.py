"""Shifts (班、日结): opened by a first charge, closed once, and then shut to every entry (FE-13, FE-14, M5)."""

from typing import Any

from clinic_app.kernel.clock import local_text
from clinic_app.kernel.errors import Denied, Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import documents, events, queries
from clinic_app.modules.charging.models import Shift
from clinic_app.modules.charging.rules import reason_line
from clinic_app.modules.desks import services as desks
from clinic_app.modules.people import queries as people

_CLOSE = (
    "UPDATE shift SET closed_at = ?, cash_fen = ?, scan_fen = ?, counted_fen = ?, closed_by = ?, counted_with = ?,"
    " reason = ? WHERE id = ? AND closed_at IS NULL"
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


def close_shift(
    uow: UnitOfWork, *, shift_id: bytes | None = None, counted_fen: int | None = None, sums_seen: str | None = None
) -> dict[str, Any]:
    """Close the actor's shift and print its slip; `counted_fen` is the cash counted in the drawer, None if it was not.

    `shift_id` and `sums_seen`, the `mark` of its sums, are what the screen showed: a second close is Stale
    `charging.shift_closed_already` and never closes the shift after it, a charge or void in between is Stale
    `charging.shift_changed`, because the drawer was counted against other sums. Refused `charging.no_open_shift`.
    Returns {"shift_id", "cash_fen", "scan_fen", "print_job"}.
    """
    shift = queries.shift(shift_id) if shift_id is not None else queries.open_shift(uow.actor.person_id)
    if shift is None:
        raise Refused("charging.no_open_shift")
    if shift.cashier_id != uow.actor.person_id:
        raise Denied("charging.not_your_shift", who=shift.cashier_name)
    return _close(uow, shift, counted_fen, sums_seen)


def close_shift_for(
    uow: UnitOfWork, shift_id: bytes, *, counted_fen: int | None, counted_with: bytes | None, reason: str,
    sums_seen: str | None = None,
) -> dict[str, Any]:
    """Close the shift of a cashier who has gone, lost the role or left it open (代交班, see `queries.left_open`).

    The actor counts the drawer together with `counted_with`, who is on the staff; the cashier of the shift is neither
    of the two. Refused `charging.own_shift`, `.cashier_at_work`, `.count_missing`, `.witness_missing`,
    `.witness_is_cashier`, `.reason_length`; Stale `charging.shift_closed_already`, `.shift_changed` as `close_shift`,
    which says what is returned.
    """
    shift = queries.shift(shift_id)
    if shift is None:
        raise Missing("charging.shift_missing")
    if shift.cashier_id == uow.actor.person_id:
        raise Refused("charging.own_shift")
    if shift.closed_at is None and not queries.is_left_open(shift, uow.at):
        raise Refused("charging.cashier_at_work", who=shift.cashier_name, hours=queries.left_open_hours(uow.at))
    why = reason_line(reason)
    if counted_fen is None:
        raise Refused("charging.count_missing", field="counted")
    witness = people.person(counted_with) if counted_with else None
    if witness is None or not witness.is_active or witness.id == uow.actor.person_id:
        raise Refused("charging.witness_missing", field="second")
    if witness.id == shift.cashier_id:
        raise Refused("charging.witness_is_cashier", field="second", who=shift.cashier_name)
    return _close(uow, shift, counted_fen, sums_seen, witness.id, why)


def _close(
    uow: UnitOfWork, shift: queries.Shift, counted_fen: int | None, sums_seen: str | None,
    witness: bytes | None = None, reason: str = "",
) -> dict[str, Any]:
    closed = Stale("charging.shift_closed_already", at=local_text(shift.closed_at or uow.at))
    if shift.closed_at is not None:
        raise closed
    sums, by = queries.shift_sums(shift.id), uow.actor.person_id
    if sums_seen is not None and sums_seen != sums.mark:
        raise Stale("charging.shift_changed")
    uow.change_one(
        _CLOSE,
        (uow.at, sums.cash_fen, sums.scan_fen, counted_fen, by if witness else None, witness, reason, shift.id), closed,
    )  # fmt: skip
    uow.emit(
        events.SHIFT_CLOSED, shift.id,
        {"shift_id": shift.id, "cashier_id": shift.cashier_id, "opened_at": shift.opened_at, "closed_at": uow.at,
         "bills": sums.bills, "voids": sums.voids, "cash_fen": sums.cash_fen, "scan_fen": sums.scan_fen,
         "closed_by": by},
    )  # fmt: skip
    told = {"cash_fen": sums.cash_fen, "scan_fen": sums.scan_fen, "counted_fen": counted_fen}
    if witness:
        uow.audit(
            "charging.close_shift_for", shift.id, cashier=shift.cashier_id, counted_with=witness, reason=reason, **told
        )
    else:
        uow.audit("charging.close_shift", shift.id, **told)
    job = uow.print_job(documents.SHIFT_SLIP, shift.id, documents.shift_slip(shift.id).model(), patient_id=None)
    return {
        "shift_id": shift.id.hex(), "cash_fen": sums.cash_fen, "scan_fen": sums.scan_fen, "print_job": job.hex(),
    }  # fmt: skip


def reprint_shift_slip(uow: UnitOfWork, shift_id: bytes) -> dict[str, Any]:
    """Print the slip of a closed shift again, marked 补打 n: an own one, or anybody's for who may close them."""
    shift = queries.shift(shift_id)
    may = shift is not None and (shift.cashier_id == uow.actor.person_id or uow.actor.may("charging.close_for"))
    if shift is None or not may or shift.closed_at is None:
        raise Missing("charging.shift_missing")
    job = documents.newest_job(documents.SHIFT_SLIP, shift_id)
    return desks.reprint(uow, job.id)
