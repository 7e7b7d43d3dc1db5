"""Sets of drugs (协定处方、常用组套): rows as they would be typed, one's own and the clinic's."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

from clinic_app.kernel import db
from clinic_app.kernel.search import normal
from clinic_app.modules.consultation.queries import words
from clinic_app.modules.consultation.queries.working_out import TypedLine
from clinic_app.modules.dictionaries import queries as dictionaries


@dataclass(frozen=True, slots=True)
class DrugSet:
    """A set under a name; `lines` are checked as typed rows whenever it is applied."""

    id: bytes
    scope: str
    owner_id: bytes
    name: str
    lines: tuple[TypedLine, ...]
    changed_at: int


_SET = "SELECT id, scope, owner_id, name, lines, changed_at FROM drug_set"
_MATCHING = (
    " WHERE disabled_at IS NULL AND (scope = 'clinic' OR owner_id = :owner)"
    " AND (:typed = '' OR instr(keys, :typed) > 0) ORDER BY scope = 'personal' DESC, name LIMIT :most"
)
MOST_LISTED = 200
_NAMES = {one.name for one in fields(TypedLine)} - {"drug_id"}


def drug_set(set_id: bytes) -> DrugSet | None:
    """One that is in use."""
    row = db.row(f"{_SET} WHERE id = ? AND disabled_at IS NULL", (set_id,))
    return _drug_set(row) if row else None


def sets_matching(typed: str, owner_id: bytes, most: int = 8) -> list[DrugSet]:
    """By any part of the name or its pinyin initials; one's own first."""
    asked = {"owner": owner_id, "typed": normal(typed), "most": most}
    return [_drug_set(row) for row in db.rows(f"{_SET}{_MATCHING}", asked)]


def sets_of(owner_id: bytes) -> list[DrugSet]:
    """One's own and the clinic's, for the page where they are kept."""
    return sets_matching("", owner_id, MOST_LISTED)


def names_in(sets: Iterable[DrugSet]) -> dict[bytes, str]:
    """The drugs of each set in the language of the request."""
    found = {}
    for one in sets:
        drugs = [dictionaries.drug(line.drug_id) for line in one.lines]
        named = [words.named(drug.name, drug.name_en) for drug in drugs if drug]
        found[one.id] = ("、" if words.is_source() else ", ").join(named)
    return found


def stored_lines(lines: Iterable[TypedLine]) -> str:
    """Typed rows as the table keeps them."""
    kept = [{**asdict(one), "drug_id": one.drug_id.hex()} for one in lines]
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _drug_set(row: tuple) -> DrugSet:  # type: ignore[type-arg]
    lines = tuple(
        TypedLine(bytes.fromhex(one["drug_id"]), **{name: one[name] for name in one if name in _NAMES})
        for one in json.loads(row[4])
    )
    return DrugSet(*row[:4], lines, row[5])
