"""Changing a registered visit: who pays it (改费别), and to which room it goes (转诊室)."""

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.visits import forms, queries, services
from clinic_app.modules.visits.views import blueprint, draw, line, words
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields

LINE = "line"


@blueprint.get("/payer")
@access("visits.register")
def payer_dialog() -> Response:
    """Choose a visit of today and how it is paid."""
    return _payer(visit=request.args.get("visit", ""))


@blueprint.post("/payer")
@access("visits.register", writes=ONCE)
def change_payer() -> Response:
    """Change the payer of a visit (VS-01)."""
    known_fields("visit", "payer")
    visit_id, payer = forms.id_of(request.form.get("visit", "")), request.form.get("payer", "")
    try:
        outcome = command(lambda uow: services.change_payer(uow, visit_id, payer))
    except Refused as err:
        if err.field != "payer":
            raise
        return _payer(
            visit=visit_id.hex(), payer=payer, error=i18n.refusal(err), once=request.form.get("once"), status=422
        )
    text = dict(words.payers())[outcome.result["payer"]]
    return _done(_("%(number)d 号改成%(payer)s") % {"number": outcome.result["queue_no"], "payer": text})


@blueprint.get("/transfer")
@access("visits.line")
def transfer_dialog() -> Response:
    """Choose a waiting visit, where it goes and why."""
    return _transfer(visit=request.args.get("visit", ""), back=request.args.get("back", ""))


@blueprint.post("/transfer")
@access("visits.line", writes=ONCE)
def transfer() -> Response:
    """Send a visit to another room or session."""
    known_fields("visit", "to", "reason", "other_reason", "back")
    form = request.form
    why = form.get("other_reason", "") if form.get("reason") == "other" else form.get("reason", "")
    visit_id = forms.id_of(form.get("visit", ""))
    try:
        if not form.get("to"):
            raise Refused("visits.room_missing", field="room")
        to = forms.id_of(form["to"])
        outcome = command(lambda uow: services.transfer_visit(uow, visit_id, to, why))
    except Refused as err:
        if err.field not in ("room", "reason"):
            raise
        return _transfer(
            visit=visit_id.hex(), to=form.get("to", ""), reason=form.get("reason", ""), back=form.get("back", ""),
            other=form.get("other_reason", ""), errors={err.field: i18n.refusal(err)}, once=form.get("once"),
            status=422,
        )  # fmt: skip
    toast = _("%(number)d 号转到%(room)s") % {"number": outcome.result["queue_no"], "room": outcome.result["room"]}
    return line.done(toast) if form.get("back") == LINE or not actor().may("visits.register") else _done(toast)


def _payer(*, status: int = 200, **values: object) -> Response:
    rows = [one for one in queries.today(clock.today(), limit=queries.WHOLE_DAY) if one.state != "cancelled"]
    given = {"payer": "", "error": "", "once": None, **values}
    return in_dialog(
        "visits/_payer.html", status, rows=rows, payers=words.payers(), payers_by_code=dict(words.payers()), **given
    )


def _transfer(*, status: int = 200, **values: object) -> Response:
    on = clock.today()
    rows = [one for one in queries.queue(None, on) if one.state in ("registered", "called")]
    shown = draw.form_values(draw.Shown(forms.Arrival()))["rooms"]
    places = [(value, f"{heading} · {small}") for value, heading, small, is_shut in shown if not is_shut]
    given = {"to": "", "reason": "", "other": "", "errors": {}, "once": None, "back": "", **values}
    target = "#line" if given["back"] == LINE else "#queue"
    return in_dialog(
        "visits/_transfer.html", status, rows=rows, states=words.states(), places=places, target=target, **given
    )


def in_dialog(template: str, status: int = 200, **values: object) -> Response:
    """A dialog, wherever the button that asked for it would have put it."""
    response = pages.answer(template, status=status, **values)
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialog", "innerHTML"
    return response


def _done(toast: str) -> Response:
    if not pages.wants_fragment():
        return pages.see(url_for("visits.registration"), toast)
    return pages.answer("visits/_queue.html", events=("dialogClose",), toast=toast, focus="#q", **draw.queue_values())
