"""Suggestions and the quantity as one types: read, never stored."""

from typing import Any

from flask import Response, request

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import refusal as sentence
from clinic_app.modules.consultation import forms
from clinic_app.modules.consultation.queries import words
from clinic_app.modules.consultation.queries.usual import Usual, usual_of
from clinic_app.modules.consultation.queries.workbench import quantity_text
from clinic_app.modules.consultation.queries.working_out import days_limit, per_dose_text, work_out
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.stock import queries as stock
from clinic_app.modules.visits import queries as visits
from clinic_app.web import pages
from clinic_app.web.access import access


@blueprint.get("/drugs")
@access("consultation.write")
def drugs() -> Response:
    """At most 8 drugs; what cannot be prescribed is shown with the reason.

    With the `kind` of the visit an option also says what its usual use comes to, and a pick asks nothing more.
    """
    on = clock.today()
    hits = dictionaries.drugs_matching(request.args.get("drug", ""), on)
    there = stock.available_of([hit.id for hit in hits], on) if hits else {}
    kind = request.args.get("kind", "")
    options = [_option(hit, there[hit.id], usual_of(hit, kind, on) if kind else None) for hit in hits]
    return pages.page("consultation/_drug_options.html", options=options)


def _option(hit: dictionaries.DrugHit, there: int, usual: Usual | None) -> dict[str, Any]:
    reason = ""
    if hit.is_disabled:
        reason = _("已停用")
    elif hit.price_e4 is None:
        reason = _("没有价格")
    elif not there:
        reason = _("缺货")
    packs, loose = divmod(there, hit.pack_size)
    shown = dictionaries.amount(hit, packs * hit.pack_size or loose)
    known = {}
    if usual is not None and usual.quantity <= there:
        known = {
            **dict.fromkeys(("q-problem", "q-auto", "q-lasts", "q-days"), ""), "q-dose": usual.dose,
            "q-quantity": usual.told, "q-amount": usual.amount,
            "q-stock": shown if words.is_source() else packs or loose,
        }  # fmt: skip
    return {
        "known": bool(known), "hit": hit, "name": words.named(hit.name, hit.name_en), "reason": reason,
        "stock": shown, "strength": dictionaries.strength(hit),
        "fills": {
            "drug_id": hit.id.hex(), "dose": f"{hit.usual_dose}{' ' * hit.dose_unit.isascii()}{hit.dose_unit}",
            "frequency": hit.frequency, "days": hit.usual_days or "", "route": hit.route, **known,
        },
    }  # fmt: skip


@blueprint.get("/diagnoses")
@access("consultation.write")
def diagnoses() -> Response:
    """The whole list: what the diagnosis list has, then the words as typed, which are never chosen by Enter alone."""
    typed = request.args.get("dx", "").strip()[:100]
    response = pages.page(
        "consultation/_dx_options.html", hits=dictionaries.diagnoses_matching(typed, 5), typed=typed,
        terms=dictionaries.tcm_terms_matching(typed, 2),
        visit_id=forms.id_of(request.args.get("visit", "")), is_source=words.is_source(),
    )  # fmt: skip
    response.headers["HX-Reswap"] = "outerHTML"  # the list itself says whether Enter may choose
    return response


@blueprint.get("/allergens")
@access("consultation.write")
def allergens() -> Response:
    typed = request.args.get("allergen", "").strip()[:60]
    hits = dictionaries.allergens_matching(typed, 7)
    return pages.page("consultation/_allergen_options.html", hits=hits, typed=typed, is_source=words.is_source())


@blueprint.get("/visits/<id:visit_id>/quote")
@access("consultation.write")
def quote(visit_id: bytes) -> Response:
    """Quantity, stock and amount of the row being typed (自动算), or what is wrong with it."""
    found = visits.visit(visit_id)
    if found is None:
        raise Missing("consultation.visit_missing")
    args, on = request.args, clock.today()
    if not args.get("drug_id"):
        return pages.page("consultation/_quote.html")
    if not args.get("dose") or not args.get("frequency") or not args.get("days"):
        return pages.page("consultation/_quote.html")
    try:
        worked = work_out(forms.typed_line(args), on, limit_days=days_limit(found.kind, on))
    except Refused as err:
        return pages.page("consultation/_quote.html", problem=sentence(err))
    there = stock.available(worked.drug.id, on)
    return pages.page(
        "consultation/_quote.html", quantity=quantity_text(worked, worked.quantity, worked.drug),
        stock=words.stock_of(there, worked.drug), worked=worked,
        dose=words.dose(worked.dose_text, worked.drug), per_dose=per_dose_text(worked.dose_text, worked.drug),
        is_enough=there >= worked.quantity, weekdays=words.weekdays(worked.weekdays),
        beyond=[words.beyond(one, worked.drug) for one in worked.stops],
    )  # fmt: skip
