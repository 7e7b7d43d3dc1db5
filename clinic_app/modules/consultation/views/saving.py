"""Saving the note as one types, and what the page is told when another window saved it too."""

from collections.abc import Callable
from typing import Any

from flask import request

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.errors import Missing, Stale
from clinic_app.kernel.i18n import refusal as sentence
from clinic_app.kernel.unit_of_work import UnitOfWork, unit_of_work
from clinic_app.modules.consultation import forms, queries, services
from clinic_app.modules.consultation.queries.labels import note_labels
from clinic_app.modules.consultation.rules.vitals import parse_vitals
from clinic_app.modules.consultation.services.signing import vital_ranges
from clinic_app.web.access import actor


def draft(act: Callable[[UnitOfWork], dict[str, Any]]) -> dict[str, Any]:
    """A draft write: no key, no audit row; the rev of the form decides who was first."""
    with unit_of_work(actor(), quiet=True) as uow:
        return act(uow)


UNKNOWN = "-"  # the mark of a text that nobody knows


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
        shown = _told(_stored(visit_id, fields))
        rev, drawn = shown["stored_rev"] - 1, dict.fromkeys(forms.NOTE_FIELDS, UNKNOWN)
    else:
        shown = _told(saved)
    if shown["theirs"] or shown["disputed"]:
        shown["rev"], shown["drawn"] = rev, _still_drawn(drawn, shown)
        shown["taken"] = {name: forms.taken(rev, name, drawn[name], shown["stored"][name]) for name in shown["theirs"]}
        shown["mine"] = _mine(shown, rev, drawn)
    return shown


def _mine(shown: dict[str, Any], rev: int, drawn: dict[str, str]) -> dict[str, str]:
    """What `用这边的` posts for each disputed field: that its stored text was seen, so that only those fields win."""
    return {name: forms.taken(rev, name, drawn.get(name, UNKNOWN), shown["stored"][name]) for name in shown["disputed"]}


def _told(saved: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of a save: only what that save stored, never what was written since."""
    fields = saved["fields"]
    _good, wrong = parse_vitals(fields, vital_ranges(clock.today()))
    return {
        "rev": saved["rev"], "stored_rev": saved["rev"], "stored": fields, "drawn": forms.marks_of(fields),
        "saved_at": saved["saved_at"], "wrong": [sentence(one) for one in wrong.values()],
        "complaint": len(fields["chief_complaint"]),
        "complaint_signs": parameters.value("consultation.complaint_signs", clock.today()),
        "theirs": tuple(saved["theirs"]), "disputed": tuple(saved["disputed"]), "labels": note_labels(),
    }  # fmt: skip


def _still_drawn(drawn: dict[str, str], shown: dict[str, Any]) -> str:
    """Marks of what the page shows: fields that it saved are as stored, the others as they were."""
    marks = dict(zip(forms.NOTE_FIELDS, shown["drawn"].split(" "), strict=True))
    return " ".join(
        drawn[name] if name in (*shown["theirs"], *shown["disputed"]) else marks[name] for name in forms.NOTE_FIELDS
    )


def _stored(visit_id: bytes, typed: dict[str, str]) -> dict[str, Any]:
    """The note as one read finds it, for a page of which nobody knows what it showed; what differs is disputed."""
    note = queries.note(visit_id)
    if note is None:
        raise Missing("consultation.visit_missing")
    fields = note.fields()
    differing = [name for name, text in typed.items() if text.strip() != fields[name].strip()]
    return {"rev": note.rev, "saved_at": note.saved_at, "fields": fields, "theirs": (), "disputed": differing}
