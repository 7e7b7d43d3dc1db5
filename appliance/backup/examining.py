"""Proving a database file (验证): every page read, every invariant counted, the rows those that the facts name."""

from collections.abc import Callable, Sequence
from pathlib import Path

from appliance.backup.file_format import Header
from clinic_app.kernel import audit, db, installation, invariants, keys, opening, schema
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Refused

ROWS = {
    "person": "SELECT count(*) FROM person",
    "patient": "SELECT count(*) FROM patient",
    "visit": "SELECT count(*) FROM visit",
    "prescription": "SELECT count(*) FROM prescription",
    "bill": "SELECT count(*) FROM bill",
    "payment": "SELECT count(*) FROM payment",
    "stock_move": "SELECT count(*) FROM stock_move",
    "job": "SELECT count(*) FROM job",
    "outbox": "SELECT count(*) FROM outbox",
    "audit": "SELECT count(*) FROM audit",
}
Step = Callable[[str], None]


def describe(kind: str, program: str, size: int) -> Header:
    """The facts of the database that is open; `size` is that of its file."""
    clinic = installation.current()
    applied = schema.applied()
    newest = max(applied, key=lambda step: (step[1], step[0]), default=("", ""))
    return Header(
        clinic_id=clinic.clinic_id.hex(), code=clinic.full_code, name=clinic.name, is_practice=clinic.is_practice,
        epoch=clinic.epoch.hex(), key_mark=clinic.key_mark, schema=schema.digest(applied),
        newest_step=".".join(newest), program=program, kind=kind, bytes=size, made_at=clock.read().at,
        audit_seq=db.value("SELECT max(seq) FROM audit") or 0, audit_hlc=audit.newest_hlc(), counts=counts(),
    )  # fmt: skip


def counts() -> dict[str, int]:
    """How many rows the main tables have."""
    there = {name for (name,) in db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {table: int(db.value(sql)) for table, sql in ROWS.items() if table in there}


def examine(
    path: Path,
    key_set: keys.KeySet,
    header: Header,
    steps: Sequence[schema.Step],
    step: Step,
    *,
    migrates: bool = False,
) -> list[invariants.Result]:
    """Open a database file, read every page, compare it with the facts, count every invariant; returns the results.

    `migrates` brings an older schema up to this program's before the invariants are counted; without it those that ask
    for what the older one lacks are left out. Closed when it returns.
    A broken invariant is told and no reason to have no backup: it was broken in the clinic. Refused `backup.pages`,
    `backup.counts`, `schema.newer`, or what does not open.
    """
    try:
        found = opening.open_copy(path, key_set)
        step("reading")
        if damaged := db.damaged_pages():
            raise Refused("backup.pages", where=damaged[0][:80])
        _compare(found, header)
        if migrates:
            schema.migrate(steps)
        step("counting")
        knows_all = {(one.subject, one.name) for one in steps} <= set(schema.applied())
        return invariants.results() if knows_all else invariants.results_in_older_schema()
    finally:
        db.close_database()


def _compare(found: installation.Installation, header: Header) -> None:
    said = (header.clinic_id, header.epoch, header.key_mark, header.audit_seq, header.audit_hlc, header.counts)
    have = (
        found.clinic_id.hex(), found.epoch.hex(), found.key_mark, db.value("SELECT max(seq) FROM audit") or 0,
        audit.newest_hlc(), counts(),
    )  # fmt: skip
    if said != have:
        raise Refused("backup.counts")
