"""Pages of the checks (核对): the statements, the audit trail, the reading log, the clock."""

from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, maintenance
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import SOURCE, current, refusal
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.rights import SYSTEM
from clinic_app.modules.checks import forms, queries, services
from clinic_app.modules.checks.views import blueprint, details, words
from clinic_app.modules.people import queries as people
from clinic_app.web import pages
from clinic_app.web.access import ONCE, SIGNED_IN, access, open_chart
from clinic_app.web.commands import command, known_fields
from clinic_app.web.context import new_once


@blueprint.get("/checks/")
@access("checks.view", in_menu=True)
def index() -> Response:
    """Every statement with what the last run found."""
    return pages.page("checks/index.html", **_run_values())


@blueprint.get("/checks/run")
@access("checks.view", is_poll=True)
def run() -> Response:
    """The results alone: polled while a run is under way, final afterwards."""
    return pages.page("checks/_run.html", **_run_values())


@blueprint.post("/checks/run")
@access("checks.view", writes=ONCE)
def start_run() -> Response:
    """Have everything counted again (F9); the page polls until it is through."""
    known_fields()
    command(services.start_run)
    return pages.see(url_for(".index"))


@blueprint.get("/checks/audit")
@access("checks.trail", in_menu=True)
def trail() -> Response:
    """The audit trail, newest first, 50 rows a page; `action` and `staff_no` narrow it, `before` pages."""
    wanted = forms.trail_filter(request.args)
    person = people.find_by_staff_no(wanted.staff_no) if wanted.staff_no else None
    if wanted.staff_no and person is None:
        rows: list[queries.TrailRow] = []
    else:
        rows = queries.trail(before=wanted.before, action=wanted.action, person_id=person.id if person else None)
    told = {one for row in rows for _key, found in row.facts() if (one := details.id_of(found)) is not None}
    names = {SYSTEM.person_id: _("系统"), **queries.person_names({*told, *(row.person_id for row in rows)})}
    return pages.page(
        "checks/audit.html", rows=rows, wanted=wanted, person=person, names=names, desks=queries.desk_names(),
        older=rows[-1].seq if len(rows) == queries.ROWS_A_PAGE and rows[-1].seq > 1 else None,
        newest=queries.newest_row_number(), verdict=queries.chain_verdict(), words=words, details=details,
        touched=queries.touched(rows, is_english=current() != SOURCE),
    )  # fmt: skip


@blueprint.get("/checks/readings")
@access("checks.trail")
def readings() -> Response:
    """Who read the charts of one patient, by patient number; the name is masked, nothing of the chart is shown."""
    typed = request.args.get("person_no", "").strip()[:40]
    patient = queries.patient_of_number(typed) if typed else None
    found: list[queries.Reading] = []
    if patient is not None:
        open_chart(patient.id, "checks.readings", asks=False)
        found = queries.readings_of(patient.id)
    return pages.page(
        "checks/readings.html", typed=typed, patient=patient, readings=found,
        names={SYSTEM.person_id: _("系统"), **queries.person_names(one.person_id for one in found)},
        people_count=len({one.person_id for one in found}), words=words,
    )  # fmt: skip


@blueprint.get("/clock")
@access(SIGNED_IN)
def clock_page() -> Response:
    """What the server believes of date and time; everybody may look, whoever may confirm sees the form."""
    return _clock_page(forms.ClockForm(), {})


@blueprint.post("/clock")
@access("checks.confirm_clock", writes=ONCE)
def confirm_clock() -> Response:
    """Take the typed date and time as true from now on."""
    known_fields("moment", "again")
    form = forms.clock_form(request.form)
    try:
        result = command(lambda uow: services.confirm_clock(uow, form.moment, form.again)).result
    except Refused as err:
        if err.field is None:
            raise
        return _clock_page(form, {err.field: refusal(err)}, status=422)
    return pages.see(url_for(".clock_page"), _("时间定好了，现在是 %(at)s") % {"at": result["at"]})


def _clock_page(form: forms.ClockForm, errors: dict[str, str], *, status: int = 200) -> Response:
    now = clock.clock.read()
    return pages.page(
        "checks/clock.html", status=status, form=form, errors=errors, believed=now.at, said=now.wall,
        in_doubt=clock.clock.in_doubt, once=new_once(),
    )  # fmt: skip


def _run_values() -> dict[str, Any]:
    """One function for first paint and every poll."""
    newest = queries.newest_run()
    progress = services.runner.progress()
    statements = newest.statements if newest else queries.statements_uncounted()
    began = newest.started_at if newest else 0
    return {
        "run": newest, "damaged": newest.damaged if newest and newest.damaged else maintenance.known_damage(),
        "progress": progress, "statements": statements,
        "broken": [one for one in statements if one.rows], "is_reading": progress and progress.step == services.READING,
        "interrupted": progress is None and queries.interrupted_since(began),
    }  # fmt: skip
