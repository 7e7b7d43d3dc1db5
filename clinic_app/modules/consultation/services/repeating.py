"""Taking former rows into today's sheet (重复处方、常用方): each one is checked as if it were typed now."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from clinic_app.kernel import db, ids
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.search import normal, term_keys
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries import drug_sets, safety
from clinic_app.modules.consultation.queries.workbench import as_typed
from clinic_app.modules.consultation.queries.working_out import TypedLine
from clinic_app.modules.consultation.services import diagnoses, lines
from clinic_app.modules.consultation.services.opening import Opened, writable
from clinic_app.modules.consultation.services.texts import one_line
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients

LONGEST_NAME = 40
MOST_OF_ONE = 150
_ADD = (
    "INSERT INTO drug_set(id, scope, owner_id, name, keys, lines, changed_at) VALUES(?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT(scope, owner_id, name) WHERE disabled_at IS NULL DO UPDATE SET lines = excluded.lines,"
    " changed_at = excluded.changed_at"
)


def repeat_sheet(uow: UnitOfWork, visit_id: bytes, prescription_id: bytes, rev: int) -> dict[str, Any]:
    """Put the rows of an earlier sheet of this person at the end of today's draft.

    Returns how many were `added` and, for each row left out, the drug with the refusal `left` (disabled, no price, not
    enough stock, already there ...), and the drugs whose pack price is another one now (`prices`). Kept stops
    are decided again, and what needed a reason then waits for a reason of today.
    """
    opened = writable(uow, visit_id)
    sheet = queries.prescription(prescription_id)
    if sheet is None or sheet.state == "draft" or sheet.patient_id not in patients.same_person(opened.visit.patient_id):
        raise Missing("consultation.sheet_missing")
    rows = queries.lines_of(prescription_id)
    made = _add(uow, opened, [as_typed(one) for one in rows], rev)
    on = sheet.signed_on or ""
    return {**made, "prices": _price_changes([one.drug_id for one in rows], on, uow)}


def apply_set(uow: UnitOfWork, visit_id: bytes, set_id: bytes, rev: int) -> dict[str, Any]:
    """Put a set of drugs at the end of the draft, as `repeat_sheet`; Missing for somebody else's own set."""
    opened = writable(uow, visit_id)
    found = drug_sets.drug_set(set_id)
    if found is None or (found.scope == "personal" and found.owner_id != uow.actor.person_id):
        raise Missing("consultation.set_missing")
    return {**_add(uow, opened, found.lines, rev), "prices": []}


def repeat_diagnoses(uow: UnitOfWork, visit_id: bytes, from_visit: bytes) -> dict[str, Any]:
    """Add the diagnoses of an earlier visit of this person; those that stand here already are left alone."""
    opened = writable(uow, visit_id)
    note = queries.note(from_visit)
    if note is None or note.patient_id not in patients.same_person(opened.visit.patient_id):
        raise Missing("consultation.visit_missing")
    here, added = {one.name for one in queries.diagnoses_of_visit(visit_id)}, 0
    for one in queries.diagnoses_of_visit(from_visit):
        if one.name not in here:
            diagnoses.add_diagnosis(
                uow, visit_id, diagnosis_id=one.diagnosis_id, wording=one.name, kind=one.kind,
                is_suspected=one.is_suspected,
            )  # fmt: skip
            added += 1
    return {"added": added}


def _add(uow: UnitOfWork, opened: Opened, typed: Iterable[TypedLine], rev: int) -> dict[str, Any]:
    sheet_id = lines.touch(uow, opened, rev)
    if safety.safety_of(opened.visit.patient_id).state == "unknown":
        raise Refused("consultation.allergy_unknown", field="allergy")
    have = queries.lines_of(sheet_id)
    last, added, left = max((one.line_no for one in have), default=0), 0, []
    for one in typed:
        try:
            if len(have) + added >= lines.MOST_LINES:
                raise Refused("consultation.too_many_lines", most=lines.MOST_LINES)
            row = replace(one, reason="")
            lines.insert(
                uow, opened, sheet_id, row, last + added + 1, queries.lines_of(sheet_id), reason_then=one.reason
            )
            added += 1
        except Refused as err:
            left.append({"drug_id": one.drug_id, "refusal": err})
    return {"added": added, "left": left}


def _price_changes(drugs: Iterable[bytes], then: str, uow: UnitOfWork) -> list[tuple[bytes, int, int]]:
    """(drug, pack price then, pack price now), both in 1/10000 yuan, where they differ."""
    changed = []
    for one in dict.fromkeys(drugs):
        old, new = dictionaries.price_on(one, date.fromisoformat(then)), dictionaries.price_on(one, uow.on)
        if old is not None and new is not None and old != new:
            changed.append((one, old, new))
    return changed


def save_set(uow: UnitOfWork, *, name: str, scope: str, prescription_id: bytes) -> dict[str, Any]:
    """Keep the rows of a sheet under a name (存为常用方); the same name of one's own is replaced.

    Reasons of the patient of then are left out. Refused `consultation.set_name_missing`, `.set_empty`, `.set_too_many`.
    """
    called = one_line(name, field="name", most=LONGEST_NAME)
    if not called:
        raise Refused("consultation.set_name_missing", field="name")
    if scope not in ("personal", "clinic"):
        raise Missing("consultation.set_missing")
    rows = [replace(as_typed(one), reason="") for one in queries.lines_of(prescription_id)]
    if not rows:
        raise Refused("consultation.set_empty", field="name")
    have = db.value("SELECT count(*) FROM drug_set WHERE owner_id = ? AND disabled_at IS NULL", (uow.actor.person_id,))
    if have >= MOST_OF_ONE:
        raise Refused("consultation.set_too_many", most=MOST_OF_ONE)
    keys = "\n".join(sorted({normal(called), *term_keys(called)}))
    set_id = ids.new_id()
    uow.execute(
        _ADD, (set_id, scope, uow.actor.person_id, called, keys, drug_sets.stored_lines(rows), uow.at)
    )
    uow.audit("consultation.save_set", set_id, scope=scope, name=called)
    return {"name": called}


def disable_set(uow: UnitOfWork, set_id: bytes) -> dict[str, Any]:
    """Take a set out of use (停用): its maker, or the manager for one of the clinic."""
    found = drug_sets.drug_set(set_id)
    may = found and (
        found.owner_id == uow.actor.person_id or (found.scope == "clinic" and "manager" in uow.actor.roles)
    )
    if found is None or not may:
        raise Missing("consultation.set_missing")
    uow.execute("UPDATE drug_set SET disabled_at = ? WHERE id = ?", (uow.at, set_id))
    uow.audit("consultation.disable_set", set_id, name=found.name)
    return {"name": found.name}
