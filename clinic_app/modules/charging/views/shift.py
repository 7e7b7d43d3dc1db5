"""The cashier's shift (班): its sums, and closing it."""

from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import refusal as sentence
from clinic_app.kernel.money import yuan
from clinic_app.modules.charging import documents, forms, queries, services
from clinic_app.modules.charging.rules import denominations
from clinic_app.modules.charging.views import blueprint, pages_of, words
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields


@blueprint.get("/shift")
@access("charging.charge", in_menu=True)
def shift() -> Response:
    found = queries.open_shift(actor().person_id)
    closed = queries.closed_shifts(actor().person_id)
    return pages.page(
        "charging/shift.html", shift=found, sums=queries.shift_sums(found.id) if found else None, closed=closed,
        since=words.since, slip=_slip(closed[0]) if closed and not found else None, is_blind=_is_blind(),
        method_name=queries.method_name, book=queries.book_of(actor().person_id),
    )  # fmt: skip


@blueprint.get("/shift/<id:shift_id>/close")
@access("charging.charge")
def ask_close(shift_id: bytes) -> Response:
    """The dialog before the close: how much cash is handed over."""
    found = pages_of.shift_or_missing(shift_id)
    if found.cashier_id != actor().person_id:
        raise Missing("charging.shift_missing")
    return pages.page("charging/_close.html", **own_dialog(found, "charging.close"))


@blueprint.post("/shift/<id:shift_id>/close")
@access("charging.charge", writes=ONCE)
def close(shift_id: bytes) -> Response:
    known_fields(*count_fields())
    return close_own(shift_id, "charging.close", "charging.shift")


def own_dialog(shift: queries.Shift, route: str) -> dict[str, Any]:
    """What the dialog of the ordinary close shows; the manager's page opens it for the manager's own shift too."""
    return {
        "shift": shift, "sums": queries.shift_sums(shift.id), "post": url_for(route, shift_id=shift.id),
        "typed": request.form, "wrong": "", "denominations": notes_and_coins(), "is_blind": _is_blind(),
        "must_count": parameters.value("charging.count_at_close", clock.today()), "difference_fen": None,
    }  # fmt: skip


def close_own(shift_id: bytes, route: str, then: str) -> Response:
    """Close the actor's own shift by the posted form, and go on to `then`."""
    count, shown = forms.counted(request.form, notes_and_coins()), forms.shown(request.form)
    why = request.form.get("why", "")
    try:
        result = command(
            lambda uow: services.close_shift(uow, shift_id=shift_id, count=count, why=why, sums_seen=shown)
        ).result
    except Stale as err:
        return pages_of.dialog_again(
            err, "charging/_close.html", lambda: own_dialog(pages_of.shift_or_missing(shift_id), route)
        )
    if result["state"] == "counted":
        return _counted(shift_id, route, result["difference_fen"])
    told = _("交班完成，应交现金 %(cash)s，其他方式 %(noncash)s，交班单在打印") % {
        "cash": yuan(result["to_hand_in_fen"]), "noncash": yuan(result["noncash_fen"]),
    }  # fmt: skip
    return pages_of.go(url_for(then), told)


@blueprint.post("/shift/<id:shift_id>/reprint")
@access("charging.charge", writes=ONCE)
def reprint_slip(shift_id: bytes) -> Response:
    known_fields()
    result = command(lambda uow: services.reprint_shift_slip(uow, shift_id)).result
    return pages_of.go(url_for("charging.shift"), _("补打 %(number)d：交班单") % {"number": result["copy_no"] - 1})


def _counted(shift_id: bytes, route: str, difference_fen: int) -> Response:
    """The count is on record and differs: count again or say why."""
    refused = Refused("charging.difference_reason", field="why", difference=yuan(difference_fen))
    if not pages.wants_fragment():
        raise refused
    values = own_dialog(pages_of.shift_or_missing(shift_id), route)
    values |= {"wrong": sentence(refused), "difference_fen": difference_fen}
    response = pages.answer("charging/_close.html", status=409, **values)
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialog", "innerHTML"
    return response


def notes_and_coins() -> tuple[int, ...]:
    """The notes and coins that are counted one by one, largest first, in fen."""
    return denominations(parameters.value("charging.denominations_fen", clock.today()))


def count_fields() -> tuple[str, ...]:
    return ("counted", "loose", "shown", "why", *(f"n{fen}" for fen in notes_and_coins()))


def _is_blind() -> bool:
    return bool(parameters.value("charging.blind_close", clock.today()))


def _slip(shift: queries.Shift) -> object:
    return documents.newest_job(documents.SHIFT_SLIP, shift.id)
