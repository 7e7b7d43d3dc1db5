"""Templates of notes and phrases (病历模板、常用语): those that a doctor may use here."""

import json
from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.kernel.search import normal


@dataclass(frozen=True, slots=True)
class Template:
    """A template, or with `field` a phrase for that field; `scope` personal, department or clinic.

    `content` holds texts by field, `required` the fields that a note made from it must have filled.
    """

    id: bytes
    scope: str
    owner_id: bytes
    speciality: str
    field: str
    name: str
    content: dict[str, str]
    required: tuple[str, ...]
    version: int
    changed_at: int

    @property
    def gist(self) -> str:
        """The beginning of its texts on one line."""
        return " ".join(" ".join(self.content.values()).split())[:60]


_TEMPLATE = (
    "SELECT id, scope, owner_id, speciality, field, name, content, required, version, changed_at FROM note_template"
)
_VISIBLE = (
    " WHERE disabled_at IS NULL AND (scope = 'clinic' OR (scope = 'personal' AND owner_id = :owner)"
    " OR (scope = 'department' AND speciality = :speciality)) AND (:typed = '' OR instr(keys, :typed) > 0)"
    " ORDER BY scope = 'personal' DESC, scope = 'department' DESC, field <> '', name LIMIT :most"
)
_ALL = (
    " WHERE disabled_at IS NULL AND (scope <> 'personal' OR owner_id = ?)"
    " ORDER BY scope = 'personal' DESC, scope = 'department' DESC, field <> '', name LIMIT ?"
)
MOST_LISTED = 200


def template(template_id: bytes) -> Template | None:
    """One that is in use."""
    row = db.row(f"{_TEMPLATE} WHERE id = ? AND disabled_at IS NULL", (template_id,))
    return _template(row) if row else None


def templates_matching(typed: str, owner_id: bytes, speciality: str, most: int = 8) -> list[Template]:
    """What the doctor may use in a department, by any part of the name or its pinyin initials; one's own first."""
    rows = db.rows(
        f"{_TEMPLATE}{_VISIBLE}", {"owner": owner_id, "speciality": speciality, "typed": normal(typed), "most": most}
    )
    return [_template(row) for row in rows]


def templates_of(owner_id: bytes) -> list[Template]:
    """One's own and all shared ones, for the page where they are kept."""
    return [_template(row) for row in db.rows(f"{_TEMPLATE}{_ALL}", (owner_id, MOST_LISTED))]


def _template(row: tuple) -> Template:  # type: ignore[type-arg]
    return Template(*row[:6], json.loads(row[6]), tuple(row[7].split()), *row[8:])
