"""Commands of the consultation (接诊): the only writers of its tables."""

from clinic_app.modules.consultation.services.diagnoses import add_diagnosis, remove_diagnosis, restore_diagnosis
from clinic_app.modules.consultation.services.groups import join_group, set_use
from clinic_app.modules.consultation.services.lines import add_line, change_line, delete_line, restore_line
from clinic_app.modules.consultation.services.notes import save_note
from clinic_app.modules.consultation.services.opening import amend, call_next, receive, start
from clinic_app.modules.consultation.services.requests import (
    add_item,
    describe,
    remove_item,
    restore_item,
    send_requests,
    withdraw_request,
)
from clinic_app.modules.consultation.services.signing import sign_visit
from clinic_app.modules.consultation.services.stops import keep_stop, replace_line
from clinic_app.modules.consultation.services.voiding import void_prescription

__all__ = [
    "add_item", "describe", "join_group", "remove_item", "restore_item", "send_requests", "set_use",
    "withdraw_request",
    "add_diagnosis", "add_line", "amend", "call_next", "change_line", "delete_line", "keep_stop", "receive",
    "remove_diagnosis", "replace_line", "restore_diagnosis", "restore_line", "save_note", "sign_visit", "start",
    "void_prescription",
]  # fmt: skip
