"""A quantity as the doctor types it (数量): a count of minimum units, or with a unit of the drug in either language."""

import re

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt, parse_count, typed_number
from clinic_app.modules.consultation.queries import words
from clinic_app.modules.dictionaries import queries as dictionaries

_WITH_UNIT = re.compile(r"([0-9]{1,6})\s*(\S*)")


def typed_quantity(text: str, drug: dictionaries.Drug) -> int | None:
    """Minimum units of `42`, `42粒` or `2盒`; None when nothing was typed.

    Refused `consultation.quantity_unit`, `.whole_packs_only` and what `parse_count` refuses.
    """
    bare = typed_number(text) if len(text) < 40 else text
    if not bare:
        return None
    found = _WITH_UNIT.fullmatch(bare)
    unit = found[2].lower() if found else ""
    single, whole = _spelt(drug.min_unit, drug.min_unit_en), _spelt(drug.pack_unit, drug.pack_unit_en)
    units = {
        "min_unit": words.named(drug.min_unit, drug.min_unit_en),
        "pack_unit": words.named(drug.pack_unit, drug.pack_unit_en),
    }
    if unit and unit not in single | whole:
        raise Refused("consultation.quantity_unit", field="quantity", value=excerpt(text), **units)
    count = parse_count(found[1] if found else text, field="quantity")
    quantity = count * drug.pack_size if unit in whole - single else count
    if not drug.is_splittable and quantity % drug.pack_size:
        raise Refused(
            "consultation.whole_packs_only", field="quantity", value=excerpt(text), size=drug.pack_size, **units
        )
    return quantity


def _spelt(unit: str, unit_en: str) -> set[str]:
    return {unit, unit_en.lower(), words.plural(unit_en, 2).lower()} - {""}
