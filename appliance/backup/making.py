"""Making one backup (做备份): copied, encrypted, read back, proved, and only then named; only then do old ones go.

    copy of the open database -> .part file, encrypted -> read back with a key that lives in this process only ->
    every page, every invariant, every count -> final name -> copies on the targets -> the oldest go

A cut or a full disk leaves a .part file, which the next one sweeps away, and every earlier backup as it was.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import pyrage

from appliance.backup import age_keys, keeping, places
from appliance.backup.copying_out import Copied, Target, copy_out, copy_to_all, forget_pages
from appliance.backup.examining import describe, examine
from appliance.backup.file_format import PART, Found, Header, check_seal, file_name, find
from appliance.backup.room import make_room
from appliance.backup.sealing import decrypt, encrypt, trouble
from appliance.backup.version import program_version
from appliance.child_process import Progress
from appliance.folder_lock import Busy, FolderLock
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import db, invariants, keys, opening, parameters, schema, switching, wal_check
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.renaming import rename

PAGES_A_STEP = 256
SPARE_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Made:
    """A verified backup: how long each part took in ms, what was counted, where it lies."""

    file: str
    kind: str
    bytes: int
    made_at: int
    copy_ms: int
    total_ms: int
    restore_ms: int
    statements: int
    broken: list[str]
    removed: int
    copies: list[Copied]

    def as_line(self) -> dict[str, object]:
        return asdict(self)


@dataclass
class _Work:
    """One making: what it needs on the way."""

    data: Path
    kind: str
    steps: Sequence[schema.Step]
    report: Progress
    scratch: Path
    began: float = field(default_factory=time.monotonic)

    def ms(self) -> int:
        return round((time.monotonic() - self.began) * 1000)


def make(
    config: Config,
    kind: str,
    report: Progress,
    proved: Callable[[Made], None] = lambda _made: None,
    copied: Callable[[Copied], None] = lambda _one: None,
) -> Made:
    """Make one backup of the clinic in the data folder, beside its server or without. Refused, with all as it was.

    `proved` is told of the one on this PC before it is copied to the targets, and `copied` of each target as it ends:
    copying to a disk that hangs may not end, and holds no lock.
    """
    registry.wire(config)
    with _alone(config.data):
        scratch = config.data / places.LOCAL / places.SCRATCH
        _clear(scratch)
        try:
            scratch.mkdir(parents=True, mode=0o700)
            made, copy_to_targets = _make(_Work(config.data, kind, registry.migration_steps(), report, scratch))
        except OSError as err:
            raise trouble(err, scratch) from err
        finally:
            db.close_database()
            _clear(scratch)
    proved(made)
    return replace(made, copies=copy_to_targets(copied))


@contextlib.contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One making at a time; and while no server runs, nobody starts one in the middle of what only it may do."""
    folder = data / places.LOCAL
    if not _may_exist(data):
        raise Refused("clinic.database_missing", folder=str(data))
    try:
        alone = FolderLock(folder)
    except Busy as err:
        raise Refused("backup.under_way") from err
    try:
        owner = _owner(data)
        try:
            if owner:
                switching.finish_interrupted(data)
                if damage := wal_check.wal_damage_beside(data / opening.DATABASE):
                    raise Refused("clinic.wal_damaged", where=damage)
            yield
        finally:
            if owner:
                owner.release()
    finally:
        alone.release()


def _may_exist(data: Path) -> bool:
    return (data / opening.DATABASE).exists() or any(data.glob(f"{switching.INCOMING}*"))


def _owner(data: Path) -> FolderLock | None:
    try:
        lock = FolderLock(data)
        lock.describe("clinic backup", serves=False)
        return lock
    except Busy:
        return None


