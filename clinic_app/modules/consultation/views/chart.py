"""Whose chart a page shows and who may write in it."""

from dataclasses import replace

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Missing
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries as visits
from clinic_app.web.access import actor, open_chart


def shown_visit(visit_id: bytes, screen: str = "consultation") -> visits.Visit:
    """The visit whose chart is about to be shown, with the reading logged; Missing for an unknown one."""
    found = visits.visit(visit_id)
    if found is None:
        raise Missing("consultation.visit_missing")
    show_written(found.patient_id, found.doctor_id, found.on, screen)
    return found


def show_written(patient_id: bytes, doctor_id: bytes | None, on: str | None, screen: str) -> None:
    """Log the reading of what this doctor wrote on that day; Refused `patients.chart_closed` as `refuse_closed`."""
    services.refuse_closed(actor(), patient_id, doctor_id, on)
    open_chart(patient_id, screen, asks=False)


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
