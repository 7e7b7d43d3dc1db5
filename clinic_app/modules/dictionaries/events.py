"""Business events of the dictionaries (字典)."""

from clinic_app.kernel.outbox import Event

LIST_IMPORTED = Event("dictionaries.list_imported", 1, ("run_id", "kind", "new", "changed"), stream="meta")
PRICE_SET = Event("dictionaries.price_set", 1, ("item_kind", "item_id", "price_e4", "valid_from"), stream="meta")
ENTRY_CHANGED = Event("dictionaries.entry_changed", 1, ("kind", "code", "act", "rev"), stream="meta")
EVENTS = (LIST_IMPORTED, PRICE_SET, ENTRY_CHANGED)
