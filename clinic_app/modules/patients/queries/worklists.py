"""Work lists of the records (档案整理): pairs that may be one person, unknown persons, records that lack something.

Each list looks at a window of the newest records, by the order of their ids, so that years of records cost nothing.
"""

from dataclasses import dataclass

from clinic_app.kernel import db, parameters
from clinic_app.kernel.clock import today
from clinic_app.modules.patients.queries.ages import completed_years
from clinic_app.modules.patients.queries.links import RESTRICTED
from clinic_app.modules.patients.rules import guardians
from clinic_app.modules.patients.rules.completeness import Filled, completeness_percent, missing
from clinic_app.modules.patients.rules.guardians import MAY_CONSENT

WINDOW, MOST_PAIRS, MOST_LACKING = 2000, 60, 100


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one person, the newer one first; `why` number, birth or phone."""

    one_id: bytes
    other_id: bytes
    why: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """A record with the names of the fields that it lacks."""

    id: bytes
    person_no: str
    name: str
    sex: str
    born_on: str | None
    last_visit_on: str | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many records were looked at, how full they are in percent, how many lack each field, and the emptiest."""

    looked_at: int
    percent: int | None
    lacking_by_field: dict[str, int]
    emptiest: list[Lacking]


# The newest records meet every older namesake by birth date and by phone, both through their indexes.
_PAIRS = """
WITH fresh AS (SELECT id, name_form, born_on, phone FROM patient WHERE id < :before ORDER BY id DESC LIMIT 2000),
alike(one, other, why) AS (
  SELECT f.id, p.id, 'birth' FROM fresh f JOIN patient p ON p.born_on = f.born_on
   WHERE f.born_on IS NOT NULL AND p.name_form = f.name_form AND p.id < f.id
  UNION ALL
  SELECT f.id, p.id, 'phone' FROM fresh f JOIN patient p ON p.phone = f.phone AND p.phone <> ''
   WHERE f.phone <> '' AND p.name_form = f.name_form AND p.id < f.id)
SELECT one, other, min(why) FROM alike a
WHERE NOT EXISTS (SELECT 1 FROM not_duplicate n WHERE n.one_id = a.other AND n.other_id = a.one)
  AND NOT EXISTS (SELECT 1 FROM patient_link l WHERE l.undone_at IS NULL AND l.from_id IN (a.one, a.other))
GROUP BY one, other ORDER BY one DESC LIMIT 60
"""
_OLDEST = "SELECT min(id) FROM (SELECT id FROM patient WHERE id < ? ORDER BY id DESC LIMIT 2000)"
_TEMPORARY = (
    "SELECT p.id FROM patient p WHERE p.is_temporary AND NOT EXISTS (SELECT 1 FROM patient_link l"
    " WHERE l.from_id = p.id AND l.undone_at IS NULL) ORDER BY p.registered_at DESC LIMIT 50"
)
_FILLED = f"""
SELECT p.id, p.person_no, CASE WHEN {RESTRICTED} THEN substr(p.name, 1, 1) || '**' ELSE p.name END,
  p.sex, p.born_on, p.last_visit_on, p.is_temporary, p.phone <> '', p.address <> '',
  p.allergy_state <> 'unknown',
  EXISTS (SELECT 1 FROM patient_identifier i WHERE i.patient_id = p.id AND i.ended_at IS NULL AND i.kind <= '99'),
  coalesce(d.ethnicity, '') <> '', coalesce(d.marital, '') <> '', coalesce(d.occupation, '') <> '',
  coalesce(d.workplace, '') <> '', d.village_code IS NOT NULL,
  (SELECT group_concat(r.kind) FROM patient_relation r WHERE r.patient_id = p.id AND r.ended_at IS NULL)
FROM patient p LEFT JOIN patient_detail d ON d.patient_id = p.id
"""
_OF_ALL = (
    f"{_FILLED} WHERE NOT EXISTS (SELECT 1 FROM patient_link l WHERE l.from_id = p.id AND l.undone_at IS NULL"
    " AND l.approved_at IS NOT NULL) ORDER BY p.id DESC LIMIT 2000"
)
_NAMES = (
    "phone", "address", "allergy", "identity", "ethnicity", "marital", "occupation", "workplace", "village",
)  # fmt: skip


def possible_pairs(before: bytes = b"\xff" * 16) -> list[Pair]:
    """Pairs among the newest 2000 records below `before` and everybody older: same name with birth date or phone."""
    return db.read(Pair, _PAIRS, {"before": before})


def window_end(before: bytes = b"\xff" * 16) -> bytes | None:
    """Where the window of `possible_pairs` ends: `before` of the next, older one; None when there is none."""
    oldest = db.value(_OLDEST, (before,))
    more = oldest is not None and db.value("SELECT EXISTS(SELECT 1 FROM patient WHERE id < ?)", (oldest,))
    return bytes(oldest) if more else None


def unidentified() -> list[bytes]:
    """Temporary persons (无名氏) who are nobody yet, newest first."""
    return [row[0] for row in db.rows(_TEMPORARY)]


def missing_fields(patient_id: bytes) -> tuple[str, ...]:
    """What this record lacks, in the order of the form."""
    row = db.row(f"{_FILLED} WHERE p.id = ?", (patient_id,))
    return missing(_filled(row)) if row else ()


def completeness() -> Completeness:
    """Over the newest 2000 records that go on: how full they are, and which lack most."""
    rows = db.rows(_OF_ALL)
    filled = [_filled(row) for row in rows]
    lacking = [missing(one) for one in filled]
    counts: dict[str, int] = {}
    for fields in lacking:
        for field in fields:
            counts[field] = counts.get(field, 0) + 1
    listed = [
        Lacking(*row[:6], fields) for row, fields in zip(rows, lacking, strict=True) if fields
    ]  # fmt: skip
    listed.sort(key=lambda one: (-len(one.missing), one.person_no))
    return Completeness(
        len(rows), completeness_percent(filled), dict(sorted(counts.items(), key=lambda one: -one[1])),
        listed[:MOST_LACKING],
    )  # fmt: skip


def _filled(row: tuple[object, ...]) -> Filled:
    _id, _no, _name, sex, born_on, _last, is_temporary, *rest = row
    known = {name for name, is_there in zip(_NAMES, rest[:-1], strict=True) if is_there}
    known |= {"name"} if not is_temporary else set()
    known |= {"sex"} if sex in ("1", "2") else set()
    known |= {"born_on"} if born_on else set()
    kinds = str(rest[-1] or "").split(",")
    under = parameters.value("patients.guardian_under_years", today())
    years = completed_years(str(born_on) if born_on else None, today())
    is_child = guardians.needs_guardian(years, under_years=under)
    return Filled(frozenset(known), is_child, not MAY_CONSENT.isdisjoint(kinds))
