"""Business events (业务事件): stored for the county in the command's transaction, and handed to later subjects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import apsw

from clinic_app.kernel import db
from clinic_app.kernel.clock import Reading
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.packing import pack, unpack
from sync.wire.canonical import canonical, parse
from sync.wire.hashes import GENESIS, chain

if TYPE_CHECKING:
    from clinic_app.kernel.unit_of_work import UnitOfWork

Subscriber = Callable[["UnitOfWork", Mapping[str, Any]], None]
Guard = Callable[["UnitOfWork", Mapping[str, Any]], None]
subscribers: dict[str, list[Subscriber]] = {}
guards: dict[str, list[Guard]] = {}
_epoch = b""
COLUMNS = "epoch, stream, seq, event, version, entity, parents, body, hlc, wall, clock_state"
ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Event:
    """The schema of one event: dotted past-tense name, version, the fields of its body."""

    name: str
    version: int
    fields: tuple[str, ...]
    stream: str = "care"


def would_refuse(name: str, moment: Reading, **facts: Any) -> Refused | None:
    """What the guards of a command say at a moment, for a page that tells it before anybody tries.

    Only for a command whose guards ask nothing of it but its time, `at` and `on`.
    """
    try:
        for check in guards.get(name, ()):
            check(moment, facts)  # type: ignore[arg-type]  # no transaction is open where a page is drawn
    except Refused as err:
        return err
    return None


def use_epoch(epoch: bytes) -> None:
    global _epoch
    _epoch = epoch


def count() -> int:
    """How many events the open database holds, of all epochs: grows with all work and with nothing else."""
    return int(db.value("SELECT count(*) FROM outbox"))


_WAITING = """
WITH RECURSIVE epochs(epoch) AS (
    SELECT min(epoch) FROM outbox
    UNION ALL SELECT (SELECT min(epoch) FROM outbox WHERE epoch > e.epoch) FROM epochs e WHERE e.epoch IS NOT NULL
)
SELECT coalesce(sum((SELECT max(seq) FROM outbox WHERE epoch = e.epoch AND stream = s.stream)), 0)
FROM epochs e, (SELECT 'care' AS stream UNION ALL SELECT 'bulk' UNION ALL SELECT 'meta') s WHERE e.epoch IS NOT NULL
"""


def waiting() -> int:
    """How many events wait for the county, those from before a restore too; by the last numbers, which have no gap."""
    return int(db.value(_WAITING))


def append(
    conn: apsw.Connection,
    reading: Reading,
    event: Event,
    entity: bytes,
    parents: tuple[bytes, ...],
    body: Mapping[str, Any],
) -> None:
    """Store one event; `seq` is gapless per (epoch, stream) because a rollback takes the row with it."""
    if set(body) != set(event.fields):
        raise ValueError(f"{event.name} v{event.version} has fields {event.fields}, given {tuple(body)}")
    last = conn.execute(
        "SELECT seq, hash FROM outbox WHERE epoch = ? AND stream = ? ORDER BY seq DESC LIMIT 1", (_epoch, event.stream)
    ).fetchone()
    seq, prev = (last[0] + 1, last[1]) if last else (1, GENESIS)
    text = canonical(dict(body)).decode()
    row = [
        _epoch,
        event.stream,
        seq,
        event.name,
        event.version,
        entity,
        b"".join(parents),
        pack(text),
        reading.hlc,
        reading.wall,
        reading.state,
    ]
    conn.execute(
        f"INSERT INTO outbox({COLUMNS}, hash) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, chain(prev, _hashed(row, text))),
    )


def _hashed(row: list[Any], text: str) -> bytes:
    """What the hash of an event is over: its columns in order, parents and body as canonical JSON, not as stored."""
    return canonical([*row[:6], canonical(parents_of(row[6])).decode(), text, *row[8:]])


def parents_of(stored: bytes) -> list[bytes]:
    """The ids of the events' entities that this one builds on."""
    return [stored[at : at + ID_BYTES] for at in range(0, len(stored), ID_BYTES)]


def body_of(stored: bytes) -> Any:
    """The body of an event from its row, ids as bytes. Raises ValueError when it is not what was stored."""
    return parse(unpack(stored).encode())


def broken_links() -> list[tuple[str, str]]:
    """Every gap or changed row of the event streams."""
    broken: list[tuple[str, str]] = []
    last: dict[tuple[bytes, str], tuple[int, bytes]] = {}
    sql = f"SELECT {COLUMNS}, hash FROM outbox ORDER BY epoch, stream, seq"
    for *row, stored in db.connection().execute(sql):
        stream = (row[0], row[1])
        seq, prev = last.get(stream, (0, GENESIS))
        if row[2] != seq + 1:
            broken.append((f"outbox {row[1]} {seq + 1}", "missing"))
        elif not _holds(row, prev, stored):
            broken.append((f"outbox {row[1]} {row[2]}", "changed"))
        last[stream] = (row[2], stored)
    return broken


def _holds(row: list[Any], prev: bytes, stored: bytes) -> bool:
    try:
        return chain(prev, _hashed(row, unpack(row[7]))) == stored
    except (ValueError, TypeError):  # what nobody stored cannot be hashed
        return False
