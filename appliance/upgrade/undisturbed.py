"""While the files of a clinic are exchanged (换库) no backup is under way that keeps them open."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from appliance.backup import places
from appliance.folder_lock import Busy, FolderLock
from clinic_app.kernel.errors import Refused


@contextlib.contextmanager
def without_backups(data: Path) -> Iterator[None]:
    """Nobody makes a backup of this data folder meanwhile. Refused `backup.under_way` when somebody does now.

    A backup takes the folder's lock for that of a server, beside which it may read; so that lock alone keeps none off.
    """
    try:
        lock = FolderLock(data / places.LOCAL)
    except Busy as err:
        raise Refused("backup.under_way") from err
    try:
        yield
    finally:
        lock.release()
