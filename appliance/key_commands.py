"""`clinic key verify | restore`: the recovery sheet typed at the server PC; the server must be stopped for restore."""

import re
import sys
from collections.abc import Iterable
from typing import TextIO

from appliance.folder_lock import EXIT_SECOND_SERVER, Busy, FolderLock
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import db, i18n, keys, opening, wal_check
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import half_width


def typed_words(lines: Iterable[str]) -> list[str]:
    """The 17 numbers from typed lines: any spacing, with or without "3:" before a number, ends when all are there."""
    words: list[str] = []
    for line in lines:
        words += re.findall(r"(?<![0-9A-Za-z])\d{5,7}(?![0-9A-Za-z])", re.sub(r"\b\d{1,2}\s*[:：.]", " ", line))
        if len(words) >= keys.WORDS or not line.strip():
            break
    return words


def typed_seed(lines: TextIO) -> bytes:
    """Ask for the 17 numbers; one that is mistyped is asked again alone, as often as there is somebody to answer.

    Refused as `keys.seed_of_words` where the input ends, or where the numbers do not belong together.
    """
    print("依次输入 17 个六位数，空格或回车分开。 / Type the 17 six-digit numbers, spaces or lines between.")
    words = typed_words(lines)
    while True:
        try:
            return keys.seed_of_words(words)
        except Refused as err:
            place = err.facts.get("place")
            if err.code != "keys.word_wrong" or not isinstance(place, int):
                raise
            for language in i18n.LANGUAGES:
                print(i18n.refusal(err, language), file=sys.stderr)
            print(f"只重打第 {place} 个，其余的都留着。 / Type number {place} again; the others are kept.", flush=True)
            if not (again := re.findall(r"\d+", half_width(lines.readline()))):
                raise
            words[place - 1] = again[-1]


def _ask(config: Config) -> bytes:
    label = keys.read_label(config.data / opening.LABEL)
    print(f"恢复单编号 / sheet: {label['key']}  {label['clinic']}")
    return typed_seed(sys.stdin)


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
        if aside := put_back(config, _ask(config)):
            print(f"原来的密钥移到 {aside}。 / The former keys were moved to {aside}.")
        print("密钥已恢复，可以启动。 / The keys are back; the server can start.")
        return 0
    finally:
        lock.release()


def put_back(config: Config, seed: bytes) -> str:
    """Store the keys of a sheet that opens the database there, else refuse; returns where the former ones went, or "".

    For whoever holds the folder's lock. Refused, and the former ones stay, as `opening.put_keys` too.
    """
    key_set = keys.derive(seed)
    _open_with(config, key_set, owned=True)
    return opening.put_keys(config.data, key_set)


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
        raise opening.refusal_of_closed(key_set, keys.read_label(config.data / opening.LABEL)) from err
    except db.DamagedPage as err:
        raise Refused("clinic.pages_damaged", where=db.damage_named(err), opens=False) from err
    finally:
        db.close_database()
