"""Sets of drugs (常用方): pick one by keyboard into today's sheet, keep a sheet as one."""

from flask import Response, request, url_for

from clinic_app.kernel import i18n
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.consultation import forms, queries, services
from clinic_app.modules.consultation.queries import drug_sets
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.chart import shown_visit
from clinic_app.modules.consultation.views.history import told
from clinic_app.modules.consultation.views.orders import orders_context
from clinic_app.modules.consultation.views.saving import draft
from clinic_app.web import pages
from clinic_app.web.access import DRAFT, ONCE, access, actor
from clinic_app.web.commands import command, known_fields


@blueprint.get("/visits/<id:visit_id>/sets")
@access("consultation.write")
def pick_set(visit_id: bytes) -> Response:
    """The dialog of Alt+O."""
    found = shown_visit(visit_id)
    hits = drug_sets.sets_matching("", actor().person_id)
    sheets = [one for one in queries.prescriptions_of_visit(visit_id) if queries.lines_of(one.id)]
    return pages.page(
        "consultation/_pick_set.html", visit=found, hits=hits, drug_names=drug_sets.names_in(hits), may_save=sheets
    )


@blueprint.get("/visits/<id:visit_id>/sets/options")
@access("consultation.write")
def set_options(visit_id: bytes) -> Response:
    found = shown_visit(visit_id)
    hits = drug_sets.sets_matching(request.args.get("q", "")[:60], actor().person_id)
    return pages.page("consultation/_set_options.html", visit=found, hits=hits, drug_names=drug_sets.names_in(hits))


@blueprint.post("/visits/<id:visit_id>/sets/<id:set_id>")
@access("consultation.write", writes=DRAFT)
def apply_set(visit_id: bytes, set_id: bytes) -> Response:
    """Put its drugs on today's sheet; the dialog stays only to name what was left out."""
    known_fields("sheet_rev", "q")
    found = shown_visit(visit_id)
    done = told(draft(lambda uow: services.apply_set(uow, visit_id, set_id, forms.rev_of(request.form, "sheet_rev"))))
    left = bool(done["left"])
    return pages.answer(
        "consultation/_set_answer.html", events=() if left else ("dialogClose",), focus="#dlg-h" if left else "#rx-new",
        done=done, oob_orders=True, **orders_context(found, queries.note(visit_id)),
    )  # fmt: skip


@blueprint.get("/visits/<id:visit_id>/sets/save")
@access("consultation.write")
def save_set_form(visit_id: bytes) -> Response:
    shown_visit(visit_id)
    return _save_form(visit_id)


def _save_form(visit_id: bytes, problem: str = "", status: int = 200) -> Response:
    sheets = [(one, queries.lines_of(one.id)) for one in reversed(queries.prescriptions_of_visit(visit_id))]
    return pages.page(
        "consultation/_save_set.html", status=status, visit_id=visit_id, typed=request.form, problem=problem,
        sheets=[(one, len(rows)) for one, rows in sheets if rows],
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/sets")
@access("consultation.write", writes=ONCE)
def save_set(visit_id: bytes) -> Response:
    """Keep a sheet of this visit as a set."""
    known_fields("name", "scope", "sheet")
    form = request.form
    shown_visit(visit_id)
    sheet = forms.id_of(form.get("sheet", ""))
    try:
        if sheet not in {one.id for one in queries.prescriptions_of_visit(visit_id)}:
            raise Refused("consultation.set_empty", field="name")
        command(
            lambda uow: services.save_set(
                uow, name=form.get("name", ""), scope=form.get("scope", ""), prescription_id=sheet
            )
        )
    except Refused as err:
        if err.field != "name":
            raise
        return _save_form(visit_id, i18n.refusal(err), 422)
    return pages.answer(
        "consultation/_kept.html", events=("dialogClose",), toast=_("已存好，Alt+O 就能套用"), focus="#rx-new"
    )


@blueprint.post("/sets/<id:set_id>/disable")
@access("consultation.write", writes=ONCE)
def disable_set(set_id: bytes) -> Response:
    known_fields()
    outcome = command(lambda uow: services.disable_set(uow, set_id))
    return pages.see(
        url_for("consultation.template_list"), _("已停用常用方：%(name)s") % {"name": outcome.result["name"]}
    )
