"""Which line of the invoice an item stands on (发票归类, FE-01, CFG-04 to CFG-06)."""

from collections.abc import Mapping
from typing import Any

from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import queries
from clinic_app.modules.dictionaries.queries import stored
from clinic_app.modules.dictionaries.services import versions
from clinic_app.modules.dictionaries.services.under_way import refuse_while_imported


def classify(uow: UnitOfWork, wanted: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """Put items on invoice lines: (list, code) -> category. It counts for bills from now on, old ones keep theirs.

    Missing for an unknown item; Refused `dictionaries.unknown_code` for an unknown or disabled category.
    """
    known = {one.code for one in queries.invoice_categories() if not one.is_disabled}
    changed = 0
    for kind in {kind for kind, _ in wanted}:
        refuse_while_imported(kind)
    for (kind, code), category in wanted.items():
        if category not in known:
            raise Refused("dictionaries.unknown_code", field="category", column="invoice_category", value=category[:40])
        before = stored.stored_row(kind, code, uow.on) if kind in stored.PRICED else None
        if before is None:
            raise Missing("dictionaries.no_such_item")
        if before["invoice_category"] == category:
            continue
        model = stored.MODELS[kind]
        model.update(invoice_category=category).where(model.code == code).execute()
        told = {"invoice_category": (before["invoice_category"], category)}
        versions.write_version(uow, kind, code, "classified", told)
        changed += 1
    uow.audit("dictionaries.classify", None, count=changed)
    return {"changed": changed}
