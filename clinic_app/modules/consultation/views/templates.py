"""Templates of notes and phrases (病历模板、常用语): pick one by keyboard, keep one, the page where they are listed."""

from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import i18n
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.consultation import forms, queries, services
from clinic_app.modules.consultation.queries import drug_sets, templates
from clinic_app.modules.consultation.queries.labels import note_labels
from clinic_app.modules.consultation.services.templates import KEPT
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.chart import shown_visit
from clinic_app.modules.consultation.views.saving import draft
from clinic_app.modules.consultation.views.visit import record_context
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits import queries as visits
from clinic_app.web import pages
from clinic_app.web.access import DRAFT, ONCE, access, actor
from clinic_app.web.commands import command, known_fields


def scopes() -> dict[str, str]:
    return {"personal": _("自己用"), "department": _("本科室用"), "clinic": _("全院用")}


@blueprint.get("/visits/<id:visit_id>/templates")
@access("consultation.write")
def pick_template(visit_id: bytes) -> Response:
    """The dialog of Alt+T."""
    found = shown_visit(visit_id)
    return pages.page("consultation/_pick_template.html", visit=found, **_options(found, ""))


@blueprint.get("/visits/<id:visit_id>/templates/options")
@access("consultation.write")
def template_options(visit_id: bytes) -> Response:
    found = shown_visit(visit_id)
    return pages.page("consultation/_template_options.html", visit=found, **_options(found, request.args.get("q", "")))


def _options(visit: visits.Visit, typed: str) -> dict[str, Any]:
    hits = templates.templates_matching(typed[:60], actor().person_id, _speciality(visit))
    return {"hits": hits, "typed": typed, "scopes": scopes(), "labels": note_labels()}


def _speciality(visit: visits.Visit) -> str:
    room = desks.room(visit.room_id)
    return room.speciality if room else ""


@blueprint.post("/visits/<id:visit_id>/templates/apply")
@access("consultation.write", writes=DRAFT)
def apply_template(visit_id: bytes) -> Response:
    """Fill the note; answers with its pane and the focus where the doctor goes on."""
    known_fields("template", "note_rev", "note_drawn", "note_taken", "dx_seen", *forms.NOTE_FIELDS)
    form, found = request.form, shown_visit(visit_id)
    rev, chosen = forms.rev_of(form, "note_rev"), forms.id_of(form.get("template", ""))
    done = draft(
        lambda uow: services.apply_template(
            uow, visit_id, chosen, forms.note_fields(form), rev, forms.drawn_with(form)
        )
    )  # fmt: skip
    return pages.answer(
        "consultation/_record.html", events=("dialogClose",), focus=f"#{done['field'].replace('_', '-')}",
        toast=_("已套用 %(name)s，改一改再签") % {"name": done["name"]},
        **record_context(found, queries.note(visit_id)),
    )  # fmt: skip


@blueprint.get("/visits/<id:visit_id>/templates/save")
@access("consultation.write")
def save_template_form(visit_id: bytes) -> Response:
    shown_visit(visit_id)
    return _save_form(visit_id)


def _save_form(visit_id: bytes, problem: str = "", status: int = 200) -> Response:
    note = queries.note(visit_id)
    written = [name for name in KEPT if note and note.fields()[name].strip()]
    return pages.page(
        "consultation/_save_template.html", status=status, visit_id=visit_id, written=written, labels=note_labels(),
        asked=(*KEPT, *queries.VITALS), scopes=scopes(), typed=request.form, problem=problem,
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/templates")
@access("consultation.write", writes=ONCE)
def save_template(visit_id: bytes) -> Response:
    """Keep what stands in the note now; the note itself stays as it is."""
    known_fields("name", "scope", "field", "required")
    form, found = request.form, shown_visit(visit_id)
    note = queries.note(visit_id)
    try:
        command(
            lambda uow: services.save_template(
                uow, name=form.get("name", ""), scope=form.get("scope", ""), field=form.get("field", ""),
                texts=note.fields() if note else {}, speciality=_speciality(found), required=form.getlist("required"),
            )
        )  # fmt: skip
    except Refused as err:
        if err.field != "name":
            raise
        return _save_form(visit_id, i18n.refusal(err), 422)
    return pages.answer(
        "consultation/_kept.html", events=("dialogClose",), toast=_("已存好，Alt+T 就能套用"), focus="#chief-complaint"
    )


@blueprint.get("/templates")
@access("consultation.write")
def template_list() -> Response:
    """One's own templates, phrases and sets of drugs, and the shared ones."""
    found, sets = templates.templates_of(actor().person_id), drug_sets.sets_of(actor().person_id)
    return pages.page(
        "consultation/templates.html", found=found, sets=sets, scopes=scopes(), labels=note_labels(),
        names=people.names({one.owner_id for one in (*found, *sets)}), my_id=actor().person_id,
        is_manager="manager" in actor().roles, drug_names=drug_sets.names_in(sets),
    )  # fmt: skip


@blueprint.post("/templates/<id:template_id>/disable")
@access("consultation.write", writes=ONCE)
def disable_template(template_id: bytes) -> Response:
    known_fields()
    outcome = command(lambda uow: services.disable_template(uow, template_id))
    return pages.see(
        url_for("consultation.template_list"), _("已停用模板：%(name)s") % {"name": outcome.result["name"]}
    )
