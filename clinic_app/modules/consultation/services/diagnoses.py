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
    uow: UnitOfWork, visit_id: bytes, *, diagnosis_id: bytes | None = None, wording: str = "", tcm_code: str = "",
    kind: str = "western", is_suspected: bool = False,
) -> dict[str, Any]:
    """Add one at the end: of the dictionary, a disease or syndrome of traditional medicine, or in free wording (OR-08).

    A question mark after free wording makes it a suspected one. Refused `consultation.diagnosis_missing`,
    `.diagnosis_twice`, `.diagnosis_too_many`; Missing for an unknown id or code.
    """
    writable(uow, visit_id)
    code, name = "", one_line(wording, field="diagnosis", most=LONGEST_NAME)
    if diagnosis_id is not None:
        found = dictionaries.diagnosis(diagnosis_id)
        if found is None:
            raise Missing("consultation.diagnosis_missing", field="diagnosis")
        code, name = found.code, found.name
    elif tcm_code:
        term = dictionaries.tcm_term(tcm_code)
        if term is None:
            raise Missing("consultation.diagnosis_missing", field="diagnosis")
        code, name, kind = term.code, term.name, f"tcm_{term.kind}"
    elif name.endswith(("?", "？")):
        name, is_suspected = name.rstrip("?？ "), True
    if not name:
        raise Refused("consultation.diagnosis_missing", field="diagnosis")
    have = queries.diagnoses_of_visit(visit_id)
    if any(one.name == name for one in have):
        raise Refused("consultation.diagnosis_twice", field="diagnosis", diagnosis=name)
    if len(have) >= MOST_DIAGNOSES:
        raise Refused("consultation.diagnosis_too_many", field="diagnosis", most=MOST_DIAGNOSES)
    uow.execute(
        "INSERT INTO visit_diagnosis(visit_id, position, diagnosis_id, code, name, kind, is_suspected)"
        " VALUES(?, ?, ?, ?, ?, ?, ?)",
        (visit_id, max((one.position for one in have), default=0) + 1, diagnosis_id, code, name, kind,
         int(is_suspected)),
    )  # fmt: skip
    return {"diagnoses": len(have) + 1}


def suspect_diagnosis(uow: UnitOfWork, visit_id: bytes, row_id: int) -> dict[str, Any]:
    """Make a diagnosis a suspected one (疑似), or a sure one again."""
    _require(uow, visit_id, row_id)
    uow.execute("UPDATE visit_diagnosis SET is_suspected = 1 - is_suspected WHERE id = ?", (row_id,))
    return {"row_id": row_id}


def make_main(uow: UnitOfWork, visit_id: bytes, row_id: int) -> dict[str, Any]:
    """Make a diagnosis the main one (主要诊断): it comes first of all."""
    _require(uow, visit_id, row_id)
    uow.execute("UPDATE visit_diagnosis SET position = position + 1 WHERE visit_id = ?", (visit_id,))
    uow.execute("UPDATE visit_diagnosis SET position = 1 WHERE id = ?", (row_id,))
    return {"row_id": row_id}


def _require(uow: UnitOfWork, visit_id: bytes, row_id: int) -> None:
    writable(uow, visit_id)
    if row_id not in {one.id for one in queries.diagnoses_of_visit(visit_id)}:
        raise Missing("consultation.diagnosis_missing")


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
