"""The drugs of a signed sheet as they were called and counted at signing (签字时的药名、规格、单位)."""

from dataclasses import replace

from clinic_app.kernel import db
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.dictionaries.queries import Drug

KEPT = (
    "name", "name_en", "strength_text", "strength_dose", "dose_unit", "min_unit", "min_unit_en", "pack_unit",
    "pack_unit_en", "pack_size",
)  # fmt: skip
"""What a signed line keeps of its drug, in the order of its columns."""

_OF_SHEET = (
    "SELECT id, drug_id, drug_name, drug_name_en, strength_text, strength_dose, dose_unit, min_unit, min_unit_en,"
    " pack_unit, pack_unit_en, pack_size FROM prescription_line WHERE prescription_id = ? AND deleted_at IS NULL"
)


def drugs_as_signed(prescription_id: bytes) -> dict[bytes, Drug]:
    """Line id to its drug with the name, strength and units of the signing (O2); rows of a draft as they are now.

    Shelf, maker and what else only helps to find the drug are those of the dictionary now.
    """
    found: dict[bytes, Drug] = {}
    for line_id, drug_id, *kept in db.rows(_OF_SHEET, (prescription_id,)):
        drug = dictionaries.drug(drug_id)
        if drug is not None:
            is_signed = kept[-1] is not None  # a draft row has no pack size of its own
            found[line_id] = replace(drug, **dict(zip(KEPT, kept, strict=True))) if is_signed else drug
    return found
