"""One visit at the cashier's: what it costs, the quote at every keystroke, and taking the money."""

from typing import Any

from flask import Response, request, url_for

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import refusal as sentence
from clinic_app.kernel.money import yuan
from clinic_app.modules.charging import forms, queries, services
from clinic_app.modules.charging.views import blueprint, pages_of, words
from clinic_app.modules.visits import queries as visits
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor
from clinic_app.web.commands import command, known_fields

SCREEN = "收费"
_PLACES = {
    "cash": "#pay-cash", "scan": "#pay-scan", "reference": "#pay-ref", "more": "#pay-more", "method": "#pay-method",
    "invoice": "#invoice",
}  # fmt: skip


@blueprint.get("/visits/<id:visit_id>")
@access("charging.view")
def visit(visit_id: bytes) -> Response:
    found = _visit(visit_id)
    sheets, shown = queries.open_sheets(visit_id, clock.today()), _who_pays(visit_id, found.payer)
    held = queries.hold(visit_id)
    if held:
        kept, shown["kept"] = forms.kept_form(held.form), held.form
        chosen, ones, tenders = kept.sheets, kept.ones, kept.readable()
    else:
        chosen, ones, tenders = frozenset(one.source_id for one in sheets), frozenset(), []
    quoted = queries.quote(sheets, chosen, tenders, clock.today(), ones=ones, agreed=shown["agreed"])
    return pages.page(
        "charging/cashier.html", visit=found, banner=pages_of.banner_of(found, SCREEN), sheets=sheets, quote=quoted,
        paid=queries.bills_of_visit(visit_id), hold=held, invoice_no=_next_invoice(),
        wrong=sentence(quoted.refusal) if quoted.refusal else "", **shown,
        **pages_of.left_pane(visit_id), **pages_of.last_paper(),
    )  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/quote")
@access("charging.charge")
def quote(visit_id: bytes) -> Response:
    """Due and change for what is typed and ticked; writes nothing. `exact` and `give` fill in an amount first."""
    known_fields(*forms.FIELDS, "exact", "give")
    found = visits.visit(visit_id)
    if found is None:
        raise Missing("charging.visit_missing")
    form = forms.charge_form(request.form)
    sheets = queries.open_sheets(visit_id, clock.today())
    filled = _filled(visit_id, form, sheets)
    form = form.with_amount(*filled) if filled else form
    wrong, shown = "", _who_pays(visit_id, found.payer)
    try:
        tenders = form.tenders()
    except Refused as err:
        tenders, wrong = form.readable(), sentence(err)
    quoted = queries.quote(sheets, form.sheets, tenders, clock.today(), ones=form.ones, agreed=shown["agreed"])
    if quoted.refusal is not None and not wrong:
        wrong = sentence(quoted.refusal)
    return pages.answer(
        "charging/_quote.html", quote=quoted, wrong=wrong, filled=filled, is_swap=True,
        focus=f"#pay-{filled[0]}" if filled else "", **shown,
    )  # fmt: skip


def _who_pays(visit_id: bytes, payer: str) -> dict[str, Any]:
    asked = queries.asked_for_visit(visit_id)
    return {
        "asked": asked, "agreed": [one for one in asked if one.state == queries.APPROVED],
        "methods": queries.noncash_methods(), "source_name": words.source, "kept": {},
        "quote_at": f"/charging/visits/{visit_id.hex()}/quote", "payer": words.payer(payer),
        "is_by_insurer": payer in words.BY_INSURER,
        "rounds_cash": parameters.value("charging.cash_rounding_fen", clock.today()) > 1,
    }  # fmt: skip


@blueprint.post("/visits/<id:visit_id>/charge")
@access("charging.charge", writes=ONCE)
def charge(visit_id: bytes) -> Response:
    known_fields(*forms.FIELDS)
    form = forms.charge_form(request.form)
    try:
        tenders = form.tenders()
    except Refused as err:
        return _unreadable(visit_id, form, err)
    waiting = pages_of.following(queries.pending(clock.today()), visit_id, seen_only=True)
    try:
        outcome = command(
            lambda uow: services.charge_visit(
                uow, visit_id, lines_seen=form.lines, total_seen_fen=form.total_fen, tenders=tenders,
                invoice_seen=form.invoice,
            )
        )
    except Stale as err:
        return _outdated(visit_id, err, tenders)
    url = url_for("charging.visit", visit_id=waiting.visit_id) if waiting else url_for("charging.pending")
    return pages.see(url, _said(outcome.result, outcome.replayed))


