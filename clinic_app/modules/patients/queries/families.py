"""Family of a person (家庭成员) and what the person consented to (知情同意)."""

from dataclasses import dataclass

from clinic_app.kernel import db


@dataclass(frozen=True, slots=True)
class Relation:
    """A relative: another record (`relative_id`), or somebody only named. `is_reverse`: told from the other side."""

    id: int
    kind: str
    relative_id: bytes | None
    name: str
    phone: str
    person_no: str
    birth_order: int | None
    is_reverse: int


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent given, by the person or by `guardian`; withdrawn ones stay in the list."""

    id: int
    purpose: str
    version: int
    guardian: str
    given_at: int
    recorded_by: str
    withdrawn_at: int | None
    withdrawn_by: str


_OWN = (
    "SELECT r.id, r.kind, r.relative_id, coalesce(p.name, r.name), coalesce(p.phone, r.phone),"
    " coalesce(p.person_no, ''), NULL, 0 FROM patient_relation r LEFT JOIN patient p ON p.id = r.relative_id"
    " WHERE r.patient_id = :id AND r.ended_at IS NULL"
)
_OTHERS = (
    "SELECT r.id, r.kind, r.patient_id, p.name, p.phone, p.person_no, d.birth_order, 1 FROM patient_relation r"
    " JOIN patient p ON p.id = r.patient_id LEFT JOIN patient_detail d ON d.patient_id = r.patient_id"
    " WHERE r.relative_id = :id AND r.ended_at IS NULL"
)
_CONSENTS = (
    "SELECT c.id, c.purpose, c.version, coalesce(g.name, r.name, ''), c.given_at, coalesce(w.name, ''),"
    " c.withdrawn_at, coalesce(e.name, '') FROM patient_consent c"
    " LEFT JOIN patient_relation r ON r.id = c.relation_id LEFT JOIN patient g ON g.id = r.relative_id"
    " LEFT JOIN person w ON w.id = c.recorded_by LEFT JOIN person e ON e.id = c.withdrawn_by"
    " WHERE c.patient_id = ? ORDER BY c.withdrawn_at IS NOT NULL, c.id DESC LIMIT 100"
)


def relations_of(patient_id: bytes) -> list[Relation]:
    """The relatives of this record, those it names first, then who names it."""
    return db.read(Relation, f"SELECT * FROM ({_OWN} UNION ALL {_OTHERS} LIMIT 60)", {"id": patient_id})


def consents_of(patient_id: bytes) -> list[Consent]:
    """Every consent of this record, those in force first."""
    return db.read(Consent, _CONSENTS, (patient_id,))


def has_consent(patient_id: bytes, purpose: str) -> bool:
    """Whether a consent to this purpose is in force in this record."""
    return bool(
        db.value(
            "SELECT EXISTS(SELECT 1 FROM patient_consent WHERE patient_id = ? AND purpose = ?"
            " AND withdrawn_at IS NULL)",
            (patient_id, purpose),
        )
    )
