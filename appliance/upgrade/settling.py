"""After a cut in an upgrade (升级中断): which version of the program belongs to the clinic as it is now."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from appliance import launcher
from appliance.folder_lock import Busy, FolderLock
from appliance.upgrade.program_home import Home
from clinic_app import registry
from clinic_app.kernel import db, opening, schema, switching
from clinic_app.kernel.errors import Refused


@contextlib.contextmanager
def alone_in(home: Path) -> Iterator[None]:
    """One change of a home at a time. The account that serves must be able to read it."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o755)
    except OSError as err:
        raise Refused("appliance.folder_unwritable", folder=str(home), reason=err.strerror) from err
    try:
        lock = FolderLock(home)
    except Busy as err:
        raise Refused("upgrade.under_way") from err
    try:
        yield
    finally:
        lock.release()


def state_of(data: Path) -> str:
    """Of the clinic's schema beside this program's: same, older or newer. The caller holds the folder's lock."""
    steps = registry.migration_steps()
    opening.refuse_damaged_log(data)  # closing would move what is left of it home
    opening.open_clinic(data, steps, owned=False)
    try:
        return "older" if schema.missing(steps) else "same"
    except Refused as err:
        if err.code != "schema.newer":
            raise
        return "newer"
    finally:
        db.close_database()


def settle(home: Home) -> str:
    """Move the pointer where the schema was switched and the pointer not, forget the journal; which version to start.

    Run by the version that the pointer names, alone in the home. Raises Busy where a server runs, Refused where the
    clinic does not open: then nothing is changed, and the next start tries again. Where the home cannot be written the
    answer is right all the same.
    """
    journal, name = home.journal, home.current
    if journal is None:
        if (home.folder / launcher.JOURNAL).exists():
            with contextlib.suppress(OSError):
                home.end()
        return name
    data = Path(journal.data)
    if not (data / opening.DATABASE).exists() and not any(data.glob(f"{switching.INCOMING}*")):
        return name  # a disk that is not plugged in
    lock = FolderLock(data)
    try:
        switching.finish_interrupted(data)
        state = state_of(data)
    finally:
        lock.release()
    is_moved = state == ("older" if journal.is_back else "newer") and home.release(journal.to) is not None
    with contextlib.suppress(OSError):
        if is_moved:
            home.point_to(journal.to, "" if journal.is_back else name)
        home.end()
    return journal.to if is_moved else name
