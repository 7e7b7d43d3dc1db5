"""Command keys (once): N identical posts have one effect and one answer (M6)."""

import hashlib
import json
from typing import Any

import apsw

from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.packing import pack, unpack

KEY_LENGTH = range(16, 65)
STORED_BYTES = 16  # of a hash: enough that no two keys and no two bodies are ever taken for one another


def stored_result(conn: apsw.Connection, key: str, person_id: bytes, body_hash: bytes) -> dict[str, Any] | None:
    """The result of this key, or None when it is new. Refuses another person's key and another body."""
    if len(key) not in KEY_LENGTH or not key.isascii():
        raise Refused("once.missing")
    found = conn.execute("SELECT person_id, body_hash, result FROM once WHERE key = ?", (stored_key(key),)).fetchone()
    if found is None:
        return None
    if found[0] != person_id:
        raise Missing("once.other_person")
    if found[1] != body_hash[:STORED_BYTES]:
        raise Refused("once.other_body")
    result: dict[str, Any] = json.loads(unpack(found[2]))
    return result


def store_result(
    conn: apsw.Connection, key: str, person_id: bytes, body_hash: bytes, result: dict[str, Any], hlc: int
) -> None:
    """Keep the command's small result (ids, not HTML) for ever, in the command's own transaction."""
    text = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
    conn.execute(
        "INSERT INTO once(key, person_id, body_hash, result, hlc) VALUES(?, ?, ?, ?, ?)",
        (stored_key(key), person_id, body_hash[:STORED_BYTES], pack(text), hlc),
    )


def stored_key(key: str) -> bytes:
    """The form in which a command key stands in its row."""
    return hashlib.sha256(key.encode()).digest()[:STORED_BYTES]
