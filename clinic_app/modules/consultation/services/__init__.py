"""Commands of the consultation (接诊): the only writers of its tables."""

from clinic_app.modules.consultation.services.amending import amend, decide_amendment
from clinic_app.modules.consultation.services.certifying import issue_certificate, print_certificate, void_certificate
from clinic_app.modules.consultation.services.chart_access import refuse_closed
from clinic_app.modules.consultation.services.cosigning import cosign, return_to_trainee, take_back
from clinic_app.modules.consultation.services.destruction import approve_destruction, list_for_destruction
from clinic_app.modules.consultation.services.diagnoses import (
    add_diagnosis,
    make_main,
    remove_diagnosis,
    restore_diagnosis,
    suspect_diagnosis,
)
from clinic_app.modules.consultation.services.groups import join_group, set_use
from clinic_app.modules.consultation.services.lines import add_line, change_line, delete_line, restore_line
from clinic_app.modules.consultation.services.notes import save_note
from clinic_app.modules.consultation.services.opening import (
    call_next,
    call_only,
    pass_called,
    receive,
    refuse_giving_back,
    start,
)
from clinic_app.modules.consultation.services.pain_register import (
    check_pain_patient,
    end_pain_patient,
    register_pain_patient,
)
from clinic_app.modules.consultation.services.repeating import (
    apply_set,
    disable_set,
    repeat_diagnoses,
    repeat_sheet,
    save_set,
)
from clinic_app.modules.consultation.services.requests import (
    add_item,
    describe,
    remove_item,
    restore_item,
    send_for_results,
    send_requests,
    withdraw_request,
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
from clinic_app.modules.consultation.services.templates import apply_template, disable_template, save_template
from clinic_app.modules.consultation.services.voiding import void_prescription

__all__ = [
    "HerbOptions", "Options", "add_diagnosis", "add_herb", "add_item", "add_line", "amend", "answer", "apply_set",
    "apply_template", "approve_destruction", "call_next", "call_only", "change_line", "check_pain_patient", "cosign",
    "decide_amendment", "delete_line", "describe", "disable_set", "disable_template", "end_pain_patient",
    "issue_certificate", "join_group", "keep_stop", "list_for_destruction", "make_main", "pass_called",
    "print_certificate", "receive", "refuse_closed", "refuse_giving_back", "register_pain_patient", "remove_diagnosis",
    "remove_item", "repeat_diagnoses", "repeat_sheet", "replace_line", "restore_diagnosis", "restore_item",
    "restore_line",
    "return_to_trainee", "save_note", "save_set", "save_template", "send_for_results", "send_requests",
    "set_herbs", "set_options", "set_use", "sign_visit", "start", "suspect_diagnosis", "take_back",
    "void_certificate", "void_prescription", "withdraw_request",
]  # fmt: skip
