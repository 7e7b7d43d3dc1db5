"""Commands of the patients (患者): the only writers of its tables."""

from clinic_app.modules.patients.services.aliases import add_alias, end_alias
from clinic_app.modules.patients.services.allergies import joined_history, set_allergies
from clinic_app.modules.patients.services.chart_access import (
    open_closed_chart,
    refuse_restricted,
    review_alarm,
    review_opening,
    show_in_full,
    watch_reading,
)
from clinic_app.modules.patients.services.consents import give_consent, withdraw_consent
from clinic_app.modules.patients.services.data import (
    AllergyEntry,
    Identifier,
    PatientData,
    checked,
    notices_of,
    read_birth,
)
from clinic_app.modules.patients.services.details import restrict
from clinic_app.modules.patients.services.families import add_relation, end_relation
from clinic_app.modules.patients.services.histories import add_history, end_history
from clinic_app.modules.patients.services.identifiers import add_identifier, end_identifier
from clinic_app.modules.patients.services.links import (
    approve_link,
    link_patients,
    propose_link,
    reject_link,
    rule_out_duplicate,
    unlink_patients,
)
from clinic_app.modules.patients.services.newborns import register_newborns
from clinic_app.modules.patients.services.records import change_patient, note_visit, register_patient
from clinic_app.modules.patients.services.villages import add_village, change_village, give_health_record

__all__ = [
    "AllergyEntry",
    "Identifier",
    "PatientData",
    "add_alias",
    "add_history",
    "add_identifier",
    "add_relation",
    "add_village",
    "approve_link",
    "change_patient",
    "change_village",
    "checked",
    "end_alias",
    "end_history",
    "end_identifier",
    "end_relation",
    "give_consent",
    "give_health_record",
    "joined_history",
    "link_patients",
    "note_visit",
    "notices_of",
    "open_closed_chart",
    "propose_link",
    "read_birth",
    "refuse_restricted",
    "register_newborns",
    "register_patient",
    "reject_link",
    "restrict",
    "review_alarm",
    "review_opening",
    "rule_out_duplicate",
    "set_allergies",
    "show_in_full",
    "unlink_patients",
    "watch_reading",
    "withdraw_consent",
]  # fmt: skip
