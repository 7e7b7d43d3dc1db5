"""`clinic restore [FILE or FOLDER]`: a backup back in place, on this PC or in an empty folder of another one.

One path, guided: which backup, the sheet, the proof, the exchange, and in words what is there now.
"""

import argparse
import sys
from pathlib import Path

from appliance.backup import age_keys, places, restoring
from appliance.backup.commands import Console, line_of, plain, rows_of, say_damaged
from appliance.backup.file_format import Found, find
from appliance.folder_lock import EXIT_SECOND_SERVER, Busy, FolderLock
from appliance.key_commands import typed_seed
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import keys, switching
from clinic_app.kernel.clock import local_text
from clinic_app.kernel.errors import Refused
from sync.wire.hybrid_clock import wall_of

MOST_SHOWN = 12
EXIT_BROKEN = 1


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The arguments of `clinic restore`."""
    restore = commands.add_parser("restore", help="put a backup in place with the recovery sheet")
    restore.add_argument("source", nargs="?", help="a backup file, or a folder or stick with backups")
    restore.set_defaults(handler=handle)


def handle(config: Config, given: argparse.Namespace) -> int:
    """Exit 0 restored, 1 restored and something does not hold, 2 refused and nothing changed, 73 a server runs."""
    try:
        lock = FolderLock(config.data)
        lock.describe("clinic restore", serves=False)
        making = FolderLock(config.data / places.LOCAL)
    except Busy as err:
        print(f"先停服务器和正在做的备份（{err}）。 / Stop the server, and a backup under way.", file=sys.stderr)
        return EXIT_SECOND_SERVER
    try:
        return _guided(config, given.source)
    finally:
        making.release()
        lock.release()


def _guided(config: Config, source: str | None) -> int:
    registry.wire(config)
    switching.finish_interrupted(config.data)
    found = _chosen(config.data, source)
    restoring.check_belongs(config.data, found)
    print(line_of(found))
    _say_age(config.data, found)
    print(plain(f"恢复单编号 / sheet: {found.header.key_mark}  {found.header.name}"))
    seed = typed_seed(sys.stdin)
    key_set = restoring.key_set_of(seed, found)
    identity = age_keys.identity(keys.backup_identity(seed))
    restored = restoring.restore(config.data, found, key_set, [identity], Console())
    _say_result(restored)
    return EXIT_BROKEN if restored.broken else 0


def _chosen(data: Path, source: str | None) -> Found:
    """The file named, or one of those found on this PC and on every stick, by its number; the newest is number 1."""
    if source and Path(source).is_file():
        return find(Path(source))
    if source and not Path(source).is_dir():
        raise Refused("backup.not_found", file=source, reason="")
    if source:
        found = places.backups_in(Path(source))
    else:
        roots = [volume.root for volume in places.volumes()]
        folders = [folder for root in roots for folder in (root / places.ON_VOLUME, root)]
        there = [*places.local_backups(data), *(one for folder in folders for one in places.backups_in(folder))]
        found = list({one.path: one for one in there}.values())
        found.sort(key=lambda one: one.header.made_at, reverse=True)
    looked_at = [Path(source)] if source else [data / places.LOCAL, *(root / places.ON_VOLUME for root in roots)]
    damaged = [path for folder in looked_at for path in places.unreadable(folder)]
    say_damaged(damaged)
    found = [one for one in found if one.path not in damaged]
    if not found:
        raise Refused("backup.none", folder=source or str(data / places.LOCAL))
    if len(found) == 1:
        return found[0]
    for number, one in enumerate(found[:MOST_SHOWN], 1):
        print(f"{number:3d}  {line_of(one)}")
    print("恢复哪一份？输入编号，回车是 1。 / Which one? Type its number, Enter is 1.", flush=True)
    typed = sys.stdin.readline().strip() or "1"
    if not (typed.isascii() and typed.isdigit() and 1 <= int(typed) <= min(len(found), MOST_SHOWN)):
        raise Refused("backup.no_such_number", given=typed[:12], most=min(len(found), MOST_SHOWN))
    return found[int(typed) - 1]


def _say_age(data: Path, found: Found) -> None:
    """What is entered after a backup is not in it; a newer one is named."""
    newer = [one for one in places.local_backups(data) if one.header.made_at > found.header.made_at
             and one.header.key_mark == found.header.key_mark]  # fmt: skip
    if newer:
        at = f"{newer[0].header.made:%Y-%m-%d %H:%M}"
        print(f"还有更新的 {len(newer)} 份备份，最新 {at}。 / {len(newer)} newer backups exist, the newest of {at}.")


def _say_result(restored: restoring.Restored) -> None:
    header = restored.found.header
    last = local_text(wall_of(header.audit_hlc)) if header.audit_hlc else "-"
    rows = rows_of(restored.counts, ("patient", "visit", "bill", "audit"))
    print(f"恢复好了，用了 {restored.seconds:.1f} 秒。 / Restored in {restored.seconds:.1f} s.")
    print(f"  里面的数据到 {last} 为止：{rows}")
    print(f"  It holds everything up to {last}. What was entered later is not in it: enter it again from the papers.")
    print(f"  往后的单号都以 {restored.numbers} 开头，和纸上的号不会重。")
    print("  发票本和健康档案号先对一下纸上用到哪。")
    print(f"  Numbers begin with {restored.numbers} from now on; none on paper is given again.")
    print("  Compare invoice books and health record numbers with the papers before going on.")
    if restored.unpaired:
        print(f"  {restored.unpaired} 台配对的电脑要重新配对；这台没有原来的院内证书的，还要各装一次新的。")
        print(f"  Paired PCs must be paired again: {restored.unpaired}. Where the LAN's authority is not here, opening")
        print("  the LAN makes a new one, and each PC installs its certificate once.")
    if restored.aside:
        place = restored.aside.name
        print(f"  原来的文件在 {place}，没有删。 / The old files are in {place}, not deleted.")
    for one in restored.broken:
        what, why = one.violations[0]
        print(f"  核对不符 / does not hold: {one.id} {one.title}: {what} {why}", file=sys.stderr)
    if not restored.broken:
        print(f"  {len(restored.results)} 条全部相符。 / All {len(restored.results)} invariants hold.")
    print("可以启动服务器了；没打完的单据会先问有没有出纸。 / The server can start; papers that waited ask first.")

