"""Opening a closed chart with a reason (紧急查看), and the reviews of who read what (查阅审查)."""

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n, parameters
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.patients import queries, services
from clinic_app.modules.patients.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields

WAYS = {"card": "patients.card", "visits": "visits.of_person", "records": "consultation.records"}


@blueprint.get("/<id:patient_id>/closed")
@access("patients.open_closed")
def closed(patient_id: bytes) -> Response:
    """Why the chart is closed and what a reason does."""
    return _ask(patient_id, request.args.get("then", "card"), "")


@blueprint.post("/<id:patient_id>/closed")
@access("patients.open_closed", writes=ONCE)
def open_closed(patient_id: bytes) -> Response:
    """Open it with a reason (F9)."""
    known_fields("reason", "then")
    reason, then = request.form.get("reason", ""), request.form.get("then", "card")
    try:
        command(lambda uow: services.open_closed_chart(uow, patient_id, reason))
    except Refused as err:
        if err.field != "reason":
            raise
        return _ask(patient_id, then, reason, i18n.refusal(err), 422)
    url = url_for(WAYS.get(then, WAYS["card"]), patient_id=patient_id)
    return pages.see(url, _("打开了，这次查看会有人审查"))


def _ask(patient_id: bytes, then: str, reason: str, error: str = "", status: int = 200) -> Response:
    found = queries.hit(patient_id)
    if found is None:
        raise Missing("patients.missing")
    minutes = parameters.value("patients.opening_minutes", clock.today())
    return pages.page(
        "patients/closed.html", status=status, found=found, then=then if then in WAYS else "card", reason=reason,
        error=error, minutes=minutes, is_restricted=queries.details(patient_id).is_restricted,
    )  # fmt: skip


@blueprint.get("/access-reviews")
@access("patients.review_access", in_menu=True)
def access_reviews() -> Response:
    """Charts opened with a reason and alarms of bulk reading: those that wait, then the newest reviewed."""
    is_reviewed = request.args.get("done") == "1"
    return pages.page(
        "patients/access_reviews.html", openings=queries.openings(is_reviewed=is_reviewed),
        alarms=queries.alarms(is_reviewed=is_reviewed), is_reviewed=is_reviewed, my_id=actor().person_id,
        mask_name=queries.mask_name,
    )  # fmt: skip


@blueprint.get("/access-reviews/<any(opening, alarm):kind>/<id:item_id>")
@access("patients.review_access")
def review_form(kind: str, item_id: bytes) -> Response:
    """The dialog of one review."""
    found = queries.opening(item_id) if kind == "opening" else queries.alarm(item_id)
    if found is None:
        raise Missing("patients.opening_missing")
    return pages.page("patients/_review.html", kind=kind, item=found, mask_name=queries.mask_name)


@blueprint.post("/access-reviews/<any(opening, alarm):kind>/<id:item_id>")
@access("patients.review_access", writes=ONCE)
def review(kind: str, item_id: bytes) -> Response:
    """Store the verdict; never one's own reading."""
    known_fields("verdict", "note")
    act = services.review_opening if kind == "opening" else services.review_alarm
    verdict, note = request.form.get("verdict", ""), request.form.get("note", "")
    command(lambda uow: act(uow, item_id, verdict, note))
    return pages.see(url_for("patients.access_reviews"), _("审查记好了"))
