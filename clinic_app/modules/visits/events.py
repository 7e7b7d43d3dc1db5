"""Business events of the visits."""

from clinic_app.kernel.outbox import Event

REGISTERED = Event(
    "visits.registered", 1, ("visit_id", "visit_no", "patient_id", "room_id", "kind", "payer", "with_number")
)
CANCELLED = Event("visits.cancelled", 1, ("visit_id", "reason"))
STARTED = Event("visits.consultation_started", 1, ("visit_id", "patient_id", "doctor_id"))
FINISHED = Event("visits.consultation_finished", 1, ("visit_id", "patient_id", "doctor_id"))
EVENTS = (REGISTERED, CANCELLED, STARTED, FINISHED)
