"""The virtual printer (虚拟打印机): its papers as pictures and its switch."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import installation, jobs
from clinic_app.kernel.errors import Denied, Missing
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.rights import CARE_TEAM
from clinic_app.modules.desks import forms, gateway, queries, services
from clinic_app.modules.desks.queries import Desk
from clinic_app.modules.desks.views import blueprint, words
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor, open_chart
from clinic_app.web.commands import command, known_fields

MOST_SHOWN = 8
SAID = {"on": "打印机开了", "off": "打印机关了", "paper_out": "打印机没纸了"}


@dataclass(frozen=True, slots=True)
class Picture:
    sequence: int
    document: str
    copy: str
    at: int


@blueprint.get("/virtual-printer")
@access("desks.virtual")
def virtual_printer() -> Response:
    """The own desk's virtual printer, or the first one that this person may look at."""
    choices = _choices()
    chosen = next((desk for desk in choices if desk.id == actor().desk_id), choices[0] if choices else None)
    if chosen is None:
        return pages.page("desks/virtual_printer.html", desk=None, choices=[])
    return pages.see(url_for("desks.virtual_printer_of", desk_id=chosen.id))


@blueprint.get("/virtual-printer/<id:desk_id>")
@access("desks.virtual")
def virtual_printer_of(desk_id: bytes) -> Response:
    desk = _desk(desk_id)
    return pages.page("desks/virtual_printer.html", desk=desk, choices=_choices(), states=_states(), **_papers(desk))


@blueprint.get("/virtual-printer/<id:desk_id>/papers")
@access("desks.virtual", is_poll=True)
def virtual_papers(desk_id: bytes) -> Response:
    """The papers again, or nothing when none came since the browser last looked."""
    desk = _desk(desk_id)
    found = _papers(desk)
    if request.args.get("seen") == found["seen"]:
        return Response(status=204)
    return pages.page("desks/_virtual_papers.html", desk=desk, **found)


@blueprint.get("/virtual-printer/<id:desk_id>/<int:sequence>.png")
@access("desks.virtual")
def virtual_paper(desk_id: bytes, sequence: int) -> Response:
    """One paper as a picture; a patient's paper is part of the chart and is logged as such."""
    desk = _desk(desk_id)
    if not _may_see_papers():
        raise Denied("rights.denied")
    stored = next((one for one in gateway.virtual_printer(desk.id).jobs() if one.sequence == sequence), None)
    if stored is None:
        raise Missing("desks.no_such_paper")
    job = jobs.find(bytes.fromhex(stored.job)) if forms.is_id(stored.job) else None
    if job is not None and job.patient_id is not None:
        open_chart(job.patient_id, "desks.virtual_paper")
    return Response(gateway.picture(desk.id, sequence), mimetype="image/png")


@blueprint.post("/virtual-printer/<id:desk_id>/state")
@access("desks.virtual", writes=ONCE)
def switch_virtual_printer(desk_id: bytes) -> Response:
    known_fields("state")
    desk, state = _desk(desk_id), forms.printer_state(request.form)
    act = partial(gateway.switch_virtual_printer, desk.id, state)
    command(lambda uow: services.switch_virtual_printer(uow, desk.id, state, act))
    return pages.see(url_for("desks.virtual_printer_of", desk_id=desk.id), _(SAID[state]))


def _states() -> list[tuple[str, str]]:
    return [("on", _("开着")), ("off", _("关掉")), ("paper_out", _("缺纸"))]


def _is_practice() -> bool:
    return installation.current().is_practice


def _may_see_papers() -> bool:
    """Papers of a real clinic are patient data: for the care team only."""
    return _is_practice() or bool(actor().roles & CARE_TEAM)


def _choices() -> list[Desk]:
    everywhere = _is_practice() or actor().may("desks.manage")
    return [
        desk for desk in queries.desks()
        if desk.printer_kind == "virtual" and (everywhere or desk.id == actor().desk_id)
    ]


def _desk(desk_id: bytes) -> Desk:
    """A desk with a virtual printer: the own one, in practice and for who looks after the devices any."""
    found = next((desk for desk in _choices() if desk.id == desk_id), None)
    if found is None:
        raise Missing("desks.no_such_desk")
    return found


def _papers(desk: Desk) -> dict[str, Any]:
    printer = gateway.virtual_printer(desk.id)
    stored = printer.jobs()[:MOST_SHOWN]
    known = queries.papers_by_id([bytes.fromhex(one.job) for one in stored if forms.is_id(one.job)])
    papers = []
    for one in stored:
        job = known.get(bytes.fromhex(one.job)) if forms.is_id(one.job) else None
        document, copy = (words.document(job.document), words.copy(job.copy_no)) if job else (_("单据"), "")
        papers.append(Picture(one.sequence, document, copy, int(one.printed_at * 1000)))
    newest = papers[0].sequence if papers else 0
    return {
        "papers": papers, "state": printer.state(), "seen": str(newest), "may_see": _may_see_papers(),
    }  # fmt: skip
