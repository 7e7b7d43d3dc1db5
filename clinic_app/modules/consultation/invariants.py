"""What must always hold for signed notes and sheets (O2, O3)."""

from hashlib import sha256

from clinic_app.kernel import db, outbox
from clinic_app.kernel.invariants import Invariant


def _changed_versions() -> list[tuple[str, str]]:
    """Signed versions whose hash is not that of their content."""
    return [
        (f"note {visit_id.hex()} version {version}", "content and hash differ")
        for visit_id, version, content, digest in db.connection().execute(
            "SELECT visit_id, version, content, content_hash FROM note_version"
        )
        if sha256(content.encode()).digest() != digest
    ]


def _changed_certificates() -> list[tuple[str, str]]:
    """Certificates whose hash is not that of their content, and those without their first copy."""
    changed = [
        (f"certificate {number}", "content and hash differ")
        for number, content, digest in db.connection().execute(
            "SELECT certificate_no, content, content_hash FROM certificate"
        )
        if sha256(content.encode()).digest() != digest
    ]
    return [*changed, *db.rows(_UNCOUNTED)]


_UNCOUNTED = (
    "SELECT 'certificate ' || c.certificate_no, 'its copies are not counted from 1' FROM certificate c"
    " LEFT JOIN certificate_copy p ON p.certificate_id = c.id GROUP BY c.id"
    " HAVING coalesce(min(p.copy_no), 0) <> 1 OR max(p.copy_no) <> count(*)"
)
_SENT = (
    "SELECT p.id, p.prescription_no, o.body FROM prescription p JOIN outbox o ON o.entity = p.id"
    " AND o.event = 'consultation.prescription_signed' WHERE p.state <> 'draft'"
)
_SIGNED_UNSENT = (
    "SELECT 'sheet ' || p.prescription_no, 'was signed without its event' FROM prescription p WHERE p.state <> 'draft'"
    " AND p.id NOT IN (SELECT entity FROM outbox WHERE event = 'consultation.prescription_signed')"
)
_LINES = "SELECT id, drug_id, quantity FROM prescription_line WHERE prescription_id = ? AND deleted_at IS NULL"


def _sheets_that_differ() -> list[tuple[str, str]]:
    return [
        (f"sheet {number}", "lines differ from what was sent when it was signed")
        for sheet_id, number, body in db.rows(_SENT)
        if set(db.rows(_LINES, (sheet_id,))) != _sent_lines(body)
    ]


def _sent_lines(body: bytes) -> set[tuple[bytes, bytes, int]] | None:
    try:
        return {(line["line_id"], line["drug_id"], line["quantity"]) for line in outbox.body_of(body)["lines"]}
    except ValueError:
        return None


