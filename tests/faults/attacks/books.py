"""What stands in the database beside a running server: whether an attack left anything behind."""

import hashlib
from pathlib import Path

import apsw

from clinic_app.kernel import keys, opening

PASSING = {
    "access_log", "audit", "session", "sign_in_failure", "paired_browser", "job", "reading_alarm", "sqlite_sequence",
    "search_due", "security_report", "backup_run", "backup_copy",
}  # fmt: skip
"""Tables that a refused request may well write to (who looked, who was denied), or the server by itself."""
LISTS = ("division", "division_key", "drug_key", "diagnosis_key", "diagnosis", "service_key", "outbox")


def connected(folder: Path) -> apsw.Connection:
    conn = apsw.Connection(str(folder / opening.DATABASE), flags=apsw.SQLITE_OPEN_READONLY)
    key = keys.load(folder / opening.KEYS, keys.read_label(folder / opening.LABEL)["key"]).data_key
    conn.pragma("cipher", "chacha20")
    conn.pragma("key", f"raw:{key.hex()}")
    conn.set_busy_timeout(5000)
    return conn


def marks(folder: Path) -> dict[str, str]:
    """A digest of the rows of each table that an attack must leave as it is."""
    conn = connected(folder)
    try:
        names = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: _digest(conn, name) for name in names if name not in PASSING and name not in LISTS}
    finally:
        conn.close()


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return sorted(name for name in after if before.get(name) != after[name])


def count(folder: Path, sql: str, *values: object) -> int:
    conn = connected(folder)
    try:
        return int(next(iter(conn.execute(sql, values)))[0] or 0)
    finally:
        conn.close()


def _digest(conn: apsw.Connection, name: str) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for row in conn.execute(f'SELECT * FROM "{name}"'):
        digest.update(repr(row).encode())
    return digest.hexdigest()
