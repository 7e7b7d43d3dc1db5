"""Zero mark-up (零差率, PH-09): a delivery at another cost changes the price that its drug is sold at."""

from collections.abc import Mapping
from datetime import timedelta

from clinic_app.kernel import parameters
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.dictionaries import services as dictionary_services
from clinic_app.modules.stock.rules.limits import price_of_cost


def follow_costs(uow: UnitOfWork, costs: Mapping[bytes, int], document_no: str) -> int:
    """Let each drug be sold from tomorrow on at what a pack of this delivery cost; how many prices that changes.

    Tomorrow, because a bill of today is not to change at the window, and what lies there is valued by the day (PH-10).
    Nothing happens unless `stock.price_follows_cost`; a price that somebody set for a later day stays as it is.
    """
    if not parameters.value("stock.price_follows_cost", uow.on):
        return 0
    marked_up = parameters.value("stock.marked_up_categories", uow.on).split()
    first, changed = uow.on + timedelta(days=1), 0
    for drug_id, drug in dictionaries.drugs(costs).items():
        standing = dictionaries.prices_of(drug_id)
        if standing and standing[0].valid_from > first.isoformat():
            continue
        now_e4 = standing[0].price_e4 if standing else None
        price_e4 = price_of_cost(costs[drug_id], now_e4, is_marked_up=drug.invoice_category in marked_up)
        if price_e4 is not None:
            dictionary_services.set_price(uow, "drug", drug_id, price_e4, first, document_no)
            changed += 1
    return changed
