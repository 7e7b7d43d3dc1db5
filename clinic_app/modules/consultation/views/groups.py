"""Bottle group, own drug, running time and the mark without a skin test, set on a stored row of the grid."""

from flask import Response, request

from clinic_app.modules.consultation import forms, services
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.orders import write_row
from clinic_app.web.access import DRAFT, access
from clinic_app.web.commands import known_fields


@blueprint.post("/visits/<id:visit_id>/lines/<id:line_id>/group")
@access("consultation.write", writes=DRAFT)
def join_group(visit_id: bytes, line_id: bytes) -> Response:
    """The row joins the bottle of the row above, or leaves it (Alt+Z)."""
    known_fields("sheet_rev")
    form = request.form
    return write_row(
        visit_id, lambda uow: services.join_group(uow, visit_id, line_id, forms.rev_of(form, "sheet_rev"))
    )


@blueprint.post("/visits/<id:visit_id>/lines/<id:line_id>/use")
@access("consultation.write", writes=DRAFT)
def set_use(visit_id: bytes, line_id: bytes) -> Response:
    known_fields("sheet_rev", "is_own", "minutes", "is_untested", "untested_because")
    form = request.form
    return write_row(
        visit_id,
        lambda uow: services.set_use(
            uow, visit_id, line_id, forms.rev_of(form, "sheet_rev"), is_own=form.get("is_own") == "1",
            minutes=form.get("minutes", ""), untested_because=form.get("untested_because", ""),
            is_untested=form.get("is_untested") == "1",
        ),
        again=lambda _err: {"using": line_id.hex(), "focus": "#use-source", "told_use": True},
    )  # fmt: skip
