"""Places of the clinic (库位) and batches that must not go out (冻结, PH-19)."""

from collections.abc import Mapping
from typing import Any

from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.stock import models, queries
from clinic_app.modules.stock.events import BATCH_FROZEN, BATCH_UNFROZEN


def add_place(uow: UnitOfWork, code: str, name: str) -> dict[str, Any]:
    """Add a place of the clinic; Refused `stock.place_exists` for a code in use."""
    if models.Place.select().where(models.Place.code == code).exists():
        raise Refused("stock.place_exists", field="code", value=code)
    place_id = new_id()
    models.Place.insert(id=place_id, code=code, name=name, is_external=0).execute()
    uow.audit("stock.add_place", place_id, code=code)
    return {"place_id": place_id.hex()}


def refuse_unknown_place(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `parameters.change`: Refused `stock.no_pharmacy` for a code that no place of the clinic has."""
    if facts["codes_of"] == "place" and set(facts["codes"]) - {one.code for one in queries.places()}:
        raise Refused("stock.no_pharmacy", field="value", value=" ".join(facts["codes"]))


def freeze_batch(uow: UnitOfWork, batch_id: bytes, reason: str) -> dict[str, Any]:
    """Keep a batch from going out at every place; what is reserved of it cannot be handed out either (PH-19)."""
    if not reason.strip():
        raise Refused("stock.reason_missing", field="reason")
    _set_frozen(uow, batch_id, True, reason.strip()[:200])
    uow.emit(BATCH_FROZEN, batch_id, {"batch_id": batch_id, "reason": reason.strip()[:200]})
    uow.audit("stock.freeze_batch", batch_id, reason=reason.strip()[:200])
    return {"batch_id": batch_id.hex()}


def unfreeze_batch(uow: UnitOfWork, batch_id: bytes, reason: str) -> dict[str, Any]:
    """Let a frozen batch go out again (解冻)."""
    if not reason.strip():
        raise Refused("stock.reason_missing", field="reason")
    _set_frozen(uow, batch_id, False, "")
    uow.emit(BATCH_UNFROZEN, batch_id, {"batch_id": batch_id, "reason": reason.strip()[:200]})
    uow.audit("stock.unfreeze_batch", batch_id, reason=reason.strip()[:200])
    return {"batch_id": batch_id.hex()}


def _set_frozen(uow: UnitOfWork, batch_id: bytes, is_frozen: bool, reason: str) -> None:
    if not models.Batch.select().where(models.Batch.id == batch_id).exists():
        raise Missing("stock.no_such_batch")
    uow.change_one(
        "UPDATE batch SET is_frozen = ?, frozen_reason = ? WHERE id = ? AND is_frozen = ?",
        (is_frozen, reason, batch_id, not is_frozen),
        Stale("stock.batch_changed"),
    )
