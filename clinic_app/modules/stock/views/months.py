"""The monthly account (月账) and closing a month (PH-12)."""

import re

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.stock import queries, services
from clinic_app.modules.stock.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields

MOST_ROWS = 300


@blueprint.get("/months")
@access("stock.view")
def months() -> Response:
    """Opening, in, out, stocktake, price and closing of each drug in a month, in quantity and value."""
    today = clock.today()
    month = request.args.get("month", "")
    month = month if re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", month) else f"{today:%Y-%m}"
    place = queries.pharmacy_place()
    found = queries.month_accounts(place.id, month)
    return pages.page(
        "stock/months.html", accounts=found[:MOST_ROWS], hidden=max(len(found) - MOST_ROWS, 0), month=month,
        months=queries.months(today), is_closed=queries.is_closed(month), place=place,
        is_over=today.isoformat() >= queries.next_month(month), strength=dictionaries.strength,
        named=dictionaries.named, drugs=dictionaries.drugs(one.drug_id for one in found[:MOST_ROWS]),
        closing_fen=sum(one.month.closing_fen for one in found), price_fen=sum(one.month.price_fen for one in found),
    )  # fmt: skip


@blueprint.post("/months/close")
@access("stock.close", writes=ONCE)
def close_month() -> Response:
    """Close a month (F9): nothing is posted into it any more."""
    known_fields("month")
    month = request.form.get("month", "")[:7]
    done = command(lambda uow: services.close_month(uow, month)).result
    told = i18n.gettext("%(month)s 月结好了，%(drugs)d 行") % {"month": done["month"], "drugs": done["drugs"]}
    return pages.see(url_for(".months", month=month), told)
