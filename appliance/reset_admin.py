"""`clinic reset-admin`: a one-time code for the last administrator who forgot the password; audited and announced."""

import sys

from appliance.backup.commands import Console
from appliance.folder_lock import EXIT_SECOND_SERVER, Busy, FolderLock
from appliance.upgrade.on_a_copy import open_upgraded
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import opening
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work


def reset_admin(config: Config) -> int:
    """Print the code; the server must be stopped, because only this PC's owner may do it."""
    from clinic_app.modules.people import services

    try:
        lock = FolderLock(config.data)
    except Busy as err:
        print(f"先停服务器（{err}）。 / Stop the server first.", file=sys.stderr)
        return EXIT_SECOND_SERVER
    try:
        registry.wire(config)
        open_upgraded(config, Console())
        with unit_of_work(SYSTEM) as uow:
            made = services.reset_last_administrator(uow)
        print(f"{made['staff_no']} {made['name']}: {made['code']}  (24 h)")
        return 0
    finally:
        opening.close_clinic()
        lock.release()