def _make(work: _Work) -> tuple[Made, Callable[[Callable[[Copied], None]], list[Copied]]]:
    key_set = keys.load(work.data / opening.KEYS, keys.read_label(work.data / opening.LABEL)["key"])
    opening.open_clinic(work.data, work.steps, owned=False)
    limits = {kind: _limit(kind) for kind in keeping.FIRST_TO_GO}
    targets = known_targets()
    database = work.data / opening.DATABASE
    _have_room(work, database.stat().st_size, key_set)
    copy = work.scratch / opening.DATABASE
    try:
        db.copy_to(copy, PAGES_A_STEP, _Resting(work.report))
    except db.DamagedPage as err:
        raise Refused("backup.pages", where=db.damage_named(err)) from err
    finally:
        db.close_database()
    copy_ms = work.ms()
    header = _described(copy, key_set, work)
    once = pyrage.x25519.Identity.generate()  # opens this one file, and is forgotten when this process ends
    recipients = [age_keys.recipient(key_set.backup_recipient), once.to_public()]
    part = _sealed(work, copy, header, recipients, key_set)
    results, restore_ms = _proved(work, part, key_set, once)
    found = _named(part, header)
    gone = keeping.beyond_limits(
        places.as_kept(places.local_backups(work.data), key_set.mark), limits, now=clock.read().at,
        just_made=str(found.path),
    )  # fmt: skip
    places.remove(gone)
    made = Made(
        found.path.name, work.kind, found.size, header.made_at, copy_ms, work.ms(), restore_ms, len(results),
        [one.id for one in results if not one.holds], len(gone), [],
    )  # fmt: skip

    def copy(target: Target, report: Progress) -> Copied:
        return copy_out(found, target, key_set, limits, report)

    return made, lambda copied: copy_to_all(targets, copy, work.report, copied)


def _limit(kind: str) -> int:
    """How many of a kind stay; the first value in a database that an older program made."""
    name = f"backups.keep_{kind}"
    try:
        return int(parameters.value(name, clock.read().on))
    except Refused:
        return int(next(one.value for one in parameters.declared() if one.name == name))


def known_targets() -> list[Target]:
    """The places an administrator has named, from the open database; none in one that knows no targets yet."""
    if not db.value("SELECT count(*) FROM sqlite_master WHERE name = 'backup_target'"):
        return []
    rows = db.rows("SELECT hex(id), kind, place, copy_no FROM backup_target WHERE ended_at IS NULL ORDER BY added_at")
    return [Target(*row) for row in rows]


def _have_room(work: _Work, size: int, key_set: keys.KeySet) -> None:
    """Twice the database at once, copy and file or file and read-back copy; old backups go before there is none."""
    need = 2 * size + SPARE_BYTES
    missing = need - places.free_bytes(work.data)
    if missing <= 0:
        return
    if not make_room(places.local_backups(work.data), key_set, missing):
        raise Refused("backup.no_room", need=need >> 20, free=(need - missing) >> 20)


def _described(copy: Path, key_set: keys.KeySet, work: _Work) -> Header:
    try:
        opening.open_copy(copy, key_set)
        header = describe(work.kind, program_version(), copy.stat().st_size)
        db.checkpoint(truncate=True)
        return header
    finally:
        db.close_database()


def _sealed(work: _Work, copy: Path, header: Header, recipients: list[object], key_set: keys.KeySet) -> Path:
    folder = places.local_folder(work.data, work.kind)
    places.make_folder(folder)
    places.sweep(folder)
    part = folder / (file_name(header) + PART)
    size = header.bytes
    encrypt(
        copy, part, header, recipients, keys.seal_key(key_set.audit_key),
        lambda done: work.report("encrypting", done, size),
    )  # fmt: skip
    copy.unlink()
    return part


def _proved(
    work: _Work, part: Path, key_set: keys.KeySet, once: pyrage.x25519.Identity
) -> tuple[list[invariants.Result], int]:
    """Read the file back from the disk and restore it into the scratch folder, with a stopwatch."""
    began = time.monotonic()
    found = find(part)
    forget_pages(part)
    check_seal(found, keys.seal_key(key_set.audit_key), lambda done: work.report("reading back", done, found.size))
    back = work.scratch / opening.DATABASE
    decrypt(found, back, [once], lambda done: work.report("opening", done, found.stream_bytes), rest=True)
    results = examine(back, key_set, found.header, work.steps, lambda step: work.report(step, 0, 0))
    return results, round((time.monotonic() - began) * 1000)


def _named(part: Path, header: Header) -> Found:
    """The final name says that the file was proved."""
    number = 1
    while (final := part.with_name(file_name(header, number))).exists():
        number += 1
    rename(part, final)
    keys.sync_folder(final.parent)
    return find(final)


def _clear(scratch: Path) -> None:
    if scratch.is_dir():
        for path in scratch.iterdir():
            path.unlink()
        scratch.rmdir()


class _Resting:
    """Between two steps of copying: tell, and rest as long as the step took."""

    def __init__(self, report: Progress):
        self._report, self._began = report, time.monotonic()

    def __call__(self, done: int, of: int) -> None:
        self._report("copying", done, of)
        time.sleep(min(0.25, time.monotonic() - self._began))
        self._began = time.monotonic()
