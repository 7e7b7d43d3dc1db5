"""Writing the note: autosave and diagnoses, fragments only."""

from flask import Response, request, url_for

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import refusal as sentence
from clinic_app.modules.consultation import forms, queries, services
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.chart import shown_visit
from clinic_app.modules.consultation.views.saving import autosaved, draft
from clinic_app.modules.consultation.views.visit import diagnoses_context, record_context
from clinic_app.web import pages
from clinic_app.web.access import DRAFT, access
from clinic_app.web.commands import known_fields


@blueprint.post("/visits/<id:visit_id>/note")
@access("consultation.write", writes=DRAFT)
def save_note(visit_id: bytes) -> Response:
    """Autosave: answers with the time, what looks wrong in the vitals, or both texts where two windows differ."""
    known_fields("note_rev", "note_drawn", "note_taken", "note_mine", "dx_seen", *forms.NOTE_FIELDS)
    found = shown_visit(visit_id)
    try:
        shown = autosaved(visit_id)
    except Refused as err:
        return pages.page("consultation/_record_saved.html", status=422, problem=sentence(err), visit=found)
    return pages.page(
        "consultation/_record_saved.html", status=409 if shown["disputed"] else 200, visit=found, fresh=True, **shown
    )


@blueprint.get("/visits/<id:visit_id>/record")
@access("consultation.view")
def record(visit_id: bytes) -> Response:
    """The note pane as it is stored."""
    found = shown_visit(visit_id)
    return pages.page("consultation/_record.html", **record_context(found, queries.note(visit_id)))


@blueprint.post("/visits/<id:visit_id>/diagnoses")
@access("consultation.write", writes=DRAFT)
def add_diagnosis(visit_id: bytes) -> Response:
    known_fields("diagnosis_id", "wording", "tcm_code")
    shown_visit(visit_id)
    chosen = request.form.get("diagnosis_id", "")
    draft(
        lambda uow: services.add_diagnosis(
            uow, visit_id, diagnosis_id=forms.id_of(chosen) if chosen else None,
            wording=request.form.get("wording", ""), tcm_code=request.form.get("tcm_code", ""),
        )
    )  # fmt: skip
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


@blueprint.post("/visits/<id:visit_id>/diagnoses/<int:row_id>/suspect")
@access("consultation.write", writes=DRAFT)
def suspect_diagnosis(visit_id: bytes, row_id: int) -> Response:
    """Suspected (疑似) or sure again."""
    known_fields()
    shown_visit(visit_id)
    draft(lambda uow: services.suspect_diagnosis(uow, visit_id, row_id))
    return _diagnoses(visit_id, focus="#dx")


@blueprint.post("/visits/<id:visit_id>/diagnoses/<int:row_id>/main")
@access("consultation.write", writes=DRAFT)
def make_main_diagnosis(visit_id: bytes, row_id: int) -> Response:
    """The main diagnosis comes first."""
    known_fields()
    shown_visit(visit_id)
    draft(lambda uow: services.make_main(uow, visit_id, row_id))
    return _diagnoses(visit_id, focus="#dx")


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
        said=said, undo=undo, clear_toast=clear, **diagnoses_context(visit_id),
    )  # fmt: skip
