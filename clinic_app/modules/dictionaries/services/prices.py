"""Prices (调价, FE-03): proposed by one person, approved by another, dated, never edited."""

from datetime import date
from typing import Any

from clinic_app.kernel import db
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import models
from clinic_app.modules.dictionaries.events import PRICE_SET
from clinic_app.modules.dictionaries.rules.prices import Standing, closing_day
from clinic_app.modules.dictionaries.services.under_way import refuse_while_imported

_LISTS = {"drug": "drugs", "service": "services"}
_MODELS = {"drug": models.Drug, "service": models.ServiceItem}
ADD_PRICE = (
    "INSERT INTO price(item_kind, item_id, price_e4, valid_from, valid_to, source, is_reviewed, replaces_id,"
    " recorded_at) VALUES(?, ?, ?, ?, NULL, ?, ?, ?, ?)"
)
_PROPOSE = (
    "INSERT INTO price_proposal(id, item_kind, item_id, price_e4, valid_from, source, is_reviewed, proposed_by,"
    " proposed_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_WAITING = (
    "SELECT item_kind, item_id, price_e4, valid_from, source, is_reviewed, proposed_by, decided_at FROM price_proposal"
    " WHERE id = ?"
)
_DECIDE = (
    "UPDATE price_proposal SET is_approved = ?, decided_by = ?, decided_at = ? WHERE id = ? AND decided_at IS NULL"
)


def set_price(
    uow: UnitOfWork, item_kind: str, item_id: bytes, price_e4: int, valid_from: date, source: str
) -> dict[str, Any]:
    """Let a price hold from a day on, on the word of two people who agreed elsewhere; the one before is closed.

    Screens use `propose_price` and `approve_price`.

    `price_e4` is for one pack of a drug or one unit of a service. Refused `dictionaries.price_in_past`,
    `.price_later_exists` or `.price_same`; Missing for an unknown item.
    """
    uow.require_sure_date()
    _known(item_kind, item_id)
    return _take_effect(uow, item_kind, item_id, price_e4, valid_from, source, is_reviewed=True)


def propose_price(
    uow: UnitOfWork, item_kind: str, item_id: bytes, price_e4: int, valid_from: date, source: str
) -> dict[str, Any]:
    """Ask for another price from a day on; it holds once a second person approves it.

    Refused as `set_price`, and `dictionaries.price_waiting` while another proposal for the item waits.
    """
    uow.require_sure_date()
    _known(item_kind, item_id)
    if db.value("SELECT 1 FROM price_proposal WHERE item_id = ? AND decided_at IS NULL", (item_id,)):
        raise Refused("dictionaries.price_waiting", field="price")
    closing_day(_standing(item_id), price_e4, valid_from, uow.on)
    proposal_id = propose(uow, item_kind, item_id, price_e4, valid_from, source, is_reviewed=True)
    uow.audit("dictionaries.propose_price", item_id, price_e4=price_e4, valid_from=valid_from.isoformat())
    return {"proposal_id": proposal_id.hex()}


def propose(
    uow: UnitOfWork, item_kind: str, item_id: bytes, price_e4: int, valid_from: date, source: str, *, is_reviewed: bool
) -> bytes:
    """Write a proposal; for callers that have checked it and write the audit row themselves."""
    proposal_id = new_id()
    uow.execute(_PROPOSE, (
        proposal_id, item_kind, item_id, price_e4, valid_from.isoformat(), source, int(is_reviewed),
        uow.actor.person_id, uow.at,
    ))  # fmt: skip
    return proposal_id


def approve_price(uow: UnitOfWork, proposal_id: bytes) -> dict[str, Any]:
    """Let a proposed price hold, from its day or, when that is past, from today; never by who proposed it.

    Missing; Stale `dictionaries.price_decided`; Refused `dictionaries.price_own`, or as `set_price`.
    """
    uow.require_sure_date()
    item_kind, item_id, price_e4, first, source, is_reviewed, proposed_by = _waiting(proposal_id)
    if proposed_by == uow.actor.person_id:
        raise Refused("dictionaries.price_own")
    _decide(uow, proposal_id, is_approved=True)
    valid_from = max(date.fromisoformat(first), uow.on)
    return _take_effect(
        uow, item_kind, item_id, price_e4, valid_from, source, is_reviewed=bool(is_reviewed), proposed_by=proposed_by
    )


def reject_price(uow: UnitOfWork, proposal_id: bytes) -> dict[str, Any]:
    """Turn a proposed price down, or take the own one back; the old price goes on."""
    item_id = _waiting(proposal_id)[1]
    _decide(uow, proposal_id, is_approved=False)
    uow.audit("dictionaries.reject_price", item_id)
    return {"item_id": item_id.hex()}


def _known(item_kind: str, item_id: bytes) -> None:
    """Of an item whose list nobody else writes just now."""
    model = _MODELS.get(item_kind)
    if model is None or not model.select().where(model.id == item_id).exists():
        raise Missing("dictionaries.no_such_item")
    refuse_while_imported(_LISTS[item_kind])


def _waiting(proposal_id: bytes) -> tuple[Any, ...]:
    found = db.row(_WAITING, (proposal_id,))
    if found is None:
        raise Missing("dictionaries.no_such_item")
    if found[7] is not None:
        raise Stale("dictionaries.price_decided")
    refuse_while_imported(_LISTS[found[0]])
    return found[:7]


def _decide(uow: UnitOfWork, proposal_id: bytes, *, is_approved: bool) -> None:
    uow.change_one(
        _DECIDE, (int(is_approved), uow.actor.person_id, uow.at, proposal_id), Stale("dictionaries.price_decided")
    )


def _take_effect(
    uow: UnitOfWork, item_kind: str, item_id: bytes, price_e4: int, valid_from: date, source: str, *,
    is_reviewed: bool, proposed_by: bytes | None = None,
) -> dict[str, Any]:  # fmt: skip
    price_id = _put_price(uow, item_kind, item_id, price_e4, valid_from, source, is_reviewed=is_reviewed)
    day = valid_from.isoformat()
    uow.emit(PRICE_SET, item_id, {"item_kind": item_kind, "item_id": item_id, "price_e4": price_e4, "valid_from": day})
    by = {"proposed_by": proposed_by.hex()} if proposed_by else {}
    uow.audit("dictionaries.set_price", item_id, price_e4=price_e4, valid_from=day, **by)
    return {"price_id": price_id, "item_id": item_id.hex(), "item_kind": item_kind, "valid_from": day}


def _standing(item_id: bytes) -> Standing | None:
    last = db.row("SELECT id, price_e4, valid_from FROM price WHERE item_id = ? AND valid_to IS NULL", (item_id,))
    return Standing(last[0], last[1], date.fromisoformat(last[2])) if last else None


def _put_price(
    uow: UnitOfWork, item_kind: str, item_id: bytes, price_e4: int, valid_from: date, source: str, *, is_reviewed: bool
) -> int:
    standing = _standing(item_id)
    if (ends := closing_day(standing, price_e4, valid_from, uow.on)) is not None and standing is not None:
        uow.execute("UPDATE price SET valid_to = ? WHERE id = ? AND valid_to IS NULL", (ends.isoformat(), standing.id))
    uow.execute(
        ADD_PRICE,
        (
            item_kind, item_id, price_e4, valid_from.isoformat(), source, is_reviewed,
            standing.id if standing else None, uow.at,
        ),
    )  # fmt: skip
    return uow.conn.last_insert_rowid()
