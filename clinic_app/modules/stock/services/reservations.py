"""Reservations (预留): payment reserves, dispensing consumes, a void releases; stock is never negative (PH-08)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from clinic_app.kernel import db, parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.stock import queries
from clinic_app.modules.stock.queries import Reserved
from clinic_app.modules.stock.rules import Batch, allocate, available, is_usable
from clinic_app.modules.stock.services.moves import PATIENT, move

LineId = bytes | int
_FREE = (
    "SELECT b.id, s.on_hand - s.reserved, b.expires_on, b.is_frozen FROM batch AS b JOIN stock_balance AS s"
    " ON s.batch_id = b.id AND s.place_id = ? WHERE b.drug_id = ? AND s.on_hand > s.reserved"
    " ORDER BY b.expires_on, b.id"
)
_HOLD = "UPDATE stock_balance SET reserved = reserved + ? WHERE batch_id = ? AND place_id = ?"
_LET_GO = "UPDATE stock_balance SET reserved = reserved - ? WHERE batch_id = ? AND place_id = ?"
_RESERVE = (
    "INSERT INTO reservation(source_id, line_id, batch_id, place_id, quantity, state, made_at)"
    " VALUES(?, ?, ?, ?, ?, 'live', ?)"
    " ON CONFLICT(source_id, line_id, batch_id) WHERE state = 'live' DO NOTHING"
)
_CONSUMED = (
    "INSERT INTO reservation(source_id, line_id, batch_id, place_id, quantity, state, made_at, ended_at)"
    " VALUES(?, ?, ?, ?, ?, 'consumed', ?, ?)"
)
_END = "UPDATE reservation SET state = ?, ended_at = ? WHERE id = ? AND state = 'live'"

_OLD = (
    "SELECT id, quantity, batch_id, place_id FROM reservation WHERE state = 'live' AND made_at < ?"
    " ORDER BY made_at, id"
)


def reserve(uow: UnitOfWork, *, source_id: bytes, lines: Sequence[tuple[LineId, bytes, int]]) -> dict[str, Any]:
    """Hold what a source has paid for at the pharmacy, first expiry first out (PH-05, PH-08).

    `lines` are (line id, drug id, minimum units). Refused `stock.not_enough` (facts item, needed, available), and then
    nothing is held; Stale when a line is held already. Returns {"batches": [[batch id, quantity], ...]}.
    """
    uow.require_sure_date()
    place_id = queries.pharmacy_place().id
    taken = [part for line in lines for part in _hold(uow, place_id, source_id, *line)]
    uow.audit("stock.reserve", source_id, lines=len(lines))
    return {"batches": [[batch_id.hex(), part] for batch_id, part in taken]}


def release(uow: UnitOfWork, source_id: bytes) -> dict[str, Any]:
    """Give back everything still held for a source (作废释放); nothing held is no error."""
    held = queries.reservations_of(source_id)
    for one in held:
        _release(uow, one)
    uow.audit("stock.release", source_id, reservations=len(held))
    return {"released": len(held)}


def keep_at_most(uow: UnitOfWork, source_id: bytes, line_id: LineId, most: int) -> None:
    """Give back what is held for a line above `most` minimum units (退费释放), the latest expiry first."""
    held = [one for one in queries.reservations_of(source_id) if one.line_id == line_id]
    surplus = sum(one.quantity for one in held) - most
    for one in sorted(held, key=lambda one: one.expires_on, reverse=True):
        if surplus <= 0:
            break
        part = min(surplus, one.quantity)
        _release(uow, one)
        if part < one.quantity:
            _hold_part(uow, one, one.quantity - part)
        surplus -= part


def lapse(uow: UnitOfWork) -> dict[str, Any]:
    """End reservations older than `stock.reservation_hours` (PH-08): what nobody fetched may go to somebody else.

    A paid sheet stays to be handed out; `top_up` holds for it again. Returns {"lapsed": how many}.
    """
    hours = parameters.value("stock.reservation_hours", uow.on)
    old = db.rows(_OLD, (uow.at - hours * 3_600_000,))
    for reservation_id, quantity, batch_id, place_id in old:
        uow.change_one(_END, ("lapsed", uow.at, reservation_id), Stale("stock.reservation_ended"))
        uow.execute(_LET_GO, (quantity, batch_id, place_id))
    if old:
        uow.audit("stock.lapse", None, reservations=len(old))
    return {"lapsed": len(old)}


def top_up(uow: UnitOfWork, *, source_id: bytes, lines: Sequence[tuple[LineId, bytes, int]]) -> dict[str, Any]:
    """Hold for each line as much of (line id, drug id, minimum units in all) as there is; never refuses for too little.

    Batches that may not go out any more are given back first. Returns {"held": how many lines changed}.
    """
    uow.require_sure_date()
    place_id = queries.pharmacy_place().id
    changed = 0
    held = queries.reservations_of(source_id)
    for line_id, drug_id, wanted in lines:
        own = [one for one in held if one.line_id == line_id]
        fine = sum(one.quantity for one in own if not one.is_frozen and _is_usable_on(one, uow.on))
        if fine == sum(one.quantity for one in own) and fine >= wanted:
            continue
        for one in own:
            _release(uow, one)
        free = available(_free(place_id, drug_id), uow.on)
        if part := min(free, wanted):
            _hold(uow, place_id, source_id, line_id, drug_id, part)
        changed += 1
    uow.audit("stock.top_up", source_id, lines=changed)
    return {"held": changed}


def consume(
    uow: UnitOfWork, *, source_id: bytes, document_id: bytes, line_ids: Collection[LineId] | None = None,
    quantities: Mapping[LineId, int] | None = None,
) -> list[tuple[LineId, bytes, int]]:
    """Hand out what is held for a source (发药): movements from the pharmacy to the patient.

    `line_ids` limits it to some lines of the source, `quantities` to so many minimum units of a line, earliest expiry
    first; the rest stays held. Returns (line id, batch id, minimum units) of each movement. Refused
    `stock.nothing_reserved`, `stock.batch_expired` or `stock.batch_is_frozen`; after the last two `top_up` finds other
    batches.
    """
    uow.require_sure_date()
    held = [one for one in queries.reservations_of(source_id) if line_ids is None or one.line_id in line_ids]
    taken = _parts(held, quantities)
    if not taken:
        raise Refused("stock.nothing_reserved")
    for one, _part in taken:
        _check_usable(one, uow.on)
    for one, part in taken:
        if part == one.quantity:
            _end(uow, one, "consumed")
        else:
            _split(uow, one, part)
        move(uow, "dispense", one.batch_id, one.place_id, PATIENT, part, document_id, is_reserved=True)
    uow.audit("stock.consume", document_id, movements=len(taken))
    return [(one.line_id, one.batch_id, part) for one, part in taken]


def _parts(held: Sequence[Reserved], quantities: Mapping[LineId, int] | None) -> list[tuple[Reserved, int]]:
    if quantities is None:
        return [(one, one.quantity) for one in held]
    left, taken = dict(quantities), []
    for one in sorted(held, key=lambda one: one.expires_on):
        part = min(left.get(one.line_id, 0), one.quantity)
        if part > 0:
            taken.append((one, part))
            left[one.line_id] -= part
    return taken


def _hold_part(uow: UnitOfWork, one: Reserved, quantity: int) -> None:
    """Hold what is left of a reservation that was just ended."""
    uow.execute(_HOLD, (quantity, one.batch_id, one.place_id))
    uow.change_one(
        _RESERVE, (one.source_id, one.line_id, one.batch_id, one.place_id, quantity, uow.at),
        Stale("stock.already_reserved"),
    )


def _split(uow: UnitOfWork, one: Reserved, part: int) -> None:
    """A part of a reservation is used up, the rest stays held under one of its own."""
    _end(uow, one, "released")
    uow.execute(_CONSUMED, (one.source_id, one.line_id, one.batch_id, one.place_id, part, uow.at, uow.at))
    uow.execute(_LET_GO, (one.quantity - part, one.batch_id, one.place_id))
    _hold_part(uow, one, one.quantity - part)


def _free(place_id: bytes, drug_id: bytes) -> list[Batch[bytes]]:
    return [
        Batch(batch_id, units, date.fromisoformat(expires_on), bool(is_frozen))
        for batch_id, units, expires_on, is_frozen in db.rows(_FREE, (place_id, drug_id))
    ]


def _hold(
    uow: UnitOfWork, place_id: bytes, source_id: bytes, line_id: LineId, drug_id: bytes, quantity: int
) -> list[tuple[bytes, int]]:
    free = _free(place_id, drug_id)
    try:
        taken = allocate(free, quantity, uow.on, item="")
    except Refused as err:
        raise Refused(err.code, field=err.field, **{**err.facts, "item": _name(drug_id)}) from None
    for batch_id, part in taken:
        uow.execute(_HOLD, (part, batch_id, place_id))
        uow.change_one(
            _RESERVE, (source_id, line_id, batch_id, place_id, part, uow.at), Stale("stock.already_reserved")
        )
    return taken


def _end(uow: UnitOfWork, one: Reserved, state: str) -> None:
    uow.change_one(_END, (state, uow.at, one.id), Stale("stock.reservation_ended"))


def _release(uow: UnitOfWork, one: Reserved) -> None:
    _end(uow, one, "released")
    uow.execute(_LET_GO, (one.quantity, one.batch_id, one.place_id))


def _check_usable(one: Reserved, today: date) -> None:
    if one.is_frozen:
        raise Refused("stock.batch_is_frozen", item=_name(one.drug_id), batch_no=one.batch_no)
    if not _is_usable_on(one, today):
        raise Refused("stock.batch_expired", item=_name(one.drug_id), batch_no=one.batch_no, expires_on=one.expires_on)


def _is_usable_on(one: Reserved, day: date) -> bool:
    return is_usable(date.fromisoformat(one.expires_on), day)


def _name(drug_id: bytes) -> str:
    drug = dictionaries.drug(drug_id)
    if drug is None:
        raise Missing("dictionaries.no_such_item")
    return dictionaries.named(drug)
