"""The manager's page (看板): figures first, what waits for the manager, every figure opens its rows."""

from dataclasses import dataclass
from datetime import date

from flask import Response, request

from clinic_app.kernel import parameters
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Refused
from clinic_app.modules.reports import queries
from clinic_app.modules.reports.queries.dashboard import Figures, Hour
from clinic_app.modules.reports.rules import charts, figures, periods
from clinic_app.modules.reports.views import blueprint, chosen
from clinic_app.modules.reports.views.words import Names
from clinic_app.web import pages
from clinic_app.web.access import access, actor
from clinic_app.web.todo import todo_of

DAYS_DRAWN = 30
COLOURS = ("p1", "p2", "p3", "p6", "p4", "p5")


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the income's bar: its account, what it is called, fen, tenths of a percent, place and width."""

    account: str
    name: str
    fen: int
    share: int | None
    x: int
    width: int
    colour: str


@blueprint.get("/reports")
@access("reports.view", in_menu=True)
def dashboard() -> Response:
    """Days that cannot be read are told above the figures of today."""
    today, wrong = clock.read().on, None
    try:
        period = chosen.read(request.args)
    except Refused as err:
        wrong, period = err, periods.period("today", today, most_days=1)
    now, then = (queries.dashboard.period_figures(one) for one in (period, periods.before(period)))
    return pages.page(
        "reports/dashboard.html",
        status=422 if wrong else 200,
        period=period,
        wrong=wrong,
        typed=request.args,
        read_at=clock.read().at,
        now=now,
        then=then,
        change=figures.change_per_mille(now.average_fen, then.average_fen),
        aims={name: parameters.value(f"reports.{name}_percent", today) for name in ("drug_share", "antimicrobial")},
        hours=_hours(period.last),
        days_drawn=_days(period.last),
        categories=queries.words.categories(),
        income=_slices(now),
        doctors=queries.dashboard.doctors(period),
        todo=todo_of(actor()),
    )


def _hours(day: date) -> dict[str, object]:
    opens, closes = (parameters.value(f"reports.{name}_at", day) for name in ("opens", "closes"))
    found: list[Hour] = queries.dashboard.hours(day, opens, closes)
    scale = charts.scale([max(one.visits, -(-(one.usual_tenths or 0) // 10)) for one in found])
    return {"scale": scale, "bars": list(zip(charts.spread(len(found), 36, 552), found, strict=True))}


def _days(last: date) -> dict[str, object]:
    found = queries.visits.by_day(date.fromordinal(last.toordinal() - DAYS_DRAWN + 1), last)
    scale = charts.scale([visits for _day, visits in found])
    places = charts.spread(len(found), 36, 552)
    points = [(x, scale.y(visits * 10)) for x, (_day, visits) in zip(places, found, strict=True)]
    return {
        "scale": scale,
        "points": points,
        "days": [(x, day) for x, (day, _visits) in zip(places, found, strict=True)][::7],
        "first": found[0][1],
        "last": found[-1][1],
    }


def _slices(now: Figures) -> list[Slice]:
    """How the income was paid; ways by which more went back than came in have no part of the bar."""
    names = Names()
    paid = sorted(((code, fen) for code, fen in now.income.by_method.items() if fen), key=lambda one: -one[1])
    places = charts.parts([max(0, fen) for _code, fen in paid], 520)
    total = now.income.total_fen
    return [
        Slice(
            code, names.method(code), fen, figures.per_mille(fen, total), x, width, COLOURS[min(at, len(COLOURS) - 1)]
        )
        for at, ((code, fen), (x, width)) in enumerate(zip(paid, places, strict=True))
    ]
