"""Courses, their executions (执行) with the drugs in them, and what was recorded while they ran."""

from dataclasses import dataclass

from clinic_app.kernel import db


@dataclass(frozen=True, slots=True)
class Course:
    """What one sheet or one request of treatments is to be executed."""

    id: bytes
    visit_id: bytes
    patient_id: bytes
    prescription_id: bytes | None
    request_id: bytes | None

    @property
    def source_id(self) -> bytes:
        found = self.prescription_id or self.request_id
        assert found is not None  # a CHECK holds it
        return found


@dataclass(frozen=True, slots=True)
class Execution:
    """One injection, bottle or treatment; `entry_no` counts within its group, `source_line_id` is a request's line."""

    id: bytes
    label_no: str
    course_id: bytes
    patient_id: bytes
    source_line_id: bytes | None
    slip: str
    group_no: int
    entry_no: int
    planned_on: str
    route: str
    fee_item_id: bytes | None
    minutes: int | None
    drops: int | None
    state: str
    started_at: int | None
    started_by: bytes | None
    ended_at: int | None
    emergency_reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """One drug of an execution; `units` are the minimum units it uses, 0 of a drug the patient brought."""

    execution_id: bytes
    line_id: bytes
    line_no: int
    drug_id: bytes | None
    name: str
    name_en: str
    dose_text: str
    units: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class LogRow:
    """What was seen or done: start, patrol, reaction, end, stop, mismatch, closed."""

    kind: str
    text: str
    drops: int | None
    at: int
    who: str


_COURSE = "SELECT id, visit_id, patient_id, prescription_id, request_id FROM course"
EXECUTION_SQL = (
    "SELECT id, label_no, course_id, patient_id, source_line_id, slip, group_no, entry_no, planned_on, route,"
    " fee_item_id, minutes, drops, state, started_at, started_by, ended_at, emergency_reason FROM execution"
)
_PARTS = (
    "SELECT execution_id, line_id, line_no, drug_id, name, name_en, dose_text, units, is_own FROM execution_part"
    " WHERE execution_id = ? ORDER BY line_no"
)


def course(course_id: bytes) -> Course | None:
    return db.read_one(Course, f"{_COURSE} WHERE id = ?", (course_id,))


def course_of_prescription(prescription_id: bytes) -> Course | None:
    return db.read_one(Course, f"{_COURSE} WHERE prescription_id = ?", (prescription_id,))


def course_of_request(request_id: bytes) -> Course | None:
    return db.read_one(Course, f"{_COURSE} WHERE request_id = ?", (request_id,))


def execution(execution_id: bytes) -> Execution | None:
    return db.read_one(Execution, f"{EXECUTION_SQL} WHERE id = ?", (execution_id,))


def executions_of_course(course_id: bytes) -> list[Execution]:
    """In the order in which they are due."""
    return db.read(
        Execution, f"{EXECUTION_SQL} WHERE course_id = ? ORDER BY planned_on, entry_no, group_no", (course_id,)
    )


def parts_of(execution_id: bytes) -> list[Part]:
    return db.read(Part, _PARTS, (execution_id,))


def log_of(execution_id: bytes) -> list[LogRow]:
    return db.read(
        LogRow, "SELECT l.kind, l.text, l.drops, l.at, p.name FROM execution_log l JOIN person p ON p.id = l.by_id"
        " WHERE l.execution_id = ? ORDER BY l.id", (execution_id,),
    )  # fmt: skip
