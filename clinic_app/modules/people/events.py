"""The business events of staff; the county learns who works here, never a credential."""

from clinic_app.kernel.outbox import Event

ADDED = Event("people.added", 1, ("person_id", "staff_no", "name", "title", "roles"), "meta")
ROLES_CHANGED = Event("people.roles_changed", 1, ("person_id", "roles"), "meta")
LEFT = Event("people.left", 1, ("person_id",), "meta")
