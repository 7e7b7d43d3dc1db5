"""Business events of the stock (库存)."""

from clinic_app.kernel.outbox import Event

GOODS_RECEIVED = Event(
    "stock.goods_received", 1, ("goods_in_id", "goods_in_no", "place_id", "supplier", "document_no", "lines")
)
"""`lines`: {drug_id, batch_id, batch_no, expires_on, quantity in minimum units, cost_e4 for one pack}."""
BATCH_FROZEN = Event("stock.batch_frozen", 1, ("batch_id", "reason"))
BATCH_UNFROZEN = Event("stock.batch_unfrozen", 1, ("batch_id", "reason"))
SCRAPPED = Event("stock.scrapped", 1, ("damage_id", "damage_no", "made_by", "approved_by", "lines"))
"""A damage document (报损) is approved; `lines`: {drug_id, batch_id, quantity in minimum units}."""
EVENTS = (GOODS_RECEIVED, BATCH_FROZEN, BATCH_UNFROZEN, SCRAPPED)
