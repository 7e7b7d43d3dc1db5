"""Business events of the patients."""

from clinic_app.kernel.outbox import Event

_PERSON = (
    "patient_id", "person_no", "name", "sex", "born_on", "is_birth_estimated", "phone", "address", "is_temporary",
    "identifiers",
)
REGISTERED = Event("patients.registered", 1, (*_PERSON, "allergy_state", "allergies"))
CHANGED = Event("patients.changed", 1, _PERSON)
ALLERGIES_CHANGED = Event("patients.allergies_changed", 1, ("patient_id", "allergy_state", "allergies"))
LINKED = Event("patients.linked", 1, ("link_id", "from_id", "to_id"))
UNLINKED = Event("patients.unlinked", 1, ("link_id", "from_id", "to_id"))
EVENTS = (REGISTERED, CHANGED, ALLERGIES_CHANGED, LINKED, UNLINKED)
