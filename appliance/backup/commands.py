"""`clinic backup now | list | verify`: on a console with words and progress, for the server as JSON lines."""

import argparse
import sys
import time
from dataclasses import asdict
from pathlib import Path

from appliance import child_process
from appliance.backup import making, places, verifying
from appliance.backup.file_format import Found, find
from appliance.key_commands import typed_seed
from clinic_app.config import Config
from clinic_app.kernel import keys, opening
from clinic_app.kernel.errors import Refused

WORDS = {
    "copying": "复制数据库 / copying the database",
    "encrypting": "加密 / encrypting",
    "reading back": "读回来 / reading it back",
    "opening": "解密 / decrypting",
    "reading": "读每一页 / reading every page",
    "counting": "逐条核对 / counting every invariant",
    "copying out": "复制到备份盘 / copying to the target",
    "migrating": "换成新版的数据结构 / making the new schema",
    "verifying": "核对升级包 / verifying the package",
    "unpacking": "放到硬盘上 / unpacking",
    "libraries": "装用到的库 / installing the libraries",
    "switching": "换上 / putting it in place",
}
NAMES = {"hourly": "每小时 hourly", "daily": "每天 daily", "upgrade": "升级前 upgrade", "now": "手动 now"}
ROWS = {"patient": "患者 patients", "visit": "就诊 visits", "bill": "收费单 bills", "audit": "审计 audit lines"}
TELL_SECONDS = 0.5


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The arguments of `clinic backup`."""
    backup = commands.add_parser("backup", help="make a backup now, list them, or verify one")
    backup.add_argument("action", choices=("now", "list", "verify"))
    backup.add_argument("file", nargs="?", help="for list a folder, for verify a file (default: the newest)")
    backup.add_argument("--sheet", nargs="?", const="", metavar="FILE", help="verify with the typed recovery sheet")
    backup.add_argument("--kind", choices=("now", "hourly", "daily", "upgrade"), default="now", help=argparse.SUPPRESS)
    backup.add_argument("--json", action="store_true", help="progress and result as JSON lines, for the server")
    backup.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    backup.set_defaults(handler=handle)


def handle(config: Config, given: argparse.Namespace) -> int:
    if given.action == "now" or not (given.file or given.sheet):
        opening.refuse_no_clinic(config.data)
    if given.action == "list":
        return list_backups(config, given.file)
    if given.action == "verify":
        return verify(config, given.file or given.sheet, asks_sheet=given.sheet is not None)
    if given.child:
        child_process.end_with_parent()
    return make_as_child(config, given.kind) if given.json else make_now(config, given.kind)


def make_as_child(config: Config, kind: str) -> int:
    try:
        tell = _Paced(lambda step, done, of: child_process.say(step=step, done=done, of=of))
        made = making.make(
            config, kind, tell, lambda made: child_process.say(proved=made.as_line()),
            lambda one: child_process.say(copied=asdict(one)),
        )  # fmt: skip
    except Refused as err:
        child_process.say(refused=err.code, facts=err.facts)
        return 2
    child_process.say(result=made.as_line())
    return 0


def make_now(config: Config, kind: str) -> int:
    made = making.make(config, kind, Console())
    print(f"备份好了，读回来核对过 / made, read back and proved: {made.file}")
    print(f"  {made.bytes >> 10:,} KiB   {made.total_ms / 1000:.1f} s   {made.statements} 条 invariants")
    for one in made.broken:
        print(f"  核对不符 / does not hold: {one}   (clinic check)", file=sys.stderr)
    for copy in made.copies:
        if copy.reason:
            from appliance.start import say_refusal

            say_refusal(Refused(copy.reason, **copy.facts))
        else:
            print(f"  第 {copy.copy_no} 份也放好了 / copy {copy.copy_no} is in its place")
    return 0


def list_backups(config: Config, folder: str | None) -> int:
    found = places.backups_in(Path(folder)) if folder else places.local_backups(config.data)
    damaged = places.unreadable(Path(folder) if folder else config.data / places.LOCAL)
    if not found and not damaged:
        print("没有备份。 / No backups.")
    for one in found:
        if one.path not in damaged:
            print(line_of(one))
    say_damaged(damaged)
    return 0


def say_damaged(damaged: list[Path]) -> None:
    """A cut file is named: one that silently is not in the list is looked for in vain."""
    for path in damaged:
        print(f"坏了，不能用来恢复 / damaged, no use for a restore: {path}")


def line_of(found: Found) -> str:
    header = found.header
    rows = rows_of(header.counts, ("patient", "visit", "bill"))
    line = f"{header.made:%Y-%m-%d %H:%M}  {NAMES[header.kind]:14} {found.size >> 10:>10,} KiB  {rows}  {found.path}"
    return plain(line)


def plain(text: str) -> str:
    """Without signs that move the cursor or turn the line: a file's head is anybody's until its seal is checked."""
    return "".join(char if char.isprintable() else "?" for char in text)


def rows_of(counts: dict[str, int], names: tuple[str, ...]) -> str:
    return "  ".join(f"{ROWS[name]} {counts.get(name, 0):,}" for name in names)


def verify(config: Config, file: str | None, *, asks_sheet: bool = False) -> int:
    """Check the seal of one backup with this PC's keys or the typed sheet; without either, what is seen from outside.

    On a PC that is to become the clinic's there are no keys yet, and that is where a stick is looked at.
    """
    found = find(Path(file)) if file else newest(config)
    console = Console()

    def told(done: int) -> None:
        console("reading back", done, found.size)

    key_set = _typed_keys(found) if asks_sheet else _kept_keys(config)
    if key_set is None:
        verifying.check_outside(found, told)
    else:
        verifying.check_whole(found, key_set, told)
    print(line_of(found))
    if key_set is None:
        print("结构和长度都对，每个字节都读得出来。这台电脑上没有密钥，内容没有核对：恢复时用恢复单核对，")
        print(f"或者现在就核对：clinic backup verify --sheet {found.path}")
        print("Its shape and length are right and every byte can be read. There are no keys on this PC, so the")
        print("contents were not compared: a restore compares them with the sheet, and --sheet does so now.")
    else:
        print("每一个字节都和做好时一样。 / Every byte is as it was written.")
    return 0


def _kept_keys(config: Config) -> keys.KeySet | None:
    """This PC's keys; None where none were ever kept. Damaged ones are refused: they are to be put right."""
    if not (config.data / opening.KEYS).exists():
        return None
    return opening.kept_keys(config.data)


