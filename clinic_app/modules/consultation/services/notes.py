"""Writing the note (病历): autosave by rev, without key or audit; an unfinished note is never refused."""

from collections.abc import Mapping
from typing import Any

from clinic_app.kernel.errors import Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.services.opening import Opened, writable
from clinic_app.modules.consultation.services.texts import one_line, written

MOST = {"chief_complaint": 500, "present_illness": 4_000, "examination": 4_000, "plan": 4_000}
LONGEST_VITAL = 20
_SAVE = (
    "UPDATE note SET chief_complaint = ?, present_illness = ?, examination = ?, plan = ?, temperature = ?, pulse = ?,"
    " respiration = ?, blood_pressure = ?, spo2 = ?, weight = ?, rev = rev + 1, saved_at = ?"
    " WHERE visit_id = ? AND rev = ?"
)


def save_note(uow: UnitOfWork, visit_id: bytes, fields: Mapping[str, str], rev: int) -> dict[str, Any]:
    """Keep what stands in the note now; `rev` is the one the form was drawn with. Returns `rev` and `saved_at`.

    Fields that are not given stay. Raises Stale `consultation.note_changed` when another window saved since, Refused as
    `opening.writable`, `consultation.text_too_long` and `.text_unseen_sign`.
    """
    opened = writable(uow, visit_id)
    return store(uow, opened, fields, rev)


def store(uow: UnitOfWork, opened: Opened, fields: Mapping[str, str], rev: int) -> dict[str, Any]:
    note = opened.note
    if rev != note.rev:
        raise Stale("consultation.note_changed")
    wanted = {**note.fields(), **{name: _checked(name, text) for name, text in fields.items()}}
    if wanted == note.fields():
        return {"rev": note.rev, "saved_at": note.saved_at}
    uow.change_one(
        _SAVE, (*(wanted[name] for name in (*queries.WRITTEN, *queries.VITALS)), uow.at, note.visit_id, rev),
        Stale("consultation.note_changed"),
    )  # fmt: skip
    return {"rev": rev + 1, "saved_at": uow.at}


def _checked(name: str, text: str) -> str:
    if name in queries.VITALS:
        return one_line(text, field=name, most=LONGEST_VITAL)
    if name == "chief_complaint":
        return one_line(text, field=name, most=MOST[name])
    return written(text, field=name, most=MOST[name])
