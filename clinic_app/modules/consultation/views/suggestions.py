"""Suggestions and the quantity as one types: read, never stored."""

from typing import Any

from flask import Response, request

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import refusal as sentence
from clinic_app.modules.consultation import forms
from clinic_app.modules.consultation.queries import allowed, words
from clinic_app.modules.consultation.queries.checking import Setting
from clinic_app.modules.consultation.queries.usual import Usual, usual_of
from clinic_app.modules.consultation.queries.workbench import quantity_text
from clinic_app.modules.consultation.queries.working_out import (
    TypedLine,
    lists,
    pack_of,
    per_dose_text,
    rule_frequency,
    work_out,
)
from clinic_app.modules.consultation.views import blueprint
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.stock import queries as stock
from clinic_app.modules.visits import queries as visits
from clinic_app.web import pages
from clinic_app.web.access import access, actor


@blueprint.get("/drugs")
@access("consultation.write")
def drugs() -> Response:
    """At most 8 drugs; what cannot be prescribed is shown with the reason.

    With the `kind` of the visit an option also says what its usual use comes to, and a pick asks nothing more.
    """
    on = clock.today()
    herbal = request.args.get("herbal") == "1"
    wanted = parameters.value("consultation.herbal_category", on)
    found = dictionaries.drugs_matching(request.args.get("drug", ""), on, 24, person_id=actor().person_id)
    fitting = [hit for hit in found if (hit.invoice_category == wanted) == herbal]
    there = stock.available_of([hit.id for hit in fitting], on) if fitting else {}
    hits = sorted(fitting, key=lambda hit: (hit.is_disabled, not hit.is_exact, not there[hit.id]))[:8]
    kind, is_child = request.args.get("kind", ""), request.args.get("child") == "1"
    options = [_option(hit, there[hit.id], usual_of(hit, kind, on) if kind else None, is_child) for hit in hits]
    return pages.page("consultation/_drug_options.html", options=options)


def _option(hit: dictionaries.DrugHit, there: int, usual: Usual | None, is_child: bool) -> dict[str, Any]:
    fact = dictionaries.prescribing_fact(hit.code) if is_child else None
    by_weight = fact is not None and fact.daily_per_kg is not None
    if by_weight:  # a child's dose is chosen, never taken over (QT-10)
        usual = None
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
            "drug_id": hit.id.hex(),
            "dose": "" if by_weight else f"{hit.usual_dose}{' ' * hit.dose_unit.isascii()}{hit.dose_unit}",
            "frequency": hit.frequency, "days": hit.usual_days or "", "route": hit.route, **known,
        },
    }  # fmt: skip


@blueprint.get("/diagnoses")
@access("consultation.write")
def diagnoses() -> Response:
    """The whole list: what the diagnosis list has, then the words as typed, which are never chosen by Enter alone."""
    typed = request.args.get("dx", "").strip()[:100]
    response = pages.page(
        "consultation/_dx_options.html", typed=typed,
        hits=dictionaries.diagnoses_matching(typed, 5, person_id=actor().person_id),
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
    setting, typed = Setting(found, on, actor().person_id), forms.typed_line(args)
    weighed = _by_weight(setting, typed)
    if not args.get("dose") or not args.get("frequency") or not args.get("days"):
        return pages.page("consultation/_quote.html", weighed=weighed, visit=found)
    try:
        worked = work_out(typed, on, situation=setting.situation(dictionaries.drug(typed.drug_id)))
        setting.check_right(worked, typed.reason)
    except Refused as err:
        return pages.page("consultation/_quote.html", problem=sentence(err), weighed=weighed, visit=found)
    there = stock.available(worked.drug.id, on)
    return pages.page(
        "consultation/_quote.html", quantity=quantity_text(worked, worked.quantity, worked.drug),
        stock=words.stock_of(there, worked.drug), worked=worked,
        dose=words.dose(worked.dose_text, worked.drug), per_dose=per_dose_text(worked.dose_text, worked.drug),
        is_enough=there >= worked.quantity, weekdays=words.weekdays(worked.weekdays),
        beyond=[words.beyond(one, worked.drug) for one in worked.stops],
    )  # fmt: skip


def _by_weight(setting: Setting, typed: TypedLine) -> dict[str, Any] | None:
    """The dose of a child by weight and what may be given of it (QT-10), or what is missing for it (RX-12)."""
    drug, frequency = dictionaries.drug(typed.drug_id), lists().frequencies.get(typed.frequency)
    if drug is None or frequency is None or not setting.is_child:
        return None
    situation = setting.situation(drug)
    may = allowed.Allowed("", False, drug, situation, setting.on)
    if may.fact is None or not may.fact.daily_per_kg:
        return None
    if not situation.weight:
        return {"missing": sentence(Refused("consultation.weigh_first"))}
    limits = dictionaries.dose_limits_on(drug.id, setting.on)
    found = may.by_weight(pack_of(drug), rule_frequency(frequency), limits)
    if found is None:
        return None
    return {
        "weight": situation.weight, "told": allowed.told_by_weight(found, drug),
        "choices": [(f"{allowed.pieces(one, drug)}", allowed.written(one, drug)) for one in found.choices],
    }  # fmt: skip