def _typed_keys(found: Found) -> keys.KeySet:
    from appliance.backup.restoring import key_set_of

    print(f"恢复单编号 / sheet: {found.header.key_mark}  {found.header.name}")
    return key_set_of(typed_seed(sys.stdin), found)


def newest(config: Config) -> Found:
    found = places.local_backups(config.data)
    if not found:
        raise Refused("backup.none", folder=str(config.data / places.LOCAL))
    return found[0]


class Console:
    """Progress for a person: a line a step, its share where it is known."""

    def __init__(self) -> None:
        self._step, self._told = "", 0.0

    def __call__(self, step: str, done: int, of: int) -> None:
        now = time.monotonic()
        if step == self._step and now - self._told < TELL_SECONDS:
            return
        if step != self._step or of:
            share = f"  {100 * done // of} %" if of and step == self._step else ""
            print(f"{WORDS.get(step, step)}{share}", file=sys.stderr, flush=True)
        self._step, self._told = step, now


class _Paced:
    """At most two lines a second of each step."""

    def __init__(self, tell: child_process.Progress):
        self._tell, self._step, self._told = tell, "", 0.0

    def __call__(self, step: str, done: int, of: int) -> None:
        now = time.monotonic()
        if step != self._step or now - self._told >= TELL_SECONDS:
            self._tell(step, done, of)
            self._step, self._told = step, now
