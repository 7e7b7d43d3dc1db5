"""One person's visits (就诊记录), second tab of the person's page."""

from flask import Response, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Missing
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits import queries
from clinic_app.modules.visits.views import blueprint
from clinic_app.modules.visits.views.draw import kinds, payers
from clinic_app.web import pages
from clinic_app.web.access import access, actor, open_chart

MOST_VISITS = 50


@blueprint.get("/of/<id:patient_id>")
@access("visits.view")
def of_person(patient_id: bytes) -> Response:
    """The newest visits of the person, of every linked record; a restricted record asks for a reason first."""
    shown = patients.banner(patient_id, clock.today())
    if shown is None:
        raise Missing("patients.missing")
    if patients.is_chart_closed(actor(), patient_id, is_clinical=False):
        return pages.see(url_for("patients.closed", patient_id=patient_id, then="visits"))
    open_chart(patient_id, "person visits")
    found = queries.visits_of_person(patient_id, MOST_VISITS)
    return pages.page(
        "visits/history.html", banner=shown, patient_id=patient_id, visits=found, kinds=dict(kinds()),
        payers=dict(payers()), rooms={room.id: room.name for room in desks.rooms()},
        doctors=people.names({one.doctor_id for one in found if one.doctor_id}),
    )  # fmt: skip
