"""Screens of the laboratory (检验检查): work list, specimen, results, critical values, verifying, paper."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.errors import Missing, Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.ids import read_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.laboratory import documents, queries, rules, services
from clinic_app.modules.laboratory.views import blueprint
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits import queries as visits
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor, open_chart
from clinic_app.web.commands import command, known_fields

SCREEN = "laboratory"


@blueprint.get("/")
@access("laboratory.report", in_menu=True)
def index() -> Response:
    """The work list with one line open: the one asked for, else the first."""
    waiting = queries.waiting(clock.today())
    wanted = read_id(request.args.get("line", ""))
    chosen = queries.asked(wanted) if wanted else (waiting[0] if waiting else None)
    if wanted and chosen is None:
        raise Missing("laboratory.line_missing", next_url="/laboratory")
    return pages.page("laboratory/index.html", waiting=waiting, **_values(chosen))


@blueprint.get("/queue")
@access("laboratory.report", is_poll=True)
def queue() -> Response:
    """The work list alone, polled; `at` is the line on the screen."""
    waiting = queries.waiting(clock.today())
    return pages.page("laboratory/_queue.html", waiting=waiting, at=request.args.get("at", ""))


@blueprint.post("/lines/<id:line_id>/collect")
@access("laboratory.report", writes=ONCE)
def collect(line_id: bytes) -> Response:
    known_fields("specimen", "emergency_reason")
    form = request.form
    return _do(
        lambda uow: services.collect(
            uow, line_id, specimen=form.get("specimen", ""), emergency_reason=form.get("emergency_reason", "")
        ),
        _("标本收到了，做完填结果"),
    )


@blueprint.post("/reports/<id:report_id>/enter")
@access("laboratory.report", writes=ONCE)
def enter(report_id: bytes) -> Response:
    found = _report(report_id)
    codes = [one.code for one in queries.analytes(found.panel)]
    known_fields("rev", "findings", "conclusion", "template", *codes)
    form = request.form
    return _do(
        lambda uow: services.enter(
            uow, report_id, _rev(), {code: form.get(code, "") for code in codes},
            findings=form.get("findings", ""), conclusion=form.get("conclusion", ""),
        ),
        _("结果存了，等另一人审核") if _two() else _("结果存了，等审核"),
        lambda made: _("有危急值 %(count)d 项，先报给医生") % {"count": made["critical"]} if made["critical"] else "",
    )


@blueprint.post("/reports/<id:report_id>/verify")
@access("laboratory.report", writes=ONCE)
def verify(report_id: bytes) -> Response:
    known_fields("rev")
    command(lambda uow: services.verify(uow, report_id, _rev()))
    return pages.see(url_for(".index"), _("报告审核了，医生那里能看到"))


@blueprint.post("/reports/<id:report_id>/call")
@access("laboratory.report", writes=ONCE)
def call_back(report_id: bytes) -> Response:
    """A critical value was told and read back (危急值回报)."""
    known_fields("told", "is_read_back", "note")
    form = request.form
    return _do(
        lambda uow: services.call_back(
            uow, report_id, told=form.get("told", ""), is_read_back=form.get("is_read_back") == "1",
            note=form.get("note", ""),
        ),
        _("危急值报告记上了"),
    )


@blueprint.get("/reports/<id:report_id>/<any(correct,cancel):what>")
@access("laboratory.report")
def reason_form(report_id: bytes, what: str) -> Response:
    found = _report(report_id)
    _open(found)
    return pages.page("laboratory/_reason.html", report=found, what=what)


@blueprint.post("/reports/<id:report_id>/<any(correct,cancel):what>")
@access("laboratory.report", writes=ONCE)
def end_report(report_id: bytes, what: str) -> Response:
    """Begin a corrected version of a verified report, or cancel one that is not; both with a reason."""
    known_fields("reason")
    reason = request.form.get("reason", "")
    if what == "correct":
        said = _("可以改了，改完再审核；原来那版留着")
        return _do(lambda uow: services.correct(uow, report_id, reason), said)
    return _do(lambda uow: services.cancel(uow, report_id, reason), _("取消了，可以重新采样，也可以退费"))


@blueprint.get("/reports/<id:report_id>/print")
@access("laboratory.view")
def print_report(report_id: bytes) -> Response:
    """A verified report on A5; an earlier version says so."""
    found = _report(report_id)
    _open(found)
    back = url_for("consultation.visit", visit_id=found.visit_id)
    if actor().may("laboratory.report") and not actor().may("consultation.write"):
        back = url_for(".index", line=found.line_id.hex())
    return pages.page("laboratory/report.html.j2", p=documents.report_paper(report_id), back=back)


@blueprint.get("/visits/<id:visit_id>/results")
@access("laboratory.view")
def results(visit_id: bytes) -> Response:
    """What came out for a visit, for the doctor's page: values with flags, words of examinations, what still runs."""
    return pages.answer("laboratory/_results.html", focus="#results-h", found=_found(visit_id))


