"""The supervisor's sum of a day (日合计), the money handed in, and what patients still owe."""

import re
from datetime import date, timedelta

from flask import Response, request, url_for

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.dates import typed_day
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.money import cash_rounding, yuan
from clinic_app.modules.charging import forms, queries, services
from clinic_app.modules.charging.views import blueprint, pages_of, words
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor, open_chart
from clinic_app.web.commands import command, known_fields


@blueprint.get("/days")
@access("charging.confirm_hand_in", in_menu=True)
def days() -> Response:
    """One day: the closes of all cashiers and their sum (FE-15), today unless another is asked for."""
    today, typed = clock.today(), request.args.get("on", "")
    asked = _day(typed, today)
    on = asked or today
    closes = queries.closes_of_day(on)
    return pages.page(
        "charging/days.html", on=on, before=on - timedelta(days=1),
        after=on + timedelta(days=1) if on < today else None,
        closes=closes, sums=queries.day_sums(on), handed=queries.hand_ins([one.id for one in closes]),
        open_shifts=queries.open_shifts() if on == today else [], since=words.since, own_id=actor().person_id,
        method_name=queries.method_name, wrong=bool(typed) and asked is None,
    )  # fmt: skip


@blueprint.get("/shifts/<id:shift_id>/hand-in")
@access("charging.confirm_hand_in")
def ask_hand_in(shift_id: bytes) -> Response:
    """The dialog before it: what should come, and each count of the drawer when there was more than one; refused
    `charging.shift_still_open`."""
    shift = pages_of.shift_or_missing(shift_id)
    if shift.closed_at is None:
        raise Refused("charging.shift_still_open", who=shift.cashier_name)
    return pages.page("charging/_hand_in.html", shift=shift, counts=queries.counts_of(shift_id), since=words.since)


@blueprint.post("/shifts/<id:shift_id>/hand-in")
@access("charging.confirm_hand_in", writes=ONCE)
def confirm_hand_in(shift_id: bytes) -> Response:
    known_fields("received", "note")
    fen = forms.amount(request.form, "received")
    command(lambda uow: services.confirm_hand_in(uow, shift_id, fen, request.form.get("note", "")))
    shift = pages_of.shift_or_missing(shift_id)
    told = _("收到 %(who)s 交来的现金 %(amount)s") % {"who": shift.cashier_name, "amount": yuan(fen)}
    on = clock.local(shift.closed_at or 0).date()
    return pages_of.go(url_for("charging.days", on=on.isoformat()), told)


@blueprint.get("/arrears")
@access("charging.view")
def arrears() -> Response:
    """Who still owes what, oldest first."""
    return pages.page(
        "charging/arrears.html", owed=queries.arrears(), total_fen=queries.receivable_fen(), since=words.since
    )


@blueprint.get("/bills/<id:bill_id>/settle")
@access("charging.charge")
def ask_settle(bill_id: bytes) -> Response:
    bill = pages_of.bill_or_missing(bill_id)
    open_chart(bill.patient_id, "欠费")
    owed = queries.outstanding(bill.root)
    return pages.page(
        "charging/_settle.html", bill=bill, owed_fen=owed, methods=queries.noncash_methods(),
        cash_fen=owed + cash_rounding(owed, parameters.value("charging.cash_rounding_fen", clock.today())),
    )


@blueprint.post("/bills/<id:bill_id>/settle")
@access("charging.charge", writes=ONCE)
def settle(bill_id: bytes) -> Response:
    known_fields("cash", "scan", "method", "reference", "owed_fen")
    tenders = forms.charge_form(request.form).tenders()
    seen = request.form.get("owed_fen", "")
    owed = int(seen) if re.fullmatch("[0-9]{1,12}", seen) else -1
    result = command(lambda uow: services.settle_arrears(uow, bill_id, tenders, owed_seen_fen=owed)).result
    told = _("欠费 %(paid)s 收到，找零 %(change)s，收据 %(receipt)s 重打一张") % {
        "paid": yuan(result["paid_fen"]), "change": yuan(result["change_fen"]), "receipt": result["receipt_no"],
    }  # fmt: skip
    return pages_of.go(url_for("charging.bill", bill_id=bytes.fromhex(result["bill_id"])), told)


def _day(text: str, today: date) -> date | None:
    try:
        return typed_day(text, today, field="on") if text else None
    except Refused:
        return None
