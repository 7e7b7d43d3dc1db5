"""Start-up as one list: each step says no with a `Refused`, in the order in which a no costs least."""

import errno
import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from appliance import logs
from appliance.backup.commands import Console
from appliance.backup.schedule import Schedule
from appliance.doctor.room import ClinicSelfCheck
from appliance.folder_lock import DAMAGED, FolderLock
from appliance.lan.service import ClinicLan
from appliance.lan.web_server import WebServer
from appliance.startup import cloud_folders, record
from appliance.startup.ballast import Ballast, Tending
from appliance.startup.devices_off import DevicesOff
from appliance.upgrade import on_a_copy, program_home
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import condition, db, jobs, opening, ports, printing, releases
from clinic_app.kernel.clock import SystemTime
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.installation import Installation
from clinic_app.kernel.maintenance import Maintenance, check_pages
from clinic_app.kernel.manifest import Module
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work

LEAST_FREE_BYTES = 4 << 20  # log lines, the lock and the first commits
STOP_SECONDS = 15.0
BACKUP_SECONDS = 5.0
REAL_CLINIC = "startup.real_clinic"
log = logging.getLogger("clinic.start")


@dataclass
class Attempt:
    """One server process and how far it has come; a step that said no may be tried again with the same one.

    `is_safe`: no devices, no sync. `wants_practice`: a clinic that is there must be one for practice. `has_clinic` is
    False in an empty folder: then the first run follows. `copy` is the scratch folder of a clinic read from a copy.
    """

    config: Config
    is_safe: bool = False
    wants_practice: bool = False
    lock: FolderLock | None = None
    has_logs: bool = False
    has_clinic: bool = False
    is_first_run: bool = False
    is_serving: bool = False
    copy: Path | None = None
    copy_lock: FolderLock | None = None
    ballast: Ballast | None = None
    modules: list[Module] = field(default_factory=list)
    installation: Installation | None = None
    app: Any = None
    workers: jobs.Workers | None = None
    maintenance: Maintenance | None = None
    tending: Tending | None = None
    backups: Schedule | None = None
    lan: ClinicLan | None = None
    web: WebServer = field(default_factory=WebServer)

    def stop(self) -> None:
        """End the threads and close the database, whatever of them has begun; the lock is kept."""
        self.let_nobody_in()
        if self.lan:
            self.lan.wait_ended()
        if self.tending:
            self.tending.stop()
        if self.workers:
            self.workers.stop(STOP_SECONDS)
        if self.backups:
            self.backups.stop(BACKUP_SECONDS)
        if self.maintenance:
            self.maintenance.stop(STOP_SECONDS)
        for module in reversed(self.modules):
            if module.stop:
                module.stop()
        opening.close_clinic()
        if self.copy_lock:
            self.copy_lock.release()
        if self.copy:
            shutil.rmtree(self.copy, ignore_errors=True)
        self.modules, self.app, self.copy, self.copy_lock = [], None, None, None
        self.workers = self.maintenance = self.tending = self.backups = self.lan = None

    def let_nobody_in(self) -> None:
        """The LAN ends first: whoever comes from there waits for an answer that will not come."""
        if self.lan:
            self.lan.stop()


@dataclass(frozen=True, slots=True)
class Step:
    """`said` names it in the log; a step of the clinic is left out in an empty folder."""

    said: str
    act: Callable[[Attempt], None]
    of_the_clinic: bool = True


def refuse_cloud_folder(attempt: Attempt) -> None:
    """Before anything is written: a copy made by such a program is no backup, and its conflicts end a database."""
    if product := cloud_folders.product_of(attempt.config.data):
        raise Refused("startup.cloud_folder", folder=str(attempt.config.data), product=product)


def take_lock(attempt: Attempt) -> None:
    """One server a folder; held to the end of the process. Raises Busy, Refused where nothing can be written."""
    if attempt.lock is None:
        attempt.lock = FolderLock(attempt.config.data)


def have_room(attempt: Attempt) -> None:
    """A full disk would stop the first sign-in; the reserve is given free for this."""
    attempt.ballast = Ballast(attempt.config.data)
    if attempt.ballast.free_bytes() < LEAST_FREE_BYTES:
        attempt.ballast.release()
    free = attempt.ballast.free_bytes()
    if free < LEAST_FREE_BYTES:
        raise Refused("startup.no_room", free=free >> 20, need=LEAST_FREE_BYTES >> 20, folder=str(attempt.config.data))


def begin_logs(attempt: Attempt) -> None:
    if attempt.has_logs:
        return
    try:
        logs.start(attempt.config.data / "logs", attempt.config.log_level)
        attempt.has_logs = True
    except OSError as err:
        if err.errno == errno.ENOSPC:
            raise Refused("kernel.disk_full") from err
        raise Refused(
            "appliance.folder_unwritable", folder=str(attempt.config.data), reason=err.strerror
        ) from err


def have_library(_attempt: Attempt) -> None:
    """Before a database is touched: older libraries can damage one."""
    if found := db.unsafe_library():
        raise Refused("startup.old_library", found=found, need=".".join(map(str, db.OLDEST_SAFE_SQLITE)))


def see_what_is_there(attempt: Attempt) -> None:
    """A clinic, nothing at all, or what is left of one: then no new one is ever begun in its place."""
    folder = attempt.config.data
    attempt.has_clinic = opening.exists(folder)
    has_anything = attempt.has_clinic or bool(opening.traces_of_a_clinic(folder))
    if has_anything and not any((folder / name).exists() for name in (opening.DATABASE, opening.KEYS)):
        raise Refused("clinic.database_missing", folder=str(folder))


def have_keys(attempt: Attempt) -> None:
    opening.kept_keys(attempt.config.data)


