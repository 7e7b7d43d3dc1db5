"""What a person went through before (既往史): illnesses, operations, injuries, transfusions, the family's illnesses."""

from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.modules.patients.queries.links import same_person


@dataclass(frozen=True, slots=True)
class History:
    """One entry; `since` as told (a year, an age), `person_no` the record in which it stands."""

    id: int
    patient_id: bytes
    kind: str
    text: str
    since: str
    person_no: str


_HISTORY = (
    "SELECT h.id, h.patient_id, h.kind, h.text, h.since, p.person_no FROM patient_history h"
    " JOIN patient p ON p.id = h.patient_id WHERE h.patient_id = ? AND h.ended_at IS NULL ORDER BY h.id LIMIT 60"
)


def histories_of(patient_id: bytes) -> list[History]:
    """What holds of the person, of every linked record, this one first."""
    return [one for record in same_person(patient_id) for one in db.read(History, _HISTORY, (record,))]
