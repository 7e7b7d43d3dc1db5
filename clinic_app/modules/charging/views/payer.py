"""Changing who pays a visit (改费别) at the window, before its first bill."""

from flask import Response, request, url_for

from clinic_app.kernel import i18n
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.charging.views import blueprint, pages_of, words
from clinic_app.modules.visits import queries as visits
from clinic_app.modules.visits import services
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, open_chart
from clinic_app.web.commands import command, known_fields


@blueprint.get("/visits/<id:visit_id>/payer")
@access("charging.charge")
def ask_payer(visit_id: bytes) -> Response:
    """The dialog: how it is paid now, and how else it can be."""
    return _dialog(visit_id)


@blueprint.post("/visits/<id:visit_id>/payer")
@access("charging.charge", writes=ONCE)
def change_payer(visit_id: bytes) -> Response:
    """Change the payer (VS-01); kind and amounts stay, and after a bill it is refused."""
    known_fields("payer")
    payer = request.form.get("payer", "")
    try:
        command(lambda uow: services.change_payer(uow, visit_id, payer))
    except Refused as err:
        if err.field != "payer" or not pages.wants_fragment():
            raise
        return _dialog(visit_id, payer, i18n.refusal(err), request.form.get("once"), 422)
    told = _("费别改成%(payer)s") % {"payer": words.payer(payer)}
    return pages_of.go(url_for("charging.visit", visit_id=visit_id), told)


def _dialog(
    visit_id: bytes, payer: str = "", error: str = "", once: str | None = None, status: int = 200
) -> Response:
    visit = visits.row(visit_id)
    if visit is None:
        raise Missing("charging.visit_missing")
    open_chart(visit.patient_id, "收费")
    response = pages.answer(
        "charging/_payer.html", status=status, visit=visit, now=words.payer(visit.payer), payer=payer, error=error,
        once=once, payers=[(code, words.payer(code)) for code in words.PAYERS if code != visit.payer],
    )  # fmt: skip
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialog", "innerHTML"
    return response
