"""Items by invoice line (发票归类): saved ones, and those that are only proposed."""

from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.modules.dictionaries.rules.classification import Proposals

MOST = 100
_ITEMS = """
SELECT 'drugs', code, name, name_en, strength_text, invoice_category FROM drug
    WHERE is_disabled = 0 AND invoice_category IS :category
UNION ALL SELECT 'services', code, name, name_en, '', invoice_category FROM service_item
    WHERE is_disabled = 0 AND invoice_category IS :category
ORDER BY 1 DESC, 2 LIMIT :most
"""
_NAMES = {
    "drugs": "SELECT name, invoice_category FROM drug WHERE invoice_category IS NOT NULL ORDER BY code LIMIT 5000",
    "services": "SELECT name, invoice_category FROM service_item WHERE invoice_category IS NOT NULL ORDER BY code"
    " LIMIT 5000",
}
_COUNTS = """
SELECT invoice_category, count(*) FROM (
    SELECT invoice_category FROM drug WHERE is_disabled = 0
    UNION ALL SELECT invoice_category FROM service_item WHERE is_disabled = 0
) GROUP BY invoice_category
"""


@dataclass(frozen=True, slots=True)
class Classified:
    """An item on its invoice line; `proposed` is a category that nobody has saved."""

    kind: str
    code: str
    name: str
    name_en: str
    strength_text: str
    category: str | None
    proposed: str | None = None


def items_of(category: str | None) -> list[Classified]:
    """At most 101 items that stand on a line; None: those on none yet."""
    return db.read(Classified, _ITEMS, {"category": category, "most": MOST + 1})


def proposals() -> list[Classified]:
    """At most 100 items on no line, each with the category proposed for it."""
    found = items_of(None)[:MOST]
    if not found:
        return []
    learnt = {kind: Proposals(db.rows(_NAMES[kind])) for kind in {one.kind for one in found}}
    return [
        Classified(one.kind, one.code, one.name, one.name_en, one.strength_text, None, learnt[one.kind].of(one.name))
        for one in found
    ]


def counts() -> dict[str | None, int]:
    """How many items stand on each line; None: on none."""
    return dict(db.rows(_COUNTS))
