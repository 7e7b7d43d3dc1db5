"""Beside today's note: earlier visits (历次就诊), what is taken over from them, and vital signs over time."""

from typing import Any

from flask import Response, request

from clinic_app.kernel import i18n
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.money import price
from clinic_app.modules.consultation import forms, queries, services
from clinic_app.modules.consultation.queries import history, words
from clinic_app.modules.consultation.queries.labels import note_labels
from clinic_app.modules.consultation.rules.trend import chart
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.chart import may_write, shown_visit
from clinic_app.modules.consultation.views.orders import orders_context
from clinic_app.modules.consultation.views.saving import draft
from clinic_app.modules.consultation.views.visit import diagnoses_context
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.visits import queries as visits
from clinic_app.web import pages
from clinic_app.web.access import DRAFT, access
from clinic_app.web.commands import known_fields

CHARTED = ("blood_pressure", "weight", "temperature", "glucose")


@blueprint.get("/visits/<id:visit_id>/history")
@access("consultation.view")
def past_visits(visit_id: bytes) -> Response:
    """The list, with the newest visit or the one that is asked for open beside it."""
    found = shown_visit(visit_id)
    chosen = request.args.get("past", "")
    return _history(found, forms.id_of(chosen) if chosen else None, focus="#past-1" if not chosen else "")


def _history(
    visit: visits.Visit, chosen: bytes | None, /, *, focus: str = "", template: str = "_history", **more: Any
) -> Response:
    said = request.values.get("before", "")
    before = int(said) if said.isdecimal() and len(said) < 16 else None
    listed, following = history.past_visits(visit.patient_id, visit.id, before)
    if chosen is None and listed:
        chosen = listed[0].visit_id
    past = history.past_note(visit.patient_id, chosen) if chosen else None
    if chosen and past is None:
        raise Missing("consultation.visit_missing")
    return pages.answer(
        f"consultation/{template}.html", focus=focus, listed=listed, following=following, past=past,
        before=before, labels=note_labels(), fields=(*queries.WRITTEN, *queries.VITALS), day_of=history.day_of,
        writable=may_write(visit, queries.note(visit.id)), **{"visit": visit, **more},
    )  # fmt: skip


@blueprint.get("/visits/<id:visit_id>/trend")
@access("consultation.view")
def trend(visit_id: bytes) -> Response:
    """Vital signs over visits, drawn and as a table."""
    found = shown_visit(visit_id)
    told = history.measured(found.patient_id)
    charts = [chart(name, [one.vitals[name] for one in told]) for name in CHARTED]
    return pages.answer(
        "consultation/_trend.html", focus="#beside-h", visit=found, told=told, charts=[one for one in charts if one],
        labels=note_labels(), names=queries.VITALS, day_of=history.day_of,
    )  # fmt: skip


@blueprint.get("/visits/<id:visit_id>/beside")
@access("consultation.view")
def nothing_beside(visit_id: bytes) -> Response:
    """Today's sheets again."""
    shown_visit(visit_id)
    return pages.answer("consultation/_nothing_beside.html", focus="#chief-complaint, #record-h")


@blueprint.post("/visits/<id:visit_id>/repeat/<id:prescription_id>")
@access("consultation.write", writes=DRAFT)
def repeat_sheet(visit_id: bytes, prescription_id: bytes) -> Response:
    """Put the rows of an earlier sheet into today's; what was left out and what costs another price is named."""
    known_fields("sheet_rev", "past", "before")
    form, found = request.form, shown_visit(visit_id)
    done = draft(
        lambda uow: services.repeat_sheet(uow, visit_id, prescription_id, forms.rev_of(form, "sheet_rev"))
    )
    return _history(
        found, forms.id_of(form.get("past", "")), template="_history_answer", focus="#beside-told", done=told(done),
        oob_orders=True, **orders_context(found, queries.note(visit_id)),
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/repeat-diagnoses/<id:from_visit>")
@access("consultation.write", writes=DRAFT)
def repeat_diagnoses(visit_id: bytes, from_visit: bytes) -> Response:
    known_fields()
    shown_visit(visit_id)
    draft(lambda uow: services.repeat_diagnoses(uow, visit_id, from_visit))
    return pages.answer(
        "consultation/_diagnoses.html", visit_id=visit_id, writable=True, toast=_("诊断已搬过来"),
        focus="#dx", **diagnoses_context(visit_id),
    )  # fmt: skip


def told(done: dict[str, Any]) -> dict[str, Any]:
    """What came of taking rows over, in words: how many stand, which were left out and why, which cost otherwise."""
    return {
        "added": done["added"],
        "left": [(_named(one["drug_id"]), _why(one["refusal"])) for one in done["left"]],
        "prices": [(_named(drug), price(old), price(new)) for drug, old, new in done["prices"]],
    }


def _why(err: Refused) -> str:
    return i18n.refusal(err)


def _named(drug_id: bytes) -> str:
    drug = dictionaries.drug(drug_id)
    return words.named(drug.name, drug.name_en) if drug else ""
