"""What was written at a visit, asked for by somebody who takes no part in the care (紧急查看)."""

from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.rights import Actor
from clinic_app.modules.consultation.queries import care


def refuse_closed(actor: Actor, patient_id: bytes, doctor_id: bytes | None, on: str | None) -> None:
    """Refused `patients.chart_closed` for what another doctor wrote on another day, unless the person is in care.

    For every screen that shows it, those of later subjects too: notes, sheets, requests, results.
    """
    is_own = doctor_id == actor.person_id or on in (None, today().isoformat())
    if not is_own and care.is_closed(actor, patient_id):
        raise Refused("patients.chart_closed", next_url=f"/patients/{patient_id.hex()}/closed?then=records")
