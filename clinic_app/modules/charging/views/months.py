"""Closing a month (月结) and opening it again by two roles (FE-18)."""

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Missing
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.charging import queries, services
from clinic_app.modules.charging.views import blueprint, pages_of, words
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields


@blueprint.get("/months")
@access("charging.see_months", in_menu=True)
def months() -> Response:
    """Every month with money: its sums, what keeps it from being closed, who closed it."""
    closes = {one.month: one for one in queries.month_closes()}
    shown = [
        (month, queries.month_sums(month), closes.get(month), queries.month_hindrance(month))
        for month in queries.months_with_money()[:12]
    ]  # fmt: skip
    return pages.page(
        "charging/months.html", months=shown, owed=queries.arrears(), owed_fen=queries.receivable_fen(),
        this_month=f"{clock.today():%Y-%m}", since=words.since, own_id=actor().person_id,
    )  # fmt: skip


@blueprint.get("/months/<month>/<act>")
@access("charging.see_months")
def ask_month(month: str, act: str) -> Response:
    """The dialog before closing, asking to reopen, or reopening."""
    if act not in ("close", "ask", "reopen") or month not in queries.months_with_money():
        raise Missing("charging.month_missing")
    return pages.page(
        "charging/_month.html", month=month, act=act, sums=queries.month_sums(month), closed=queries.month_close(month),
        owed_fen=queries.receivable_fen(), since=words.since,
    )  # fmt: skip


@blueprint.post("/months/<month>/close")
@access("charging.close_month", writes=ONCE)
def close_month(month: str) -> Response:
    known_fields()
    if month not in queries.months_with_money():
        raise Missing("charging.month_missing")
    result = command(lambda uow: services.close_month(uow, month)).result
    told = _("%(month)s 结了，收入 %(income)s；这个月不能再入账") % {"month": month, "income": result["income"]}
    return pages_of.go(url_for("charging.months"), told)


@blueprint.post("/months/<month>/ask")
@access("charging.close_month", writes=ONCE)
def ask_to_reopen(month: str) -> Response:
    known_fields("reason")
    command(lambda uow: services.ask_to_reopen(uow, month, request.form.get("reason", "")))
    told = _("重开 %(month)s 的申请报上去了，要系统管理员同意") % {"month": month}
    return pages_of.go(url_for("charging.months"), told)


@blueprint.post("/months/<month>/reopen")
@access("charging.reopen_month", writes=ONCE)
def reopen_month(month: str) -> Response:
    known_fields()
    command(lambda uow: services.reopen_month(uow, month))
    return pages_of.go(url_for("charging.months"), _("%(month)s 重开了，改完再结一次") % {"month": month})
