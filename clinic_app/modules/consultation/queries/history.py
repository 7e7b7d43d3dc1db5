"""What came before (历次就诊): earlier visits of the person, newest first, a page at a time; one of them to read."""

import json
from dataclasses import dataclass
from typing import Any

from clinic_app.kernel import clock, db
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries import requests, words
from clinic_app.modules.consultation.queries.working_out import lists
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.people import queries as people
from sync.wire.canonical import parse

PAGE = 8
_PAST = (
    "SELECT n.visit_id, n.opened_at, n.doctor_id, n.state, n.chief_complaint,"
    " coalesce((SELECT group_concat(d.name, '；') FROM visit_diagnosis d WHERE d.visit_id = n.visit_id"
    " AND d.removed_at IS NULL), ''),"
    " (SELECT count(*) FROM prescription p WHERE p.visit_id = n.visit_id AND p.state = 'signed')"
    " FROM note n WHERE n.patient_id IN (SELECT unhex(value) FROM json_each(:same)) AND n.visit_id <> :here"
    " AND n.opened_at < :before ORDER BY n.opened_at DESC LIMIT :most"
)
_MEASURED = (
    "SELECT n.opened_at, v.content FROM note n JOIN note_version v ON v.visit_id = n.visit_id"
    " AND v.version = (SELECT max(w.version) FROM note_version w WHERE w.visit_id = n.visit_id)"
    " WHERE n.patient_id IN (SELECT unhex(value) FROM json_each(?)) ORDER BY n.opened_at DESC LIMIT ?"
)
_LATEST = 2**62


@dataclass(frozen=True, slots=True)
class PastVisit:
    """One earlier visit on the list; `at` is when it was opened, `sheets` counts its signed sheets."""

    visit_id: bytes
    at: int
    doctor: str
    state: str
    complaint: str
    diagnoses: str
    sheets: int


@dataclass(frozen=True, slots=True)
class PastRow:
    """A drug of an earlier sheet as it was signed."""

    name: str
    strength: str
    use: str
    quantity: str


@dataclass(frozen=True, slots=True)
class PastSheet:
    id: bytes
    number: str
    state: str
    rows: tuple[PastRow, ...]


@dataclass(frozen=True, slots=True)
class PastRequest:
    """A signed or withdrawn request of an earlier visit with what was ordered."""

    kind: str
    number: str
    state: str
    lines: tuple[requests.RequestLine, ...]


@dataclass(frozen=True, slots=True)
class PastNote:
    """An earlier note to read: its newest signed version, or what stands unsigned in it."""

    visit_id: bytes
    at: int
    doctor: str
    is_signed: bool
    fields: dict[str, str]
    diagnoses: list[queries.VisitDiagnosis]
    sheets: list[PastSheet]
    requests: list[PastRequest]

    @property
    def has_results(self) -> bool:
        """Whether something was ordered that a report answers."""
        return any(one.kind != "treatment" and one.state == "signed" for one in self.requests)


@dataclass(frozen=True, slots=True)
class Measured:
    """The vital signs of one visit, empty where nothing was measured."""

    at: int
    vitals: dict[str, str]


def past_visits(patient_id: bytes, here: bytes, before: int | None = None) -> tuple[list[PastVisit], int | None]:
    """A page of the person's other visits, newest first, and where the next page begins (None at the end)."""
    rows = db.rows(
        _PAST,
        {"same": _same(patient_id), "here": here, "before": before or _LATEST, "most": PAGE + 1},
    )  # fmt: skip
    names = people.names({row[2] for row in rows})
    found = [PastVisit(*row[:2], names.get(row[2], ""), *row[3:]) for row in rows[:PAGE]]
    return found, found[-1].at if len(rows) > PAGE else None


def past_note(patient_id: bytes, visit_id: bytes) -> PastNote | None:
    """One earlier note of this person; None for anybody else's."""
    note = queries.note(visit_id)
    if note is None or note.patient_id not in patients.same_person(patient_id):
        return None
    versions = queries.note_versions(visit_id)
    content: dict[str, Any] = versions[-1].content if versions else note.fields()
    fields = {name: content.get(name, "") for name in (*queries.WRITTEN, *queries.VITALS)}
    sheets = [_sheet(one) for one in queries.prescriptions_of_visit(visit_id) if one.state != "draft"]
    doctor = people.names([note.doctor_id]).get(note.doctor_id, "")
    return PastNote(
        visit_id, note.opened_at, doctor, bool(versions), fields, queries.diagnoses_of_visit(visit_id), sheets,
        [_request(one) for one in requests.requests_of_visit(visit_id) if one.state != "draft"],
    )  # fmt: skip


def measured(patient_id: bytes, most: int = 24) -> list[Measured]:
    """The signed vital signs of the person's newest visits, the oldest of them first."""
    rows = db.rows(_MEASURED, (_same(patient_id), most))
    told = [(at, parse(content.encode())) for at, content in rows]
    found = [Measured(at, {name: one.get(name, "") for name in queries.VITALS}) for at, one in told]
    return [one for one in reversed(found) if any(one.vitals.values())]


def day_of(at: int) -> str:
    """The business day of an instant."""
    return f"{clock.local(at):%Y-%m-%d}"


def _sheet(sheet: queries.Prescription) -> PastSheet:
    drugs, known = queries.drugs_as_signed(sheet.id), lists()
    rows = []
    for one in queries.lines_of(sheet.id):
        drug, often = drugs[one.id], known.frequencies[one.frequency]
        use = (
            words.dose(one.dose_text, drug), often.name if words.is_source() else often.code,
            _("%(days)d天") % {"days": one.days},
        )
        rows.append(
            PastRow(
                words.named(drug.name, drug.name_en), dictionaries.strength(drug), " · ".join(use),
                words.in_packs(one.quantity, drug),
            )
        )  # fmt: skip
    return PastSheet(sheet.id, sheet.prescription_no or "", sheet.state, tuple(rows))


def _request(asked: requests.Request) -> PastRequest:
    return PastRequest(asked.kind, asked.request_no or "", asked.state, tuple(requests.request_lines(asked.id)))


def _same(patient_id: bytes) -> str:
    return json.dumps([one.hex() for one in patients.same_person(patient_id)])
