"""The hash-chained audit trail (审计): who did what to whom, when, at which desk (PR-02, A1)."""

from typing import Any

import apsw

from clinic_app.kernel import db
from clinic_app.kernel.clock import Reading
from clinic_app.kernel.rights import Actor
from sync.wire.canonical import canonical
from sync.wire.hashes import GENESIS, seal

_key = b""
COLUMNS = "seq, hlc, wall, clock_state, person_id, desk_id, action, entity, patient_id, detail"


def use_key(key: bytes) -> None:
    """The audit key lies beside the database, never in it."""
    global _key
    _key = key


def append(
    conn: apsw.Connection,
    reading: Reading,
    actor: Actor,
    action: str,
    entity: bytes | None,
    patient_id: bytes | None,
    detail: dict[str, Any],
) -> None:
    """Add one row, sealed over the row before it; call inside the transaction of the change."""
    last = conn.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    seq, prev = (last[0] + 1, last[1]) if last else (1, GENESIS)
    text = canonical(detail).decode()
    row = [
        seq,
        reading.hlc,
        reading.wall,
        reading.state,
        actor.person_id,
        actor.desk_id,
        action,
        entity,
        patient_id,
        text,
    ]
    conn.execute(
        f"INSERT INTO audit({COLUMNS}, hash) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, seal(_key, prev, canonical(row))),
    )


def newest_hlc() -> int:
    return db.value("SELECT hlc FROM audit ORDER BY seq DESC LIMIT 1") or 0


def broken_links() -> list[tuple[str, str]]:
    """Every place where the chain does not hold: a changed, removed or inserted row (A1)."""
    broken, prev, expected = [], GENESIS, 1
    for *row, stored in db.connection().execute(f"SELECT {COLUMNS}, hash FROM audit ORDER BY seq"):
        if row[0] != expected:
            broken.append((f"audit {expected}", "missing"))
        elif seal(_key, prev, canonical(row)) != stored:
            broken.append((f"audit {row[0]}", "changed"))
        prev, expected = stored, row[0] + 1
    return broken
