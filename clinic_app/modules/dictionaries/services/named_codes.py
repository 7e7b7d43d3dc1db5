"""Codes of the lists that a parameter (参数) names must be in their list, or the parameter would quietly do nothing."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import queries

_LISTS: Mapping[str, Callable[[Collection[str]], set[str]]] = {
    "allergy_group": lambda _wanted: {one.code for one in queries.allergy_groups()},
    "invoice_category": lambda _wanted: {one.code for one in queries.invoice_categories() if not one.is_disabled},
    "route": lambda _wanted: {one.code for one in queries.routes() if not one.is_disabled},
    "service_item": lambda wanted: {code for code in wanted if queries.service_by_code(code)},
}


def refuse_unknown_codes(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `parameters.change`: Refused `dictionaries.code_not_listed` naming each code that its list has not."""
    known = _LISTS.get(facts["codes_of"])
    if known is None:
        return
    listed = known(facts["codes"])
    if missing := [excerpt(code) for code in facts["codes"] if code not in listed]:
        raise Refused("dictionaries.code_not_listed", field="value", codes=" ".join(missing))
