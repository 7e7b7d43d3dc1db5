"""Blood pressure at the first visit of a year (首诊测血压), VS-09: asked for at closing, never forced."""

from datetime import date

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import queries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries as visits


def ask(uow: UnitOfWork, note: queries.Note) -> None:
    """Refused `consultation.pressure_not_asked` where it is due and stands neither here nor in a note of the year."""
    patient = patients.patient(note.patient_id)
    born_on = patient.born_on if patient else None
    if note.blood_pressure or not visits.must_ask_pressure(born_on, uow.on, measured=False):
        return
    if _measured(note.patient_id, uow.on):
        return
    years = parameters.value("visits.pressure_from_years", uow.on)
    raise Refused("consultation.pressure_not_asked", field="blood_pressure", years=years)


def _measured(patient_id: bytes, on: date) -> bool:
    found = (queries.note(one) for one in visits.visits_since(patient_id, date(on.year, 1, 1)))
    return any(one.blood_pressure for one in found if one is not None)
