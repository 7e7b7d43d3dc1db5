"""What is known of a person besides the record's face (详细资料), other names, and how the record was changed."""

from dataclasses import dataclass

from clinic_app.kernel import db


@dataclass(frozen=True, slots=True)
class Details:
    """Codes of ID-12 and ID-13, texts as typed; empty where nobody asked. `village_code` is the statistics code."""

    ethnicity: str = ""
    marital: str = ""
    occupation: str = ""
    workplace: str = ""
    abo: str = ""
    rh: str = ""
    birth_place: str = ""
    birth_order: int | None = None
    marks: str = ""
    village_code: str | None = None
    is_restricted: int = 0


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of the person (别名): a former one, or the same in another script."""

    id: int
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """One field as it was and as it became."""

    field: str
    before: str
    after: str
    changed_at: int
    changed_by: bytes
    by_name: str


_DETAILS = (
    "SELECT ethnicity, marital, occupation, workplace, abo, rh, birth_place, birth_order, marks, village_code,"
    " is_restricted FROM patient_detail WHERE patient_id = ?"
)
_CHANGES = (
    "SELECT c.field, c.before, c.after, c.changed_at, c.changed_by, coalesce(w.name, '') FROM patient_change c"
    " LEFT JOIN person w ON w.id = c.changed_by WHERE c.patient_id = ? ORDER BY c.id DESC LIMIT 200"
)


def details(patient_id: bytes) -> Details:
    """The details of this record, all empty when nobody noted any."""
    return db.read_one(Details, _DETAILS, (patient_id,)) or Details()


def aliases_of(patient_id: bytes) -> list[Alias]:
    """The other names of this record that hold."""
    return db.read(
        Alias, "SELECT id, kind, name FROM patient_other_name WHERE patient_id = ? AND ended_at IS NULL ORDER BY id",
        (patient_id,),
    )  # fmt: skip


def changes_of(patient_id: bytes) -> list[Change]:
    """The newest 200 changes of this record."""
    return db.read(Change, _CHANGES, (patient_id,))
