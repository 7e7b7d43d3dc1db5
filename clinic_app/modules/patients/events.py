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
DETAILS_CHANGED = Event(
    "patients.details_changed", 1,
    ("patient_id", "ethnicity", "marital", "occupation", "workplace", "abo", "rh", "birth_place", "birth_order",
     "marks", "village_code", "is_restricted"),
)  # fmt: skip
ALIASES_CHANGED = Event("patients.aliases_changed", 1, ("patient_id", "aliases"))
HISTORY_CHANGED = Event("patients.history_changed", 1, ("patient_id", "history"))
RELATION_ADDED = Event("patients.relation_added", 1, ("patient_id", "kind", "relative_id", "name", "phone"))
RELATION_ENDED = Event("patients.relation_ended", 1, ("patient_id", "relation"))
CONSENT_GIVEN = Event("patients.consent_given", 1, ("patient_id", "purpose", "version", "is_by_guardian"))
CONSENT_WITHDRAWN = Event("patients.consent_withdrawn", 1, ("patient_id", "purpose"))
HEALTH_RECORD_NUMBERED = Event("patients.health_record_numbered", 1, ("patient_id", "number", "village_code"))
EVENTS = (
    REGISTERED, CHANGED, ALLERGIES_CHANGED, LINKED, UNLINKED, DETAILS_CHANGED, ALIASES_CHANGED,
    HISTORY_CHANGED, RELATION_ADDED, RELATION_ENDED, CONSENT_GIVEN, CONSENT_WITHDRAWN, HEALTH_RECORD_NUMBERED,
)  # fmt: skip
