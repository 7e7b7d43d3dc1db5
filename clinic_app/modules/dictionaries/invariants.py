"""What must always be true of the dictionaries (字典)."""

from clinic_app.kernel.invariants import Invariant

INVARIANTS = (
    Invariant(
        "D1", "每个项目每天至多一个价格",
        "SELECT 'price ' || b.id, 'holds on the same days as price ' || a.id FROM price AS a JOIN price AS b"
        " ON b.item_id = a.item_id AND b.id > a.id"
        " WHERE (a.valid_to IS NULL OR a.valid_to >= a.valid_from)"
        " AND (b.valid_to IS NULL OR b.valid_to >= b.valid_from)"
        " AND (a.valid_to IS NULL OR a.valid_to >= b.valid_from)"
        " AND (b.valid_to IS NULL OR b.valid_to >= a.valid_from)",
    ),
    Invariant(
        "D2", "每个价格都属于一个项目",
        "SELECT 'price ' || id, 'belongs to no ' || item_kind FROM price"
        " WHERE (item_kind = 'drug' AND item_id NOT IN (SELECT id FROM drug))"
        " OR (item_kind = 'service' AND item_id NOT IN (SELECT id FROM service_item))",
    ),
    Invariant(
        "D3", "每种药、每个项目、每条诊断都能搜到",
        "SELECT i.kind || ' ' || i.code, 'no search finds it' FROM (SELECT 'drug' AS kind, id, code FROM drug"
        " UNION ALL SELECT 'service', id, code FROM service_item UNION ALL SELECT 'diagnosis', id, code FROM diagnosis"
        ") AS i LEFT JOIN search_entry AS e ON e.item_id = i.id LEFT JOIN search_word_docsize AS w ON w.id = e.no"
        " WHERE w.id IS NULL",
    ),
)  # fmt: skip
