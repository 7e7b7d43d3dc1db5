"""Business events of the consultation (接诊)."""

from clinic_app.kernel.outbox import Event

PRESCRIPTION_SIGNED = Event(
    "consultation.prescription_signed", 1,
    ("prescription_id", "prescription_no", "visit_id", "patient_id", "doctor_id", "lines"),
)  # fmt: skip
"""A sheet (处方) is signed; `lines` is a list of {line_id, drug_id, quantity}, quantities in minimum units."""

PRESCRIPTION_VOIDED = Event("consultation.prescription_voided", 1, ("prescription_id", "visit_id", "reason"))
"""A signed sheet (作废处方) counts no more."""

NOTE_SIGNED = Event(
    "consultation.note_signed", 1,
    ("visit_id", "patient_id", "doctor_id", "version", "reason", "content", "content_hash"),
)  # fmt: skip
"""A version of the note (病历) is signed; `content` as hashed, `content_hash` SHA-256 of its canonical form."""

REQUEST_SIGNED = Event(
    "consultation.request_signed", 1, ("request_id", "request_no", "visit_id", "patient_id", "doctor_id", "lines")
)
"""Treatments, examinations or tests are requested (申请); `lines` is a list of {line_id, item_id, quantity}."""

REQUEST_WITHDRAWN = Event("consultation.request_withdrawn", 1, ("request_id", "visit_id", "reason", "line_ids"))
"""Lines of a request (撤回申请) are not to be executed any more."""
