"""A long import that is written in slices (分段写入), so that nobody waits long for the one write lock.

The checked file is kept with the decision to bring it in; from then on the import is carried to its end, over a power
cut too, and until then nobody else changes that list. So it is still all of the file or nothing.
"""

from collections.abc import Iterator
from typing import Any

from clinic_app.kernel import db
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries.rules.difference import Change
from clinic_app.modules.dictionaries.services import lists, rows
from clinic_app.modules.dictionaries.services.under_way import refuse_while_imported

CHANGES = 50
"""Changed rows of one transaction: each costs several statements."""
Slice = rows.Ready | list[Change]
_OPEN = (
    "INSERT INTO import_open(run_id, kind, source, person_id, new_rows, changed_rows, unchanged_rows, prices, file)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_OF = "SELECT kind, source, new_rows, changed_rows, unchanged_rows, prices FROM import_open WHERE run_id = ?"


def begin_import(uow: UnitOfWork, run_id: bytes, wanted: lists.Plan, file: bytes, *, source: str) -> bool:
    """Decide that the plan is written, slice by slice, and keep the packed file until it is.

    False, and nothing is kept, when a list has changed or the day has ended since it was worked out.
    """
    refuse_while_imported(wanted.kind)
    if lists.is_outdated(wanted, uow.on):
        return False
    found = wanted.found
    counts = (len(found.new), len(found.changed), found.unchanged, lists.asked_prices(found))
    uow.execute(_OPEN, (run_id, wanted.kind, source[:200], uow.actor.person_id, *counts, file))
    uow.audit("dictionaries.import_begun", run_id, kind=wanted.kind, new=counts[0], changed=counts[1])
    return True


def slices(wanted: lists.Plan) -> Iterator[Slice]:
    """What each transaction writes."""
    yield from wanted.new
    changed = wanted.found.changed
    yield from (changed[at : at + CHANGES] for at in range(0, len(changed), CHANGES))


def write_slice(uow: UnitOfWork, kind: str, one: Slice) -> int:
    """Write one slice; how many rows it has."""
    if isinstance(one, rows.Ready):
        rows.add_rows(uow, one)
        return len(one.items)
    for change in one:
        rows.change_row(uow, kind, change, "imported")
    return len(one)


def finish_import(uow: UnitOfWork, run_id: bytes) -> dict[str, Any]:
    """All slices are written: the import is recorded and the list may be changed again."""
    kind, source, new, changed, unchanged, prices = db.row(_OF, (run_id,)) or ("", "", 0, 0, 0, 0)
    uow.execute("DELETE FROM import_open WHERE run_id = ?", (run_id,))
    told = lists.record(uow, kind, source, new, changed, unchanged)
    return {**told, "prices": prices} if prices else told


def drop_import(uow: UnitOfWork, run_id: bytes) -> None:
    """Give up what can never be finished, because the kept file no longer passes its check."""
    uow.execute("DELETE FROM import_open WHERE run_id = ?", (run_id,))
    uow.audit("dictionaries.import_dropped", run_id)
