"""Returns (退药): find the sheet, inspect what came back, accept or refuse it."""

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.pharmacy import forms, queries, services
from clinic_app.modules.pharmacy.queries import words
from clinic_app.modules.pharmacy.views import blueprint
from clinic_app.modules.pharmacy.views.found import found_sheet, open_sheet_chart
from clinic_app.modules.pharmacy.views.window import banner_of, refused
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields


@blueprint.get("/returns")
@access("pharmacy.dispense", in_menu=True)
def returns() -> Response:
    """Today's returns, and the search for the sheet of the next one."""
    typed = request.args.get("q", "")[:60]
    if typed:
        found = queries.find(typed, clock.today())
        if len(found) != 1:
            raise Refused("pharmacy.not_found", field="q", value=typed, next_url=url_for(".returns"))
        return pages.see(url_for(".return_sheet", prescription_id=found[0].prescription_id))
    return pages.page("pharmacy/returns.html", returned=queries.returned_on(clock.today()))


@blueprint.get("/sheets/<id:prescription_id>/return")
@access("pharmacy.dispense")
def return_sheet(prescription_id: bytes) -> Response:
    """What the patient holds of a sheet, pack by pack."""
    found = found_sheet(prescription_id)
    open_sheet_chart(found)
    given = queries.given_batches(found.id)
    drugs = dictionaries.drugs(one.drug.id for one in given)
    return pages.page(
        "pharmacy/return.html", sheet=found, banner=banner_of(found), given=given, mark=queries.given_mark(given),
        history=queries.returns_of(found.id), drugs=drugs, conditions=forms.conditions(),
        reasons=forms.return_reasons(), words=words, amount=dictionaries.amount, named=dictionaries.named,
        units=dictionaries.pieces, strength=dictionaries.strength,
        traces=queries.traces_of_sheet(found.id),
        prices=dictionaries.prices_on((one.drug.id for one in given), clock.today()),
    )  # fmt: skip


@blueprint.post("/sheets/<id:prescription_id>/return")
@access("pharmacy.dispense", writes=ONCE)
def return_drugs(prescription_id: bytes) -> Response:
    """Store the inspection (F9); the cashier then refunds what was accepted."""
    known_fields("reason", "seen", "traces", *forms.back_fields(request.form))
    given = queries.given_batches(prescription_id)
    try:
        done = command(
            lambda uow: services.return_drugs(
                uow, prescription_id, request.form.get("reason", ""), forms.brought(request.form, given),
                traces=forms.scanned(request.form.get("traces", "")), seen=request.form.get("seen"),
            )
        ).result
    except Refused as err:
        return refused(err)
    told = _("退药单 %(number)s：没有收，药还给患者")
    if done["accepted"]:
        told = _("退药单 %(number)s 收好了，让患者拿小票去收费窗退费")
    return pages.see(
        url_for(".return_sheet", prescription_id=prescription_id), told % {"number": done["return_no"]}
    )
