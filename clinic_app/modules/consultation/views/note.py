"""Writing the note: autosave and diagnoses, fragments only."""

from collections.abc import Callable
from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import refusal as sentence
from clinic_app.kernel.unit_of_work import UnitOfWork, unit_of_work
from clinic_app.modules.consultation import forms, queries, services
from clinic_app.modules.consultation.rules.vitals import parse_vitals
from clinic_app.modules.consultation.services.signing import vital_ranges
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.chart import shown_visit
from clinic_app.modules.consultation.views.visit import record_context
from clinic_app.web import pages
from clinic_app.web.access import DRAFT, access, actor
from clinic_app.web.commands import known_fields


def draft(act: Callable[[UnitOfWork], dict[str, Any]]) -> dict[str, Any]:
    """A draft write: no key, no audit row; the rev of the form decides who was first."""
    with unit_of_work(actor(), quiet=True) as uow:
        return act(uow)


@blueprint.post("/visits/<id:visit_id>/note")
@access("consultation.write", writes=DRAFT)
def save_note(visit_id: bytes) -> Response:
    """Autosave: answers with the time, what looks wrong in the vitals, or both texts after a conflict."""
    known_fields("note_rev", *forms.NOTE_FIELDS)
    found = shown_visit(visit_id)
    form = request.form
    try:
        saved = draft(
            lambda uow: services.save_note(uow, visit_id, forms.note_fields(form), forms.rev_of(form, "note_rev"))
        )
    except Stale:
        return _conflict(visit_id)
    except Refused as err:
        return pages.page("consultation/_record_saved.html", status=422, problem=sentence(err), visit=found)
    note = queries.note(visit_id)
    assert note is not None
    _good, wrong = parse_vitals(note.fields(), vital_ranges(clock.today()))
    return pages.page(
        "consultation/_record_saved.html", rev=saved["rev"], saved_at=saved["saved_at"], visit=found, fresh=True,
        wrong=[sentence(one) for one in wrong.values()], complaint=len(note.chief_complaint),
        complaint_signs=record_context(found, note)["complaint_signs"],
    )  # fmt: skip


def _conflict(visit_id: bytes) -> Response:
    """Another window saved since: both texts, neither lost, the doctor chooses."""
    note = queries.note(visit_id)
    if note is None:
        raise Missing("consultation.visit_missing")
    stored = note.fields()
    differing = [name for name, text in forms.note_fields(request.form).items() if text.strip() != stored[name].strip()]
    response = pages.page(
        "consultation/_record_conflict.html", status=409, note=note, differing=differing, stored=stored,
        typed=request.form,
    )  # fmt: skip
    response.headers["HX-Retarget"] = "#record-conflict"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


@blueprint.get("/visits/<id:visit_id>/record")
@access("consultation.view")
def record(visit_id: bytes) -> Response:
    """The note pane as it is stored."""
    found = shown_visit(visit_id)
    return pages.page("consultation/_record.html", **record_context(found, queries.note(visit_id)))


@blueprint.post("/visits/<id:visit_id>/diagnoses")
@access("consultation.write", writes=DRAFT)
def add_diagnosis(visit_id: bytes) -> Response:
    known_fields("diagnosis_id", "wording")
    shown_visit(visit_id)
    chosen = request.form.get("diagnosis_id", "")
    draft(
        lambda uow: services.add_diagnosis(
            uow, visit_id, diagnosis_id=forms.id_of(chosen) if chosen else None, wording=request.form.get("wording", "")
        )
    )
    return _diagnoses(visit_id, focus="#dx")


@blueprint.post("/visits/<id:visit_id>/diagnoses/<int:row_id>/remove")
@access("consultation.write", writes=DRAFT)
def remove_diagnosis(visit_id: bytes, row_id: int) -> Response:
    known_fields()
    shown_visit(visit_id)
    name = draft(lambda uow: services.remove_diagnosis(uow, visit_id, row_id))["name"]
    return _diagnoses(
        visit_id, focus="#dx", said=_("已去掉诊断：%(name)s") % {"name": name},
        undo=url_for("consultation.restore_diagnosis", visit_id=visit_id, row_id=row_id),
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/diagnoses/<int:row_id>/restore")
@access("consultation.write", writes=DRAFT)
def restore_diagnosis(visit_id: bytes, row_id: int) -> Response:
    known_fields()
    shown_visit(visit_id)
    draft(lambda uow: services.restore_diagnosis(uow, visit_id, row_id))
    return _diagnoses(visit_id, focus="#dx", clear=True)


def _diagnoses(visit_id: bytes, *, focus: str, said: str = "", undo: str = "", clear: bool = False) -> Response:
    return pages.answer(
        "consultation/_diagnoses.html", focus=focus, visit_id=visit_id, writable=True,
        diagnoses=queries.diagnoses_of_visit(visit_id), said=said, undo=undo, clear_toast=clear,
    )  # fmt: skip
