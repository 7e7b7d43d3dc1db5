"""What waits for a colleague: notes to co-sign (待审签) and amendments to approve (待批准的修改)."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.kernel.rights import Actor
from clinic_app.modules.people import queries as people

MOST_LISTED = 60
SUPERVISORS = ("physician", "assistant")
APPROVERS = (*SUPERVISORS, "village")
"""Who lets a colleague change an archived note: where only village doctors work, one of them."""


@dataclass(frozen=True, slots=True)
class Cosignature:
    """What a registered doctor decided on a trainee's version: signed or returned with a remark."""

    version: int
    decision: str
    cosigned_by: bytes
    cosigned_at: int
    remark: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A note that waits for a co-signature since `at`; `sheets` and `requests` say whether drugs, requests wait too."""

    visit_id: bytes
    patient_id: bytes
    doctor_id: bytes
    at: int
    complaint: str
    sheets: int
    requests: int


@dataclass(frozen=True, slots=True)
class AmendmentRequest:
    """A doctor asks to amend a signed note; `state` open, approved, refused or used."""

    id: bytes
    visit_id: bytes
    patient_id: bytes
    asked_by: bytes
    asked_at: int
    reason: str
    state: str
    decided_by: bytes | None
    decided_at: int | None
    remark: str


_REQUEST = (
    "SELECT r.id, r.visit_id, n.patient_id, r.asked_by, r.asked_at, r.reason, r.state, r.decided_by, r.decided_at,"
    " r.remark FROM amendment_request r JOIN note n ON n.visit_id = r.visit_id"
)


def may_approve(actor: Actor, on: date) -> bool:
    """Whether this person decides on amendments: a manager, or a doctor whose certificate is none of a trainee."""
    if not actor.may("consultation.approve"):
        return False
    return "manager" in actor.roles or people.qualification(actor.person_id, on).doctor_level in APPROVERS


def may_cosign(actor: Actor, on: date) -> bool:
    """Whether this person co-signs what trainees write (OR-07): only a registered doctor."""
    return (
        actor.may("consultation.cosign") and people.qualification(actor.person_id, on).doctor_level in SUPERVISORS
    )


def cosignatures(visit_id: bytes) -> list[Cosignature]:
    """What was decided on each of a trainee's versions, the first one first."""
    return db.read(
        Cosignature, "SELECT version, decision, cosigned_by, cosigned_at, remark FROM note_cosign WHERE visit_id = ?"
        " ORDER BY version", (visit_id,),
    )  # fmt: skip


def waiting_notes() -> list[Waiting]:
    """Every note that waits for a co-signature, the longest waiting first."""
    return db.read(
        Waiting, "SELECT n.visit_id, n.patient_id, n.doctor_id, n.saved_at, n.chief_complaint,"
        " (SELECT count(*) FROM prescription p WHERE p.visit_id = n.visit_id AND p.state = 'draft'),"
        " (SELECT count(*) FROM request r WHERE r.visit_id = n.visit_id AND r.state = 'draft')"
        " FROM note n WHERE n.state = 'awaiting' ORDER BY n.saved_at LIMIT ?", (MOST_LISTED,),
    )  # fmt: skip


def waiting_requests() -> list[AmendmentRequest]:
    """Every amendment that waits for approval, the longest waiting first."""
    return db.read(AmendmentRequest, f"{_REQUEST} WHERE r.state = 'open' ORDER BY r.asked_at LIMIT ?", (MOST_LISTED,))


def request(request_id: bytes) -> AmendmentRequest | None:
    return db.read_one(AmendmentRequest, f"{_REQUEST} WHERE r.id = ?", (request_id,))


def live_request(visit_id: bytes) -> AmendmentRequest | None:
    """What is asked or approved and not used yet."""
    return db.read_one(
        AmendmentRequest, f"{_REQUEST} WHERE r.visit_id = ? AND r.state IN ('open', 'approved')", (visit_id,)
    )


def last_request(visit_id: bytes) -> AmendmentRequest | None:
    """The newest one of a visit, for its page."""
    return db.read_one(
        AmendmentRequest, f"{_REQUEST} WHERE r.visit_id = ? ORDER BY r.asked_at DESC LIMIT 1", (visit_id,)
    )
