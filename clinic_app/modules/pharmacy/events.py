"""Business events of the pharmacy (药房)."""

from clinic_app.kernel.outbox import Event

DISPENSED = Event(
    "pharmacy.dispensed", 1, ("dispense_id", "prescription_id", "bill_id", "visit_id", "patient_id", "lines")
)
"""A paid sheet is handed out (发药); `lines` is a list of {line_id, drug_id, batch_id, quantity in minimum units}."""

EVENTS = (DISPENSED,)