@blueprint.get("/visits/<id:visit_id>/past-results")
@access("laboratory.view")
def past_results(visit_id: bytes) -> Response:
    """The same of an earlier visit, inside its note."""
    return pages.page("laboratory/_reports.html", found=_found(visit_id))


def _found(visit_id: bytes) -> list[dict[str, Any]]:
    visit = visits.visit(visit_id)
    if visit is None:
        raise Missing("laboratory.visit_missing")
    consultation.refuse_closed(actor(), visit.patient_id, visit.doctor_id, visit.on)
    open_chart(visit.patient_id, SCREEN, asks=False)
    return [
        {"one": one, "asked": queries.asked(one.line_id), "calls": queries.calls_of_report(one.id),
         "values": queries.values_of(one.id) if one.state == "verified" else []}
        for one in queries.reports_of_visit(visit_id)
    ]  # fmt: skip


def _do(
    act: Callable[[UnitOfWork], dict[str, Any]], said: str, instead: Callable[[dict[str, Any]], str] | None = None
) -> Response:
    made = command(act).result
    told = instead(made) if instead else ""
    return pages.see(url_for(".index", line=made["line_id"]), told or said)


def _report(report_id: bytes) -> queries.Report:
    found = queries.report(report_id)
    if found is None:
        raise Missing("laboratory.report_missing", next_url="/laboratory")
    return found


def _open(report: queries.Report) -> None:
    """Log the reading; what is being worked on is this desk's, a result belongs to who takes part in the care."""
    if report.state not in ("collected", "entered"):
        visit, me = visits.visit(report.visit_id), actor()
        if visit is None:
            raise Missing("laboratory.visit_missing")
        is_own = me.person_id in (report.entered_by, report.verified_by)
        consultation.refuse_closed(me, visit.patient_id, me.person_id if is_own else visit.doctor_id, visit.on)
    open_chart(report.patient_id, SCREEN, asks=False)


def _two() -> bool:
    return bool(parameters.value("laboratory.two_persons", clock.today()))


def _rev() -> int:
    text = request.form.get("rev", "")
    if not text.isdecimal() or len(text) > 9:
        raise Stale("laboratory.report_changed")
    return int(text)


def _values(chosen: queries.Asked | None) -> dict[str, Any]:
    """What the page draws of one line."""
    if chosen is None:
        return {"asked": None, "patient": None, "at": ""}
    today, found = clock.today(), queries.live_report(chosen.line_id)
    if found is None:
        open_chart(chosen.patient_id, SCREEN)
    else:
        _open(found)
    banner = patients.banner(chosen.patient_id, today)
    values = {one.code: one for one in queries.values_of(found.id)} if found else {}
    measured = queries.analytes(chosen.panel)
    born = date.fromisoformat(chosen.born_on) if chosen.born_on else None
    age = rules.age_in_days(born, today)
    wanted, templates = request.args.get("template"), queries.templates(chosen.panel)
    template = next((one for one in templates if str(one.id) == wanted), None)
    calls = queries.calls_of_report(found.id) if found else []
    entered_by = people.names([found.entered_by]).get(found.entered_by, "") if found and found.entered_by else ""
    return {
        "asked": chosen, "patient": banner, "at": chosen.line_id.hex(), "report": found, "values": values,
        "analytes": [(one, rules.range_for(queries.limits_of(one.code, today), chosen.sex, age)) for one in measured],
        "templates": templates, "words": template, "calls": calls, "entered_by": entered_by,
        "versions": queries.versions_of(found.report_no) if found else [],
        "is_own": bool(found and found.entered_by == actor().person_id),
        "two": parameters.value("laboratory.two_persons", today), "is_paid": chosen.is_paid,
    }  # fmt: skip