def _unreadable(visit_id: bytes, form: forms.ChargeForm, err: Refused) -> Response:
    """An amount that is none is told where the quote told it already, and only there."""
    if not request.headers.get("HX-Request"):
        raise err
    on, shown = clock.today(), _who_pays(visit_id, _visit(visit_id).payer)
    sheets = queries.open_sheets(visit_id, on)
    response = pages.answer(
        "charging/_money.html", status=422, wrong=sentence(err), focus=_PLACES.get(err.field or "", "#pay-cash"),
        quote=queries.quote(sheets, form.sheets, form.readable(), on, ones=form.ones, agreed=shown["agreed"]), **shown,
    )  # fmt: skip
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#money", "innerHTML"
    return response


def _outdated(visit_id: bytes, err: Stale, tenders: list[services.Tender]) -> Response:
    """Why nothing was charged, with the items and the sums as they are now; the typed amounts stay."""
    if not request.headers.get("HX-Request"):
        raise err
    sheets = queries.open_sheets(visit_id, clock.today())
    open_ids = {sheet.source_id for sheet in sheets}
    found = _visit(visit_id)
    shown = _who_pays(visit_id, found.payer)
    response = pages.answer(
        "charging/_outdated.html", status=409, text=sentence(err), code=err.code, next_url=None, wrong="",
        quote=queries.quote(sheets, open_ids, tenders, clock.today(), agreed=shown["agreed"]), is_redrawn=True,
        filled=None, sheets=sheets, paid=queries.bills_of_visit(visit_id), visit=found,
        **shown, **pages_of.last_paper(),
    )  # fmt: skip
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#refusal", "innerHTML"
    return response


def _said(result: dict[str, Any], replayed: bool) -> str:
    owed = result.get("owed_fen", 0)  # none in an answer that was kept from before
    facts = {
        "due": yuan(result["due_fen"] - owed), "change": yuan(result["change_fen"]), "receipt": result["receipt_no"],
        "owed": yuan(owed),
    }  # fmt: skip
    if replayed:
        return _("这笔刚才已经收过，没有再收：收款 %(due)s，找零 %(change)s，收据 %(receipt)s") % facts
    if owed:
        return _("收款 %(due)s，找零 %(change)s，欠着 %(owed)s，收据 %(receipt)s") % facts
    if result["change_fen"]:
        return _("收款 %(due)s，找零 %(change)s，收据 %(receipt)s") % facts
    return _("收款 %(due)s，收据 %(receipt)s") % facts


def _visit(visit_id: bytes) -> visits.QueueRow:
    found = visits.row(visit_id)
    if found is None:
        raise Missing("charging.visit_missing")
    return found


def _filled(visit_id: bytes, form: forms.ChargeForm, sheets: list[queries.Sheet]) -> tuple[str, str] | None:
    """The field and the amount that a button fills in: exactly what is left, or the notes the patient gives."""
    give, exact = request.form.get("give", ""), request.form.get("exact", "")
    if give.isdecimal() and len(give) <= 8:
        return "cash", yuan(int(give)).replace(",", "")
    if exact not in ("cash", "scan"):
        return None
    others = form.with_amount(exact, "").readable()
    agreed = queries.concessions(visit_id)
    quoted = queries.quote(sheets, form.sheets, others, clock.today(), ones=form.ones, agreed=agreed)
    if exact == "cash":
        return "cash", yuan(quoted.cash_due_fen).replace(",", "")
    paid = sum(one.amount_fen for one in others)
    owed = quoted.total_fen - quoted.relief_fen - quoted.arrears_fen
    return "scan", yuan(max(owed - paid, 0)).replace(",", "")


def _next_invoice() -> str | None:
    """The number that the next paper should carry, for the cashier to compare; None without paper invoices."""
    if not parameters.value("charging.paper_invoices", clock.today()):
        return None
    book = queries.book_of(actor().person_id)
    return book.next_no if book else ""
