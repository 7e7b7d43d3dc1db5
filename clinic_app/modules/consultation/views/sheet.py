"""What stands on a sheet beside its rows: validity and agent, herbs and their use, answers that rules ask for."""

from flask import Response, request

from clinic_app.kernel.errors import Missing
from clinic_app.modules.consultation import forms, queries, services
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.orders import tab_of, write_row
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.web import pages
from clinic_app.web.access import DRAFT, access
from clinic_app.web.commands import known_fields


@blueprint.post("/visits/<id:visit_id>/sheet")
@access("consultation.write", writes=DRAFT)
def write_sheet_options(visit_id: bytes) -> Response:
    """Validity and agent of the sheets to be signed."""
    known_fields("sheet_rev", "valid_days", "agent_name", "agent_number")
    form = request.form
    typed = services.Options(
        form.get("valid_days", "1"), form.get("agent_name", ""), form.get("agent_number", "")
    )
    return write_row(
        visit_id, lambda uow: services.set_options(uow, visit_id, typed, forms.rev_of(form, "sheet_rev")),
        again=lambda err: {"focus": "#rx-agent" if err.field == "agent" else "#rx-valid", "options": form},
        focus="#rx-agent-number" if typed.agent_name and not typed.agent_number else "#rx-new",
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/herb-options")
@access("consultation.write", writes=DRAFT)
def write_herb_options(visit_id: bytes) -> Response:
    """Number of doses, form, use and boiling of the herbs."""
    known_fields("sheet_rev", "herb_doses", "herb_form", "herb_use", "herb_boiled")
    form = request.form
    typed = services.HerbOptions(
        form.get("herb_doses", ""), form.get("herb_form", ""), form.get("herb_use", ""), form.get("herb_boiled", "")
    )
    return write_row(
        visit_id, lambda uow: services.set_herbs(uow, visit_id, typed, forms.rev_of(form, "sheet_rev")), tab="herbal",
        again=lambda err: {"options": form},
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/herbs")
@access("consultation.write", writes=DRAFT)
def add_herb(visit_id: bytes) -> Response:
    """One herb at the end of the herbal sheet."""
    known_fields("sheet_rev", "drug", "drug_id", "dose", "note", "reason")
    form = request.form
    return write_row(
        visit_id,
        lambda uow: services.add_herb(
            uow, visit_id, drug_id=forms.id_of(form.get("drug_id", "")), grams=form.get("dose", ""),
            foot_note=form.get("note", ""), reason=form.get("reason", ""), rev=forms.rev_of(form, "sheet_rev"),
        ),
        entry=form, tab="herbal",
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/answers")
@access("consultation.write", writes=DRAFT)
def answer(visit_id: bytes) -> Response:
    """What the patient said when a rule asked."""
    known_fields("sheet_rev", "question", "answer", "line")
    form = request.form
    line = queries.line(forms.id_of(form.get("line", "")))
    return write_row(
        visit_id,
        lambda uow: services.answer(uow, visit_id, form.get("question", ""), form.get("answer", "")),
        tab=tab_of(line),
    )  # fmt: skip


@blueprint.get("/rules/<code>")
@access("consultation.view")
def rule(code: str) -> Response:
    """Where a rule comes from and whether a person has read it (依据)."""
    found = dictionaries.safety_rule(code[:32])
    if found is None:
        raise Missing("consultation.rule_missing")
    return pages.page("consultation/_rule.html", rule=found)
