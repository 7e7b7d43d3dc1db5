"""The controlled register (麻精专册) and the codes of packs that came in (入库采码)."""

from flask import Response, request, url_for

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.pharmacy import forms, queries, services
from clinic_app.modules.pharmacy.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access, actor, open_chart
from clinic_app.web.commands import command, known_fields


@blueprint.get("/register")
@access("pharmacy.register", in_menu=True)
def register() -> Response:
    """Balances by drug and batch with today's count, entries, empties that are still out (PH-16)."""
    balances, entries, empties = queries.balances(clock.today()), queries.entries(), queries.open_empties()
    for one in empties:
        open_chart(one.patient_id, "pharmacy.register", asks=False)
    unchecked = queries.unchecked_empties()
    ids = {one.drug_id for one in (*balances, *entries, *empties, *unchecked)}
    return pages.page(
        "pharmacy/register.html", balances=balances, entries=entries, empties=empties, unchecked=unchecked,
        drugs=dictionaries.drugs(ids), own_id=actor().person_id, amount=dictionaries.amount, named=dictionaries.named,
        today=clock.today(), kinds=_kinds(),
    )  # fmt: skip


@blueprint.post("/register/count")
@access("pharmacy.register", writes=ONCE)
def count() -> Response:
    """The count of the day (F9)."""
    known_fields(*forms.count_fields(request.form, "count"))
    done = command(lambda uow: services.count_controlled(uow, forms.counts(request.form, "count"))).result
    told = _("清点 %(count)d 批，和账上一样")
    if done["different"]:
        told = _("清点 %(count)d 批，%(different)d 批和账上不一样")
    return pages.see(url_for(".register"), told % {"count": done["counted"], "different": done["different"]})


@blueprint.post("/register/empties")
@access("pharmacy.register", writes=ONCE)
def empties() -> Response:
    """Empty ampoules came back."""
    names = forms.count_fields(request.form, "empties")
    known_fields(*names)
    back = forms.counts(request.form, "empties")
    if len(back) != 1:
        raise Refused("pharmacy.empties_one", field="empties")
    line_id, quantity = next(iter(back.items()))
    done = command(lambda uow: services.receive_empties(uow, line_id, quantity)).result
    return pages.see(url_for(".register"), _("收回 %(count)d 个空安瓿，还差 %(open)d 个") % {
        "count": quantity, "open": done["open"],
    })  # fmt: skip


@blueprint.post("/register/<any(entry, empties, count):what>/<int:number>/second")
@access("pharmacy.register", writes=ONCE)
def second(what: str, number: int) -> Response:
    """A second person signs an entry, empties or a count."""
    known_fields()
    act = {"entry": services.countersign, "empties": services.check_empties, "count": services.check_count}[what]
    command(lambda uow: act(uow, number))
    return pages.see(url_for(".register"), _("第二个人签好了"))


@blueprint.get("/trace-codes")
@access("pharmacy.register")
def trace_codes() -> Response:
    """Scan the codes of a delivery, drug by drug."""
    return pages.page("pharmacy/trace_codes.html", code=request.args.get("drug", "")[:20])


@blueprint.post("/trace-codes")
@access("pharmacy.register", writes=ONCE)
def record_codes() -> Response:
    """Store scanned codes for one drug (F9)."""
    known_fields("drug", "codes")
    drug = dictionaries.drug_by_code(forms.typed_code(request.form.get("drug", "")))
    if drug is None:
        raise Refused("pharmacy.trace_no_drug", field="drug")
    codes = forms.scanned(request.form.get("codes", ""))
    done = command(lambda uow: services.record_codes(uow, drug.id, codes)).result
    told = _("%(drug)s：记下 %(recorded)d 个追溯码，%(known)d 个早就有") % {
        "drug": dictionaries.named(drug), "recorded": done["recorded"], "known": done["known"],
    }  # fmt: skip
    return pages.see(url_for(".trace_codes"), told)


def _kinds() -> dict[str, str]:
    return {
        "opening": _("期初"), "goods_in": _("入库"), "dispense": _("发出"), "return": _("退回"), "damage": _("报损"),
    }  # fmt: skip
