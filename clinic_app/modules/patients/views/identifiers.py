"""Documents, cards and phones of a person (证件与联系方式), other names, and numbers shown whole."""

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.patients import forms, queries, services
from clinic_app.modules.patients.services import Identifier
from clinic_app.modules.patients.views import blueprint, draw, words
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, open_chart
from clinic_app.web.commands import command, known_fields

DOCUMENT_FIELDS = ("document_kind", "document_number", "issuer", "valid_from", "valid_to", "identifier_note")


@blueprint.post("/<id:patient_id>/identifiers")
@access("patients.edit", writes=ONCE)
def add_identifier(patient_id: bytes) -> Response:
    """Note one more document, card or phone."""
    known_fields(*DOCUMENT_FIELDS)
    found, form = draw.patient(patient_id), request.form
    try:
        one = Identifier(
            form.get("document_kind", ""), form.get("document_number", ""), issuer=form.get("issuer", ""),
            valid_from=forms.validity(form, "valid_from", clock.today()),
            valid_to=forms.validity(form, "valid_to", clock.today()),
            note=form.get("identifier_note", ""),
        )  # fmt: skip
        if one.kind == "health_record":
            raise Refused("patients.identifier_kind", field="identifier", value=words.document_kinds()[one.kind])
        command(lambda uow: services.add_identifier(uow, patient_id, one))
    except Refused as err:
        if err.field is None:
            raise
        return draw.again(found, 422, errors={"document_number": i18n.refusal(err)})
    return pages.see(url_for("patients.card", patient_id=patient_id), _("记好了"))


@blueprint.post("/<id:patient_id>/identifiers/<int:identifier_id>/end")
@access("patients.edit", writes=ONCE)
def end_identifier(patient_id: bytes, identifier_id: int) -> Response:
    """End a document or card that is lost or was mistyped."""
    known_fields()
    draw.patient(patient_id)
    command(lambda uow: services.end_identifier(uow, patient_id, identifier_id))
    return pages.see(url_for("patients.card", patient_id=patient_id), _("证件已停用"))


@blueprint.post("/<id:patient_id>/aliases")
@access("patients.edit", writes=ONCE)
def add_alias(patient_id: bytes) -> Response:
    """Note another name."""
    known_fields("alias_kind", "alias")
    found, form = draw.patient(patient_id), request.form
    try:
        command(
            lambda uow: services.add_alias(uow, patient_id, form.get("alias_kind", ""), form.get("alias", ""))
        )
    except Refused as err:
        if err.field is None:
            raise
        return draw.again(found, 422, errors={"alias": i18n.refusal(err)})
    return pages.see(url_for("patients.card", patient_id=patient_id), _("别名记好了，按它也找得到"))


@blueprint.post("/<id:patient_id>/aliases/<int:alias_id>/end")
@access("patients.edit", writes=ONCE)
def end_alias(patient_id: bytes, alias_id: int) -> Response:
    """Take another name back."""
    known_fields()
    draw.patient(patient_id)
    command(lambda uow: services.end_alias(uow, patient_id, alias_id))
    return pages.see(url_for("patients.card", patient_id=patient_id), _("别名去掉了"))


@blueprint.get("/<id:patient_id>/in-full")
@access("patients.show_in_full")
def ask_in_full(patient_id: bytes) -> Response:
    """What whole numbers are needed for; nothing is shown yet."""
    draw.patient(patient_id)
    purposes = queries.choices("purpose", clock.today())
    return pages.page("patients/_in_full_purpose.html", patient_id=patient_id, purposes=purposes)


@blueprint.post("/<id:patient_id>/in-full")
@access("patients.show_in_full", writes=ONCE)
def in_full(patient_id: bytes) -> Response:
    """Numbers and phones whole, once the purpose is kept (PR-03)."""
    known_fields("purpose")
    found = draw.patient(patient_id)
    command(lambda uow: services.show_in_full(uow, patient_id, request.form.get("purpose", "")))
    open_chart(patient_id, draw.SCREEN)
    return pages.page(
        "patients/_in_full.html", patient=found, identifiers=queries.identifiers_of(patient_id),
        kinds=words.document_kinds(), relations=queries.relations_of(patient_id), code_name=queries.code_name,
    )  # fmt: skip
