"""Opening and making a clinic's data folder (数据目录): keys, database, schema, clock, in the one right order."""

import contextlib
import errno
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    switching,
    wal_check,
)
from clinic_app.kernel.clock import SystemTime, clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.renaming import rename
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.switching import DATABASE, KEYS, LABEL
from clinic_app.kernel.unit_of_work import UnitOfWork, unit_of_work
from sync.wire import hybrid_clock

BACKUPS = "backups"
FIRST_PAGE = "page 1"
BACKUP_FILES = "*/*.xybackup"
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
    """Whether the folder holds a clinic, or what is left of one: then nothing new is ever made in it.

    Only for who holds the folder's lock: what a cut left half done is finished or undone first.
    """
    switching.finish_interrupted(folder)
    finish_interrupted_creation(folder)
    # SQLite would play a log that is left into a new database of that name
    left = any((folder / name).exists() for name in (DATABASE, KEYS, f"{DATABASE}-wal"))
    return left or any((folder / BACKUPS).glob(BACKUP_FILES))


def refuse_no_clinic(folder: Path) -> None:
    """Refused `clinic.none_there` where no clinic is and none was: a mistyped folder. Nothing is made on the way."""
    left = (f"{DATABASE}*", f"{KEYS}*", LABEL, f"{switching.INCOMING}*", f"{switching.REPLACED}*")
    if not any(any(folder.glob(name)) for name in left) and not traces_of_a_clinic(folder):
        raise Refused("clinic.none_there", folder=str(folder))


def traces_of_a_clinic(folder: Path) -> list[str]:
    """Names in the folder that only a clinic leaves: its backups, and what was set aside of it."""
    kept = (folder / BACKUPS).glob("**/*")
    backups = [path for path in kept if path.is_file() and path.name != "run.lock"]  # whoever looks there leaves that
    aside = [path for name in (DATABASE, KEYS) for path in folder.glob(f"{name}.old-*")]
    exchanged = (switching.REPLACED, switching.INCOMING)
    aside += [path for name in (DATABASE, KEYS) for kind in exchanged for path in folder.glob(f"{kind}*/{name}")]
    return sorted(str(path.relative_to(folder)) for path in (*backups[:20], *aside))


def kept_keys(folder: Path) -> keys.KeySet:
    """The keys of the clinic. Refused where they are missing, damaged or another clinic's."""
    return keys.load(folder / KEYS, keys.read_label(folder / LABEL)["key"])


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
    with telling_of_disk():  # what is half made is swept away by the next try
        _make(folder, keys.derive(seed), facts, steps, fill, vfs)


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
    made = _store_beside(folder, key_set)
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
    rename(folder / (DATABASE + NEW), folder / DATABASE)
    keys.sync_folder(folder)
    rename(made, folder / KEYS)
    keys.sync_folder(folder)


def put_keys(folder: Path, key_set: keys.KeySet) -> str:
    """Make these the keys of the clinic that is there; returns the name of what the former ones are kept as, or "".

    Nothing of the former ones is moved before the new ones are on the disk: a full one leaves what there was, and after
    a cut the next start finishes. For whoever holds the folder's lock. Refused `kernel.disk_full`, `.disk_failed`.
    """
    with telling_of_disk():
        made = _store_beside(folder, key_set)
        keys.sync_folder(folder)
        aside = set_aside(folder / KEYS).name if (folder / KEYS).exists() else ""
        keys.sync_folder(folder)
        rename(made, folder / KEYS)
        keys.sync_folder(folder)
    return aside


def _store_beside(folder: Path, key_set: keys.KeySet) -> Path:
    """Whole under their temporary name, or not there at all: `finish_interrupted_creation` would take half of them."""
    made = folder / (KEYS + NEW)
    _discard(made)
    try:
        keys.store(made, key_set)
    except OSError:
        with contextlib.suppress(OSError):
            _discard(made)
        raise
    return made


