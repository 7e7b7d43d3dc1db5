"""How a visit goes from one state to the next: the row count decides who was first."""

from typing import Any

from clinic_app.kernel.errors import Missing, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.visits import queries
from clinic_app.modules.visits.models import Visit


def known_visit(visit_id: bytes) -> queries.Visit:
    """The visit; Missing `visits.missing`."""
    found = queries.visit(visit_id)
    if found is None:
        raise Missing("visits.missing")
    return found


def move(uow: UnitOfWork, visit: queries.Visit, allowed: tuple[str, ...], **values: Any) -> None:
    """Change the visit only from an allowed state; Stale `visits.changed_meanwhile`."""
    if Visit.update(**values).where((Visit.id == visit.id) & Visit.state.in_(allowed)).execute() != 1:
        raise Stale("visits.changed_meanwhile", queue_no=visit.queue_no)


def who(visit_id: bytes, patient_id: bytes, doctor_id: bytes) -> dict[str, bytes]:
    return {"visit_id": visit_id, "patient_id": patient_id, "doctor_id": doctor_id}
