"""Which records are one person (同一人)."""

from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.i18n import ngettext
from clinic_app.kernel.rights import Actor


@dataclass(frozen=True, slots=True)
class Link:
    """A merge or a proposal for one: in force when approved and not undone."""

    id: bytes
    from_id: bytes
    to_id: bytes
    linked_by: bytes
    linked_at: int
    approved_by: bytes | None
    approved_at: int | None
    undone_at: int | None


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link with both records named, for lists."""

    id: bytes
    from_id: bytes
    from_no: str
    from_name: str
    to_id: bytes
    to_no: str
    to_name: str
    linked_by: bytes
    linked_at: int
    approved_at: int | None


_LINK = "SELECT id, from_id, to_id, linked_by, linked_at, approved_by, approved_at, undone_at FROM patient_link WHERE "
_ROW = (
    "SELECT l.id, f.id, f.person_no, f.name, t.id, t.person_no, t.name, l.linked_by, l.linked_at, l.approved_at"
    " FROM patient_link l JOIN patient f ON f.id = l.from_id JOIN patient t ON t.id = l.to_id WHERE l.undone_at IS NULL"
)
_SAME = (
    "WITH RECURSIVE linked(id) AS ("
    " SELECT ?"
    " UNION SELECT l.to_id FROM linked JOIN patient_link l ON l.from_id = linked.id"
    "  WHERE l.undone_at IS NULL AND l.approved_at IS NOT NULL"
    " UNION SELECT l.from_id FROM linked JOIN patient_link l ON l.to_id = linked.id"
    "  WHERE l.undone_at IS NULL AND l.approved_at IS NOT NULL"
    ") SELECT id FROM linked"
)
_SURVIVOR = (
    "WITH RECURSIVE up(id, step) AS ("
    " SELECT ?, 0"
    " UNION SELECT l.to_id, up.step + 1 FROM up JOIN patient_link l ON l.from_id = up.id"
    "  WHERE l.undone_at IS NULL AND l.approved_at IS NOT NULL AND up.step < 100"
    ") SELECT id FROM up ORDER BY step DESC LIMIT 1"
)


def same_person(patient_id: bytes) -> tuple[bytes, ...]:
    """Every record of this person, this one first; reads by patient go through it (ID-09)."""
    return tuple(row[0] for row in db.rows(_SAME, (patient_id,)))


def survivor(patient_id: bytes) -> bytes:
    """The record that goes on for this person: itself when it is not merged."""
    return bytes(db.value(_SURVIVOR, (patient_id,)))


def link(link_id: bytes) -> Link | None:
    return db.read_one(Link, f"{_LINK}id = ?", (link_id,))


def open_link_from(patient_id: bytes) -> Link | None:
    """The merge of this record into another, in force or waiting."""
    return db.read_one(Link, f"{_LINK}from_id = ? AND undone_at IS NULL", (patient_id,))


def link_rows(patient_id: bytes) -> list[LinkRow]:
    """The links in force or waiting on either side of this record, for its card page."""
    return db.read(
        LinkRow,
        f"{_ROW} AND l.from_id = :id UNION {_ROW} AND l.to_id = :id ORDER BY 9",
        {"id": patient_id},
    )


def waiting_links() -> list[LinkRow]:
    """Proposed merges that wait for a second person, oldest first."""
    return db.read(LinkRow, f"{_ROW} AND l.approved_at IS NULL ORDER BY l.linked_at LIMIT 50")


def tiles(actor: Actor) -> dict[str, str]:
    """What the tile of the patients says: merges that wait for approval, to those who may approve."""
    if not actor.may("patients.view"):
        return {}
    waiting = len(waiting_links()) if actor.may("patients.merge") else 0
    text = ngettext("%(count)d 件合并等核准", "%(count)d merges to approve", waiting) % {"count": waiting}
    return {"patients.index": text if waiting else _("按姓名、电话、证件找")}
