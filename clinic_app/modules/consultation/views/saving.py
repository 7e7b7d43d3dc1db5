"""Saving the note as one types, and what the page is told when another window saved it too."""

from collections.abc import Callable
from typing import Any

from flask import request

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.errors import Missing, Stale
from clinic_app.kernel.i18n import refusal as sentence
from clinic_app.kernel.unit_of_work import UnitOfWork, unit_of_work
from clinic_app.modules.consultation import forms, queries, services
from clinic_app.modules.consultation.rules.vitals import parse_vitals
from clinic_app.modules.consultation.services.signing import vital_ranges
from clinic_app.web.access import actor


def draft(act: Callable[[UnitOfWork], dict[str, Any]]) -> dict[str, Any]:
    """A draft write: no key, no audit row; the rev of the form decides who was first."""
    with unit_of_work(actor(), quiet=True) as uow:
        return act(uow)


def autosaved(visit_id: bytes) -> dict[str, Any]:
    """Save the form of this request and say what `_record_saved.html` shows of it.

    After a meeting of two windows the page keeps its old rev and marks, so that the next save is compared again.
    """
    form = request.form
    fields, drawn = forms.note_fields(form), forms.drawn_with(form)
    try:
        rev = forms.rev_of(form, "note_rev")
        saved = draft(lambda uow: services.save_note(uow, visit_id, fields, rev, drawn))
    except Stale:  # a page that does not say what it was drawn with
        return {**_told(_note(visit_id), (), _differing(_note(visit_id))), "rev": None}
    note = _note(visit_id)
    shown = _told(note, tuple(saved["theirs"]), tuple(saved["disputed"]))
    if shown["theirs"] or shown["disputed"]:
        shown["rev"], shown["drawn"] = rev, _still_drawn(note, drawn, shown)
    return shown


def _told(note: queries.Note, theirs: tuple[str, ...], disputed: tuple[str, ...]) -> dict[str, Any]:
    _good, wrong = parse_vitals(note.fields(), vital_ranges(clock.today()))
    return {
        "note": note, "rev": note.rev, "drawn": forms.marks_of(note.fields()), "saved_at": note.saved_at,
        "wrong": [sentence(one) for one in wrong.values()], "complaint": len(note.chief_complaint),
        "complaint_signs": parameters.value("consultation.complaint_signs", clock.today()),
        "theirs": theirs, "disputed": disputed, "stored": note.fields(),
    }  # fmt: skip


def _still_drawn(note: queries.Note, drawn: dict[str, str], shown: dict[str, Any]) -> str:
    """Marks of what the page shows: fields that it saved are as stored, the others as they were."""
    marks = dict(zip(forms.NOTE_FIELDS, forms.marks_of(note.fields()).split(" "), strict=True))
    return " ".join(
        drawn[name] if name in (*shown["theirs"], *shown["disputed"]) else marks[name] for name in forms.NOTE_FIELDS
    )


def _note(visit_id: bytes) -> queries.Note:
    note = queries.note(visit_id)
    if note is None:
        raise Missing("consultation.visit_missing")
    return note


def _differing(note: queries.Note) -> tuple[str, ...]:
    stored, typed = note.fields(), forms.note_fields(request.form)
    return tuple(name for name, text in typed.items() if text.strip() != stored[name].strip())
