"""Past and family history on the person's card."""

from flask import Response, request, url_for

from clinic_app.kernel import i18n
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.patients import services
from clinic_app.modules.patients.views import blueprint, draw
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields


@blueprint.post("/<id:patient_id>/histories")
@access("patients.edit", writes=ONCE)
def add_history(patient_id: bytes) -> Response:
    """Note what the person, or the family, went through."""
    known_fields("history_kind", "history", "history_since")
    found, form = draw.patient(patient_id), request.form
    kind, text, since = (form.get(name, "") for name in ("history_kind", "history", "history_since"))
    try:
        command(lambda uow: services.add_history(uow, patient_id, kind, text, since))
    except Refused as err:
        if err.field is None:
            raise
        return draw.again(found, 422, errors={"history": i18n.refusal(err)})
    return pages.see(url_for("patients.card", patient_id=patient_id), _("病史记好了"))


@blueprint.post("/<id:patient_id>/histories/<int:history_id>/end")
@access("patients.edit", writes=ONCE)
def end_history(patient_id: bytes, history_id: int) -> Response:
    """Take an entry back."""
    known_fields()
    draw.patient(patient_id)
    command(lambda uow: services.end_history(uow, patient_id, history_id))
    return pages.see(url_for("patients.card", patient_id=patient_id), _("这条病史去掉了"))
