"""Commands of the patients (患者): the only writers of its tables."""

from clinic_app.modules.patients.services.allergies import joined_history, set_allergies
from clinic_app.modules.patients.services.data import (
    AllergyEntry,
    Identifier,
    PatientData,
    checked,
    notices_of,
    read_birth,
)
from clinic_app.modules.patients.services.identifiers import add_identifier, end_identifier
from clinic_app.modules.patients.services.links import (
    approve_link,
    link_patients,
    propose_link,
    reject_link,
    unlink_patients,
)
from clinic_app.modules.patients.services.records import change_patient, note_visit, register_patient

__all__ = [
    "AllergyEntry", "Identifier", "PatientData", "add_identifier", "approve_link", "change_patient", "checked",
    "end_identifier", "joined_history",
    "link_patients", "note_visit", "notices_of",
    "propose_link", "read_birth", "register_patient", "reject_link", "set_allergies",
    "unlink_patients",
]  # fmt: skip
