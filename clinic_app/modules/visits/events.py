"""Business events of the visits."""

from clinic_app.kernel.outbox import Event

REGISTERED = Event(
    "visits.registered", 1,
    ("visit_id", "visit_no", "patient_id", "room_id", "kind", "payer", "with_number", "with_fee"),
)  # fmt: skip
"""A visit began; `with_fee` says whether the general treatment fee is due for it (VS-06)."""

CANCELLED = Event("visits.cancelled", 1, ("visit_id", "reason"))
FEE_DUE = Event("visits.fee_due", 1, ("visit_id", "patient_id"))
"""The fee of a cancelled visit falls on this later one of the same course (VS-06)."""

PAYER_CHANGED = Event("visits.payer_changed", 1, ("visit_id", "patient_id", "payer_before", "payer"))
TRANSFERRED = Event("visits.transferred", 1, ("visit_id", "patient_id", "from_room_id", "to_room_id", "reason"))
STARTED = Event("visits.consultation_started", 1, ("visit_id", "patient_id", "doctor_id"))
FINISHED = Event("visits.consultation_finished", 1, ("visit_id", "patient_id", "doctor_id"))
EVENTS = (REGISTERED, CANCELLED, FEE_DUE, PAYER_CHANGED, TRANSFERRED, STARTED, FINISHED)
