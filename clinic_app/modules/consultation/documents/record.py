"""The outpatient record (门诊病历) and what a certificate says; in Chinese whatever the language of the screen."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic_app.kernel import clock, i18n, installation
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.documents.prescription import as_written
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits import queries as visits

_LABELS = (
    ("chief_complaint", "主诉"), ("onset", "发病时间"), ("present_illness", "现病史"), ("past_history", "既往史"),
    ("personal_history", "个人史"), ("family_history", "家族史"), ("menstrual_history", "月经史"),
    ("examination", "查体"), ("results", "辅助检查"), ("plan", "处置意见"),
)  # fmt: skip
_VITALS = (
    ("temperature", "体温", "°C"), ("pulse", "脉搏", "次/分"), ("respiration", "呼吸", "次/分"),
    ("blood_pressure", "血压", "mmHg"), ("spo2", "血氧", "%"), ("weight", "体重", "kg"), ("glucose", "血糖", "mmol/L"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecordPaper:
    """A note ready for print_templates/consultation/record.html.j2; `mark` says that it is no archived record."""

    clinic: str
    visit_no: str
    name: str
    sex: str
    born_on: str
    age: str
    address: str
    phone: str
    allergies: str
    cover: str
    room: str
    attended: str
    texts: tuple[tuple[str, str], ...]
    vitals: str
    diagnoses: tuple[str, ...]
    version: int
    signatures: tuple[str, ...]
    mark: str


def record_paper(visit_id: bytes) -> RecordPaper | None:
    """The newest signed version, or what is written so far, marked as a draft; None before the consultation.

    A trainee's version is a draft (未审签) until a registered doctor signed too; then both names and times stand on it
    (OR-07).
    """
    note, visit = queries.note(visit_id), visits.visit(visit_id)
    if note is None or visit is None:
        return None
    versions = queries.note_versions(visit_id)
    last = versions[-1] if versions else None
    content: dict[str, Any] = last.content if last else {**note.fields(), "diagnoses": _unsigned(visit_id)}
    signatures, is_final = _signatures(visit_id, last)
    mark = "" if is_final else "草稿　未审签" if last else "草稿　未签名"
    room = desks.room(visit.room_id)
    vitals = "　".join(f"{label} {content[name]} {unit}" for name, label, unit in _VITALS if content.get(name))
    return RecordPaper(
        clinic=installation.current().clinic_name, visit_no=visit.visit_no, room=room.name if room else "",
        attended=content.get("attended", ""), vitals=vitals, version=last.version if last else 0, mark=mark,
        texts=tuple((label, content[name]) for name, label in _LABELS if content.get(name)),
        diagnoses=tuple(as_written(one) for one in content["diagnoses"]), signatures=signatures,
        **_person(note.patient_id, date.fromisoformat(visit.on)),
    )  # fmt: skip


def certificate_content(
    visit_id: bytes, kind: str, number: str, said: dict[str, str], doctor: str, at: int, on: date
) -> dict[str, Any]:
    """Everything that a certificate says, to be kept as it is signed: `said` by the doctor, the rest of the record."""
    record = record_paper(visit_id)
    assert record is not None  # its note is archived
    note, visit = queries.note(visit_id), visits.visit(visit_id)
    assert note is not None and visit is not None
    person = patients.patient(note.patient_id)
    return {
        "clinic": record.clinic, "number": number, "kind": kind, "visit_no": record.visit_no, "name": record.name,
        "sex": record.sex, "age": record.age, "address": record.address, "phone": record.phone,
        "identity_number": person.identity_number if person else "", "room": record.room,
        "seen_on": visit.on, "diagnoses": list(record.diagnoses), "allergies": record.allergies, "doctor": doctor,
        "signed": clock.local_text(at), "on": on.isoformat(), **said,
    }  # fmt: skip


def _unsigned(visit_id: bytes) -> list[dict[str, Any]]:
    return [{"name": one.name, "is_suspected": one.is_suspected} for one in queries.diagnoses_of_visit(visit_id)]


def _signatures(visit_id: bytes, last: queries.NoteVersion | None) -> tuple[tuple[str, ...], bool]:
    """Names with times, and whether the version is archived."""
    if last is None:
        return (), False
    made = [one for one in queries.cosignatures(visit_id) if one.version == last.version and one.decision == "signed"]
    names = people.names([last.signed_by, *(one.cosigned_by for one in made)])
    told = [f"{names.get(last.signed_by, '')}　{clock.local_text(last.signed_at)}"]
    told += [f"审签 {names.get(one.cosigned_by, '')}　{clock.local_text(one.cosigned_at)}" for one in made]
    return tuple(told), not last.needs_cosign or bool(made)


def _cover(known: patients.Details) -> str:
    """What else the cover says of the person, where it was noted (OR-01)."""
    told = (
        ("民族", patients.code_name("ethnicity", known.ethnicity, in_source=True)),
        ("婚姻", patients.code_name("marital", known.marital, in_source=True)),
        ("职业", patients.code_name("occupation", known.occupation, in_source=True) or known.occupation),
        ("工作单位", known.workplace),
    )
    return "　".join(f"{label}：{text}" for label, text in told if text)


def _person(patient_id: bytes, day: date) -> dict[str, str]:
    """The cover of the record (OR-01) as far as the person's record has it."""
    shown = i18n.current()
    i18n.use(i18n.SOURCE)
    try:
        found, person = patients.banner(patient_id, day), patients.patient(patient_id)
        assert found is not None and person is not None  # a foreign key holds them
        state = {"none": "无已知过敏", "unknown": "未问"}.get(found.allergy_state, "")
        return {
            "name": found.name, "sex": found.sex_text, "age": found.age_text, "born_on": found.born_on or "",
            "address": person.address, "phone": found.phone_masked, "allergies": "、".join(found.allergies) or state,
            "cover": _cover(patients.details(patient_id)),
        }  # fmt: skip
    finally:
        i18n.use(shown)
