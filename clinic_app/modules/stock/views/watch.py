"""Alarms of the stock (预警), limits of a drug, and freezing a batch (PH-06, PH-07, PH-19)."""

from flask import Response, request, url_for

from clinic_app.kernel import clock, i18n
from clinic_app.kernel.errors import Missing
from clinic_app.kernel.quantity import parse_count
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.stock import queries, services
from clinic_app.modules.stock.views import blueprint
from clinic_app.web import pages
from clinic_app.web.access import ONCE, access
from clinic_app.web.commands import command, known_fields


@blueprint.get("/alarms")
@access("stock.view")
def alarms() -> Response:
    """Near expiry, below the minimum with what to buy, above the maximum, not moved."""
    found = queries.alarms(clock.today())
    drugs = dictionaries.drugs(one.drug_id for one in found)
    return pages.page(
        "stock/alarms.html", alarms=found, drugs=drugs, amount=dictionaries.amount, named=dictionaries.named,
        place=queries.pharmacy_place(),
    )  # fmt: skip


@blueprint.get("/drugs/<code>")
@access("stock.view")
def drug(code: str) -> Response:
    """One drug's batches with their state, and its limits; by its code, which keeps the long list of drugs light."""
    found = dictionaries.drug_by_code(code)
    if found is None:
        raise Missing("dictionaries.no_such_item", next_url=url_for(".on_hand"))
    return pages.page(
        "stock/drug.html", drug=found, batches=queries.batches_of(found.id), limits=queries.limits_of(found.id),
        amount=dictionaries.amount, named=dictionaries.named, strength=dictionaries.strength, today=clock.today(),
    )  # fmt: skip


@blueprint.post("/drugs/<id:drug_id>/limits")
@access("stock.keep", writes=ONCE)
def set_limits(drug_id: bytes) -> Response:
    """How many packs should lie there at least and at most (F9)."""
    known_fields("minimum", "maximum")
    found = dictionaries.drug(drug_id)
    if found is None:
        raise Missing("dictionaries.no_such_item", next_url=url_for(".on_hand"))
    size = found.pack_size
    low = parse_count(request.form.get("minimum", ""), field="minimum", minimum=0) * size
    high = parse_count(request.form.get("maximum", ""), field="maximum", minimum=0) * size
    command(lambda uow: services.set_limits(uow, drug_id, low, high))
    return pages.see(url_for(".drug", code=found.code), i18n.gettext("上下限存好了"))


@blueprint.post("/batches/<id:batch_id>/freeze")
@access("stock.keep", writes=ONCE)
def freeze(batch_id: bytes) -> Response:
    """Keep a batch from going out (冻结)."""
    known_fields("reason")
    command(lambda uow: services.freeze_batch(uow, batch_id, request.form.get("reason", "")))
    return _batch_told(batch_id, i18n.gettext("批号 %(batch)s 冻结了，不能发"))


@blueprint.post("/batches/<id:batch_id>/unfreeze")
@access("stock.keep", writes=ONCE)
def unfreeze(batch_id: bytes) -> Response:
    """Let a frozen batch go out again (解冻)."""
    known_fields("reason")
    command(lambda uow: services.unfreeze_batch(uow, batch_id, request.form.get("reason", "")))
    return _batch_told(batch_id, i18n.gettext("批号 %(batch)s 解冻了，可以发"))


def _batch_told(batch_id: bytes, told: str) -> Response:
    batch = queries.batch(batch_id)
    found = dictionaries.drug(batch.drug_id) if batch else None
    if batch is None or found is None:
        raise Missing("stock.no_such_batch", next_url=url_for(".on_hand"))
    return pages.see(url_for(".drug", code=found.code), told % {"batch": batch.batch_no})
