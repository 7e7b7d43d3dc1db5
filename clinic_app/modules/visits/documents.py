"""The registration slip (号单) that the patient carries to the room."""

from dataclasses import dataclass

from clinic_app.kernel import installation
from clinic_app.kernel.clock import local_text
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries

_KINDS = {
    "general": "普通", "emergency": "急诊", "chronic": "慢病", "traditional": "中医", "return": "复诊", "round": "巡诊",
    "observation": "留观", "checkup": "体检", "vaccination": "接种", "online": "线上",
}  # fmt: skip
_PAYERS = {
    "self": "自费", "resident": "城乡居民医保", "employee": "城镇职工医保", "aid": "医疗救助", "commercial": "商业保险",
    "free": "免费项目",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slip:
    """What the slip says, ready to print, in Chinese whatever the screen's language; `doctor` may be empty."""

    clinic: str
    queue_no: int
    room: str
    doctor: str
    name: str
    sex_age: str
    person_no: str
    visit_no: str
    kind: str
    payer: str
    registered: str
    waiting_before: int


def slip(visit: queries.Visit) -> Slip:
    """The slip of a visit."""
    found, person = queries.row(visit.id), patients.patient(visit.patient_id)
    assert found is not None and person is not None  # both are foreign keys of the visit
    return Slip(
        clinic=installation.current().clinic_name, queue_no=visit.queue_no, room=found.room_name,
        doctor=found.doctor_name or queries.doctors_by_room(visit.day).get(visit.room_id, ""), name=person.name,
        sex_age=_sex_age(person, visit), person_no=person.person_no, visit_no=visit.visit_no, kind=_KINDS[visit.kind],
        payer=_PAYERS[visit.payer], registered=local_text(visit.registered_at),
        waiting_before=queries.waiting_before(visit),
    )  # fmt: skip


def _sex_age(person: patients.Patient, visit: queries.Visit) -> str:
    age = patients.age_text(person.born_on, visit.day, is_estimated=person.is_birth_estimated, in_source=True)
    return " ".join(part for part in (patients.sex_text(person.sex, in_source=True), age) if part)
