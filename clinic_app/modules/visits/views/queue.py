"""The queue of the day, cancelling and printing a slip again."""

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.visits import forms, queries, services
from clinic_app.modules.visits.views import blueprint, draw, words
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields


@blueprint.get("/today")
@access("visits.view", is_poll=True)
def today() -> Response:
    """Today's registrations: the inside of the pane for its own poll, the whole pane when its filter changes."""
    waiting_only = request.args.get("waiting") == "1"
    template = "visits/_queue.html" if request.args.get("whole") else "visits/_queue_rows.html"
    is_whole_day = request.args.get("all") == "1"
    return pages.page(template, **draw.queue_values(waiting_only=waiting_only, is_whole_day=is_whole_day))


@blueprint.get("/cancel")
@access("visits.register")
def cancel_dialog() -> Response:
    """Choose a waiting visit and a reason (退号)."""
    rows = queries.today(clock.today(), waiting_only=True, limit=queries.WHOLE_DAY)
    return _dialog("visits/_cancel.html", rows, visit=request.args.get("visit", ""))


@blueprint.post("/cancel")
@access("visits.register", writes=ONCE)
def cancel() -> Response:
    """Cancel a visit with its reason."""
    known_fields("visit", "reason", "other_reason")
    reason = request.form.get("reason", "")
    text = request.form.get("other_reason", "") if reason == "other" else reason
    try:
        outcome = command(lambda uow: services.cancel_visit(uow, _visit_id(), text))
    except Refused as err:
        if err.field != "reason":
            raise
        rows = queries.today(clock.today(), waiting_only=True, limit=queries.WHOLE_DAY)
        return _dialog(
            "visits/_cancel.html", rows, visit=request.form.get("visit", ""), error=i18n.refusal(err), reason=reason,
            other=request.form.get("other_reason", ""), once=request.form.get("once"), status=422,
        )  # fmt: skip
    return _done(_("%(number)d 号已退，号不再用") % {"number": outcome.result["queue_no"]})


@blueprint.get("/reprint")
@access("visits.register")
def reprint_dialog() -> Response:
    """Choose the visit whose slip is printed again (补打号单)."""
    rows = [row for row in queries.today(clock.today(), limit=queries.WHOLE_DAY) if row.state != "cancelled"]
    return _dialog("visits/_reprint.html", rows, visit=request.args.get("visit", ""))


@blueprint.post("/reprint")
@access("visits.register", writes=ONCE)
def reprint() -> Response:
    """Print the slip of a visit again, marked 补打."""
    known_fields("visit")
    outcome = command(lambda uow: services.print_slip(uow, _visit_id()))
    return _done(_("%(number)d 号的号单在打印") % {"number": outcome.result["queue_no"]})


def _visit_id() -> bytes:
    return forms.id_of(request.form.get("visit", ""))


def _dialog(template: str, rows: list[queries.QueueRow], *, status: int = 200, **values: object) -> Response:
    given = {"error": "", "reason": "", "other": "", "once": None, **values}
    response = pages.answer(template, status=status, rows=rows, states=words.states(), **given)
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialog", "innerHTML"
    return response


def _done(toast: str) -> Response:
    if not pages.wants_fragment():
        return pages.see(url_for("visits.registration"), toast)
    return pages.answer(
        "visits/_queue.html", events=("dialogClose",), toast=toast, focus="#q", **draw.queue_values()
    )
