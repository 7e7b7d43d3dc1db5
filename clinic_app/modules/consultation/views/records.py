"""What was written at a person's visits (病历), third tab of the person's page."""

from flask import Response, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Missing
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.consultation.queries import care
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.patients import queries as patients
from clinic_app.web import pages
from clinic_app.web.access import access, actor, open_chart


@blueprint.get("/of/<id:patient_id>")
@access("consultation.view")
def records(patient_id: bytes) -> Response:
    """The person's record, visit by visit; who takes no part in the care is asked for a reason first."""
    shown = patients.banner(patient_id, clock.today())
    if shown is None:
        raise Missing("patients.missing")
    if care.is_closed(actor(), patient_id):
        return pages.see(url_for("patients.closed", patient_id=patient_id, then="records"))
    open_chart(patient_id, "person records", asks=False)
    return pages.page(
        "consultation/records.html", patient=shown, patient_id=patient_id, visits=care.written_visits(patient_id),
        histories=patients.histories_of(patient_id), code_name=patients.code_name,
        tags={"emergency": _("急诊"), "return": _("复诊"), "chronic": _("慢病")},
    )  # fmt: skip
