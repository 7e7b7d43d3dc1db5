"""Shifts (班、日结): opened by a first charge, closed once, and then shut to every entry (FE-13, FE-14, M5)."""

import json
from dataclasses import dataclass
from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.clock import local_text
from clinic_app.kernel.errors import Denied, Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import documents, events, queries
from clinic_app.modules.charging.models import Shift
from clinic_app.modules.charging.rules import difference_reason, reason_line
from clinic_app.modules.charging.services.months import refuse_closed_month
from clinic_app.modules.desks import services as desks
from clinic_app.modules.people import queries as people

_CLOSE = (
    "UPDATE shift SET closed_at = ?, cash_fen = ?, noncash_fen = ?, drawer_fen = ?, counted_fen = ?,"
    " difference_reason = ?, closed_by = ?, counted_with = ?, reason = ? WHERE id = ? AND closed_at IS NULL"
)
_COUNT = (
    "INSERT INTO shift_count(shift_id, counted_fen, expected_fen, pieces, counted_by, at) VALUES(?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted in a drawer, in fen, and the notes and coins (fen, pieces) where they were typed one by one."""

    counted_fen: int
    pieces: tuple[tuple[int, int], ...] = ()


def shift_of_actor(uow: UnitOfWork) -> bytes:
    """The actor's open shift; the first charge after a close opens the next one. No money enters a closed month."""
    refuse_closed_month(uow.on)
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
    uow: UnitOfWork, *, shift_id: bytes | None = None, count: Count | None = None, why: str = "",
    sums_seen: str | None = None,
) -> dict[str, Any]:
    """Close the actor's shift by what was counted in the drawer, and print its slip.

    A count that differs from what should lie there, without words why, is kept and closes nothing: {"state":
    "counted", "difference_fen"}; so a blind count is on record before anybody sees the right sum. `shift_id` and
    `sums_seen`, the `mark` of its sums, are what the screen showed: a second close is Stale
    `charging.shift_closed_already` and never closes the shift after it, money in between is Stale
    `charging.shift_changed`, because the drawer was counted against other sums. Refused `charging.no_open_shift`,
    `.count_missing` where the parameter asks for a count. Returns {"state": "closed", "shift_id", "cash_fen",
    "noncash_fen", "print_job"}.
    """
    shift = queries.shift(shift_id) if shift_id is not None else queries.open_shift(uow.actor.person_id)
    if shift is None:
        raise Refused("charging.no_open_shift")
    if shift.cashier_id != uow.actor.person_id:
        raise Denied("charging.not_your_shift", who=shift.cashier_name)
    sums = _sums_as_seen(uow, shift, sums_seen)
    if count is None:
        if parameters.value("charging.count_at_close", uow.on):
            raise Refused("charging.count_missing", field="counted")
        return _close(uow, shift, sums, None, "")
    _record(uow, shift, count, sums.drawer_fen)
    difference = count.counted_fen - sums.drawer_fen
    if difference and not why.strip():
        uow.audit("charging.count_drawer", shift.id, counted_fen=count.counted_fen, expected_fen=sums.drawer_fen)
        return {"state": "counted", "shift_id": shift.id.hex(), "difference_fen": difference}
    return _close(uow, shift, sums, count.counted_fen, difference_reason(count.counted_fen, sums.drawer_fen, why))


def close_shift_for(
    uow: UnitOfWork, shift_id: bytes, *, count: Count | None, counted_with: bytes | None, reason: str,
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
    if count is None:
        raise Refused("charging.count_missing", field="counted")
    witness = people.person(counted_with) if counted_with else None
    if witness is None or not witness.is_active or witness.id == uow.actor.person_id:
        raise Refused("charging.witness_missing", field="second")
    if witness.id == shift.cashier_id:
        raise Refused("charging.witness_is_cashier", field="second", who=shift.cashier_name)
    sums = _sums_as_seen(uow, shift, sums_seen)
    _record(uow, shift, count, sums.drawer_fen)
    differs = why if count.counted_fen != sums.drawer_fen else ""
    return _close(uow, shift, sums, count.counted_fen, differs, witness.id, why)


def _sums_as_seen(uow: UnitOfWork, shift: queries.Shift, sums_seen: str | None) -> queries.ShiftSums:
    if shift.closed_at is not None:
        raise Stale("charging.shift_closed_already", at=local_text(shift.closed_at))
    sums = queries.shift_sums(shift.id)
    if sums_seen is not None and sums_seen != sums.mark:
        raise Stale("charging.shift_changed")
    return sums


def _record(uow: UnitOfWork, shift: queries.Shift, count: Count, expected_fen: int) -> None:
    pieces = json.dumps({str(fen): number for fen, number in count.pieces if number})
    uow.execute(_COUNT, (shift.id, count.counted_fen, expected_fen, pieces, uow.actor.person_id, uow.at))


def _close(
    uow: UnitOfWork, shift: queries.Shift, sums: queries.ShiftSums, counted_fen: int | None, differs: str,
    witness: bytes | None = None, reason: str = "",
) -> dict[str, Any]:
    by = uow.actor.person_id
    uow.change_one(
        _CLOSE,
        (uow.at, sums.cash_fen, sums.noncash_fen, sums.drawer_fen, counted_fen, differs, by if witness else None,
         witness, reason, shift.id),
        Stale("charging.shift_closed_already", at=local_text(uow.at)),
    )  # fmt: skip
    uow.emit(
        events.SHIFT_CLOSED, shift.id,
        {"shift_id": shift.id, "cashier_id": shift.cashier_id, "opened_at": shift.opened_at, "closed_at": uow.at,
         "bills": sums.bills, "voids": sums.voids, "reds": sums.reds, "cash_fen": sums.cash_fen,
         "noncash_fen": sums.noncash_fen, "drawer_fen": sums.drawer_fen, "counted_fen": counted_fen, "closed_by": by},
    )  # fmt: skip
    told = {
        "cash_fen": sums.cash_fen, "noncash_fen": sums.noncash_fen, "drawer_fen": sums.drawer_fen,
        "counted_fen": counted_fen, "difference_reason": differs,
    }  # fmt: skip
    if witness:
        uow.audit(
            "charging.close_shift_for", shift.id, cashier=shift.cashier_id, counted_with=witness, reason=reason, **told
        )
    else:
        uow.audit("charging.close_shift", shift.id, **told)
    job = uow.print_job(documents.SHIFT_SLIP, shift.id, documents.shift_slip(shift.id).model(), patient_id=None)
    return {
        "state": "closed", "shift_id": shift.id.hex(), "cash_fen": sums.cash_fen, "noncash_fen": sums.noncash_fen,
        "to_hand_in_fen": max((sums.drawer_fen if counted_fen is None else counted_fen) - shift.float_fen, 0),
        "print_job": job.hex(),
    }  # fmt: skip


def reprint_shift_slip(uow: UnitOfWork, shift_id: bytes) -> dict[str, Any]:
    """Print the slip of a closed shift again, marked 补打 n: an own one, or anybody's for who may close them."""
    shift = queries.shift(shift_id)
    may = shift is not None and (shift.cashier_id == uow.actor.person_id or uow.actor.may("charging.close_for"))
    if shift is None or not may or shift.closed_at is None:
        raise Missing("charging.shift_missing")
    job = documents.newest_job(documents.SHIFT_SLIP, shift_id)
    return desks.reprint(uow, job.id)
