"""The making of a clinic for the power-cut recorder: database, keys and label, and the judge of what a cut leaves.

A cut leaves a whole clinic, which opens, or none, and then the next first run makes one in the same folder.
"""

import itertools
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from appliance import practice
from clinic_app import registry
from clinic_app.kernel import db, installation, keys, opening, schema
from clinic_app.kernel.errors import Refused
from tests.conftest import config_of
from tests.faults import small_clinic
from tests.faults.plain_files import recording_plain_files
from tests.faults.product_workload import broken_invariant
from tests.faults.recorder import VFS_NAME, Tape, recording
from tests.faults.replay import scratch_folder

MADE = "the clinic is made"
STAFF = len(small_clinic.staff())


def steps() -> list[schema.Step]:
    """The schema of every subject, and the wiring that making a clinic needs."""
    registry.wire(config_of(Path()))
    return registry.migration_steps()


def tape_of(folder: Path, seed: bytes, *, disk_lies: bool = False) -> Tape:
    """Make the small clinic in this folder, empty or as a cut first try left it; acknowledged when all is done."""
    known = steps()
    with recording(folder, disk_lies=disk_lies) as tape, recording_plain_files(tape):
        opening.create_clinic(tape.folder, seed, practice.FACTS, known, small_clinic.fill, vfs=VFS_NAME)
        tape.acknowledge(MADE)
    return tape


def keep_directory_syncs(set_attribute: Callable[[object, str, object], None], kept: Sequence[int]) -> None:
    """The wrong twin: of the directory syncs of the making, only those of these places are done."""
    done, sync = itertools.count(), keys.sync_folder
    set_attribute(keys, "sync_folder", lambda folder: sync(folder) if next(done) in kept else None)


def leave_half_made(folder: Path) -> None:
    """What a process leaves that died before the renames, with another seed: all of it under temporary names."""
    with scratch_folder() as made:
        small_clinic.make(made)
        shutil.copytree(made / opening.KEYS, folder / (opening.KEYS + opening.NEW))
        shutil.copy(made / opening.LABEL, folder / opening.LABEL)
        registry.wire(config_of(made))
        opening.open_clinic(made, registry.migration_steps())
        db.connection().pragma("wal_autocheckpoint", 0)
        with db.write_transaction() as conn:
            conn.execute("UPDATE series SET last = last + 1")
        for suffix in ("", "-wal", "-shm"):
            shutil.copy(f"{made / opening.DATABASE}{suffix}", f"{folder / opening.DATABASE}{opening.NEW}{suffix}")
        db.close_database()


class Judge:
    """The judge of `replay` for a clinic made with `seed`."""

    def __init__(self, seed: bytes) -> None:
        self.key_set = keys.derive(seed)
        self.steps = steps()

    def __call__(self, folder: Path, acknowledged: Sequence[object]) -> str:
        try:
            if opening.exists(folder):
                return self._whole(folder, bool(acknowledged))
            return "LOST: a made clinic is gone" if acknowledged else self._begun_again(folder)
        except Exception as err:  # whatever a cut makes of it, the next start must not fail
            return f"FAULT: {err!r}"
        finally:
            db.close_database()

    def _whole(self, folder: Path, is_made: bool) -> str:
        try:
            opening.open_clinic(folder, self.steps)
        except Refused as err:
            return f"HALF: {err.code}"
        if damaged := db.damaged_pages():
            return f"CORRUPT: {damaged[0][:60]}"
        staff = db.value("SELECT count(*) FROM person")
        if (installation.current().key_mark, staff) != (self.key_set.mark, STAFF):
            return f"HALF: key {installation.current().key_mark}, {staff} persons"
        if is_made and keys.read_label(folder / opening.LABEL)["key"] != self.key_set.mark:
            return "LABEL: a lost key could not be named"
        return broken_invariant()

    def _begun_again(self, folder: Path) -> str:
        """The next first run, with a sheet of its own."""
        try:
            opening.create_clinic(folder, keys.new_seed(), practice.FACTS, self.steps, lambda _uow: None)
            opening.open_clinic(folder, self.steps)
        except Refused as err:
            return f"STUCK: {err.code}"
        return ""
