"""Asking about allergies (问过敏史) without leaving the prescription: three answers."""

from typing import Any

from flask import Response, request

from clinic_app.kernel.errors import Invalid, Refused, Stale
from clinic_app.kernel.i18n import refusal as sentence
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation.queries import safety
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.consultation.views.chart import shown_visit
from clinic_app.modules.consultation.views.orders import answer_orders
from clinic_app.modules.patients import services as patient_services
from clinic_app.modules.patients.services import AllergyEntry
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

UNCLEAR = "过敏史说不清（已问）"


@blueprint.post("/visits/<id:visit_id>/allergies")
@access("consultation.write", writes=ONCE)
def ask_allergies(visit_id: bytes) -> Response:
    """`answer` is none, known with what was named, or unclear: asked, but the patient cannot tell (an amber line)."""
    known_fields("answer", "allergen", "allergen_kind", "allergen_code", "allergen_note")
    form = request.form
    found = shown_visit(visit_id)
    answer = form.get("answer", "")
    named = form.get("allergen", "").strip()
    note = form.get("allergen_note", "")
    kind = form.get("allergen_kind", "")
    entries: tuple[AllergyEntry, ...] = ()
    if answer == "unclear":
        entries = (AllergyEntry("text", "", UNCLEAR),)
    elif answer != "none":
        if not named or kind not in ("group", "drug", "text"):  # initials that were typed are no allergy
            return _again(visit_id, Refused("consultation.allergen_missing"))
        entries = (AllergyEntry(kind, form.get("allergen_code", ""), named, note),)
    try:
        command(lambda uow: _set(uow, found.patient_id, "none" if answer == "none" else "known", entries))
    except Invalid as err:
        return _again(visit_id, next(iter(err.refusals.values())))
    except Refused as err:
        return _again(visit_id, err)
    return answer_orders(visit_id, with_banner=True)


def _set(uow: UnitOfWork, patient_id: bytes, state: str, entries: tuple[AllergyEntry, ...]) -> dict[str, Any]:
    """Only the first answer: what a colleague recorded meanwhile is never replaced from here."""
    if safety.safety_of(patient_id).state != "unknown":
        raise Stale("consultation.allergy_asked")
    return patient_services.set_allergies(uow, patient_id, state, entries)


def _again(visit_id: bytes, err: Refused) -> Response:
    return answer_orders(
        visit_id, status=422, focus="#allergen", allergy_problem=sentence(err), typed_allergen=request.form
    )

