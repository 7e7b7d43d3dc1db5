"""`clinic check`: read every page in use, count every invariant; green is exit 0."""

from pathlib import Path

from appliance.backup.commands import Console
from appliance.folder_lock import Busy, FolderLock
from appliance.upgrade.on_a_copy import open_upgraded
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import db, invariants, opening

EXIT_BROKEN = 1


def check(config: Config) -> int:
    """Check the clinic of the data folder; works beside a running server, which it does not disturb."""
    registry.wire(config)
    lock = _own(config.data)
    try:
        if lock:
            open_upgraded(config, Console())
        else:
            opening.open_clinic(config.data, registry.migration_steps(), owned=False)
        broken = 0
        for place in db.damaged_pages():
            broken += 1
            print(f"PAGES   {place}")
        for result in invariants.results():
            print(f"{'ok' if result.holds else 'BROKEN':7} {result.id:14} {result.title}")
            for what, why in result.violations:
                broken += 1
                print(f"        {what}: {why}")
        print("一切相符 / all sound" if not broken else f"{broken} 处不符 / {broken} violations")
        return EXIT_BROKEN if broken else 0
    finally:
        db.close_database()
        if lock:
            lock.release()


def _own(folder: Path) -> FolderLock | None:
    try:
        lock = FolderLock(folder)
        lock.describe("clinic check", serves=False)
        return lock
    except Busy:
        return None
