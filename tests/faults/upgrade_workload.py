"""A package being installed, and the way back from it, for the power-cut recorder; the judge of what a cut leaves.

The old program with the clinic as it was, or the new one with the clinic that it brought up, never one with the
other's; the launcher starts the right one, every named backup is whole and there is one.

The clinic lies in the folder of the tape and the versions of the program below it. The new program is this one with
three steps more; it works in this process, where the tape sees it.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

from appliance import launcher
from appliance.backup import making
from appliance.backup.file_format import SUFFIX, check_seal, find
from appliance.child_process import Progress
from appliance.folder_lock import FolderLock
from appliance.upgrade import commands, installing, on_a_copy
from appliance.upgrade.manifest import PROGRAM
from appliance.upgrade.program_home import Home
from appliance.upgrade.settling import settle
from appliance.upgrade.verifying import unpack
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import db, keys, opening, schema
from clinic_app.kernel.errors import Refused
from tests.appliance.upgrade import packages
from tests.conftest import config_of
from tests.faults import migration_workload as migration
from tests.faults.backup_workload import recorded_database
from tests.faults.plain_files import recording_plain_files
from tests.faults.product_workload import broken_invariant
from tests.faults.recorder import Tape, recording

UPGRADED, BACK = "the new version is installed", "the old one is back"
VERSIONS = "versions"
OLD, NEW = "0.4.0-4", "0.5.0-5"
DONE_ANEW_EVERY = 25


def silent(_step: str, _done: int, _of: int) -> None:
    """Progress that nobody reads."""


def make_home(room: Path) -> None:
    """In `room`: `clinic`, at work, with a backup and its old program installed, and `stick` with the package."""
    clinic, stick = room / "clinic", room / "stick"
    stick.mkdir()
    clinic.mkdir()
    migration.make(clinic)
    making.make(config_of(clinic), "now", silent)
    home = Home(clinic / VERSIONS)
    home.folder.mkdir()
    old = packages.package(packages.program(room / "old", "old"), room, 4)
    unpack(old, packages.Measure(packages.TRUSTED, platform=packages.PLATFORM), home.folder / OLD, silent)
    home.point_to(OLD, "")
    new = packages.program(room / "new", "new")
    (new / "clinic_app/kernel/migrations/0002_more.py").write_text("SQL = ''\n", "utf-8")
    packages.package(new, stick, 5)


@contextmanager
def newer_program() -> Iterator[None]:
    """Inside, this program is the new one."""
    steps = [*registry.migration_steps(), *migration.NEWER]
    with patch.object(registry, "migration_steps", lambda: steps):
        yield


def in_this_process(config: Config, _folder: Path, report: Progress) -> None:
    """In place of `installing.ask_new_program`."""
    lock = FolderLock(config.data)
    try:
        with newer_program():
            on_a_copy.bring_up(config, report)
    finally:
        lock.release()


def pointer_first(config: Config, folder: Path, report: Progress) -> None:
    """The wrong twin: the new version is what is started before the clinic is its own."""
    Home(folder.parent).point_to(folder.name, OLD)
    in_this_process(config, folder, report)


def install(folder: Path, stick: Path, ask: object = in_this_process) -> None:
    """The package on the stick, into the clinic in a folder."""
    registry.wire(config_of(folder))
    with ExitStack() as stack:
        stack.enter_context(patch.object(installing, "ask_new_program", ask))
        stack.enter_context(patch.object(installing, "_bring_libraries", lambda *_given: None))
        installing.install(config_of(folder), stick, Home(folder / VERSIONS), packages.TRUSTED, silent)


def tape_of(room: Path, folder: Path, *, ask: object = in_this_process, disk_lies: bool = False) -> Tape:
    """The package installed in a copy of the clinic; acknowledged when it is through."""
    shutil.copytree(room / "clinic", folder, dirs_exist_ok=True)
    with recording(folder, disk_lies=disk_lies) as tape, recording_plain_files(tape), recorded_database():
        install(tape.folder, room / "stick", ask)
        tape.acknowledge(UPGRADED)
    return tape


def back_tape(room: Path, folder: Path, *, begins: bool = True) -> Tape:
    """The way back from it; without `begins` nothing is noted beforehand, the wrong twin."""
    shutil.copytree(room / "clinic", folder, dirs_exist_ok=True)
    install(folder, room / "stick")
    home = Home(folder / VERSIONS)
    noting = patch.object(Home, "begin", Home.begin if begins else lambda *_given: None)
    with recording(folder) as tape, recording_plain_files(tape), recorded_database(), noting, newer_program():
        commands._go_back_in(home, config_of(tape.folder))
        tape.acknowledge(BACK)
    return tape


class Judge:
    """The judge of `replay` for the clinic of `room`; `wanted` is the version that comes up once all is through."""

    def __init__(self, room: Path, wanted: str = NEW) -> None:
        self.wanted = wanted
        clinic = room / "clinic"
        registry.wire(config_of(clinic))
        self.stick = room / "stick"
        self.key_set = opening.kept_keys(clinic)
        self.steps: dict[str, Sequence[schema.Step]] = {OLD: registry.migration_steps()}
        self.steps[NEW] = [*self.steps[OLD], *migration.NEWER]
        opening.open_clinic(clinic, self.steps[OLD])
        self.work = work()
        db.close_database()
        self.judged = 0
        self.ended: dict[str, int] = {OLD: 0, NEW: 0}

    def __call__(self, folder: Path, acknowledged: Sequence[object]) -> str:
        self.judged += 1
        try:
            return self._judged(folder, bool(acknowledged))
        except Exception as err:  # whatever keeps the next start from serving is a verdict
            return f"FAULT: {err!r}"
        finally:
            db.close_database()

    def _judged(self, folder: Path, is_answered: bool) -> str:
        home = Home(folder / VERSIONS)
        name = self._started(home, folder)
        if name not in self.steps:
            return f"NOTHING: {name!r} is started"
        if is_answered and name != self.wanted:
            return f"LOST: it was {self.wanted}"
        if said := not_whole(home.folder / name):
            return f"HALF: {name} {said}"
        if said := self._fits(folder, name):
            return said
        backups = sorted((folder / opening.BACKUPS).rglob(f"*{SUFFIX}"))
        if not backups:
            return "LOST: no backup is left"
        for path in backups:
            try:
                check_seal(find(path), keys.seal_key(self.key_set.audit_key))
            except Refused as err:
                return f"HALF: {path.name} {err.code}"
        self.ended[name] += 1
        is_due = self.wanted == NEW and name == OLD and self.judged % DONE_ANEW_EVERY == 0
        return self._done_anew(folder, home) if is_due else ""

    def _started(self, home: Home, folder: Path) -> str:
        """What the launcher starts, after the version that the pointer names has settled what was cut."""
        found = launcher.version(home.folder)
        if found is None or not (home.folder / launcher.JOURNAL).exists():
            return found.name if found else ""
        journal = home.folder / launcher.JOURNAL
        told = launcher.told(journal)
        if told:
            journal.write_text(json.dumps({**told, "data": str(folder)}), "utf-8")
        with patch.object(registry, "migration_steps", lambda: self.steps[found.name]):
            return settle(home)

    def _fits(self, folder: Path, name: str) -> str:
        opening.open_clinic(folder, self.steps[name], owned=False)
        applied = db.value("SELECT count(*) FROM migration WHERE subject = 'later'")
        db.close_database()
        if applied != (len(migration.NEWER) if name == NEW else 0):
            return f"BETWEEN: {name} with {applied} of the new steps"
        opening.open_clinic(folder, self.steps[name])
        if damaged := db.damaged_pages():
            return f"CORRUPT: {damaged[0][:60]}"
        if work() != self.work:
            return "CHANGED: rows of the clinic's work"
        said = broken_invariant()
        db.close_database()
        return said

    def _done_anew(self, folder: Path, home: Home) -> str:
        """The next try goes well and sweeps away what the cut left."""
        install(folder, self.stick)
        names = {path.name for path in home.folder.iterdir() if path.is_dir()}
        return "" if home.current == NEW and names == {OLD, NEW} else f"LEFT: {home.current} {names}"


def not_whole(folder: Path) -> str:
    """The first file of a version that is not as its manifest says; "" when all are."""
    release = Home(folder.parent).release(folder.name)
    if release is None:
        return "has no manifest"
    for one in release.files:
        path = folder / one.path.removeprefix(PROGRAM)
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != one.sha256:
            return one.path
    return ""


def work() -> tuple[object, ...]:
    """What the clinic did, but for the audit of the upgrade itself."""
    tables = [table for table in migration.WORK if table != "audit"]
    rows = db.value("SELECT count(*) FROM audit WHERE action NOT LIKE 'clinic.%'")
    return (rows, *(db.value(f"SELECT count(*) FROM {table}") for table in tables))
