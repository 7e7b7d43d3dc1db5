"""Destroying paper sheets kept long enough (到期处方销毁, RX-18, RX-19): a list, and somebody else's approval.

Only paper is destroyed; the data of a sheet stay for ever.
"""

from typing import Any

from clinic_app.kernel import ids
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation.queries import paper_keeping
from clinic_app.modules.consultation.services.opening import LONGEST_REASON
from clinic_app.modules.consultation.services.texts import one_line


def list_for_destruction(uow: UnitOfWork, reason: str) -> dict[str, Any]:
    """Put every paper sheet that may be destroyed today on a new list, at most 500; returns `sheets`.

    Refused `consultation.reason_missing`, `consultation.nothing_to_destroy`.
    """
    uow.require_sure_date()
    why = one_line(reason, field="reason", most=LONGEST_REASON)
    if not why:
        raise Refused("consultation.reason_missing", field="reason")
    found = paper_keeping.destroyable(uow.on)
    if not found:
        raise Refused("consultation.nothing_to_destroy")
    list_id = ids.new_id()
    uow.execute(
        "INSERT INTO paper_destruction(id, reason, listed_by, listed_at) VALUES(?, ?, ?, ?)",
        (list_id, why, uow.actor.person_id, uow.at),
    )
    for one in found:
        uow.execute("INSERT INTO destroyed_sheet(prescription_id, destruction_id) VALUES(?, ?)", (one.id, list_id))
    uow.audit("consultation.list_for_destruction", list_id, sheets=len(found), reason=why)
    return {"list_id": list_id.hex(), "sheets": len(found)}


def approve_destruction(uow: UnitOfWork, list_id: bytes) -> dict[str, Any]:
    """Approve a list: its paper counts as destroyed. Refused `consultation.own_list` for who made it; Stale when done.
    """
    found = paper_keeping.destruction(list_id)
    if found is None:
        raise Missing("consultation.list_missing")
    if found.listed_by == uow.actor.person_id:
        raise Refused("consultation.own_list")
    uow.change_one(
        "UPDATE paper_destruction SET approved_by = ?, approved_at = ? WHERE id = ? AND approved_at IS NULL",
        (uow.actor.person_id, uow.at, list_id), Stale("consultation.list_approved"),
    )  # fmt: skip
    uow.audit("consultation.approve_destruction", list_id, sheets=found.sheets)
    return {"list_id": list_id.hex(), "sheets": found.sheets}