def _discard(made: Path) -> None:
    if made.exists():
        for name in keys.FILES:
            (made / name).unlink(missing_ok=True)
        made.rmdir()


def finish_interrupted_creation(folder: Path) -> None:
    """A cut between two renames leaves a database whose keys, new or put back, still bear their temporary name."""
    if (folder / DATABASE).exists() and not (folder / KEYS).exists() and (folder / (KEYS + NEW)).exists():
        rename(folder / (KEYS + NEW), folder / KEYS)
        keys.sync_folder(folder)


def open_clinic(
    folder: Path,
    steps: Sequence[schema.Step],
    *,
    owned: bool = True,
    reads_what_is_left: bool = False,
    time: SystemTime | None = None,
    vfs: str | None = None,
    statement_cache: int = db.STATEMENTS,
) -> installation.Installation:
    """Open an existing clinic. Refuses, and changes nothing, when key or database is missing, wrong or damaged.

    `owned` is False beside a running server: then the schema is taken as it is and the WAL, in use, is left unread.
    `reads_what_is_left` is for a copy to look things up in: of a damaged WAL the transactions before the damage.
    """
    if owned:
        switching.finish_interrupted(folder)
        finish_interrupted_creation(folder)
    label = keys.read_label(folder / LABEL)
    path = folder / DATABASE
    if not path.exists() or not path.stat().st_size:  # SQLite would make a new database in an empty file
        raise Refused("clinic.database_missing", folder=str(folder))
    key_set = kept_keys(folder)
    if owned and not reads_what_is_left:
        refuse_damaged_log(folder)
    try:
        db.open_database(folder / DATABASE, key_set.data_key, vfs=vfs, statement_cache=statement_cache)
        return _begin(folder, key_set, steps, owned, time)
    except db.WrongKey as err:
        raise refusal_of_closed(key_set, label) from err
    except db.DamagedPage as err:
        raise Refused("clinic.pages_damaged", where=db.damage_named(err), opens=False) from err


def refusal_of_closed(key_set: keys.KeySet, label: Mapping[str, str]) -> Refused:
    """Why a database does not open under these keys: where they are those of its label the file is damaged."""
    if key_set.is_whole and key_set.mark == label["key"]:
        return Refused("clinic.pages_damaged", where=FIRST_PAGE, opens=False)
    return Refused("keys.wrong", mark=label["key"], clinic=label["clinic"])


@contextlib.contextmanager
def telling_of_disk() -> Iterator[None]:
    """What the system says of a file inside becomes a sentence: `kernel.disk_full`, `kernel.disk_failed`."""
    try:
        yield
    except OSError as err:
        full = err.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = (err.strerror or str(err))[:200]
        raise Refused("kernel.disk_full" if full else "kernel.disk_failed", reason=reason) from err


def refuse_damaged_log(folder: Path) -> None:
    """Refused `clinic.wal_damaged` when the write-ahead log is cut or changed in its middle; only for the owner."""
    if damage := wal_check.wal_damage_beside(folder / DATABASE):
        raise Refused("clinic.wal_damaged", where=damage)


def open_copy(path: Path, key_set: keys.KeySet, steps: Sequence[schema.Step] = ()) -> installation.Installation:
    """Open a copy of a clinic's database that lies anywhere, with its services; with `steps` it is migrated first.

    Refuses what does not open under these keys, damaged pages, and a schema that this program does not know.
    """
    try:
        db.open_database(path, key_set.data_key)
        if steps:
            schema.migrate(steps)
        found = installation.load()
        _start_services(key_set, None)
    except db.WrongKey as err:
        raise Refused("keys.wrong", mark=key_set.mark, clinic="") from err
    except db.DamagedPage as err:
        raise Refused("clinic.pages_damaged", where=db.damage_named(err)) from err
    if found is None:
        raise Refused("clinic.database_missing", folder=str(path.parent))
    outbox.use_epoch(found.epoch)
    return found


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
            rename(path, aside)
            return aside
    raise Refused("clinic.too_many_set_aside", folder=str(path.parent))
