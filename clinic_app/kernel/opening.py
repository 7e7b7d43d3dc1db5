"""Opening and making a clinic's data folder (数据目录): keys, database, schema, clock, in the one right order."""

import errno
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from clinic_app.kernel import (
    access_log,
    audit,
    db,
    installation,
    keys,
    maintenance,
    outbox,
    parameters,
    schema,
    sessions,
    wal_check,
)
from clinic_app.kernel.clock import SystemTime, clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import UnitOfWork, unit_of_work
from sync.wire import hybrid_clock

DATABASE = "clinic.sqlite3"
LABEL = "clinic.key-label"
KEYS = "keys"
NEW = ".new"
log = logging.getLogger("clinic.opening")


@dataclass(frozen=True, slots=True)
class Facts:
    """What makes a clinic: name, code (human numbers begin with it), division, practice or real."""

    name: str
    code: str
    division_code: str
    is_practice: bool


def exists(folder: Path) -> bool:
    """Whether the folder holds a clinic, or what is left of one: then nothing new is ever made in it."""
    finish_interrupted_creation(folder)
    # SQLite would play a log that is left into a new database of that name
    return any((folder / name).exists() for name in (DATABASE, KEYS, f"{DATABASE}-wal"))


def create_clinic(
    folder: Path,
    seed: bytes,
    facts: Facts,
    steps: Sequence[schema.Step],
    fill: Callable[[UnitOfWork], None],
    *,
    vfs: str | None = None,
) -> None:
    """Make the database and keys beside their final names, then rename: a cut leaves a whole clinic or none.

    The folder is synced before, between and after the renames: a disk that keeps the second and not the first would
    leave keys without their database, one that keeps a rename and not the new folder a database without its keys.
    """
    if exists(folder):
        raise Refused("clinic.exists")
    try:
        _make(folder, keys.derive(seed), facts, steps, fill, vfs)
    except OSError as err:  # what is half made is swept away by the next try
        full = err.errno == errno.ENOSPC
        raise Refused("kernel.disk_full" if full else "kernel.disk_failed", reason=err.strerror or str(err)) from err


def _make(
    folder: Path,
    key_set: keys.KeySet,
    facts: Facts,
    steps: Sequence[schema.Step],
    fill: Callable[[UnitOfWork], None],
    vfs: str | None,
) -> None:
    for suffix in ("", "-wal", "-shm"):
        (folder / (DATABASE + NEW + suffix)).unlink(missing_ok=True)
    made = folder / (KEYS + NEW)
    if made.exists():
        for name in keys.FILES:
            (made / name).unlink(missing_ok=True)
        made.rmdir()
    keys.store(made, key_set)
    keys.write_label(folder / LABEL, mark=key_set.mark, clinic=facts.name)
    db.open_database(folder / (DATABASE + NEW), key_set.data_key, vfs=vfs)
    try:
        _start_services(key_set, None)
        schema.migrate(steps)
        with unit_of_work(SYSTEM) as uow:
            installation.create(
                uow.conn,
                name=facts.name,
                code=facts.code,
                division_code=facts.division_code,
                is_practice=facts.is_practice,
                key_mark=key_set.mark,
                at=uow.at,
            )
            parameters.seed(uow.conn)
            installation.load()
            outbox.use_epoch(installation.current().epoch)
            fill(uow)
            uow.audit("clinic.created", name=facts.name, code=facts.code)
        db.checkpoint(truncate=True)
    finally:
        db.close_database()
    keys.sync_folder(folder)
    os.replace(folder / (DATABASE + NEW), folder / DATABASE)
    keys.sync_folder(folder)
    os.replace(made, folder / KEYS)
    keys.sync_folder(folder)


def finish_interrupted_creation(folder: Path) -> None:
    """A cut between the two renames leaves a database whose keys still bear their temporary name."""
    if (folder / DATABASE).exists() and not (folder / KEYS).exists() and (folder / (KEYS + NEW)).exists():
        os.replace(folder / (KEYS + NEW), folder / KEYS)
        keys.sync_folder(folder)


def open_clinic(
    folder: Path,
    steps: Sequence[schema.Step],
    *,
    owned: bool = True,
    time: SystemTime | None = None,
    vfs: str | None = None,
    statement_cache: int = db.STATEMENTS,
) -> installation.Installation:
    """Open an existing clinic. Refuses, and changes nothing, when key or database is missing, wrong or damaged.

    `owned` is False beside a running server: then the schema is taken as it is and the WAL, in use, is left unread.
    """
    if owned:
        finish_interrupted_creation(folder)
    label = keys.read_label(folder / LABEL)
    path = folder / DATABASE
    if not path.exists() or not path.stat().st_size:  # SQLite would make a new database in an empty file
        raise Refused("clinic.database_missing", folder=str(folder))
    key_set = keys.load(folder / KEYS, label["key"])
    if owned and (damage := wal_check.wal_damage_beside(folder / DATABASE)):
        raise Refused("clinic.wal_damaged", where=damage)
    try:
        db.open_database(folder / DATABASE, key_set.data_key, vfs=vfs, statement_cache=statement_cache)
        return _begin(folder, key_set, steps, owned, time)
    except db.WrongKey as err:
        raise Refused("keys.wrong", mark=label["key"], clinic=label["clinic"]) from err
    except db.DamagedPage as err:
        raise Refused("clinic.pages_damaged", where=str(err)[:80]) from err


def _begin(
    folder: Path, key_set: keys.KeySet, steps: Sequence[schema.Step], owned: bool, time: SystemTime | None
) -> installation.Installation:
    """Schema, facts of the clinic, audit key, clock and parameters of the database that is open."""
    if owned:
        schema.migrate(steps)
    found = installation.load()
    if found is None:
        raise Refused("clinic.database_missing", folder=str(folder))
    _start_services(key_set, time)
    outbox.use_epoch(found.epoch)
    if owned:
        with db.write_transaction() as conn:
            parameters.seed(conn)
    return found


def _start_services(key_set: keys.KeySet, time: SystemTime | None) -> None:
    audit.use_key(key_set.audit_key)
    has_audit = db.value("SELECT count(*) FROM sqlite_master WHERE name = 'audit'")
    newest = audit.newest_hlc() if has_audit else 0
    clock.start(newest, time)
    sessions.forget_all(max(0, clock.read().at - hybrid_clock.wall_of(newest)) if newest else 0)
    access_log.forget()
    maintenance.note_damage(())


def close_clinic() -> None:
    """Move the WAL into the database and close every connection; on a bad disk it stays, and nothing is lost."""
    if not db.is_open():
        return
    try:
        db.checkpoint(truncate=True)
    except Refused as err:
        log.warning("the write-ahead log stays beside the database: %s", err.code)
    finally:
        db.close_database()


def set_aside(path: Path) -> Path:
    """Move a file or folder out of the way under a name that is free; nothing is deleted."""
    for number in range(1, 1000):
        aside = path.with_name(f"{path.name}.old-{number}")
        if not aside.exists():
            os.replace(path, aside)
            return aside
    raise Refused("clinic.too_many_set_aside", folder=str(path.parent))
