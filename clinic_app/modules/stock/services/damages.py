"""Damage documents (报损): one person submits, another approves; only then stock moves (PH-01, PH-02)."""

from collections.abc import Sequence
from typing import Any

from clinic_app.kernel import db, installation
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.stock import queries
from clinic_app.modules.stock.events import SCRAPPED
from clinic_app.modules.stock.services.moves import SCRAPPED as SCRAPPED_PLACE
from clinic_app.modules.stock.services.moves import move

_DOCUMENT = "INSERT INTO damage(id, damage_no, reason, state, made_by, made_at) VALUES(?, ?, ?, 'submitted', ?, ?)"
_LINE = "INSERT INTO damage_line(damage_id, line_no, batch_id, place_id, quantity) VALUES(?, ?, ?, ?, ?)"
_DECIDE = "UPDATE damage SET state = ?, decided_by = ?, decided_at = ? WHERE id = ? AND state = 'submitted'"
_FREE = "SELECT on_hand - reserved FROM stock_balance WHERE batch_id = ? AND place_id = ? AND is_external = 0"
LONGEST_REASON = 100


def submit_damage(uow: UnitOfWork, reason: str, lines: Sequence[tuple[bytes, bytes, int]]) -> dict[str, Any]:
    """Submit what is to be scrapped as (batch id, place id, minimum units); another person approves it.

    Refused `stock.damage_reason`, `.damage_empty`, `.damage_too_much`. Returns {"damage_id", "damage_no"}.
    """
    uow.require_sure_date()
    why = " ".join(reason.split())
    if not 2 <= len(why) <= LONGEST_REASON:
        raise Refused("stock.damage_reason", field="reason", most=LONGEST_REASON)
    if not lines:
        raise Refused("stock.damage_empty")
    for batch_id, place_id, quantity in lines:
        _check_free(batch_id, place_id, quantity)
    series = f"{installation.current().prefix()}B{uow.on:%y}"
    damage_id, damage_no = new_id(), f"{series}{uow.number(series):06d}"
    uow.execute(_DOCUMENT, (damage_id, damage_no, why, uow.actor.person_id, uow.at))
    uow.conn.executemany(_LINE, [(damage_id, at, *line) for at, line in enumerate(lines, 1)])
    uow.audit("stock.submit_damage", damage_id, damage_no=damage_no, lines=len(lines))
    return {"damage_id": damage_id.hex(), "damage_no": damage_no}


def approve_damage(uow: UnitOfWork, damage_id: bytes) -> dict[str, Any]:
    """Another person approves: the stock goes at once. Refused `stock.damage_own`, `.damage_too_much`."""
    uow.require_sure_date()
    found = _open_for(uow, damage_id)
    lines = queries.damage_lines(damage_id)
    for line in lines:
        _check_free(line.batch_id, line.place_id, line.quantity)
        move(uow, "damage", line.batch_id, line.place_id, SCRAPPED_PLACE, line.quantity, damage_id)
    uow.change_one(_DECIDE, ("approved", uow.actor.person_id, uow.at, damage_id), Stale("stock.damage_decided"))
    uow.emit(SCRAPPED, damage_id, {
        "damage_id": damage_id, "damage_no": found.damage_no, "made_by": found.made_by,
        "approved_by": uow.actor.person_id,
        "lines": [
            {"drug_id": line.drug_id, "batch_id": line.batch_id, "quantity": line.quantity} for line in lines
        ],
    })  # fmt: skip
    uow.audit("stock.approve_damage", damage_id, damage_no=found.damage_no)
    return {"damage_id": damage_id.hex()}


def reject_damage(uow: UnitOfWork, damage_id: bytes) -> dict[str, Any]:
    """Another person says no: nothing moves."""
    found = _open_for(uow, damage_id)
    uow.change_one(_DECIDE, ("rejected", uow.actor.person_id, uow.at, damage_id), Stale("stock.damage_decided"))
    uow.audit("stock.reject_damage", damage_id, damage_no=found.damage_no)
    return {"damage_id": damage_id.hex()}


def _open_for(uow: UnitOfWork, damage_id: bytes) -> queries.Damage:
    found = queries.damage(damage_id)
    if found is None:
        raise Missing("stock.no_such_damage")
    if found.state != "submitted":
        raise Stale("stock.damage_decided")
    if found.made_by == uow.actor.person_id:
        raise Refused("stock.damage_own", who=uow.actor.name)
    return found


def _check_free(batch_id: bytes, place_id: bytes, quantity: int) -> None:
    free = db.value(_FREE, (batch_id, place_id))
    if free is None:
        raise Missing("stock.no_such_batch")
    if not 1 <= quantity <= free:
        raise Refused("stock.damage_too_much", field=f"scrap-{batch_id.hex()}-{place_id.hex()}", free=free)
