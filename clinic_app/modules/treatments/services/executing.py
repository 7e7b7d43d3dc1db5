"""Executing (执行): scan patient and label, begin, patrol, end; what does not match stops and is logged (IN-04)."""

from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.quantity import parse_count
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import queries as consultation
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.treatments import events, queries, rules
from clinic_app.modules.treatments.services.skin_test_orders import needs_test
from clinic_app.modules.treatments.services.texts import short
from clinic_app.modules.visits import queries as visits

LONGEST_TEXT, MOST_DROPS = 200, 300
_LOG = "INSERT INTO execution_log(execution_id, kind, text, drops, by_id, at) VALUES(?, ?, ?, ?, ?, ?)"


def begin(
    uow: UnitOfWork, execution_id: bytes, *, patient_code: str, label: str, emergency_reason: str = ""
) -> dict[str, Any]:
    """Begin an execution whose patient and label were scanned; injections and treatments are done at once.

    A patient or label that is another one is no exception: `{"mismatch": True}` comes back, a log row stays and nothing
    is signed (IN-04). Refused `treatments.not_due`, `.not_paid`, `.test_missing_for`, `.test_positive` (ST-01, ST-03);
    Stale `treatments.execution_changed`. `emergency_reason` lets an unpaid one begin.
    """
    found = _execution(execution_id)
    course = queries.course(found.course_id)
    assert course is not None  # a foreign key holds it
    if found.state != "planned":
        raise Stale("treatments.execution_changed")
    is_patient = rules.matches(patient_code, _codes_of(course))
    if not is_patient or not rules.matches(label, [found.label_no]):
        told = f"{patient_code.strip()[:40]} / {label.strip()[:40]}"
        _log(uow, execution_id, "mismatch", told)
        uow.audit("treatments.mismatch", execution_id, patient_id=found.patient_id, scanned=told)
        return {"mismatch": True, "what": "label" if is_patient else "patient", "patient_id": found.patient_id.hex()}
    if found.planned_on > uow.on.isoformat():
        raise Refused("treatments.not_due", day=found.planned_on)
    reason = short(emergency_reason, field="emergency_reason", most=LONGEST_TEXT)
    missing = queries.why_not_paid(found)
    if missing and not reason:
        raise Refused("treatments.not_paid", field="emergency_reason", label=found.label_no)
    _require_tests(uow, course, found)
    is_running = found.slip == "infusion"
    uow.change_one(
        "UPDATE execution SET state = ?, started_at = ?, started_by = ?, ended_at = ?, ended_by = ?,"
        " emergency_reason = ? WHERE id = ? AND state = 'planned'",
        ("running" if is_running else "done", uow.at, uow.actor.person_id, None if is_running else uow.at,
         None if is_running else uow.actor.person_id, reason if missing else "", execution_id),
        Stale("treatments.execution_changed"),
    )  # fmt: skip
    _log(uow, execution_id, "start", "")
    uow.audit("treatments.begin", execution_id, patient_id=found.patient_id, label=found.label_no, slip=found.slip)
    uow.emit(
        events.EXECUTED, execution_id,
        {"execution_id": execution_id, "patient_id": found.patient_id, "visit_id": course.visit_id, "slip": found.slip,
         "label_no": found.label_no,
         "lines": [{"line_id": one.line_id, "drug_id": one.drug_id, "units": one.units}
                   for one in queries.parts_of(execution_id)]}, (course.visit_id,),
    )  # fmt: skip
    return {"execution_id": execution_id.hex(), "patient_id": found.patient_id.hex()}


def record(
    uow: UnitOfWork, execution_id: bytes, kind: str, *, text: str = "", drops: str = ""
) -> dict[str, Any]:
    """Record a patrol (巡视) with the drip rate seen, or a reaction (反应) with what was seen.

    Refused `treatments.reaction_text` for a reaction without words; Stale when it neither runs nor was done.
    """
    found = _execution(execution_id)
    if kind not in ("patrol", "reaction"):
        raise Missing("treatments.execution_missing")
    if found.state not in (("running",) if kind == "patrol" else ("running", "done")):
        raise Stale("treatments.execution_changed")
    words = short(text, field="text", most=LONGEST_TEXT)
    if kind == "reaction" and not words:
        raise Refused("treatments.reaction_text", field="text")
    rate = parse_count(drops, field="drops", maximum=MOST_DROPS) if drops.strip() else None
    _log(uow, execution_id, kind, words, rate)
    uow.audit(f"treatments.{kind}", execution_id, patient_id=found.patient_id)
    return {"execution_id": execution_id.hex(), "patient_id": found.patient_id.hex()}


def finish(uow: UnitOfWork, execution_id: bytes, *, stopped_because: str = "") -> dict[str, Any]:
    """End a running bottle (拔针), or stop it before it is empty with a reason."""
    found = _execution(execution_id)
    why = short(stopped_because, field="text", most=LONGEST_TEXT)
    uow.change_one(
        "UPDATE execution SET state = ?, ended_at = ?, ended_by = ? WHERE id = ? AND state = 'running'",
        ("stopped" if why else "done", uow.at, uow.actor.person_id, execution_id),
        Stale("treatments.execution_changed"),
    )
    _log(uow, execution_id, "stop" if why else "end", why)
    uow.audit("treatments.finish", execution_id, patient_id=found.patient_id, stopped_because=why)
    return {"execution_id": execution_id.hex(), "patient_id": found.patient_id.hex()}


def _execution(execution_id: bytes) -> queries.Execution:
    found = queries.execution(execution_id)
    if found is None:
        raise Missing("treatments.execution_missing")
    return found


def _codes_of(course: queries.Course) -> list[str]:
    """What stands on the patient's papers: the person's number, and the number of the visit."""
    person, visit = patients.patient(course.patient_id), visits.visit(course.visit_id)
    return [one for one in (person.person_no if person else "", visit.visit_no if visit else "") if one]


def _require_tests(uow: UnitOfWork, course: queries.Course, found: queries.Execution) -> None:
    lines = {one.id: one for one in consultation.lines_of(course.prescription_id)} if course.prescription_id else {}
    hours = parameters.value("treatments.skin_test_lapse_hours", uow.on)
    for part in queries.parts_of(found.id):
        drug = dictionaries.drug(part.drug_id) if part.drug_id else None
        if drug is None or not needs_test(drug, found.route, uow.on):
            continue
        if any(one.state == "positive" for one in queries.tests_of_patient(course.patient_id, drug.id)):
            raise Refused("treatments.test_positive", drug=dictionaries.named(drug))
        if lines[part.line_id].untested_because:
            continue
        if queries.test_that_counts(course.patient_id, drug.id, uow.at, lapse_hours=hours) is None:
            raise Refused("treatments.test_missing_for", drug=dictionaries.named(drug))


def _log(uow: UnitOfWork, execution_id: bytes, kind: str, text: str, drops: int | None = None) -> None:
    uow.execute(_LOG, (execution_id, kind, text, drops, uow.actor.person_id, uow.at))
