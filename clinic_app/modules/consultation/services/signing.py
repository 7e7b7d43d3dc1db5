"""Signing (提交，去收费): the note becomes a version that never changes, the draft rows become numbered sheets."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from clinic_app.kernel import clock, parameters
from clinic_app.kernel.errors import Invalid, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import events, queries
from clinic_app.modules.consultation.queries import safety
from clinic_app.modules.consultation.rules import contents
from clinic_app.modules.consultation.rules.vitals import parse_vitals
from clinic_app.modules.consultation.services import amending, notes, pressure
from clinic_app.modules.consultation.services.opening import Opened, writable
from clinic_app.modules.consultation.services.requests import has_draft_requests, sign_requests
from clinic_app.modules.consultation.services.sheet_signing import sign_sheets
from clinic_app.modules.dictionaries import services as dictionaries
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits import services as visit_services
from sync.wire.canonical import canonical


def sign_visit(
    uow: UnitOfWork, visit_id: bytes, *, note_rev: int, sheet_rev: int, fields: Mapping[str, str] | None = None,
    drawn: Mapping[str, str] | None = None, diagnoses_seen: Sequence[int] | None = None,
    request_rev: int | None = None, asks_pressure: bool = False, signed_twice: bool = False,
) -> dict[str, Any]:
    """Sign the note and the draft sheets and end the consultation; returns the numbers of the sheets made.

    What is signed is what the doctor saw: the note of `note_rev` with `fields` over it (`drawn` as `save_note`), the
    rows of `sheet_rev`, the ids of `diagnoses_seen` in their order (None for a caller without a page). Stale
    `consultation.note_changed`, `.sheet_changed`, `.diagnoses_changed` when another window wrote since. An amendment
    signs a further version when the note changed, and just closes when nothing did. Invalid names exactly the missing
    or wrong fields (OR-02); Refused `consultation.allergy_unknown` (OR-01), `.no_doctor_certificate` (SF-02),
    `.amendment_unapproved` (OR-06) and as `sheet_signing.sign_sheets`; a stop that was kept is signed for twice
    (RX-13, `signed_twice`); with `asks_pressure` also `.pressure_not_asked` where it is to be measured (VS-09).

    What a trainee signs waits for a registered doctor (`awaits`, OR-07): the version stands, its sheets stay drafts
    that nobody may change or charge until `services.cosign`.
    """
    uow.require_sure_date()
    opened = writable(uow, visit_id)
    saved = notes.store(uow, opened, fields or {}, note_rev, drawn)
    if saved.theirs or saved.disputed:
        raise Stale("consultation.note_changed")
    draft, diagnoses = queries.draft_of_visit(visit_id), queries.diagnoses_of_visit(visit_id)
    if diagnoses_seen is not None and list(diagnoses_seen) != [one.id for one in diagnoses]:
        raise Stale("consultation.diagnoses_changed", field="diagnosis")
    if sheet_rev != (draft.rev if draft else 0):
        raise Stale("consultation.sheet_changed", field="drug")
    level = people.qualification(uow.actor.person_id, uow.on).doctor_level
    if level is None:
        raise Refused("consultation.no_doctor_certificate")
    version = _sign_note(uow, opened, saved.note, diagnoses, awaits=level == "trainee")
    found = safety.safety_of(opened.visit.patient_id)
    if found.state == "unknown":
        raise Refused("consultation.allergy_unknown", field="allergy")
    rows = queries.lines_of(draft.id) if draft else []
    has_orders = bool(rows) or has_draft_requests(visit_id)
    awaits = level == "trainee" and (version is not None or has_orders)
    numbers = (
        sign_sheets(uow, opened, draft, found, signed_twice=signed_twice, only_check=awaits) if draft else []
    )
    asked = sign_requests(uow, opened, request_rev, only_check=awaits)
    is_first = opened.note.state == "draft"
    named = [one.diagnosis_id for one in diagnoses if one.diagnosis_id] if is_first else []
    dictionaries.count_uses(uow, {"drugs": [one.drug_id for one in rows], "diagnoses": named})
    if asks_pressure and is_first:
        pressure.ask(uow, saved.note)
    uow.change_one(
        "UPDATE note SET state = ?, amend_reason = '', rev = rev + 1, saved_at = ? WHERE visit_id = ? AND rev = ?",
        ("awaiting" if awaits else "signed", uow.at, visit_id, saved.note.rev), Stale("consultation.note_changed"),
    )  # fmt: skip
    if opened.visit.state == "in_consultation":
        visit_services.finish_consultation(uow, visit_id)
    uow.audit(
        "consultation.sign_visit", visit_id, patient_id=opened.visit.patient_id, sheets=numbers, version=version or 0,
        awaits=awaits, requests=asked,
    )  # fmt: skip
    return {
        "visit_id": visit_id.hex(), "sheets": numbers, "version": version, "awaits": awaits, "requests": asked,
    }  # fmt: skip


def _sign_note(
    uow: UnitOfWork, opened: Opened, note: queries.Note, diagnoses: list[queries.VisitDiagnosis], *, awaits: bool
) -> int | None:
    """The number of the version made, None when an amendment changed nothing."""
    typed = note.fields()
    vitals, wrong = parse_vitals(typed, vital_ranges(uow.on))
    wrong = {**_missing(uow, opened, note, len(diagnoses)), **wrong}
    if wrong:
        raise Invalid(wrong)
    content = {
        **{name: typed[name] for name in queries.WRITTEN}, **vitals,
        "diagnoses": [
            {"code": one.code, "name": one.name, "kind": one.kind, "is_suspected": one.is_suspected}
            for one in diagnoses
        ],
    }  # fmt: skip
    text = canonical(content)
    versions = queries.note_versions(note.visit_id)
    if versions and canonical(versions[-1].content) == text:
        return None
    if versions:
        amending.use_approval(uow, note)
    version, digest = len(versions) + 1, sha256(text).digest()
    uow.execute(
        "INSERT INTO note_version(visit_id, version, content, content_hash, reason, signed_by, signed_at,"
        " needs_cosign) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
        (note.visit_id, version, text.decode(), digest, note.amend_reason, uow.actor.person_id, uow.at, int(awaits)),
    )
    if not awaits:
        emit_signed(uow, note.patient_id, queries.note_versions(note.visit_id)[-1])
    return version


def emit_signed(uow: UnitOfWork, patient_id: bytes, version: queries.NoteVersion) -> None:
    """Tell that a version is archived: signed by a registered doctor, or co-signed by one."""
    uow.emit(
        events.NOTE_SIGNED, version.visit_id,
        {"visit_id": version.visit_id, "patient_id": patient_id, "doctor_id": version.signed_by,
         "version": version.version, "reason": version.reason, "content": version.content,
         "content_hash": version.content_hash},
    )  # fmt: skip


def _missing(uow: UnitOfWork, opened: Opened, note: queries.Note, diagnoses: int) -> dict[str, Refused]:
    """What this kind of visit and the note's template still ask for, in the order of the page (OR-02 to OR-04)."""
    kind = contents.contents_of(opened.visit.kind)
    required = {*parameters.value(f"consultation.{kind}_contents", uow.on).split(), *note.required.split()}
    typed, now = note.fields(), clock.local_text(uow.at)
    return contents.missing(typed, required, now, diagnoses=diagnoses, is_emergency=kind == "emergency")


def vital_ranges(on: date) -> dict[str, str]:
    """The plausible ranges of the vital signs on a day."""
    names = ("temperature", "pulse", "respiration", "systolic", "diastolic", "spo2", "weight", "glucose")
    return {name: parameters.value(f"consultation.{name}_range", on) for name in names}
