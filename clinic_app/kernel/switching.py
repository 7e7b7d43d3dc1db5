"""Exchanging the files of a clinic as a set (换库): database, log, keys and label, the old ones kept aside.

The new files are made in `incoming-1.part`. Renaming that folder to `incoming-1` decides: before it a cut leaves the
old clinic, after it every start moves the old files into `replaced-1` and the new ones into their place, as often as it
is begun, until it is done. Moving never asks what is in a file, so it cannot fail twice for the same reason and loop.
"""

import errno
import logging
from collections.abc import Iterable
from pathlib import Path

from clinic_app.kernel import keys
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.renaming import rename

DATABASE = "clinic.sqlite3"
LABEL = "clinic.key-label"
KEYS = "keys"
NOTE = "upgraded.json"
LOGS = (f"{DATABASE}-wal", f"{DATABASE}-shm")
PART, INCOMING, REPLACED = ".part", "incoming-", "replaced-"
MOST = 1000
log = logging.getLogger("clinic.switching")


def stage(folder: Path) -> Path:
    """An empty folder for the new files, beside the old ones; what an interrupted try left there is removed."""
    finish_interrupted(folder)
    for number in range(1, MOST):
        staged = folder / f"{INCOMING}{number}{PART}"
        taken = (folder / f"{REPLACED}{number}", folder / f"{INCOMING}{number}", staged)
        if not any(path.exists() for path in taken):
            staged.mkdir(mode=0o700)
            return staged
    raise Refused("clinic.too_many_set_aside", folder=str(folder))


def switch(staged: Path) -> Path:
    """Put what is staged (database, keys, label; on disk, closed) in place; returns the folder of the old files.

    A staged note is of the old files and goes with them.
    """
    folder = staged.parent
    decided = staged.with_name(staged.name.removesuffix(PART))
    try:
        keys.sync_folder(staged)
        rename(staged, decided)
        keys.sync_folder(folder)
    except OSError as err:  # decided or not, the next start undoes it or goes on
        raise Refused("clinic.switch_unfinished", reason=err.strerror or "") from err
    return _finish(decided)


def abandon(staged: Path) -> None:
    """Remove what was staged and not decided. What cannot be removed is left: it decides nothing."""
    if not staged.is_dir():
        return
    try:
        for path in staged.iterdir():
            if path.is_dir():
                for one in path.iterdir():
                    one.unlink()
                path.rmdir()
            else:
                path.unlink()
        staged.rmdir()
    except OSError as err:
        log.warning("%s could not be removed: %s", staged.name, err.strerror)


def finish_interrupted(folder: Path) -> None:
    """After a cut: undo what was not decided, finish what was. Only for who holds the folder's lock."""
    if not folder.is_dir():
        return
    for path in sorted(folder.glob(f"{INCOMING}*")):
        number = path.name.removesuffix(PART).removeprefix(INCOMING)
        if not number.isdecimal() or not path.is_dir():
            continue
        if path.name.endswith(PART):
            abandon(path)
        else:
            _finish(path)


def _finish(decided: Path) -> Path:
    folder = decided.parent
    aside = folder / f"{REPLACED}{decided.name.removeprefix(INCOMING)}"
    if not (decided / DATABASE).exists():  # it goes last, so all has been moved
        _remove(decided)
        return aside
    try:
        aside.mkdir(mode=0o700, exist_ok=True)
        keys.sync_folder(folder)
        _move((*LOGS, DATABASE), folder, aside)
        _move([name for name in (KEYS, LABEL) if (decided / name).exists()], folder, aside)
        _move((NOTE,), decided, aside)
        keys.sync_folder(aside)
        keys.sync_folder(folder)
        _move((KEYS, LABEL), decided, folder)
        keys.sync_folder(decided)
        keys.sync_folder(folder)
        _move((DATABASE,), decided, folder)
        keys.sync_folder(decided)
        keys.sync_folder(folder)
    except OSError as err:
        full = err.errno == errno.ENOSPC
        raise Refused("kernel.disk_full" if full else "clinic.switch_unfinished", reason=err.strerror or "") from err
    _remove(decided)
    return aside


def _remove(emptied: Path) -> None:
    """A file manager may have put a file of its own into it: then the folder stays, and says nothing any more."""
    try:
        emptied.rmdir()
        keys.sync_folder(emptied.parent)
    except OSError as err:
        log.warning("%s could not be removed: %s", emptied.name, err.strerror)


def _move(names: Iterable[str], source: Path, target: Path) -> None:
    for name in names:
        if (source / name).exists():
            rename(source / name, target / name)
