"""Commands of the dictionaries (字典); the only writers of their tables."""

from clinic_app.modules.dictionaries.services.classification import classify
from clinic_app.modules.dictionaries.services.entries import add_entry, change_entry, disable, enable, set_disabled
from clinic_app.modules.dictionaries.services.lists import (
    SLICE,
    Plan,
    Tell,
    import_divisions,
    import_list,
    import_planned,
    plan,
)
from clinic_app.modules.dictionaries.services.prices import approve_price, propose_price, reject_price, set_price
from clinic_app.modules.dictionaries.services.rows import search_keys, write_due

__all__ = [
    "SLICE", "Plan", "Tell", "add_entry", "approve_price", "change_entry", "classify", "disable", "enable",
    "import_divisions", "import_list", "import_planned", "plan", "propose_price", "reject_price", "search_keys",
    "set_disabled", "set_price", "write_due",
]  # fmt: skip
