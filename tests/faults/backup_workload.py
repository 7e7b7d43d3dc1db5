"""A backup being made, and one being restored, for the power-cut recorder; the judges of what a cut leaves.

Making: the clinic is as it was, every file under a final name is whole, and there is one. Restoring: the old clinic or
that of the backup, never between, and of the old one nothing is lost.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from appliance.backup import age_keys, making, places, restoring
from appliance.backup.examining import counts
from appliance.backup.file_format import SUFFIX, Found, check_seal, find
from appliance.backup.sealing import decrypt
from clinic_app import registry
from clinic_app.kernel import db, keys, opening, parameters, schema, switching
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work
from tests import visit
from tests.conftest import Clinic, config_of
from tests.faults import small_clinic
from tests.faults.plain_files import recording_plain_files
from tests.faults.product_workload import broken_invariant
from tests.faults.recorder import VFS_NAME, Tape, recording
from tests.visit import arrive

MADE, RESTORED = "the backup is made", "the backup is in place"
MADE_ANEW_EVERY = 40
GIVEN = (
    "SELECT visit_no FROM visit UNION ALL SELECT person_no FROM patient UNION ALL SELECT receipt_no FROM bill"
    " UNION ALL SELECT prescription_no FROM prescription WHERE prescription_no IS NOT NULL"
)


def silent(_step: str, _done: int, _of: int) -> None:
    """Progress that nobody reads."""


def make_home(home: Path) -> bytes:
    """A small clinic that keeps one backup by hand, with that one, and a visit after it; its seed."""
    seed = small_clinic.make(home)
    config = config_of(home)
    clinic = Clinic(home, config, registry.wire(config))
    opening.open_clinic(home, registry.migration_steps())
    with unit_of_work(SYSTEM) as uow:
        parameters.change(uow, "backups.keep_now", 1, uow.on, "test")
        uow.audit("test")
    opening.close_clinic()
    making.make(config, "now", silent)
    opening.open_clinic(home, registry.migration_steps())
    arrive(clinic)
    opening.close_clinic()
    return seed


def backup_tape(home: Path, folder: Path, *, disk_lies: bool = False) -> Tape:
    """Another backup of the clinic; acknowledged when it is made and the former one has gone."""
    shutil.copytree(home, folder, dirs_exist_ok=True)
    with recording(folder, disk_lies=disk_lies) as tape, recording_plain_files(tape), recorded_database():
        making.make(config_of(tape.folder), "now", silent)
        tape.acknowledge(MADE)
    return tape


def restore_tape(home: Path, folder: Path, seed: bytes, *, disk_lies: bool = False) -> Tape:
    """The clinic's backup restored over a server's that was killed: with a log; acknowledged when all is through."""
    shutil.copytree(home, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("backups"))
    leave_a_log(folder)
    found = places.local_backups(home)[0]
    registry.wire(config_of(folder))
    with recording(folder, disk_lies=disk_lies) as tape, recording_plain_files(tape), recorded_database():
        identity = age_keys.identity(keys.backup_identity(seed))
        restoring.restore(tape.folder, found, keys.derive(seed), [identity], silent)
        tape.acknowledge(RESTORED)
    return tape


@contextmanager
def recorded_database() -> Iterator[None]:
    """Every database that is opened here is on the tape, whatever VFS its opener names."""
    opens = db.open_database

    def recorded(path: Path, key: bytes, *, vfs: str | None = None, statement_cache: int = db.STATEMENTS) -> None:
        opens(path, key, vfs=VFS_NAME, statement_cache=statement_cache)

    with patch.object(db, "open_database", recorded):
        yield


def leave_a_log(folder: Path) -> None:
    """Files as a killed server leaves them: what was written last is in the log alone."""
    registry.wire(config_of(folder))
    opening.open_clinic(folder, registry.migration_steps())
    with unit_of_work(SYSTEM) as uow:
        uow.audit("in the log alone")
    database = folder / opening.DATABASE
    kept = {suffix: Path(f"{database}{suffix}").read_bytes() for suffix in ("", "-wal", "-shm")}
    db.close_database()
    for suffix, content in kept.items():
        Path(f"{database}{suffix}").write_bytes(content)


def exchange_at_once(staged: Path) -> Path:
    """The wrong twin of `switching.switch`: one file after the other, with nothing that says how far it got."""
    folder, aside = staged.parent, staged.parent / "replaced-1"
    aside.mkdir()
    for name in (*switching.LOGS, opening.DATABASE, opening.KEYS, opening.LABEL):
        if (folder / name).exists():
            (folder / name).replace(aside / name)
        if (staged / name).exists():
            (staged / name).replace(folder / name)
        keys.sync_folder(staged)
        keys.sync_folder(folder)
    staged.rmdir()
    return aside


class BackupJudge:
    """The judge of `replay` for a backup of `home`."""

    def __init__(self, home: Path, seed: bytes) -> None:
        self.seed = seed
        registry.wire(config_of(home))
        self.steps = registry.migration_steps()
        self.rows = _rows_of(home, self.steps)
        self.former = places.local_backups(home)[0].path.name
        self.judged = 0

    def __call__(self, folder: Path, acknowledged: Sequence[object]) -> str:
        self.judged += 1
        try:
            if _rows_of(folder, self.steps) != self.rows:
                return "CHANGED: the clinic"
            found = sorted((folder / "backups").rglob(f"*{SUFFIX}"))
            if not found:
                return "LOST: no backup is left"
            for path in found:
                if said := not_whole(path, self.seed):
                    return f"HALF: {path.name} {said}"
            if acknowledged and [path.name for path in found] == [self.former]:
                return "LOST: the backup was made"
            return self._made_anew(folder) if self.judged % MADE_ANEW_EVERY == 0 else ""
        except Exception as err:
            return f"FAULT: {err!r}"
        finally:
            db.close_database()

    def _made_anew(self, folder: Path) -> str:
        """The next backup goes well and sweeps away what the cut left."""
        making.make(config_of(folder), "now", silent)
        left = [path.name for path in (folder / "backups").rglob("*") if path.name.endswith((".part", ".sqlite3"))]
        return f"LEFT: {left}" if left else ""


def numbers_of_work(folder: Path, visits: int) -> list[str]:
    """So many walk-ins from the slip to the receipt; every human number that was given. The clinic is closed again."""
    config = config_of(folder)
    clinic = Clinic(folder, config, registry.wire(config))
    opening.open_clinic(folder, registry.migration_steps())
    try:
        before = {number for (number,) in db.rows(GIVEN)}
        for _ in range(visits):
            arrived = arrive(clinic)
            visit.consult(clinic, arrived["visit_id"], small_clinic.DRUGS)
            visit.pay(clinic, arrived["visit_id"])
        if said := broken_invariant():
            raise AssertionError(said)
        return [number for (number,) in db.rows(GIVEN) if number not in before]
    finally:
        opening.close_clinic()


def not_whole(path: Path, seed: bytes) -> str:
    """What a backup under its final name is refused for, "" when it opens whole."""
    try:
        found = find(path)
        check_seal(found, keys.seal_key(keys.derive(seed).audit_key))
        back = path.with_suffix(".back")
        decrypt(found, back, [age_keys.identity(keys.backup_identity(seed))], lambda _done: None)
        back.unlink()
    except Refused as err:
        return err.code
    return ""


class RestoreJudge:
    """The judge of `replay` for `home`'s backup restored over the clinic in `start`."""

    def __init__(self, start: Tape, home: Path, seed: bytes) -> None:
        self.key_set = keys.derive(seed)
        registry.wire(config_of(home))
        self.steps = registry.migration_steps()
        self.found: Found = places.local_backups(home)[0]
        self.old_rows = self.found.header.counts["audit"] + _later_rows(home, self.steps, self.found) + 1

    def __call__(self, folder: Path, acknowledged: Sequence[object]) -> str:
        try:
            return self._judged(folder, bool(acknowledged))
        except Exception as err:  # whatever keeps the next start from opening is a verdict
            return f"FAULT: {err!r}"
        finally:
            db.close_database()

    def _judged(self, folder: Path, is_answered: bool) -> str:
        if not opening.exists(folder):
            return "LOST: no clinic is there"
        opening.open_clinic(folder, self.steps)
        is_new = bool(db.value("SELECT count(*) FROM audit WHERE action = 'clinic.restored'"))
        rows = db.value("SELECT count(*) FROM audit")
        epoch = db.value("SELECT hex(epoch) FROM installation").lower()
        if damaged := db.damaged_pages():
            return f"CORRUPT: {damaged[0][:60]}"
        if rows != (self.found.header.counts["audit"] + 1 if is_new else self.old_rows):
            return f"BETWEEN: {rows} audit rows, restored: {is_new}"
        if (epoch == self.found.header.epoch) is is_new:
            return f"BETWEEN: the epoch, restored: {is_new}"
        if is_answered and not is_new:
            return "LOST: it was restored"
        if keys.read_label(folder / opening.LABEL)["key"] != self.key_set.mark:
            return "LABEL: a lost key could not be named"
        if left := [path.name for path in folder.glob("incoming-*")]:
            return f"LEFT: {left}"
        if said := broken_invariant():
            return said
        db.close_database()
        return self._old_one_kept(folder) if is_new else ""

    def _old_one_kept(self, folder: Path) -> str:
        """The old clinic is a clinic still, with what was in its log alone."""
        opening.open_clinic(folder / "replaced-1", self.steps)
        rows = db.value("SELECT count(*) FROM audit")
        return "" if rows == self.old_rows else f"OLD: {rows} rows of {self.old_rows}"


def _rows_of(folder: Path, steps: Sequence[schema.Step]) -> tuple[object, ...]:
    opening.open_clinic(folder, steps)
    try:
        return tuple(counts().items())
    finally:
        db.close_database()


def _later_rows(home: Path, steps: Sequence[schema.Step], found: Found) -> int:
    """How many audit rows the clinic has that the backup does not."""
    rows = dict(_rows_of(home, steps))  # type: ignore[arg-type]
    return int(rows["audit"]) - found.header.counts["audit"]
