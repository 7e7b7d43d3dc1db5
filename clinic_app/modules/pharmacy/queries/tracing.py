"""Trace codes (追溯码): what a code is, what of it is sold, which codes went out with a line."""

from collections.abc import Iterable
from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.modules.pharmacy.rules import PREFIX

_CODE = """
SELECT c.code, c.drug_id, c.pack_size, c.pack_size
    - (SELECT coalesce(sum(s.quantity - coalesce((SELECT sum(r.quantity) FROM trace_release r WHERE r.sale_id = s.id
        AND r.is_sellable = 1), 0)), 0) FROM trace_sale s WHERE s.code = c.code),
    (SELECT max(d.dispensed_at) FROM trace_sale s JOIN dispense d ON d.id = s.dispense_id WHERE s.code = c.code)
FROM trace_code c WHERE c.code = ?
"""
_OF_SHEET = """
SELECT s.id, s.line_id, s.code, s.quantity
    - coalesce((SELECT sum(r.quantity) FROM trace_release r WHERE r.sale_id = s.id), 0) AS out
FROM dispense d JOIN trace_sale s ON s.dispense_id = d.id
WHERE d.prescription_id = ? AND out > 0 ORDER BY s.id
"""


@dataclass(frozen=True, slots=True)
class Traced:
    """A known code: `left` units of its pack may be sold, `sold_at` when it last went out."""

    code: str
    drug_id: bytes
    pack_size: int
    left: int
    sold_at: int | None


@dataclass(frozen=True, slots=True)
class TracedSale:
    """Units of a code that a patient holds."""

    id: int
    line_id: bytes
    code: str
    out: int


def traced(code: str) -> Traced | None:
    return db.read_one(Traced, _CODE, (code,))


def traced_codes(codes: Iterable[str]) -> dict[str, Traced]:
    """The known ones of some codes."""
    return {code: found for code in dict.fromkeys(codes) if (found := traced(code)) is not None}


def drug_of_prefix(code: str) -> bytes | None:
    """The drug that codes beginning alike belonged to before; None when none was seen, or they differ."""
    below = str(int(code[:PREFIX]) + 1).zfill(PREFIX)
    rows = db.rows(
        "SELECT DISTINCT drug_id FROM trace_code WHERE code >= ? AND code < ? LIMIT 2", (code[:PREFIX], below)
    )
    return rows[0][0] if len(rows) == 1 else None


def traces_of_sheet(prescription_id: bytes) -> list[TracedSale]:
    """Codes of a sheet's packs that are with the patient."""
    return db.read(TracedSale, _OF_SHEET, (prescription_id,))
