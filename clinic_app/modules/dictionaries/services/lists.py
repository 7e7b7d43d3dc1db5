"""Bring in whole lists (导入): all of a file or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic_app.kernel import db
from clinic_app.kernel.errors import Invalid
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.search import normal, spelled_term, term_keys
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries.events import LIST_IMPORTED
from clinic_app.modules.dictionaries.models import ImportRun
from clinic_app.modules.dictionaries.queries import stored
from clinic_app.modules.dictionaries.queries.search_words import TAGS
from clinic_app.modules.dictionaries.rules.difference import Difference, difference
from clinic_app.modules.dictionaries.rules.divisions import Division
from clinic_app.modules.dictionaries.rules.lists import LISTS
from clinic_app.modules.dictionaries.services import rows as written
from clinic_app.modules.dictionaries.services.under_way import refuse_while_imported

SLICE = 250
"""Rows of one transaction of a long import: well under a tenth of a second for the widest list."""
Tell = Callable[[int, int], None]
"""Called with (rows done, rows to do) while a long list is written."""


def import_list(
    uow: UnitOfWork, kind: str, rows: Sequence[dict[str, Any]], *, source: str, tell: Tell | None = None
) -> dict[str, Any]:
    """Bring one list to what `rows` say (导入): new codes are added, changed rows changed, others left alone.

    `rows` are parsed by `rules.lists` and refer to known codes (`importing` sees to both). A first price begins
    today; another price of a known item waits for a second person. Raises Invalid, keyed by code, when a row would
    change what may never change.
    """
    return import_planned(uow, plan(kind, rows, uow.on), source=source, tell=tell)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import will write, worked out while others go on writing; `version` is that of the lists it was compared
    with."""

    kind: str
    rows: Sequence[dict[str, Any]]
    on: date
    version: int
    found: Difference
    new: list[written.Ready]


def plan(kind: str, rows: Sequence[dict[str, Any]], on: date, tell: Tell | None = None) -> Plan:
    """Compare the rows with what is stored and work out ids and search words; reads only.

    Raises Invalid, keyed by code, when a row would change what may never change.
    """
    version = _version()
    found = difference(LISTS[kind], rows, stored.stored_rows(kind, on))
    if found.refused:
        raise Invalid(found.refused)
    if kind in TAGS:  # of two that a search finds alike, the first written is shown first: the plainer one
        found.new.sort(key=lambda row: (len(row["name"]), row["code"]))
    new = []
    for at in range(0, len(found.new), SLICE):
        new.append(written.ready(kind, found.new[at : at + SLICE]))
        if tell is not None:
            tell(min(at + SLICE, len(found.new)), len(found.new))
    return Plan(kind, rows, on, version, found, new)


def is_outdated(wanted: Plan, on: date) -> bool:
    """Whether a list has changed or the day has ended since the plan was worked out."""
    return wanted.version != _version() or wanted.on != on


def import_planned(uow: UnitOfWork, wanted: Plan, *, source: str, tell: Tell | None = None) -> dict[str, Any]:
    """Write a plan, all of it, in the one transaction; it is worked out again when it is outdated."""
    refuse_while_imported(wanted.kind)
    if is_outdated(wanted, uow.on):
        wanted = plan(wanted.kind, wanted.rows, uow.on)
    found, done = wanted.found, 0
    for new in wanted.new:
        written.add_rows(uow, new)
        done += len(new.items)
        if tell is not None:
            tell(done, len(found.new))
    for at, change in enumerate(found.changed, 1):
        written.change_row(uow, wanted.kind, change, "imported")
        if tell is not None and at % SLICE == 0:
            tell(at, len(found.changed))
    told = record(uow, wanted.kind, source, len(found.new), len(found.changed), found.unchanged)
    asked = asked_prices(found)
    return {**told, "prices": asked} if asked else told


def asked_prices(found: Difference) -> int:
    """How many other prices a file asks for."""
    return sum("price_e4" in change.columns for change in found.changed)


def _version() -> int:
    """Counts every change of a list."""
    return int(db.value("SELECT n FROM list_version"))


def import_divisions(uow: UnitOfWork, rows: Sequence[Division], *, source: str) -> dict[str, Any]:
    """Bring the administrative divisions (行政区划) to what `rows` say; divisions not named are left alone."""
    before = stored.stored_divisions()
    new = [row for row in rows if row.code not in before]
    changed = [row for row in rows if row.code in before and before[row.code] != (row.parent, row.name)]
    uow.conn.executemany(
        "INSERT INTO division(code, parent, name, level) VALUES(?, ?, ?, ?)",
        [(row.code, row.parent, row.name, row.level) for row in new],
    )
    uow.conn.executemany(
        "UPDATE division SET parent = ?, name = ? WHERE code = ?", [(row.parent, row.name, row.code) for row in changed]
    )
    uow.conn.executemany("DELETE FROM division_key WHERE code = ?", [(row.code,) for row in changed])
    keys = [(key, row.code) for row in (*new, *changed) for key in _division_keys(row.name)]
    uow.conn.executemany("INSERT INTO division_key(key, code) VALUES(?, ?)", sorted(keys))
    return record(uow, "divisions", source, len(new), len(changed), len(rows) - len(new) - len(changed))


def _division_keys(name: str) -> set[str]:
    return {normal(name), *term_keys(name), *spelled_term(name)[:1]} - {""}


def record(uow: UnitOfWork, kind: str, source: str, new: int, changed: int, unchanged: int) -> dict[str, Any]:
    """Note an import that changed something, for the page, the audit trail and the county."""
    run_id = new_id()
    if new or changed:
        ImportRun.insert(
            id=run_id,
            kind=kind,
            source=source[:200],
            new_rows=new,
            changed_rows=changed,
            unchanged_rows=unchanged,
            person_id=uow.actor.person_id,
            at=uow.at,
        ).execute()
        uow.emit(LIST_IMPORTED, run_id, {"run_id": run_id, "kind": kind, "new": new, "changed": changed})
    uow.audit("dictionaries.import", run_id, kind=kind, new=new, changed=changed, unchanged=unchanged)
    return {"kind": kind, "new": new, "changed": changed, "unchanged": unchanged}
