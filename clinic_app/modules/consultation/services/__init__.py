"""Commands of the consultation (接诊): the only writers of its tables."""

from clinic_app.modules.consultation.services.diagnoses import add_diagnosis, remove_diagnosis, restore_diagnosis
from clinic_app.modules.consultation.services.lines import add_line, change_line, delete_line, restore_line
from clinic_app.modules.consultation.services.notes import save_note
from clinic_app.modules.consultation.services.opening import (
    amend,
    call_next,
    call_only,
    pass_called,
    receive,
    refuse_giving_back,
    start,
)
from clinic_app.modules.consultation.services.signing import sign_visit
from clinic_app.modules.consultation.services.stops import keep_stop, replace_line
from clinic_app.modules.consultation.services.voiding import void_prescription

__all__ = [
    "add_diagnosis", "add_line", "amend", "call_next", "call_only", "change_line", "delete_line", "keep_stop",
    "pass_called", "receive",
    "refuse_giving_back", "remove_diagnosis", "replace_line", "restore_diagnosis", "restore_line", "save_note",
    "sign_visit", "start", "void_prescription",
]  # fmt: skip
