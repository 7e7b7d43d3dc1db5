"""The rows behind a figure, page by page, and the same rows as a table to take away."""

from typing import Any

from flask import Response, request

from clinic_app.kernel import parameters
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.ids import read_id
from clinic_app.modules.people import queries as people
from clinic_app.modules.reports import documents, queries, services
from clinic_app.modules.reports.queries.rows import READS, Filter
from clinic_app.modules.reports.rules.periods import Period
from clinic_app.modules.reports.views import blueprint, chosen
from clinic_app.modules.reports.views.words import Names
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

A_PAGE = 50


@blueprint.get("/reports/rows/<what>")
@access("reports.view")
def rows(what: str) -> Response:
    return _page(what, request.args)


@blueprint.post("/reports/rows/<what>/export")
@access("reports.export", writes=ONCE)
def export(what: str) -> Response:
    """The whole table as a file; why is asked and kept first. A repeat of the form brings the same table again."""
    known_fields("first", "last", "period", "doctor", "among", "hour", "account", "form", "reason")
    wanted, period = _wanted(what, request.form)
    form = request.form.get("form", "")
    if form not in documents.TYPES:
        raise Refused("reports.form_unknown")
    try:
        found = queries.rows.count(what, wanted)
        most = parameters.value("reports.most_exported_rows", clock.read().on)
        if found > most:
            raise Refused("reports.too_many_rows", field="reason", rows=found, most=most)
        reason = request.form.get("reason", "")
        command(lambda uow: services.record_export(uow, what, form, period, found, reason))
    except Refused as err:
        if err.field != "reason":
            raise
        return _page(what, request.form, err)
    names = Names()
    table = [documents.cells(what, row, names) for row in READS[what](wanted, 0, most)]
    headings = documents.headings(what, names.account(wanted.account))
    make = documents.as_csv if form == "csv" else documents.as_xlsx
    answer = Response(make(headings, table), mimetype=documents.TYPES[form])
    name = f"{what}-{period.first:%Y%m%d}-{period.last:%Y%m%d}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _wanted(what: str, asked: Any) -> tuple[Filter, Period]:
    if what not in READS:
        raise Missing("reports.unknown")
    period = chosen.read(asked)
    doctor = read_id(asked.get("doctor", ""))
    hour, account = asked.get("hour", ""), asked.get("account", "") if what == "income" else ""
    if account and not Names().account(account):
        raise Missing("reports.unknown")
    is_hour = what == "visits" and hour.isdecimal() and len(hour) < 3
    among = asked.get("among") == "antimicrobial"
    return Filter(period.first, period.last, doctor, among, int(hour) if is_hour else None, account or None), period


def _page(what: str, asked: Any, refused: Refused | None = None) -> Response:
    wanted, period = _wanted(what, asked)
    found = queries.rows.count(what, wanted)
    last_page = max(1, -(-found // A_PAGE))
    typed = request.args.get("page", "1")
    number = min(last_page, max(1, int(typed))) if typed.isdecimal() and len(typed) < 7 else 1
    names = Names()
    shown = READS[what](wanted, (number - 1) * A_PAGE, A_PAGE)
    doctor = people.person(wanted.doctor_id) if wanted.doctor_id else None
    return pages.page(
        "reports/rows.html",
        status=422 if refused else 200,
        what=what,
        period=period,
        asked={"first": period.first.isoformat(), "last": period.last.isoformat(),
               **({"doctor": wanted.doctor_id.hex()} if wanted.doctor_id else {}),
               **({"among": "antimicrobial"} if wanted.only_antimicrobial else {}),
               **({"hour": wanted.hour} if wanted.hour is not None else {}),
               **({"account": wanted.account} if wanted.account else {})},
        doctor=doctor,
        headings=documents.headings(what, names.account(wanted.account)),
        account=names.account(wanted.account),
        rows=[(row, documents.cells(what, row, names)) for row in shown],
        count=found,
        number=number,
        pages=last_page,
        refused=refused,
        typed=request.form,
    )  # fmt: skip
