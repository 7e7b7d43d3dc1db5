"""Writing the note (病历): autosave by rev, without key or audit; an unfinished note is never refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from clinic_app.kernel.errors import Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.rules.merging import Merged, merge
from clinic_app.modules.consultation.services.opening import Opened, writable
from clinic_app.modules.consultation.services.texts import one_line, written

MOST = {"attended": 40, "chief_complaint": 500, "onset": 100}
"""Characters of the texts that stand on one line; every other text may have `LONGEST_TEXT`."""
LONGEST_TEXT = 4_000
LONGEST_VITAL = 20
_SAVE = (
    "UPDATE note SET attended = ?, chief_complaint = ?, onset = ?, present_illness = ?, past_history = ?,"
    " personal_history = ?, family_history = ?, menstrual_history = ?, examination = ?, results = ?, plan = ?,"
    " temperature = ?, pulse = ?, respiration = ?, blood_pressure = ?, spo2 = ?, weight = ?, glucose = ?,"
    " rev = rev + 1, saved_at = ? WHERE visit_id = ? AND rev = ?"
)


@dataclass(frozen=True)
class Saved:
    """The note as it is stored now, and what another window changed meanwhile (`rules.merging`)."""

    note: queries.Note
    theirs: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()


def save_note(
    uow: UnitOfWork, visit_id: bytes, fields: Mapping[str, str], rev: int, drawn: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Keep what stands in the note now; `rev` is the one the form was drawn with. Returns `rev`, `saved_at`, `fields`.

    `fields` are the texts as stored by this very call: what another window writes after it is not among them, so that a
    page told of them never takes a later text for seen. Fields that are not given stay.

    When another window saved since, the marks of the texts that the form was `drawn` with tell whose each change is:
    `theirs` were changed there only and stay, `disputed` were changed in both and stay as stored until the doctor
    chooses. Without marks that raises Stale `consultation.note_changed`. Refused as `opening.writable`,
    `consultation.text_too_long` and `.text_unseen_sign`.
    """
    saved = store(uow, writable(uow, visit_id), fields, rev, drawn)
    note = saved.note
    return {
        "rev": note.rev, "saved_at": note.saved_at, "fields": note.fields(), "theirs": list(saved.theirs),
        "disputed": list(saved.disputed),
    }  # fmt: skip


def store(
    uow: UnitOfWork, opened: Opened, fields: Mapping[str, str], rev: int, drawn: Mapping[str, str] | None = None
) -> Saved:
    note = opened.note
    if rev != note.rev and not drawn:
        raise Stale("consultation.note_changed")
    stored, typed = note.fields(), {name: checked(name, text) for name, text in fields.items()}
    merged = Merged({**stored, **typed}) if rev == note.rev else merge(typed, drawn or {}, stored)
    if merged.fields == stored:
        return Saved(note, merged.theirs, merged.disputed)
    return Saved(overwrite(uow, note, merged.fields), merged.theirs, merged.disputed)


def overwrite(uow: UnitOfWork, note: queries.Note, fields: Mapping[str, str]) -> queries.Note:
    """The note with all its fields as given, one rev further; Stale when it moved on."""
    uow.change_one(
        _SAVE,
        (*(fields[name] for name in (*queries.WRITTEN, *queries.VITALS)), uow.at, note.visit_id, note.rev),
        changed(),
    )
    return replace(note, **fields, rev=note.rev + 1, saved_at=uow.at)


def changed() -> Stale:
    """Another window wrote in the note since the page was drawn."""
    return Stale("consultation.note_changed")


def checked(name: str, text: str) -> str:
    if name in queries.VITALS:
        return one_line(text, field=name, most=LONGEST_VITAL)
    if name in MOST:
        return one_line(text, field=name, most=MOST[name])
    return written(text, field=name, most=LONGEST_TEXT)
