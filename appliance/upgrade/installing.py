"""Installing a newer program from a package (装升级包), in an order in which the power may go at any moment.

    verify -> unpack beside -> verified backup -> journal -> the new program makes its schema on a copy and switches ->
    pointer -> journal gone -> versions older than the last two go

Before the schema is switched everything is as it was; after it the journal says which version belongs to it, and
`settle` moves the pointer at the next start.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from appliance import launcher
from appliance.backup import making
from appliance.child_process import Child, Progress
from appliance.folder_lock import Busy, FolderLock
from appliance.upgrade import program_home
from appliance.upgrade.manifest import Manifest
from appliance.upgrade.program_home import Home, Journal
from appliance.upgrade.settling import alone_in, settle, state_of
from appliance.upgrade.verifying import Measure, newest_in, unpack, verify
from clinic_app.config import Config
from clinic_app.kernel import db, i18n, keys, opening, releases, switching
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.renaming import rename

REQUIREMENTS, WHEELS = "requirements.txt", "wheels"
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Installed:
    """What was installed; `backup` is the verified one of before, "" where there was no clinic yet."""

    release: Manifest
    home: Home
    backup: str
    is_new_home: bool


@opening.telling_of_disk()
def install(
    config: Config, given: Path, home: Home, trusted: Sequence[Ed25519PublicKey], report: Progress
) -> Installed:
    """Install the package, or the newest of a folder, into a home. Raises Busy while a server runs.

    Refused, with the running version and the clinic as they were: `package.…`, `upgrade.libraries`, whatever a backup
    is refused for, what the new program said (`upgrade.failed_on_copy` where this one has no sentence for it),
    `kernel.disk_full`, `kernel.disk_failed`.
    """
    with alone_in(home.folder):
        settle(home)
        has_clinic, known = _known(config.data)
        measure = _measure(home, trusted, known)
        path = newest_in(given, measure) if given.is_dir() else given
        release = verify(path, measure, report)
        home.raise_floor(release.least)
        was = home.current
        home.sweep({was, home.former})
        folder = _laid_out(path, release, measure, home, report)
        backup = ""
        if has_clinic:
            backup = _kept_before(config, folder, report)
            _bring_up(config, home, folder, report)
        report("switching", 0, 0)
        home.put_launcher()
        home.point_to(release.name, was)
        home.end()
        home.sweep({release.name, was})
    return Installed(release, home, backup, not was)


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Nobody serves this data folder now."""
    lock = FolderLock(folder)
    try:
        yield
    finally:
        lock.release()


def _known(data: Path) -> tuple[bool, releases.Newest]:
    """Whether there is a clinic, and the newest program that has served it."""
    if not data.is_dir():
        return False, releases.Newest()
    with _held(data):
        if not opening.exists(data):
            return False, releases.Newest()
        opening.refuse_damaged_log(data)
        opening.open_clinic(data, (), owned=False)
        try:
            return True, releases.newest()
        finally:
            db.close_database()


def _measure(home: Home, trusted: Sequence[Ed25519PublicKey], known: releases.Newest) -> Measure:
    """In a new home the program that has served the clinic may be put again, but none older than it."""
    here = home.release(home.current) or program_home.running()
    counter, version = (here.counter, here.version) if here else (max(0, known.counter - 1), known.version)
    return Measure(trusted, counter, version, max(home.floor, known.floor))


def _laid_out(path: Path, release: Manifest, measure: Measure, home: Home, report: Progress) -> Path:
    """The program under its own name in the home, with its libraries, on disk."""
    folder = home.folder / release.name
    new = folder.with_name(folder.name + program_home.NEW)
    try:
        if unpack(path, measure, new, report) != release:
            raise Refused("package.changed", name=path.name)
        _bring_libraries(release, new, report)
        rename(new, folder)
        keys.sync_folder(home.folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    return folder


def _kept_before(config: Config, folder: Path, report: Progress) -> str:
    """The name of the verified backup of before."""
    try:
        return making.make(config, "upgrade", report).file
    except BaseException:
        program_home.remove(folder)
        raise


def _bring_libraries(release: Manifest, new: Path, report: Progress) -> None:
    """Those of the running program serve a list that is the same; else they come from the package, never a network."""
    if (new / launcher.FROZEN).is_file():
        return
    running = program_home.ROOT
    if release.requirements == _digest(running / REQUIREMENTS):
        if (running / launcher.SITE).is_dir():
            shutil.copytree(running / launcher.SITE, new / launcher.SITE, copy_function=_copied)
            _sync(new / launcher.SITE)
        return
    if not release.has_wheels or release.requirements != _digest(new / REQUIREMENTS):
        raise Refused("upgrade.libraries", why="wheels/")
    report("libraries", 0, 0)
    words = ["install", "--no-index", "--require-hashes", "--no-deps", "--no-compile", "--disable-pip-version-check"]
    places = ["--find-links", str(new / WHEELS), "--target", str(new / launcher.SITE)]
    ended = subprocess.run(
        [sys.executable, "-m", "pip", "--isolated", *words, *places, "-r", str(new / REQUIREMENTS)],
        capture_output=True, text=True, check=False, cwd=new,
    )  # fmt: skip
    if ended.returncode:
        raise Refused("upgrade.libraries", why=(ended.stderr.strip().splitlines() or ["pip"])[-1][:200])
    shutil.rmtree(new / WHEELS)
    _sync(new / launcher.SITE)


@opening.telling_of_disk()
def _copied(source: str, target: str) -> None:
    """`copytree` would go on after a full disk, and tell of every file."""
    shutil.copy2(source, target)


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _sync(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            keys.sync_folder(path)
        else:
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    keys.sync_folder(folder)
    keys.sync_folder(folder.parent)


def _bring_up(config: Config, home: Home, folder: Path, report: Progress) -> None:
    """The new program brings the schema up, on a copy; what it said counts less than what the clinic is now.

    Where nobody can say what it is now, journal and program stay: the next start settles it.
    """
    try:
        home.begin(Journal(folder.name, str(config.data.absolute())))
        ask_new_program(config, folder, report)
    except BaseException as err:
        state = _state_now(config.data)
        if state == "newer":
            return
        if state:
            home.end()
            program_home.remove(folder)
        if isinstance(err, Refused):
            raise _in_our_words(err) from err
        raise


def ask_new_program(config: Config, folder: Path, report: Progress) -> None:
    """Its own command in a process of its own; it takes the folder's lock itself."""
    child = Child(config.data, "upgrade", "--bring-up", program=folder)
    try:
        child.wait(report)
    finally:
        child.stop(STOP_SECONDS)


def _state_now(data: Path) -> str:
    try:
        with _held(data):
            switching.finish_interrupted(data)
            return state_of(data)
    except (Busy, Refused):
        return ""


def _in_our_words(err: Refused) -> Refused:
    """A newer program may refuse for what this one has no sentence for; then it is told in that one's."""
    if f"refusal\x04{err.code}" in i18n.catalogue(i18n.SOURCE) and err.code != "child.died":
        return err
    said = err.facts.get("told") or err.facts.get("said") or err.code
    return Refused("upgrade.failed_on_copy", why=str(said)[:400])
