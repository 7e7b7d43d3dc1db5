"""Commands of the consultation (接诊): the only writers of its tables."""

from clinic_app.modules.consultation.services.destruction import approve_destruction, list_for_destruction
from clinic_app.modules.consultation.services.diagnoses import add_diagnosis, remove_diagnosis, restore_diagnosis
from clinic_app.modules.consultation.services.lines import add_line, change_line, delete_line, restore_line
from clinic_app.modules.consultation.services.notes import save_note
from clinic_app.modules.consultation.services.opening import amend, call_next, receive, start
from clinic_app.modules.consultation.services.pain_register import (
    check_pain_patient,
    end_pain_patient,
    register_pain_patient,
)
from clinic_app.modules.consultation.services.sheet_options import (
    HerbOptions,
    Options,
    add_herb,
    set_herbs,
    set_options,
)
from clinic_app.modules.consultation.services.signing import sign_visit
from clinic_app.modules.consultation.services.states import answer
from clinic_app.modules.consultation.services.stops import keep_stop, replace_line
from clinic_app.modules.consultation.services.voiding import void_prescription

__all__ = [
    "HerbOptions", "Options", "add_diagnosis", "add_herb", "add_line", "amend", "answer", "approve_destruction",
    "call_next", "change_line", "check_pain_patient", "delete_line", "end_pain_patient", "keep_stop",
    "list_for_destruction", "receive", "register_pain_patient", "remove_diagnosis", "replace_line",
    "restore_diagnosis", "restore_line", "save_note", "set_herbs", "set_options", "sign_visit", "start",
    "void_prescription",
]  # fmt: skip
