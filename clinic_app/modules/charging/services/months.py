"""Handing the money in (交款) and closing a month (月结); FE-15, FE-18."""

from datetime import date
from typing import Any

from clinic_app.kernel.clock import local
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.money import yuan
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import queries
from clinic_app.modules.charging.rules import reason_line

_HAND_IN = (
    "INSERT INTO hand_in(shift_id, expected_fen, received_fen, note, confirmed_by, at) VALUES(?, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO NOTHING"
)
_CLOSE = (
    "INSERT INTO month_close(month, income_fen, cash_fen, noncash_fen, receivable_fen, closed_by, closed_at)"
    " VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_ASK = (
    "UPDATE month_close SET asked_by = ?, asked_at = ?, reopening_reason = ?"
    " WHERE month = ? AND reopened_at IS NULL AND asked_by IS NULL"
)
_REOPEN = (
    "UPDATE month_close SET reopened_by = ?, reopened_at = ?"
    " WHERE month = ? AND reopened_at IS NULL AND asked_by IS NOT NULL"
)


def confirm_hand_in(uow: UnitOfWork, shift_id: bytes, received_fen: int, note: str = "") -> dict[str, Any]:
    """Finance got the cash of a closed shift; another sum than was to be handed in needs words (FE-15).

    Refused `charging.own_hand_in` (nobody confirms the own money), `.shift_still_open`, `.reason_length`; Stale
    `.handed_in_already`.
    """
    shift = queries.shift(shift_id)
    if shift is None:
        raise Missing("charging.shift_missing")
    if shift.closed_at is None:
        raise Refused("charging.shift_still_open", who=shift.cashier_name)
    if shift.cashier_id == uow.actor.person_id:
        raise Refused("charging.own_hand_in")
    expected = shift.to_hand_in_fen
    said = reason_line(note) if received_fen != expected else ""
    uow.change_one(
        _HAND_IN, (shift_id, expected, received_fen, said, uow.actor.person_id, uow.at),
        Stale("charging.handed_in_already", who=shift.cashier_name),
    )  # fmt: skip
    uow.audit("charging.confirm_hand_in", shift_id, received_fen=received_fen, expected_fen=expected, note=said)
    return {"shift_id": shift_id.hex(), "received_fen": received_fen}


def close_month(uow: UnitOfWork, month: str) -> dict[str, Any]:
    """Lock a month: every shift with money of it is closed and handed in, the arrears are listed (FE-18).

    Refused `charging.month_not_over`, `.month_has_open_shift`, `.month_not_handed_in` (both name cashier and day);
    Stale `.month_closed_already`.
    """
    first_open = queries.month_hindrance(month)
    if month >= f"{uow.on:%Y-%m}":
        raise Refused("charging.month_not_over", month=month)
    if first_open is not None:
        raise Refused(
            "charging.month_has_open_shift" if first_open.closed_at is None else "charging.month_not_handed_in",
            who=first_open.cashier_name, month=month,
            day=local(first_open.closed_at or first_open.opened_at).date().isoformat(),
        )  # fmt: skip
    sums = queries.month_sums(month)
    owed = queries.receivable_fen()
    uow.change_one(
        _CLOSE, (month, sums.income_fen, sums.cash_fen, sums.noncash_fen, owed, uow.actor.person_id, uow.at),
        Stale("charging.month_closed_already", month=month),
    )  # fmt: skip
    uow.audit("charging.close_month", None, month=month, income_fen=sums.income_fen, receivable_fen=owed)
    return {"month": month, "income_fen": sums.income_fen, "income": yuan(sums.income_fen)}


def ask_to_reopen(uow: UnitOfWork, month: str, reason: str) -> dict[str, Any]:
    """The first of the two roles that open a closed month again; Stale `charging.month_not_closed`."""
    why = reason_line(reason)
    uow.change_one(
        _ASK, (uow.actor.person_id, uow.at, why, month), Stale("charging.month_not_closed", month=month)
    )
    uow.audit("charging.ask_to_reopen", None, month=month, reason=why)
    return {"month": month}


def reopen_month(uow: UnitOfWork, month: str) -> dict[str, Any]:
    """The second role opens it; Refused `charging.own_request` for who asked, Stale `.month_not_closed`."""
    closed = queries.month_close(month)
    if closed is None or closed.asked_by is None:
        raise Stale("charging.month_not_closed", month=month)
    if closed.asked_by == uow.actor.person_id:
        raise Refused("charging.own_request")
    uow.change_one(
        _REOPEN, (uow.actor.person_id, uow.at, month), Stale("charging.month_not_closed", month=month)
    )
    uow.audit("charging.reopen_month", None, month=month, reason=closed.reopening_reason)
    return {"month": month}


def refuse_closed_month(on: date) -> None:
    """No money is entered into a closed month, whatever the clock says; Refused `charging.month_is_closed`."""
    if queries.month_close(f"{on:%Y-%m}") is not None:
        raise Refused("charging.month_is_closed", month=f"{on:%Y-%m}")
