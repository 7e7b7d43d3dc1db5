"""Backups while the server runs (定时备份): each in a process of its own, niced; the server stores what came out."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from appliance.backup import keeping, making, places
from appliance.backup.copying_out import Target
from appliance.backup.file_format import Found, check_seal
from appliance.backup.patience import Patience
from appliance.child_process import Child
from appliance.folder_lock import Busy, FolderLock
from clinic_app.config import Config
from clinic_app.kernel import db, installation, keys, opening, parameters
from clinic_app.kernel.clock import business_day, clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ports import BackupFile, BackupProgress, BackupVolume
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import UnitOfWork, unit_of_work
from clinic_app.modules.backups import queries, services

FIRST_SECONDS = 300.0
RETRY_SECONDS = 900.0
LOOK_SECONDS = 5.0
SILENT_SECONDS = 1800.0
"""A child that says nothing for so long hangs at a disk that does not answer."""
ASKED_SECONDS = 2.0
MARKED_SECONDS = 10.0
"""A disk that sleeps takes some seconds to be written; a page waits no longer for one."""
T = TypeVar("T")
log = logging.getLogger("clinic.backup")


class Schedule:
    """The backups of a running server; also what the page of the backups asks of them (`ports.Backups`).

    One at a time. The first is due some minutes after the start, so that a PC switched on in the morning is quick; the
    next when the interval has passed since the last one began, and ten times as long as that one took.
    """

    def __init__(self, config: Config):
        self._config = config
        self._thread = threading.Thread(target=self._run, name="backups", daemon=True)
        self._wake, self._ending, self._lock = threading.Event(), False, threading.Lock()
        self._child: Child | None = None
        self._progress: BackupProgress | None = None
        self._is_asked = False
        self._proved: dict[str, Any] | None = None
        self._copied: list[dict[str, Any]] = []
        self._patience, self._marking = Patience(ASKED_SECONDS), Patience(MARKED_SECONDS)
        self._unsound: set[tuple[str, int]] = set()
        self._files: tuple[frozenset[tuple[str, int]], tuple[BackupFile, ...]] = frozenset(), ()
        self._adopted: frozenset[tuple[str, int]] = frozenset()
        self._by_hand: Found | None = None
        self._due = time.monotonic() + FIRST_SECONDS

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """End the one under way, before the database is closed; what it had begun is swept away by the next."""
        with self._lock:
            self._ending, child = True, self._child
        self._wake.set()
        if child is not None:
            child.stop(seconds)
        self._thread.join(seconds)

    def make_now(self) -> None:
        with self._lock:
            if self._progress is None:
                self._is_asked, self._progress = True, BackupProgress("", 0)
        self._wake.set()

    def progress(self) -> BackupProgress | None:
        return self._progress

    def files(self) -> Sequence[BackupFile]:
        """Every page with the chip asks: the folders are listed each time, the files read when one has changed.

        Without another clinic's and those that were read and are damaged: this clinic is not restored from them.
        """
        listed = places.listed(self._config.data)
        if listed != self._files[0]:
            found, mark = places.local_backups(self._config.data), installation.current().key_mark
            self._files = listed, tuple(
                BackupFile(one.path.name, one.header.kind, one.header.made_at, one.size)
                for one in found if one.header.key_mark == mark
            )  # fmt: skip
        return [one for one in self._files[1] if (one.name, one.size) not in self._unsound]

    def volumes(self) -> Sequence[BackupVolume]:
        there = self._patience.ask("volumes", lambda: places.volumes(beside=self._config.data), [])
        return [BackupVolume(places.shown(one.root), one.free, one.target_id) for one in there]

    def mark_volume(self, root: str) -> str:
        missing = Refused("backup.target_missing", field="place", place=root)

        def look() -> str:
            there = [one.root for one in places.volumes(beside=self._config.data) if places.shown(one.root) == root]
            if not there:
                raise missing
            return places.mark(there[0])

        return self._answer_of(root, look, silent=missing, failing=missing)

    def check_folder(self, path: str) -> None:
        """A folder that is there and can be written, on another disk than the data; marked, so that an empty mount
        point is not taken for it."""
        unfit = Refused("backup.folder", field="folder", place=path)

        def look() -> None:
            folder = Path(path)
            inside = self._config.data.resolve() in (folder.resolve(), *folder.resolve().parents)
            if not folder.is_absolute() or not folder.is_dir() or inside:
                raise unfit
            if places.is_on_disk_of(self._config.data, folder):
                raise Refused("backup.same_disk", field="folder", place=path)
            places.mark(folder)

        silent = Refused("backup.target_missing", field="folder", place=path)
        self._answer_of(path, look, silent=silent, failing=unfit)

    def _answer_of(self, place: str, look: Callable[[], T], *, silent: Refused, failing: Refused) -> T:
        """What a disk says to a page. Refused as `look` does, `failing` for an error of the disk, `silent` for none."""

        def tried() -> tuple[T] | Refused:
            try:
                return (look(),)
            except Refused as err:
                return err
            except (OSError, RuntimeError, ValueError):  # no right, a stale mount, a name too long, a loop of links
                return failing

        said = self._marking.ask(place, tried, silent)
        if isinstance(said, Refused):
            raise said
        return said[0]

    def is_there(self, kind: str, place: str) -> bool:
        def look() -> bool:
            try:
                places.folder_of(kind, place, "")
            except (Refused, OSError):
                return False
            return True

        return self._patience.ask(place, look, False)

    def _run(self) -> None:
        self._adopt_or_tell()
        while not self._ending:
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
            try:
                if not self._ending:
                    self._turn()
            except Exception:  # a full disk, a busy database: the thread goes on, the next turn may go well
                log.exception("the backups could not be looked after")
        db.database.close()  # this thread's own connection

    def _turn(self) -> None:
        """One look: make the backup that is due or asked for, or note what came in by hand."""
        if self._is_asked or time.monotonic() >= self._due:
            try:
                self._adopt_or_tell()
                if self._is_asked or time.monotonic() >= self._due:
                    self._once(keeping.NOW if self._is_asked else self._kind_due())
            except Exception:
                log.exception("a backup could not be noted")
                self._due = time.monotonic() + RETRY_SECONDS
            finally:
                with self._lock:
                    self._progress, self._child, self._is_asked = None, None, False
        elif places.listed(self._config.data) != self._adopted:
            self._adopt_or_tell()
        elif self._by_hand is not None:
            self._look_for_copies(self._by_hand)

    def _adopt_or_tell(self) -> None:
        """What cannot be noted now is noted before the next backup, and holds up none."""
        try:
            self._adopt()
        except Exception:
            log.exception("the backups in the data folder could not be noted")

    def _kind_due(self) -> str:
        newest = queries.newest_of_kind(keeping.DAILY, clock.read().at)
        return keeping.kind_due(business_day(newest).isoformat() if newest else "", clock.read().on.isoformat())

    def _once(self, kind: str) -> None:
        began = time.monotonic()
        with self._lock:
            if self._ending:
                return
            self._progress, self._proved, self._copied = BackupProgress("", 0), None, []
            self._child = Child(self._config.data, "backup", "now", "--kind", kind, "--json", "--child")
        try:
            made = self._child.wait(self._tell, self._note_proved, SILENT_SECONDS, self._note_copied)
        except Refused as err:
            if self._ending:
                return
            log.warning("no backup was made: %s %s", err.code, err.facts)
            proved = self._proved
            self._due = time.monotonic() + (RETRY_SECONDS if proved is None else self._every())
            with unit_of_work(SYSTEM) as uow:
                if proved is None:
                    services.record_refused(uow, kind, err)
                else:
                    _record(uow, {**proved, "copies": self._copied})
                    services.record_no_copies(uow, proved)
            return
        every = self._every()
        self._due = began + keeping.interval_seconds(every, time.monotonic() - began)
        log.info("backup %s made in %.1f s", made["file"], time.monotonic() - began)
        with unit_of_work(SYSTEM) as uow:
            _record(uow, made)

    def _note_proved(self, made: dict[str, Any]) -> None:
        """It counts from here on, whatever becomes of its copies."""
        self._proved = made
        self._note(made)

    def _note_copied(self, one: dict[str, Any]) -> None:
        """So does each copy, whatever becomes of the others."""
        self._copied.append(one)
        if self._proved is not None:
            self._note({**self._proved, "copies": [one]})

    def _note(self, made: dict[str, Any]) -> None:
        """A database that is busy now breaks off no backup: at its end all of it is noted that is not yet."""
        try:
            with unit_of_work(SYSTEM) as uow:
                _record(uow, made)
        except Exception:
            log.exception("a backup under way could not be noted")

    def _every(self) -> int:
        return int(parameters.value("backups.every_minutes", clock.read().on)) * 60

    def _tell(self, step: str, done: int, of: int) -> None:
        self._progress = BackupProgress(step, 100 * done // of if of else 0)

    def _is_sound(self, one: Found) -> bool:
        """Whether every byte of a file is as it was written; one that is not is read once only."""
        about = (one.path.name, one.size)
        if about in self._unsound:
            return False
        try:
            key_set = keys.load(self._config.data / opening.KEYS, one.header.key_mark)
            check_seal(one, keys.seal_key(key_set.audit_key))
        except Refused as err:
            log.warning("%s is not counted as a backup: %s", one.path.name, err.code)
            self._unsound.add(about)
            return False
        return True

    def _adopt(self) -> None:
        """Note backups that this database does not know: made by hand, before an upgrade, or before a restore.

        Not while one is being made: its file is not proved. Its copies on the targets come later, see below.
        """
        if _is_under_way(self._config.data):
            return
        self._adopted = places.listed(self._config.data)
        known, mark = queries.known_files(), installation.current().key_mark
        for one in reversed(places.local_backups(self._config.data)):
            if one.path.name not in known and one.header.key_mark == mark and self._is_sound(one):
                with unit_of_work(SYSTEM) as uow:
                    services.record_made(uow, {
                        "file": one.path.name, "kind": one.header.kind, "bytes": one.size,
                        "made_at": one.header.made_at,
                    })  # fmt: skip
                self._by_hand = one
                self._look_for_copies(one)
        now = clock.read().at
        if past := [one.made_at for one in self.files() if one.made_at <= now]:
            every, age = self._every(), (now - max(past)) / 1000
            self._due = max(self._due, time.monotonic() + every - max(age, 0.0))

    def _look_for_copies(self, one: Found) -> None:
        """Note the newest one adopted on the targets as it arrives there; no longer once another was made."""
        noted = queries.copies_of_file(one.path.name)
        wanted = [target for target in making.known_targets() if bytes.fromhex(target.id) not in noted]
        there = [
            copy for target in wanted
            for copy in self._patience.ask(f"copy on {target.id}", lambda target=target: _copies_of(one, [target]), [])
        ]  # fmt: skip
        if there:
            with unit_of_work(SYSTEM) as uow:
                services.record_copies(
                    uow, {"file": one.path.name, "made_at": one.header.made_at, "copies": there}
                )  # fmt: skip
        if len(there) == len(wanted) or self._newest_file() != one.path.name:
            self._by_hand = None

    def _newest_file(self) -> str:
        now = clock.read().at
        return max(
            self.files(), key=lambda one: (one.made_at <= now, one.made_at), default=BackupFile("", "", 0, 0)
        ).name


def _record(uow: UnitOfWork, made: dict[str, Any]) -> None:
    services.record_made(uow, made)
    services.record_copies(uow, made)


def _is_under_way(data: Path) -> bool:
    """Whether another process makes a backup now."""
    if not (data / places.LOCAL).is_dir():
        return False
    try:
        FolderLock(data / places.LOCAL).release()
    except Busy:
        return True
    return False


def _copies_of(found: Found, targets: Sequence[Target]) -> list[dict[str, Any]]:
    """Those that are there now and hold the same file: it was read back there before it got its name."""
    copies = []
    for target in targets:
        with contextlib.suppress(Refused, OSError):
            folder = places.folder_of(target.kind, target.place, found.header.code)
            if (folder / found.path.name).stat().st_size == found.size:
                copies.append({"target_id": target.id, "copy_no": target.copy_no, "reason": "", "facts": {}})
    return copies
