"""`clinic key verify | restore`: the recovery sheet typed at the server PC; the server must be stopped for restore."""

import re
import sys
from collections.abc import Iterable

from appliance.folder_lock import EXIT_SECOND_SERVER, Busy, FolderLock
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import db, keys, opening, wal_check
from clinic_app.kernel.errors import Refused


def typed_words(lines: Iterable[str]) -> list[str]:
    """The 17 numbers from typed lines: any spacing, with or without "3:" before a number, ends when all are there."""
    words: list[str] = []
    for line in lines:
        words += re.findall(r"(?<![0-9A-Za-z])\d{5,7}(?![0-9A-Za-z])", re.sub(r"\b\d{1,2}\s*[:：.]", " ", line))
        if len(words) >= keys.WORDS or not line.strip():
            break
    return words


def _ask(config: Config) -> bytes:
    label = keys.read_label(config.data / opening.LABEL)
    print(f"恢复单编号 / sheet: {label['key']}  {label['clinic']}")
    print(
        "依次输入 17 个六位数，空格或回车分开。 / Type the 17 six-digit numbers, spaces or lines between."
    )
    return keys.seed_of_words(typed_words(sys.stdin))


def verify(config: Config) -> int:
    """Say whether a typed sheet opens this clinic's database; works beside a running server and changes nothing."""
    key_set = keys.derive(_ask(config))
    try:
        lock = FolderLock(config.data)
    except Busy:
        _open_with(config, key_set, owned=False)
    else:
        try:
            _open_with(config, key_set, owned=True)
        finally:
            lock.release()
    print("恢复单正确。 / The sheet is right.")
    return 0


def restore(config: Config) -> int:
    """Put the keys of a typed sheet back, only when they open the database that is there."""
    try:
        lock = FolderLock(config.data)
    except Busy as err:
        print(f"先停服务器（{err}）。 / Stop the server first.", file=sys.stderr)
        return EXIT_SECOND_SERVER
    try:
        key_set = keys.derive(_ask(config))
        _open_with(config, key_set, owned=True)
        folder = config.data / opening.KEYS
        if folder.exists():
            aside = opening.set_aside(folder)
            print(f"原来的密钥移到 {aside.name}。 / The former keys were moved to {aside.name}.")
        keys.store(folder, key_set)
        keys.sync_folder(config.data)
        print("密钥已恢复，可以启动。 / The keys are back; the server can start.")
        return 0
    finally:
        lock.release()


def _open_with(config: Config, key_set: keys.KeySet, *, owned: bool) -> None:
    """Refuse keys that do not open the database; `owned` is False beside a running server, whose WAL is in use."""
    registry.wire(config)
    path = config.data / opening.DATABASE
    if not path.exists() or not path.stat().st_size:
        raise Refused("clinic.database_missing", folder=str(config.data))
    if owned and (damage := wal_check.wal_damage_beside(path)):  # the close below would move what is left of it home
        raise Refused("clinic.wal_damaged", where=damage)
    try:
        db.open_database(path, key_set.data_key)
    except db.WrongKey as err:
        label = keys.read_label(config.data / opening.LABEL)
        raise Refused("keys.wrong", mark=label["key"], clinic=label["clinic"]) from err
    finally:
        db.close_database()
