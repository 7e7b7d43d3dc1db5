"""Nobody pays for what the general treatment fee of the same day includes (VS-07)."""

from collections.abc import Sequence
from datetime import date

from clinic_app.kernel.errors import Refused
from clinic_app.modules.charging.queries.included import included_in_fee
from clinic_app.modules.dictionaries import queries as dictionaries


def refuse_included(patient_id: bytes, item_ids: Sequence[bytes], on: date) -> None:
    """Refused `charging.included_in_fee` naming the first item that the fee of this day pays already."""
    found = included_in_fee(patient_id, item_ids, on) if item_ids else []
    if found:
        raise Refused("charging.included_in_fee", item=dictionaries.named(found[0]))
