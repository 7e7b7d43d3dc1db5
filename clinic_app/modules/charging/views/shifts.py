"""The manager's page of shifts (各班): which are open, closing one for a cashier who cannot do it any more."""

from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.money import yuan
from clinic_app.modules.charging import documents, forms, queries, services
from clinic_app.modules.charging.views import blueprint, pages_of, words
from clinic_app.modules.charging.views.shift import close_own, count_fields, notes_and_coins, own_dialog
from clinic_app.modules.people import queries as people
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields


@blueprint.get("/shifts")
@access("charging.close_for", in_menu=True)
def shifts() -> Response:
    now, own_id, closed = clock.clock.read().at, actor().person_id, queries.closed_shifts(None)
    left = queries.left_open(now)
    found = [(one, queries.shift_sums(one.id), one.id in left) for one in queries.open_shifts()]
    own_slip = next((one for one in closed[:1] if (one.closed_by or one.cashier_id) == own_id), None)
    return pages.page(
        "charging/shifts.html", open_shifts=found, closed=closed, since=words.since, own_id=own_id,
        hours=queries.left_open_hours(now),
        slip=documents.newest_job(documents.SHIFT_SLIP, own_slip.id) if own_slip else None,
    )  # fmt: skip


@blueprint.get("/shifts/<id:shift_id>/close")
@access("charging.close_for")
def ask_close_for(shift_id: bytes) -> Response:
    """The dialog before it: whose shift, what should lie in the drawer, who counts along, why."""
    found = pages_of.shift_or_missing(shift_id)
    if found.cashier_id == actor().person_id:
        return pages.page("charging/_close.html", **own_dialog(found, "charging.close_for"))
    return pages.page("charging/_close_for.html", **_dialog(found))


@blueprint.post("/shifts/<id:shift_id>/close")
@access("charging.close_for", writes=ONCE)
def close_for(shift_id: bytes) -> Response:
    """Close it for the cashier; the manager's own shift is closed as everybody's, nobody stands in for oneself."""
    known_fields(*count_fields(), "second", "reason", "other")
    found = pages_of.shift_or_missing(shift_id)
    if found.cashier_id == actor().person_id:
        return close_own(shift_id, "charging.close_for", "charging.shifts")
    form = request.form
    count, second, shown = forms.counted(form, notes_and_coins()), forms.one_of_staff(form), forms.shown(form)
    try:
        result = command(
            lambda uow: services.close_shift_for(
                uow, shift_id, count=count, counted_with=second, reason=forms.reason(form), sums_seen=shown
            )
        ).result
    except Stale as err:
        return pages_of.dialog_again(err, "charging/_close_for.html", lambda: _dialog(found))
    told = _("代交班完成，应交现金 %(cash)s，其他方式 %(noncash)s，交班单在打印") % {
        "cash": yuan(result["to_hand_in_fen"]), "noncash": yuan(result["noncash_fen"]),
    }  # fmt: skip
    return pages_of.go(url_for("charging.shifts"), told)


@blueprint.post("/shifts/<id:shift_id>/reprint")
@access("charging.close_for", writes=ONCE)
def reprint_any_slip(shift_id: bytes) -> Response:
    known_fields()
    result = command(lambda uow: services.reprint_shift_slip(uow, shift_id)).result
    return pages_of.go(url_for("charging.shifts"), _("补打 %(number)d：交班单") % {"number": result["copy_no"] - 1})


def _dialog(shift: queries.Shift) -> dict[str, Any]:
    """What the dialog before it shows: neither the actor nor the cashier counts along."""
    alone = (actor().person_id, shift.cashier_id)
    return {
        "shift": shift, "sums": queries.shift_sums(shift.id), "reasons": words.close_reasons(), "since": words.since,
        "staff": [(one.id.hex(), one.name) for one in people.who_may_sign_in() if one.id not in alone],
        "typed": request.form, "wrong": "",
    }  # fmt: skip
