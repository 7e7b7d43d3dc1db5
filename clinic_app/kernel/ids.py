"""Record ids (UUIDv7 as 16 bytes) and gapless human numbers."""

import os
import time
from typing import Any

import apsw

HEX_DIGITS = frozenset("0123456789abcdef")
NOTHING = bytes(16)  # an id that no record has


def new_id() -> bytes:
    """A UUIDv7: random, roughly ordered by time, so b-trees grow at one end."""
    value = bytearray((time.time_ns() // 1_000_000).to_bytes(6, "big") + os.urandom(10))
    value[6] = (value[6] & 0x0F) | 0x70
    value[8] = (value[8] & 0x3F) | 0x80
    return bytes(value)


def read_id(text: str) -> bytes | None:
    """The record id of a form's field, as it is drawn there: 32 small hex digits; None for anything else."""
    return bytes.fromhex(text) if len(text) == 32 and not set(text) - HEX_DIGITS else None


def next_number(conn: apsw.Connection, series: str) -> int:
    """The next number of a series, counted in the caller's transaction: a rollback gives it back, so no gap can be."""
    found: Any = conn.execute(
        "INSERT INTO series(name, last) VALUES(?, 1) ON CONFLICT(name) DO UPDATE SET last = last + 1 RETURNING last",
        (series,),
    ).fetchall()
    return int(found[0][0])
