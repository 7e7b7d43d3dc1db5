"""Pages of the self-check (自检): the checks, a runbook, the security reports, the bundle."""

from typing import Any

from flask import Response, make_response, url_for

from clinic_app.kernel import clock, ports
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.rights import SYSTEM
from clinic_app.modules.people import queries as people
from clinic_app.modules.selfcheck import queries, rules, services
from clinic_app.modules.selfcheck.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields


@blueprint.get("/self-check/")
@access("selfcheck.view", in_menu=True)
def index() -> Response:
    """Every check as it is now, the gravest first."""
    found = sorted(_bound().results(), key=lambda one: -rules.STATES.index(one.state))
    return pages.page(
        "selfcheck/index.html", found=found, worst=rules.worst(one.state for one in found),
        reports=queries.reports()[:1], at=clock.clock.read().at,
    )  # fmt: skip


@blueprint.get("/self-check/runbook/<string(maxlength=40):check_id>")
@access("selfcheck.view")
def runbook(check_id: str) -> Response:
    """What to do about one check, in the reader's language."""
    try:
        blocks = _bound().runbook(check_id)
    except KeyError:
        raise Missing("selfcheck.no_runbook") from None
    return pages.page("selfcheck/runbook.html", blocks=blocks)


@blueprint.get("/self-check/reports")
@access("selfcheck.view")
def reports() -> Response:
    """The security reports, the newest first."""
    found = queries.reports()
    return pages.page("selfcheck/reports.html", reports=found, names=_names(found))


@blueprint.get("/self-check/reports/<id:report_id>")
@access("selfcheck.view")
def report(report_id: bytes) -> Response:
    """One security report as it was written."""
    found = queries.report(report_id)
    if found is None:
        raise Missing("selfcheck.no_report")
    return pages.page("selfcheck/report.html", report=found, names=_names([found]))


@blueprint.post("/self-check/reports")
@access("selfcheck.report", writes=ONCE)
def write_report() -> Response:
    """Look now and keep what was found."""
    known_fields()
    found = services.look_closely()
    made = command(lambda uow: services.write_report(uow, found)).result
    return pages.see(url_for(".report", report_id=bytes.fromhex(made["report_id"])))


@blueprint.post("/self-check/bundle")
@access("selfcheck.bundle", writes=ONCE)
def make_bundle() -> Response:
    """The bundle as a download; it is made before anything is written, so a failure leaves no trace of one."""
    known_fields()
    content = _bound().bundle()
    command(services.note_bundle)
    name = f"xiangyi-{clock.local_text(clock.clock.read().at)[:10]}.zip"
    response = make_response(content)
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _bound() -> ports.SelfCheck:
    if ports.bound.selfcheck is None:
        raise Refused("selfcheck.unbound")
    return ports.bound.selfcheck


def _names(found: list[queries.Report]) -> dict[bytes, Any]:
    return {SYSTEM.person_id: _("系统"), **people.names(one.made_by for one in found)}
