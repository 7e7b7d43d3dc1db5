"""Issuing certificates and referral letters (开具证明、转诊单): numbered, kept, counted, voided with a reason."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from clinic_app.kernel import ids, installation, parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import documents, queries
from clinic_app.modules.consultation.queries import certificates
from clinic_app.modules.consultation.rules.certificates import KINDS, checked
from clinic_app.modules.consultation.services.amending import is_archived
from clinic_app.modules.consultation.services.opening import LONGEST_REASON
from clinic_app.modules.consultation.services.texts import one_line, written
from clinic_app.modules.people import queries as people
from sync.wire.canonical import canonical

LONGEST_TEXT = 1_000
LETTERS = {"diagnosis": "Z", "sick_leave": "B", "referral": "T"}
SIGNERS = ("physician", "assistant", "village")
_COPY = "INSERT INTO certificate_copy(certificate_id, copy_no, printed_by, printed_at) VALUES(?, ?, ?, ?)"


def issue_certificate(uow: UnitOfWork, visit_id: bytes, kind: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """Sign a certificate of a visit whose note is archived; returns `certificate_id`, its number and copy 1.

    What it says of the patient and the diagnoses is taken from the signed note and kept with it. Invalid as
    `rules.certificates.checked`; Refused `consultation.no_certificate_signer`, `.note_not_archived`, `.other_doctor`.
    """
    uow.require_sure_date()
    note = queries.note(visit_id)
    if note is None or kind not in KINDS:
        raise Missing("consultation.visit_missing")
    if people.qualification(uow.actor.person_id, uow.on).doctor_level not in SIGNERS:
        raise Refused("consultation.no_certificate_signer")
    cosigned_by = {one.cosigned_by for one in queries.cosignatures(visit_id) if one.decision == "signed"}
    if uow.actor.person_id not in {note.doctor_id, *cosigned_by}:
        raise Refused("consultation.other_doctor", doctor=people.names([note.doctor_id]).get(note.doctor_id, ""))
    if not is_archived(visit_id):
        raise Refused("consultation.note_not_archived")
    texts = {name: written(text, field=name, most=LONGEST_TEXT) for name, text in typed.items()}
    said = checked(kind, texts, uow.on, parameters.value("consultation.sick_leave_days", uow.on))
    series = f"{installation.current().prefix()}{LETTERS[kind]}{uow.on:%y}"
    number = f"{series}{uow.number(f'consultation.{series}'):06d}"
    content = documents.certificate_content(visit_id, kind, number, said, uow.actor.name, uow.at, uow.on)
    text, certificate_id = canonical(content), ids.new_id()
    uow.execute(
        "INSERT INTO certificate(id, certificate_no, kind, visit_id, patient_id, doctor_id, content, content_hash,"
        " signed_at, signed_on) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (certificate_id, number, kind, visit_id, note.patient_id, uow.actor.person_id, text.decode(),
         sha256(text).digest(), uow.at, uow.on.isoformat()),
    )  # fmt: skip
    uow.execute(_COPY, (certificate_id, 1, uow.actor.person_id, uow.at))
    uow.audit("consultation.issue_certificate", certificate_id, patient_id=note.patient_id, number=number, kind=kind)
    return {"certificate_id": certificate_id.hex(), "certificate_no": number, "copy_no": 1}


def print_certificate(uow: UnitOfWork, certificate_id: bytes) -> dict[str, Any]:
    """Count one more copy (补打); its paper says which one it is."""
    found = certificates.certificate(certificate_id)
    if found is None:
        raise Missing("consultation.certificate_missing")
    copy_no = found.copies + 1
    uow.execute(_COPY, (certificate_id, copy_no, uow.actor.person_id, uow.at))
    uow.audit(
        "consultation.reprint_certificate", certificate_id, patient_id=found.patient_id, number=found.certificate_no,
        copy=copy_no,
    )  # fmt: skip
    return {"certificate_id": certificate_id.hex(), "copy_no": copy_no}


def void_certificate(uow: UnitOfWork, certificate_id: bytes, reason: str) -> dict[str, Any]:
    """Void a certificate (作废): by the one who signed it, with a reason; number and copy stay.

    Refused `consultation.other_doctor`, `.void_reason_missing`; Stale `consultation.certificate_voided`.
    """
    found = certificates.certificate(certificate_id)
    if found is None:
        raise Missing("consultation.certificate_missing")
    if found.doctor_id != uow.actor.person_id:
        raise Refused("consultation.other_doctor", doctor=people.names([found.doctor_id]).get(found.doctor_id, ""))
    why = one_line(reason, field="reason", most=LONGEST_REASON)
    if not why:
        raise Refused("consultation.void_reason_missing", field="reason")
    uow.change_one(
        "UPDATE certificate SET voided_at = ?, voided_by = ?, void_reason = ? WHERE id = ? AND voided_at IS NULL",
        (uow.at, uow.actor.person_id, why, certificate_id), Stale("consultation.certificate_voided"),
    )  # fmt: skip
    uow.audit(
        "consultation.void_certificate", certificate_id, patient_id=found.patient_id, number=found.certificate_no,
        reason=why,
    )  # fmt: skip
    return {"certificate_no": found.certificate_no}
