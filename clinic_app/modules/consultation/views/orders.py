"""The prescription grid: rows are stored, opened, removed and decided on one by one; fragments only."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import refusal as sentence
from clinic_app.kernel.unit_of_work import UnitOfWork, unit_of_work
from clinic_app.modules.consultation import forms, queries, services
from clinic_app.modules.consultation.queries import words, workbench
from clinic_app.modules.consultation.queries.allowed import class_of
from clinic_app.modules.consultation.queries.requests import requested
from clinic_app.modules.consultation.queries.working_out import Lists, days_limit
from clinic_app.modules.consultation.rules.sheets import HERBAL
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.chart import banner, may_write, shown_visit
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.visits import queries as visits
from clinic_app.web import pages
from clinic_app.web.access import DRAFT, access, actor
from clinic_app.web.commands import known_fields

FIELDS = {
    "drug": "new", "dose": "dose", "frequency": "frequency", "days": "days", "route": "route", "quantity": "quantity",
    "most_per_day": "most", "note": "note", "reason": "reason", "allergy": "new", "weekdays": "weekdays",
    "herb_doses": "doses", "herb_use": "use", "agent": "agent", "valid_days": "valid",
}  # fmt: skip


def orders_context(visit: visits.Visit, note: queries.Note | None) -> dict[str, Any]:
    """What `_orders.html` draws."""
    found = workbench.orders(visit, clock.today(), actor().person_id, note)
    frequencies, routes = options(found.known, i18n.current())
    rq_count, request_rev, rq_fen = requested(visit.id, clock.today())
    return {
        "visit": visit, "orders": found, "orders_writable": may_write(visit, note),
        "frequencies": frequencies, "routes": routes, "rq_count": rq_count, "request_rev": request_rev,
        "rq_fen": rq_fen,
        "tab": "herbal" if found.herbs and not found.western else "western", "entry": {}, "editing": "", "using": "",
        "replacement": None, "row_problem": "", "wanted": (),
        "may_void": bool(note and note.doctor_id == actor().person_id and actor().may("consultation.write")),
    }  # fmt: skip


Choices = tuple[tuple[str, str], ...]


@lru_cache(maxsize=8)
def options(known: Lists, language: str) -> tuple[Choices, Choices]:
    """Codes and names of the frequencies and routes in use; `known` is the same object until a list changes."""
    source = language == i18n.SOURCE
    frequencies = (one for one in known.frequencies.values() if not one.is_disabled)
    routes = (one for one in known.routes.values() if not one.is_disabled)
    return (
        tuple((one.code, f"{one.code} {one.name if source else one.name_en}") for one in frequencies),
        tuple((one.code, one.name if source else one.code) for one in routes),
    )


def answer_orders(
    visit_id: bytes, *, visit: visits.Visit | None = None, status: int = 200, focus: str = "#rx-new", said: str = "",
    undo: str = "", with_banner: bool = False, **more: Any,
) -> Response:
    """The whole pane, the count of open decisions beside the primary button, and where the focus goes."""
    found = visit or visits.visit(visit_id)
    if found is None:
        raise Missing("consultation.visit_missing")
    note = queries.note(visit_id)
    return pages.answer(
        "consultation/_orders_answer.html", status=status, focus=focus, said=said, undo=undo,
        **{**orders_context(found, note), **more}, patient=banner(found) if with_banner else None,
    )  # fmt: skip


def write_row(
    visit_id: bytes, act: Callable[[UnitOfWork], dict[str, Any]], *, entry: Mapping[str, str] | None = None,
    editing: str = "", again: Callable[[Refused], dict[str, Any]] | None = None, tab: str = "western", **done: Any,
) -> Response:
    """Run one draft write; a refusal redraws the pane with what was typed and the sentence under its row.

    `again` may say otherwise where the sentence and the focus go, and with which `status`.
    """
    found = shown_visit(visit_id)
    try:
        with unit_of_work(actor(), quiet=True) as uow:
            act(uow)
    except Missing:
        raise
    except Refused as err:
        if err.code in ("consultation.other_doctor", "consultation.signed", "consultation.not_started"):
            raise
        if err.field == "weight":  # a dose by weight waits for the weight, which stands in the note
            again = again or (lambda _err: {"focus": "#weight"})
        field = f"#{'ed' if editing else 'rx'}-{FIELDS.get(err.field or '', 'new')}"
        drawn = {
            "status": 409 if isinstance(err, Stale) else 422, "focus": field, "entry": entry or {}, "editing": editing,
            "row_problem": sentence(err), "wanted": _wanted(entry or {}, err.field or ""), "tab": tab,
            **(again(err) if again else {}),
        }  # fmt: skip
        return answer_orders(visit_id, **drawn)
    return answer_orders(visit_id, visit=found, tab=tab, **done)


def _wanted(entry: Mapping[str, str], field: str = "") -> tuple[str, ...]:
    """The seldom cells that a row shows: what it holds, and what it was refused for."""
    also = {"quantity": ("quantity", "most_per_day") if entry.get("frequency") == "prn" else ("quantity",)}
    asked = also.get(field, (field,))
    cells = ("quantity", "most_per_day", "weekdays", "reason", "note")
    return tuple(name for name in cells if entry.get(name) or name in asked)


def tab_of(line: queries.PrescriptionLine | None) -> str:
    """The tab on which a row stands: herbs have their own grid."""
    drug = dictionaries.drug(line.drug_id) if line else None
    return "herbal" if drug is not None and class_of(drug, clock.today()) == HERBAL else "western"


@blueprint.get("/visits/<id:visit_id>/orders")
@access("consultation.view")
def orders(visit_id: bytes) -> Response:
    """The pane as it is stored; `line` opens one row for changing."""
    found = shown_visit(visit_id)
    if using := request.args.get("use", ""):
        return answer_orders(visit_id, using=using, focus="#use-minutes")
    line = queries.line(forms.id_of(editing)) if (editing := request.args.get("line", "")) else None
    draft = queries.draft_of_visit(visit_id)
    if line is None or draft is None or line.prescription_id != draft.id:
        return answer_orders(visit_id, tab="herbal" if request.args.get("tab") == "herbal" else "western")
    typed = workbench.as_typed(line)
    entry = {name: getattr(typed, name) for name in forms.LINE_FIELDS if name not in ("drug", "drug_id", "long_term")}
    entry["long_term"] = "1" if typed.is_long_term else ""
    asked = "reason" if line.days > days_limit(found.kind, clock.today()) else ""
    return answer_orders(
        visit_id, focus="#ed-dose", editing=editing, entry=entry, wanted=(*_wanted(entry, asked), "note"),
        tab=tab_of(line),
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/lines")
@access("consultation.write", writes=DRAFT)
def add_line(visit_id: bytes) -> Response:
    known_fields("sheet_rev", *forms.LINE_FIELDS)
    form = request.form
    return write_row(
        visit_id, lambda uow: services.add_line(uow, visit_id, forms.typed_line(form), forms.rev_of(form, "sheet_rev")),
        entry=form,
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/lines/<id:line_id>")
@access("consultation.write", writes=DRAFT)
def change_line(visit_id: bytes, line_id: bytes) -> Response:
    known_fields("sheet_rev", *forms.LINE_FIELDS)
    form = request.form
    return write_row(
        visit_id,
        lambda uow: services.change_line(
            uow, visit_id, line_id, forms.typed_line(form), forms.rev_of(form, "sheet_rev")
        ),
        entry=form, editing=line_id.hex(), tab=tab_of(queries.line(line_id)),
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/lines/<id:line_id>/delete")
@access("consultation.write", writes=DRAFT)
def delete_line(visit_id: bytes, line_id: bytes) -> Response:
    known_fields("sheet_rev")
    form = request.form
    line = queries.line(line_id)
    drug = dictionaries.drug(line.drug_id) if line else None
    return write_row(
        visit_id, lambda uow: services.delete_line(uow, visit_id, line_id, forms.rev_of(form, "sheet_rev")),
        said=_("已删除 %(drug)s") % {"drug": words.named(drug.name, drug.name_en) if drug else ""},
        undo=url_for("consultation.restore_line", visit_id=visit_id, line_id=line_id), tab=tab_of(line),
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/lines/<id:line_id>/restore")
@access("consultation.write", writes=DRAFT)
def restore_line(visit_id: bytes, line_id: bytes) -> Response:
    known_fields()
    tab = tab_of(queries.line(line_id))
    return write_row(visit_id, lambda uow: services.restore_line(uow, visit_id, line_id), clear_toast=True, tab=tab)


@blueprint.post("/visits/<id:visit_id>/lines/<id:line_id>/keep")
@access("consultation.write", writes=DRAFT)
def keep_stop(visit_id: bytes, line_id: bytes) -> Response:
    """Prescribe in spite of the stop; without a reason the field for it opens."""
    known_fields("sheet_rev", "stop_reason", "seen")
    form, hexed = request.form, line_id.hex()
    line, draft = queries.line(line_id), queries.draft_of_visit(visit_id)
    if line is None or draft is None or line.prescription_id != draft.id:
        raise Missing("consultation.line_missing")
    reason, tab = form.get("stop_reason", ""), tab_of(line)
    if not reason.strip():
        shown_visit(visit_id)
        asked = "stop_reason" in form
        return answer_orders(
            visit_id, status=422 if asked else 200, focus=f"#why-{hexed}", keeping=hexed,
            keep_problem=sentence(Refused("consultation.stop_reason_missing")) if asked else "", tab=tab,
        )  # fmt: skip

    def in_its_row(err: Refused) -> dict[str, Any]:
        if err.field != "stop_reason":
            return {}
        told = {"keeping": hexed, "keep_reason": reason, "keep_problem": sentence(err)}
        return {**told, "focus": f"#why-{hexed}", "row_problem": "", "wanted": ()}

    return write_row(
        visit_id,
        lambda uow: services.keep_stop(
            uow, visit_id, line_id, reason, forms.rev_of(form, "sheet_rev"), seen=form.getlist("seen")
        ),
        again=in_its_row, tab=tab,
    )  # fmt: skip
