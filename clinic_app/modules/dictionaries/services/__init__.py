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
from clinic_app.modules.dictionaries.services.named_codes import refuse_unknown_codes
from clinic_app.modules.dictionaries.services.open_imports import (
    begin_import,
    drop_import,
    finish_import,
    slices,
    write_slice,
)
from clinic_app.modules.dictionaries.services.prices import approve_price, propose_price, reject_price, set_price
from clinic_app.modules.dictionaries.services.searching import count_uses
from clinic_app.modules.dictionaries.services.versions import write_version

__all__ = [
    "SLICE", "Plan", "Tell", "add_entry", "approve_price", "begin_import", "change_entry", "classify", "count_uses",
    "disable", "drop_import", "enable", "finish_import", "import_divisions", "import_list", "import_planned", "plan",
    "propose_price", "refuse_unknown_codes", "reject_price", "set_disabled", "set_price", "slices", "write_slice",
    "write_version",
]  # fmt: skip
