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
)  # fmt: skip
