"""Who pays a visit (费别): changed on the visit, never its kind or what it costs (VS-01)."""

from typing import Any

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.visits import events
from clinic_app.modules.visits.rules import states
from clinic_app.modules.visits.services.moves import known_visit, move


def change_payer(uow: UnitOfWork, visit_id: bytes, payer: str) -> dict[str, Any]:
    """Change how a visit is paid; kind and total stay (VS-01, OPD-06).

    Refused `visits.payer_unknown`, `.payer_same`, `.cancelled_already`, and by a later subject's guard
    `visits.change_payer` once something is paid.
    """
    visit = known_visit(visit_id)
    states.require_payer(payer)
    if visit.state == "cancelled":
        raise Refused("visits.cancelled_already", queue_no=visit.queue_no)
    if payer == visit.payer:
        raise Refused("visits.payer_same", field="payer", queue_no=visit.queue_no)
    uow.guard("visits.change_payer", visit_id=visit_id)
    move(uow, visit, (visit.state,), payer=payer)
    uow.audit(
        "visits.change_payer", visit_id, patient_id=visit.patient_id, payer_before=visit.payer, payer=payer
    )
    uow.emit(
        events.PAYER_CHANGED, visit_id,
        {"visit_id": visit_id, "patient_id": visit.patient_id, "payer_before": visit.payer, "payer": payer},
    )  # fmt: skip
    return {"visit_id": visit_id.hex(), "queue_no": visit.queue_no, "payer": payer}
