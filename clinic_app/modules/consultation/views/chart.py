"""Whose chart a page shows and who may write in it."""

from dataclasses import replace

from flask import url_for

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries import care
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries as visits
from clinic_app.web.access import actor, open_chart


def shown_visit(visit_id: bytes, screen: str = "consultation") -> visits.Visit:
    """The visit whose chart is about to be shown, with the reading logged; Missing for an unknown one."""
    found = visits.visit(visit_id)
    if found is None:
        raise Missing("consultation.visit_missing")
    refuse_closed(found.patient_id, found.doctor_id, found.on)
    open_chart(found.patient_id, screen)
    return found


def refuse_closed(patient_id: bytes, doctor_id: bytes | None, on: str | None) -> None:
    """Refused `patients.chart_closed` for what another doctor wrote on another day, unless the person is in care."""
    is_own = doctor_id == actor().person_id or on in (None, clock.today().isoformat())
    if not is_own and is_closed(patient_id):
        url = url_for("patients.closed", patient_id=patient_id, then="records")
        raise Refused("patients.chart_closed", next_url=url)


def is_closed(patient_id: bytes) -> bool:
    """Whether the acting person must say why before what was written of this person is shown (紧急查看)."""
    me = actor()
    is_in_care = care.has_seen(me.person_id, patient_id)
    return patients.is_chart_closed(me, patient_id, is_clinical=True, is_in_care=is_in_care)


def banner(visit: visits.Visit) -> patients.Banner:
    """The patient banner with number and kind of this visit."""
    found = patients.banner(visit.patient_id, clock.today())
    if found is None:
        raise Missing("consultation.visit_missing")
    tags = {"emergency": _("急诊"), "return": _("复诊"), "chronic": _("慢病")}
    shown = (tags[visit.kind],) if visit.kind in tags else ()
    return replace(found, queue_no=visit.queue_no, visit_no=visit.visit_no, tags=shown)


def may_write(visit: visits.Visit, note: queries.Note | None) -> bool:
    """Whether the acting person may write in this visit now; the services ask again."""
    me = actor()
    if note is None or note.doctor_id != me.person_id or not me.may("consultation.write"):
        return False
    return note.state == "amending" or (note.state == "draft" and visit.state == "in_consultation")