def count_this_start(attempt: Attempt) -> None:
    """Two starts in a row that never answered: this one goes without devices and sync."""
    folder = attempt.config.data
    before = record.read(folder)
    condition.set_standing(condition.SAFE_BY_HAND, attempt.is_safe and not before.asks_for_safe_mode)
    attempt.is_safe = attempt.is_safe or before.asks_for_safe_mode
    record.set_begun(folder, before.begun + 1)
    if attempt.lock is not None and attempt.lock.was_unclean and attempt.lock.left != DAMAGED:
        record.note_unclean_end(folder, SystemTime().wall_ms(), attempt.lock.left)
    condition.set_standing(condition.SAFE, attempt.is_safe)
    if attempt.is_safe:
        log.warning("safe mode: no devices and no sync")


def make_newer_schema(attempt: Attempt) -> None:
    """After a verified backup, on a copy; a clinic of this program is left alone."""
    registry.wire(attempt.config)
    on_a_copy.bring_up(attempt.config, Console())


def open_clinic(attempt: Attempt) -> None:
    """Damage of the log, key, pages that the opening needs, schema, clock, parameters, in this order."""
    attempt.modules = registry.wire(attempt.config)
    if attempt.ballast:
        db.when_full = attempt.ballast.release
    attempt.installation = opening.open_clinic(attempt.config.data, registry.migration_steps())
    if attempt.wants_practice and not attempt.installation.is_practice:
        raise Refused(REAL_CLINIC, clinic=attempt.installation.name, folder=str(attempt.config.data))


def note_release(_attempt: Attempt) -> None:
    """A program older than one that served this clinic goes on, and says so: its folder may have been put back."""
    release = program_home.running()
    if release is None:
        return
    newest = releases.newest()
    if newest.counter > release.counter:
        log.warning("this program (%s) is older than %s, which served this clinic", release.version, newest.version)
        print(f"这个程序（{release.version}）比用过的旧。 / It is older than {newest.version}, used here before.")
    if not releases.is_noted(release.counter):
        with unit_of_work(SYSTEM) as uow:
            releases.note(uow, release.counter, release.version, release.least)


def read_pages_after_an_unclean_end(attempt: Attempt) -> None:
    """A damaged page found now is a sentence; found at noon it is a lost afternoon."""
    if attempt.lock is None or not attempt.lock.was_unclean:
        return
    if damaged := check_pages("before serving, after an unclean end"):
        raise Refused("clinic.pages_damaged", where=damaged[0][:80])


def doubt_papers(_attempt: Attempt) -> None:
    if doubted := jobs.doubt_interrupted():
        log.warning("%d papers were being sent when the server ended", doubted)


def make_application(attempt: Attempt) -> None:
    """Flask is not needed to find out that a clinic cannot be opened, so it is loaded here."""
    from clinic_app.app import create_app

    if attempt.is_safe:
        ports.bound.printer, ports.bound.cards, ports.bound.county = None, DevicesOff(), None
    ports.bound.selfcheck = ClinicSelfCheck(attempt.config)
    ports.bound.backups = Schedule(attempt.config)
    attempt.app = create_app(attempt.config, attempt.modules)
    ports.bound.lan = ClinicLan(attempt.config.data, attempt.web, attempt.app)


def begin_threads(attempt: Attempt) -> None:
    """In safe mode no paper is sent: all of them wait, and are printed after the next ordinary start."""
    has_read = attempt.lock is not None and attempt.lock.was_unclean
    attempt.maintenance = Maintenance(checks_pages=not has_read)
    attempt.maintenance.start()
    if not attempt.is_safe:
        attempt.workers = jobs.Workers(printing.send)
        attempt.workers.start()
    if isinstance(ports.bound.lan, ClinicLan):
        attempt.lan = ports.bound.lan
        attempt.lan.start()
    if isinstance(ports.bound.backups, Schedule):
        attempt.backups = ports.bound.backups
        attempt.backups.start()
    if attempt.ballast:
        attempt.tending = Tending(attempt.ballast)
        attempt.tending.start()


STEPS = (
    Step("the folder is no cloud's", refuse_cloud_folder, of_the_clinic=False),
    Step("nobody else serves the folder", take_lock, of_the_clinic=False),
    Step("there is room on the disk", have_room, of_the_clinic=False),
    Step("the log can be written", begin_logs, of_the_clinic=False),
    Step("the database library is safe", have_library, of_the_clinic=False),
    Step("a clinic is there, or nothing of one", see_what_is_there, of_the_clinic=False),
    Step("the keys are there", have_keys),
    Step("the starts before got through", count_this_start),
    Step("the schema is this program's", make_newer_schema),
    Step("log, key, schema and clock are right", open_clinic),
    Step("every page is sound after an unclean end", read_pages_after_an_unclean_end),
    Step("the release that serves is known", note_release),
    Step("papers under way are doubted", doubt_papers),
    Step("the application is made", make_application),
    Step("the threads work", begin_threads),
)


def walk(attempt: Attempt) -> None:
    """Go through the list. Raises the `Refused` of the step that says no, or its fault; everything is closed then."""
    begun = None
    condition.clear()
    try:
        for step in STEPS:
            if step.of_the_clinic and not attempt.has_clinic:
                continue
            log.debug("start: %s", step.said)
            if step.act is count_this_start:
                begun = record.read(attempt.config.data).begun
            step.act(attempt)
    except Refused as err:
        log.error("not started: %s", err.code)
        attempt.stop()
        if begun is not None:  # a sentence is no crash: safe mode would not help
            record.set_begun(attempt.config.data, begun)
        raise
    except Exception:
        with suppress(Exception):
            attempt.stop()
        raise


def answered(attempt: Attempt) -> None:
    """The server answers: whatever happens from now on, this start got through."""
    record.answered(attempt.config.data)
