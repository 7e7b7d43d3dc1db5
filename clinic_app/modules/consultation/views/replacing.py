"""Taking the suggested drug instead of a stopped one."""

from typing import Any

from flask import Response, request

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.consultation import forms, queries, services
from clinic_app.modules.consultation.queries import safety, words
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.orders import write_row
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.visits import queries as visits
from clinic_app.web.access import DRAFT, access
from clinic_app.web.commands import known_fields


@blueprint.post("/visits/<id:visit_id>/lines/<id:line_id>/replace")
@access("consultation.write", writes=DRAFT)
def replace_line(visit_id: bytes, line_id: bytes) -> Response:
    """Take the suggested drug; for a child its row opens without a dose first and nothing is stored (QT-10)."""
    known_fields("sheet_rev", *forms.LINE_FIELDS)
    form, hexed = request.form, line_id.hex()
    typed = forms.typed_line(form) if "drug_id" in form else None

    def in_its_row(err: Refused) -> dict[str, Any]:
        if isinstance(err, Stale) and typed is not None:  # what was typed may have been meant for another drug
            return {"editing": "", "entry": {}, "focus": "#rx-new", "wanted": ()}
        if typed is not None:
            offered = {"editing": hexed, "replacement": _named(dictionaries.drug(typed.drug_id))}
            return {**offered, "focus": "#ed-dose"} if err.field == "drug" else offered
        return _opened(visit_id, line_id) if err.code == "consultation.child_dose" else {}

    return write_row(
        visit_id,
        lambda uow: services.replace_line(uow, visit_id, line_id, forms.rev_of(form, "sheet_rev"), typed),
        entry=form if typed else None, editing=hexed if typed else "", again=in_its_row,
    )  # fmt: skip


def _opened(visit_id: bytes, line_id: bytes) -> dict[str, Any]:
    """The row of a stopped drug, open for the suggested one with its usual use but no dose."""
    visit, line = visits.visit(visit_id), queries.line(line_id)
    assert visit is not None and line is not None  # the command has just read them
    other = safety.replacement_of(line.drug_id, safety.safety_of(visit.patient_id), clock.today())
    if other is None:
        return {}
    entry = {"frequency": other.frequency, "days": str(other.usual_days or line.days), "route": other.route}
    return {
        "status": 200, "editing": line_id.hex(), "replacement": _named(other), "entry": entry, "focus": "#ed-dose",
        "wanted": ("note",),
    }  # fmt: skip


def _named(drug: dictionaries.Drug | None) -> dict[str, str] | None:
    """What an open row shows of the drug it is for."""
    if drug is None:
        return None
    return {
        "id": drug.id.hex(), "name": words.named(drug.name, drug.name_en), "strength": dictionaries.strength(drug),
        "min_unit": drug.min_unit,
    }  # fmt: skip
