"""Co-signing (审签, OR-07): a registered doctor reviews what a trainee signed; only then it is archived and charged."""

from typing import Any

from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries import safety
from clinic_app.modules.consultation.queries.cosigning import may_cosign
from clinic_app.modules.consultation.services import signing
from clinic_app.modules.consultation.services.opening import LONGEST_REASON, Opened, own_note
from clinic_app.modules.consultation.services.requests import sign_requests
from clinic_app.modules.consultation.services.sheet_signing import sign_sheets
from clinic_app.modules.consultation.services.texts import one_line
from clinic_app.modules.visits import queries as visits

_DECIDED = (
    "INSERT INTO note_cosign(visit_id, version, decision, cosigned_by, cosigned_at, remark) VALUES(?, ?, ?, ?, ?, ?)"
    " ON CONFLICT(visit_id, version) DO NOTHING"
)
_MOVE = (
    "UPDATE note SET state = ?, amend_reason = ?, rev = rev + 1"
    " WHERE visit_id = ? AND rev = ? AND state = 'awaiting'"
)


def cosign(uow: UnitOfWork, visit_id: bytes, rev: int) -> dict[str, Any]:
    """Sign a trainee's note and sheets with one's own name; `rev` is that of the note as it was read.

    Sheets are checked again, numbered and sent to the cashier now; their doctor stays the one who wrote them. Refused
    `consultation.no_supervisor` without a registered doctor's certificate, `.own_note`, `.allergy_unknown` (OR-01), and
    as rows are; Stale `consultation.not_awaiting`, `.note_changed`.
    """
    uow.require_sure_date()
    opened, version = _awaiting(uow, visit_id, rev)
    if not _is_decided(version):
        uow.execute(_DECIDED, (visit_id, version.version, "signed", uow.actor.person_id, uow.at, ""))
        signing.emit_signed(uow, opened.note.patient_id, version)
    draft = queries.draft_of_visit(visit_id)
    found = safety.safety_of(opened.visit.patient_id)
    if found.state == "unknown":  # taken back since the trainee signed
        raise Refused("consultation.allergy_unknown", field="allergy")
    # the second signature of what the trainee kept (RX-13) was given then; this one is a second person's
    numbers = sign_sheets(uow, opened, draft, found, signed_twice=True) if draft else []
    asked = sign_requests(uow, opened)
    _move(uow, opened.note, "signed", "")
    uow.audit(
        "consultation.cosign", visit_id, patient_id=opened.note.patient_id, version=version.version, sheets=numbers,
        requests=asked,
    )  # fmt: skip
    return {"visit_id": visit_id.hex(), "sheets": numbers, "version": version.version, "requests": asked}


def return_to_trainee(uow: UnitOfWork, visit_id: bytes, rev: int, remark: str) -> dict[str, Any]:
    """Send it back with what is to be changed (退回): the trainee writes on and signs a further version."""
    opened, version = _awaiting(uow, visit_id, rev)
    said = one_line(remark, field="remark", most=LONGEST_REASON)
    if not said:
        raise Refused("consultation.remark_missing", field="remark")
    uow.execute(_DECIDED, (visit_id, version.version, "returned", uow.actor.person_id, uow.at, said))
    _move(uow, opened.note, "amending", said)
    uow.audit("consultation.return_note", visit_id, patient_id=opened.note.patient_id, remark=said)
    return {"visit_id": visit_id.hex()}


def take_back(uow: UnitOfWork, visit_id: bytes, reason: str) -> dict[str, Any]:
    """The trainee takes it back before it is co-signed, to write on (收回)."""
    note = own_note(uow, visit_id)
    if note.state != "awaiting":
        raise Stale("consultation.not_awaiting")
    why = one_line(reason, field="reason", most=LONGEST_REASON)
    if not why:
        raise Refused("consultation.reason_missing", field="reason")
    _move(uow, note, "amending", why)
    uow.audit("consultation.take_back", visit_id, patient_id=note.patient_id, reason=why)
    return {"visit_id": visit_id.hex()}


def _awaiting(uow: UnitOfWork, visit_id: bytes, rev: int) -> tuple[Opened, queries.NoteVersion]:
    note, visit = queries.note(visit_id), visits.visit(visit_id)
    if note is None or visit is None:
        raise Missing("consultation.visit_missing")
    if note.doctor_id == uow.actor.person_id:
        raise Refused("consultation.own_note")
    if not may_cosign(uow.actor, uow.on):
        raise Refused("consultation.no_supervisor")
    if note.state != "awaiting":
        raise Stale("consultation.not_awaiting")
    if note.rev != rev:
        raise Stale("consultation.note_changed")
    return Opened(visit, note), queries.note_versions(visit_id)[-1]


def _is_decided(version: queries.NoteVersion) -> bool:
    """Whether this version was co-signed before: an amendment may add sheets and leave the note as it was."""
    made = (one.version for one in queries.cosignatures(version.visit_id) if one.decision == "signed")
    return version.version in made


def _move(uow: UnitOfWork, note: queries.Note, state: str, reason: str) -> None:
    uow.change_one(_MOVE, (state, reason, note.visit_id, note.rev), Stale("consultation.not_awaiting"))
