"""The diagnoses of a visit (诊断): drafts until the note is signed."""

from typing import Any

from clinic_app.kernel import db
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.services.opening import writable
from clinic_app.modules.consultation.services.texts import one_line
from clinic_app.modules.dictionaries import queries as dictionaries

MOST_DIAGNOSES = 20
LONGEST_NAME = 100


def add_diagnosis(
    uow: UnitOfWork, visit_id: bytes, *, diagnosis_id: bytes | None = None, wording: str = ""
) -> dict[str, Any]:
    """Add one at the end: of the dictionary, or in free wording (OR-08).

    Refused `consultation.diagnosis_missing`, `.diagnosis_twice`, `.diagnosis_too_many`; Missing for an unknown id.
    """
    writable(uow, visit_id)
    code, name = "", one_line(wording, field="diagnosis", most=LONGEST_NAME)
    if diagnosis_id is not None:
        found = dictionaries.diagnosis(diagnosis_id)
        if found is None:
            raise Missing("consultation.diagnosis_missing", field="diagnosis")
        code, name = found.code, found.name
    if not name:
        raise Refused("consultation.diagnosis_missing", field="diagnosis")
    have = queries.diagnoses_of_visit(visit_id)
    if any(one.name == name for one in have):
        raise Refused("consultation.diagnosis_twice", field="diagnosis", diagnosis=name)
    if len(have) >= MOST_DIAGNOSES:
        raise Refused("consultation.diagnosis_too_many", field="diagnosis", most=MOST_DIAGNOSES)
    uow.execute(
        "INSERT INTO visit_diagnosis(visit_id, position, diagnosis_id, code, name) VALUES(?, ?, ?, ?, ?)",
        (visit_id, max((one.position for one in have), default=0) + 1, diagnosis_id, code, name),
    )
    return {"diagnoses": len(have) + 1}


def remove_diagnosis(uow: UnitOfWork, visit_id: bytes, row_id: int) -> dict[str, Any]:
    """Take one away at once; `restore_diagnosis` brings it back to its place. Returns its `name`."""
    return {"name": _mark(uow, visit_id, row_id, uow.at)}


def restore_diagnosis(uow: UnitOfWork, visit_id: bytes, row_id: int) -> dict[str, Any]:
    """Undo a removal; Refused `consultation.diagnosis_twice` when the same one was added again meanwhile."""
    return {"name": _mark(uow, visit_id, row_id, None)}


def _mark(uow: UnitOfWork, visit_id: bytes, row_id: int, removed_at: int | None) -> str:
    writable(uow, visit_id)
    name = db.value("SELECT name FROM visit_diagnosis WHERE id = ? AND visit_id = ?", (row_id, visit_id))
    if name is None:
        raise Missing("consultation.diagnosis_missing")
    others = [one.name for one in queries.diagnoses_of_visit(visit_id) if one.id != row_id]
    if removed_at is None and name in others:
        raise Refused("consultation.diagnosis_twice", field="diagnosis", diagnosis=name)
    sql = "UPDATE visit_diagnosis SET removed_at = ? WHERE id = ? AND visit_id = ?"
    uow.execute(sql, (removed_at, row_id, visit_id))
    return name
