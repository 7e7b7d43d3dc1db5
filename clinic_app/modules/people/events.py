"""The business events of staff; the county learns who works here, never a credential."""

from clinic_app.kernel.outbox import Event

ADDED = Event("people.added", 1, ("person_id", "staff_no", "name", "title", "roles"), "meta")
ROLES_CHANGED = Event("people.roles_changed", 1, ("person_id", "roles"), "meta")
QUALIFIED = Event("people.qualified", 1, ("person_id", "qualifications"), "meta")
"""All standing qualifications (资格) of a person: [kind, level, document number, first day, last day or none]."""
LEFT = Event("people.left", 1, ("person_id",), "meta")
