"""The event of the parameters (机构参数)."""

from clinic_app.kernel.outbox import Event

CHANGED = Event("parameters.changed", 1, ("name", "value", "valid_from", "source"), "meta")
"""A value that holds from a day on; `value` as stored text, switches as 0 and 1."""