INVARIANTS = (
    Invariant("O2-note", "签了字的病历和签字时一样", count=_changed_versions),
    Invariant(
        "O2-versions", "病历版本从 1 连续，签了字的都有版本",
        "SELECT 'note ' || lower(hex(visit_id)), 'versions have a gap' FROM note_version GROUP BY visit_id"
        " HAVING min(version) <> 1 OR max(version) <> count(*)"
        " UNION ALL SELECT 'note ' || lower(hex(visit_id)), 'is ' || state || ' without a version' FROM note"
        " WHERE state <> 'draft' AND visit_id NOT IN (SELECT visit_id FROM note_version)",
    ),
    Invariant(
        "O4-cosign", "见习医师的病历审签后才归档、才有处方",
        "SELECT 'note ' || lower(hex(v.visit_id)) || ' version ' || v.version, 'is archived without a co-signature'"
        " FROM note_version v JOIN note n ON n.visit_id = v.visit_id WHERE v.needs_cosign = 1 AND n.state = 'signed'"
        " AND v.version = (SELECT max(w.version) FROM note_version w WHERE w.visit_id = v.visit_id)"
        " AND NOT EXISTS (SELECT 1 FROM note_cosign c WHERE c.visit_id = v.visit_id AND c.version = v.version"
        " AND c.decision = 'signed')"
        " UNION ALL SELECT 'sheet ' || p.prescription_no, 'is signed and its note was never co-signed'"
        " FROM prescription p JOIN note_version v ON v.visit_id = p.visit_id AND v.needs_cosign = 1"
        " WHERE p.state <> 'draft' AND v.version = (SELECT max(w.version) FROM note_version w"
        " WHERE w.visit_id = p.visit_id AND w.signed_at <= p.signed_at) AND NOT EXISTS (SELECT 1 FROM note_cosign c"
        " WHERE c.visit_id = v.visit_id AND c.version = v.version AND c.decision = 'signed'"
        " AND c.cosigned_at <= p.signed_at)"
        " UNION ALL SELECT 'note ' || lower(hex(c.visit_id)) || ' version ' || c.version, 'is co-signed by its author'"
        " FROM note_cosign c JOIN note_version v ON v.visit_id = c.visit_id AND v.version = c.version"
        " WHERE c.cosigned_by = v.signed_by",
    ),
    Invariant("O5-certificate", "证明和开具时一样", count=_changed_certificates),
    Invariant(
        "O2-sheet", "签了字的处方有医师、有编号、有药",
        "SELECT 'sheet ' || coalesce(p.prescription_no, lower(hex(p.id))), 'has no number, day or signer'"
        " FROM prescription p WHERE p.state <> 'draft' AND (p.prescription_no IS NULL OR p.signed_at IS NULL"
        " OR p.signed_on IS NULL OR NOT EXISTS (SELECT 1 FROM person d WHERE d.id = p.doctor_id))"
        " UNION ALL SELECT 'sheet ' || p.prescription_no, 'has no lines' FROM prescription p WHERE p.state <> 'draft'"
        " AND NOT EXISTS (SELECT 1 FROM prescription_line l WHERE l.prescription_id = p.id AND l.deleted_at IS NULL)"
        " UNION ALL SELECT 'sheet ' || p.prescription_no, 'belongs to another patient than its visit'"
        " FROM prescription p JOIN visit v ON v.id = p.visit_id WHERE v.patient_id <> p.patient_id",
    ),
    Invariant(
        "O2-drugs", "签了字的处方留着签字时的药名和单位",
        "SELECT 'sheet ' || p.prescription_no || ' line ' || l.line_no, 'keeps no drug as it was at signing'"
        " FROM prescription p JOIN prescription_line l ON l.prescription_id = p.id AND l.deleted_at IS NULL"
        " WHERE p.state <> 'draft' AND (l.drug_name = '' OR l.strength_dose = '' OR l.min_unit = '' OR l.pack_unit = ''"
        " OR l.pack_size IS NULL)",
    ),
    Invariant(
        "O2-lines", "签了字的处方和发出的事件一致",
        count=lambda: [*_sheets_that_differ(), *db.rows(_SIGNED_UNSENT)],
    ),
    Invariant(
        "O3-stops", "过敏拦截过的药都写了理由",
        "SELECT 'sheet ' || p.prescription_no || ' line ' || l.line_no,"
        " 'allergy ' || json_extract(a.value, '$.text') || ' has no reason' FROM prescription p"
        " JOIN prescription_line l ON l.prescription_id = p.id AND l.deleted_at IS NULL"
        " JOIN json_each(p.allergies) a JOIN drug d ON d.id = l.drug_id WHERE p.state <> 'draft'"
        " AND ((json_extract(a.value, '$.kind') = 'drug' AND json_extract(a.value, '$.code') = d.code)"
        " OR (json_extract(a.value, '$.kind') = 'group' AND json_extract(a.value, '$.code') IN"
        " (SELECT g.value FROM json_each(l.drug_groups) g))"
        " OR EXISTS (SELECT 1 FROM json_each(a.value, '$.groups') m JOIN json_each(l.drug_groups) g"
        " ON g.value = m.value)"
        " OR EXISTS (SELECT 1 FROM json_each(a.value, '$.substances') m JOIN json_each(l.drug_substances) g"
        " ON g.value = m.value))"
        " AND NOT EXISTS (SELECT 1 FROM kept_stop k WHERE k.line_id = l.id AND k.kind = json_extract(a.value, '$.kind')"
        " AND k.code = json_extract(a.value, '$.code') AND trim(k.reason) <> '')",
    ),
    Invariant(
        "O3-rules", "规则拦截过的药都写了理由，并且签了两次",
        "SELECT 'sheet ' || p.prescription_no || ' line ' || l.line_no, 'rule ' || s.value || ' has no reason'"
        " FROM prescription p JOIN prescription_line l ON l.prescription_id = p.id AND l.deleted_at IS NULL"
        " JOIN json_each(l.rule_stops) s WHERE p.state <> 'draft' AND NOT EXISTS (SELECT 1 FROM kept_stop k"
        " WHERE k.line_id = l.id AND k.kind = 'rule' AND k.code = s.value AND trim(k.reason) <> '')"
        " UNION ALL SELECT DISTINCT 'sheet ' || p.prescription_no, 'holds a kept stop and is signed once'"
        " FROM prescription p JOIN prescription_line l ON l.prescription_id = p.id AND l.deleted_at IS NULL"
        " JOIN kept_stop k ON k.line_id = l.id WHERE p.state <> 'draft' AND p.signed_twice_at IS NULL",
    ),
    Invariant(
        "O3-red", "麻、精一处方写了患者和代办人的身份证号",
        "SELECT 'sheet ' || prescription_no, 'is red without its numbers' FROM prescription WHERE state <> 'draft'"
        " AND kind IN ('narcotic', 'psychotropic_1') AND (patient_number = '' OR"
        " (agent_name = '') <> (agent_number = ''))",
    ),
    Invariant(
        "O3-doses", "超过上限的剂量都写了理由",
        "SELECT 'sheet ' || p.prescription_no || ' line ' || l.line_no, 'dose ' || s.value || ' has no reason'"
        " FROM prescription p JOIN prescription_line l ON l.prescription_id = p.id AND l.deleted_at IS NULL"
        " JOIN json_each(l.dose_stops) s WHERE p.state <> 'draft' AND NOT EXISTS (SELECT 1 FROM kept_stop k"
        " WHERE k.line_id = l.id AND k.kind = 'dose' AND k.code = s.value AND trim(k.reason) <> '')",
    ),
)  # fmt: skip
