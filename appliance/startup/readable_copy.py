"""A clinic that can be read and not written (只读副本), from a copy in memory.

A read-only disk stops even reading, since SQLite must write beside a database with a log. So database and log are
copied into memory, or into a temporary folder when they are too large for it, and opened there: records, allergies and
stock can be looked up; every command is refused with a sentence. What is written on the way (who is signed in, who read
which chart) is gone at the end.
"""

import logging
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from appliance.doctor.room import ClinicSelfCheck
from appliance.folder_lock import Busy, FolderLock
from appliance.startup.checklist import Attempt
from appliance.startup.devices_off import DevicesOff
from clinic_app import registry
from clinic_app.kernel import condition, opening, ports
from clinic_app.kernel.errors import Refused

PREFIX = "xiangyi-reading-"
PLACES = (Path("/dev/shm"), Path(tempfile.gettempdir()))
ROOM = 1.3  # times the files: sessions, the log of readings
SLACK_BYTES = 16 << 20
COPIED = (opening.DATABASE, f"{opening.DATABASE}-wal", opening.LABEL)
log = logging.getLogger("clinic.copy")


def open_copy(attempt: Attempt) -> Any:
    """Copy and open; returns the application. Refused when there is no room or the copy cannot be opened either."""
    attempt.stop()
    source = attempt.config.data
    present = [source / name for name in COPIED if (source / name).exists()]
    try:
        sweep()
        attempt.copy = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_place(present)))
        attempt.copy_lock = FolderLock(attempt.copy)
        for path in present:
            shutil.copyfile(path, attempt.copy / path.name)
        _lend_keys(source / opening.KEYS, attempt.copy / opening.KEYS)
        config = replace(attempt.config, data=attempt.copy)
        attempt.modules = registry.wire(config)
        attempt.installation = opening.open_clinic(
            attempt.copy, registry.migration_steps(), reads_what_is_left=True
        )
    except OSError as err:
        attempt.stop()
        raise Refused("startup.copy_failed", reason=err.strerror or str(err)) from err
    except Refused:
        attempt.stop()
        raise
    except Exception as err:  # a library that may damage a database, a fault: the page goes on
        log.exception("the copy could not be opened")
        attempt.stop()
        raise Refused("startup.fault", kind=type(err).__name__) from err
    from clinic_app.app import create_app

    condition.clear()
    condition.set_standing(condition.READING, True)
    ports.bound.printer, ports.bound.cards, ports.bound.county = None, DevicesOff(), None
    ports.bound.selfcheck = ClinicSelfCheck(config)
    attempt.app = create_app(config, attempt.modules)
    return attempt.app


def sweep() -> None:
    """Take away the copies of servers that were killed; one that is in use has its lock. Raises nothing: what cannot
    be taken away is tried again by the next start.
    """
    for place in PLACES:
        with suppress(OSError):
            for left in place.glob(f"{PREFIX}*"):
                with suppress(Busy, Refused, OSError):
                    FolderLock(left).release()
                    shutil.rmtree(left, ignore_errors=True)


def _place(files: list[Path]) -> Path:
    """Memory first: the disk that fails may be the one with the temporary folder."""
    need = int(sum(path.stat().st_size for path in files) * ROOM) + SLACK_BYTES
    for place in PLACES:
        if place.is_dir() and os.access(place, os.W_OK) and shutil.disk_usage(place).free > need:
            return place
    raise Refused("startup.no_room_for_copy", need=need >> 20)


def _lend_keys(kept: Path, lent: Path) -> None:
    """By a link where that can be, so that no key is left in a temporary folder."""
    try:
        lent.symlink_to(kept.resolve(), target_is_directory=True)
    except OSError:  # Windows without the right to make links
        shutil.copytree(kept, lent)
