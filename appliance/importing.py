"""`clinic import KIND [PATH] [--dry-run]`: a list from CSV, or the divisions from a folder, with the server stopped."""

import sys
import time
from pathlib import Path
from typing import Any

from appliance.backup.commands import Console
from appliance.folder_lock import EXIT_SECOND_SERVER, Busy, FolderLock
from appliance.upgrade.on_a_copy import open_upgraded
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import clock, opening
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import refusal
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work

STAFF = "staff"


def import_list(config: Config, kind: str, path: str | None, *, dry_run: bool) -> int:
    """All of the file or nothing; wrong lines are named. Exit 2 when anything is wrong."""
    source = Path(path or (config.divisions if kind == "divisions" else ""))
    try:
        lock = FolderLock(config.data)
    except Busy as err:
        print(f"先停服务器，或在网页上导入（{err}）。 / Stop the server, or import on its page.", file=sys.stderr)
        return EXIT_SECOND_SERVER
    began = time.perf_counter()
    try:
        registry.wire(config)
        open_upgraded(config, Console())
        code = _import_staff(source, dry_run) if kind == STAFF else _import_dictionary(kind, source, dry_run)
        print(f"{time.perf_counter() - began:.1f} s")
        return code
    finally:
        opening.close_clinic()
        lock.release()


def _import_dictionary(kind: str, source: Path, dry_run: bool) -> int:
    from clinic_app.modules.dictionaries import importing

    prepared = importing.prepare_file(kind, source, clock.today())
    for error in prepared.errors:
        print(error.text(), file=sys.stderr)
    if prepared.errors:
        count = prepared.error_count
        print(f"{count} 处有错，没有导入 / {count} errors, nothing imported", file=sys.stderr)
        return 2
    if not dry_run:
        with unit_of_work(SYSTEM) as uow:
            importing.bring_in(uow, prepared, _progress)
    _say(prepared.new, prepared.changed, prepared.unchanged, dry_run)
    return 0


def _import_staff(source: Path, dry_run: bool) -> int:
    from clinic_app.modules.people import services

    try:
        data = source.read_bytes()
    except OSError as err:
        raise Refused("dictionaries.no_such_file", name=source.name or str(source)) from err
    lines = services.read_staff_list(data)
    checked = services.check_staff(lines)
    wrong = [one for one in checked if one.refusal]
    for one in wrong:
        print(f"{one.line}: {refusal(one.refusal)}" if one.refusal else "", file=sys.stderr)
    if wrong:
        return 2
    done: dict[str, Any] = {}
    if not dry_run:
        with unit_of_work(SYSTEM) as uow:
            done = services.import_staff(uow, lines)
    new = sum(one.outcome == "new" for one in checked)
    _say(done.get("added", new), 0, len(checked) - new, dry_run)
    return 0


def _progress(done: int, of: int) -> None:
    """A long list says every few thousand rows that it goes on."""
    if of > done or sys.stderr.isatty():
        print(f"  {done:,} / {of:,}", file=sys.stderr)


def _say(new: int, changed: int, unchanged: int, dry_run: bool) -> None:
    said = "预检 / dry run" if dry_run else "已导入 / imported"
    print(f"{said}: 新增 new {new}, 更改 changed {changed}, 不变 unchanged {unchanged}")
