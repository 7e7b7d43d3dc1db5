"""Reads of the checks (核对): the last run, the audit trail, who read whose chart."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from clinic_app.kernel import access_log, db, invariants, maintenance
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.manifest import Chip
from clinic_app.kernel.rights import Actor
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.people import queries as people

ROWS_A_PAGE = 50
# The newest rows first; an empty filter matches all, an action matches by its beginning.
_TRAIL = """
SELECT a.seq, a.hlc >> 16, a.wall, a.clock_state, a.person_id, a.desk_id, a.action, a.entity, p.person_no, a.detail
FROM audit a LEFT JOIN patient p ON p.id = a.patient_id
WHERE a.seq < :before AND (:action = '' OR substr(a.action, 1, length(:action)) = :action)
    AND (:person IS NULL OR a.person_id = :person)
ORDER BY a.seq DESC LIMIT :most
"""
_RUN = (
    "SELECT r.id, r.started_at, p.name, r.finished_at, r.violations, r.findings FROM check_run r"
    " JOIN person p ON p.id = r.started_by"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One invariant with what the run found: `rows` are (what, why), none when it holds; None when not counted yet."""

    id: str
    title: str
    rows: tuple[tuple[str, str], ...] | None

    @property
    def holds(self) -> bool:
        return self.rows == ()


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: `statements` in the order of the registry, `damaged` pages in the driver's words."""

    id: bytes
    started_at: int
    started_by: str
    finished_at: int | None
    violations: int | None
    damaged: tuple[str, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One row of the audit trail; `detail` as stored, never a name or an identity number."""

    seq: int
    at: int
    wall: int
    clock_state: str
    person_id: bytes
    desk_id: bytes | None
    action: str
    entity: bytes | None
    person_no: str | None
    detail: str

    def facts(self) -> list[tuple[str, Any]]:
        """What the command told beside its name, in its order."""
        found = json.loads(self.detail)
        return list(found.items()) if isinstance(found, dict) else []


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody saw a chart: the first moment of each ten minutes."""

    person_id: bytes
    screen: str
    at: int


def chips(actor: Actor) -> list[Chip]:
    """On every screen while this server knows of damaged pages: nobody should go on writing."""
    if not maintenance.known_damage():
        return []
    return [Chip(_("数据有损坏，叫管理员"), "off", "/checks/" if actor.may("checks.view") else "")]


def newest_run() -> Run | None:
    """The run that finished last, with today's list of statements; one that is new since was not counted."""
    return _run(db.row(f"{_RUN} WHERE r.finished_at IS NOT NULL ORDER BY r.finished_at DESC LIMIT 1"))


def interrupted_since(at: int) -> bool:
    """Whether a run began after that moment and never got through."""
    return bool(db.value("SELECT EXISTS(SELECT 1 FROM check_run WHERE finished_at IS NULL AND started_at > ?)", (at,)))


def statements_uncounted() -> tuple[Statement, ...]:
    """The statements alone, before the first run."""
    return tuple(Statement(one.id, one.title, None) for one in invariants.known())


def trail(*, before: int, action: str = "", person_id: bytes | None = None) -> list[TrailRow]:
    """At most 50 rows of the audit trail before a row number, the newest first."""
    return db.read(
        TrailRow, _TRAIL, {"before": before, "action": action, "person": person_id, "most": ROWS_A_PAGE}
    )


def newest_row_number() -> int:
    return db.value("SELECT max(seq) FROM audit") or 0


def chain_verdict() -> tuple[int, Statement] | None:
    """When the audit chain was counted last, and what came out."""
    run = newest_run()
    if run is None or run.finished_at is None:
        return None
    found = next((one for one in run.statements if one.id == "A1" and one.rows is not None), None)
    return (run.finished_at, found) if found else None


def person_names(ids: Iterable[bytes]) -> dict[bytes, str]:
    """Names for the trail; commands of the server itself have none."""
    return people.names(set(ids))


def touched(rows: Iterable[TrailRow], *, is_english: bool) -> dict[bytes, str]:
    """What the rows were about, where it is no patient data: drug, service, desk, room, a person of the staff."""
    ids: dict[str, set[bytes]] = {}
    for row in rows:
        if row.entity is not None:
            ids.setdefault(row.action.partition(".")[0], set()).add(row.entity)
    found = people.names(ids.get("people", set()))
    for item_id in ids.get("dictionaries", ()):
        item = dictionaries.drug(item_id) or dictionaries.service(item_id)
        if item is not None:
            found[item_id] = item.name_en if is_english else item.name
    if "desks" in ids:
        places = [*desks.desks(), *desks.closed_desks(), *desks.rooms()]
        found |= {one.id: one.name for one in places if one.id in ids["desks"]}
    return found


def desk_names() -> dict[bytes, str]:
    return {desk.id: desk.name for desk in desks.desks()}


def patient_of_number(person_no: str) -> patients.Hit | None:
    """The record with exactly this patient number; pages show `name_masked` of it (PR-03)."""
    found = db.value("SELECT id FROM patient WHERE person_no = ?", (person_no.strip().upper(),))
    return patients.hit(found) if found else None


def readings_of(patient_id: bytes) -> list[Reading]:
    """Who saw the person's charts, of linked records too, the newest first (A3)."""
    found = [
        Reading(*row) for one_id in patients.same_person(patient_id) for row in access_log.readers_of(one_id)
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:500]


def _run(row: tuple[Any, ...] | None) -> Run | None:
    if row is None:
        return None
    run_id, started_at, by, finished_at, violations, findings = row
    found = {one["id"]: one for one in json.loads(findings or "[]")}
    damaged = tuple(str(place) for place, _ in found.get("PAGES", {}).get("rows", ()))
    statements = []
    for one in invariants.known():
        counted = found.get(one.id)
        rows = tuple((str(what), str(why)) for what, why in counted["rows"]) if counted else None
        statements.append(Statement(one.id, one.title, rows))
    return Run(run_id, started_at, by, finished_at, violations, damaged, tuple(statements))
