"""Business events of the pharmacy (药房)."""

from clinic_app.kernel.outbox import Event

DISPENSED = Event(
    "pharmacy.dispensed", 1, ("dispense_id", "prescription_id", "bill_id", "visit_id", "patient_id", "lines")
)
"""A paid sheet, or a part of it, is handed out (发药); `lines` is a list of {line_id, drug_id, batch_id, quantity in
minimum units}."""

RETURNED = Event(
    "pharmacy.returned", 1, ("return_id", "prescription_id", "bill_id", "visit_id", "patient_id", "lines")
)
"""Drugs came back and were accepted (退药); `lines` as of `pharmacy.dispensed`, only what was accepted."""

SHEET_REJECTED = Event("pharmacy.sheet_rejected", 1, ("prescription_id", "visit_id", "doctor_id", "reason"))
"""A pharmacist sent a sheet back to its doctor (退回)."""

EVENTS = (DISPENSED, RETURNED, SHEET_REJECTED)
