"""Putting a patient on hold at the window (挂起) and taking up the next one."""

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.charging import forms, queries, services
from clinic_app.modules.charging.views import blueprint, pages_of
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields


@blueprint.post("/visits/<id:visit_id>/hold")
@access("charging.charge", writes=ONCE)
def hold(visit_id: bytes) -> Response:
    """Keep what is ticked and typed, and go on to the next patient."""
    known_fields(*forms.FIELDS, "note")
    form, note = forms.charge_form(request.form), request.form.get("note", "")
    command(lambda uow: services.hold_visit(uow, visit_id, note, form.typed()))
    waiting = [one for one in queries.pending(clock.today()) if not one.is_held]
    after = pages_of.following(waiting, visit_id)
    url = url_for("charging.visit", visit_id=after.visit_id) if after else url_for("charging.pending")
    return pages_of.go(url, _("挂起了，勾选和填的钱都留着，从左边最下面点开接着收"))


@blueprint.post("/visits/<id:visit_id>/resume")
@access("charging.charge", writes=ONCE)
def resume(visit_id: bytes) -> Response:
    known_fields()
    command(lambda uow: services.resume_visit(uow, visit_id))
    return pages_of.go(url_for("charging.visit", visit_id=visit_id), _("取消挂起了"))
