"""The reading log (查阅记录, A3): one row per person, patient and ten minutes.

A chart that cannot be logged is not shown.
"""

from clinic_app.kernel import db, ports
from clinic_app.kernel.clock import clock
from clinic_app.kernel.rights import Actor
from clinic_app.kernel.unit_of_work import unit_of_work

BUCKET_MS = 600_000
_recent: dict[tuple[bytes, bytes], int] = {}
MOST_REMEMBERED = 5_000


def record(actor: Actor, patient_id: bytes, screen: str) -> None:
    """Log that `actor` sees this patient's data on `screen`; raises when it cannot be written."""
    now = clock.read().at
    bucket, key = now // BUCKET_MS, (actor.person_id, patient_id)
    if _recent.get(key) == bucket:
        return
    with unit_of_work(actor, quiet=True) as uow:
        uow.execute(
            "INSERT INTO access_log(person_id, patient_id, bucket, screen, at) VALUES(?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (actor.person_id, patient_id, bucket, screen, now),
        )
        if ports.bound.reading_watch is not None and uow.conn.changes():
            ports.bound.reading_watch(uow)
    if len(_recent) > MOST_REMEMBERED:
        _recent.clear()
    _recent[key] = bucket


def forget() -> None:
    """Drop the memory of this process (another database is opened)."""
    _recent.clear()


def readers_of(patient_id: bytes) -> list[tuple[bytes, str, int]]:
    """Who saw this patient's chart: person id, screen, first moment of each ten minutes, newest first."""
    return db.rows(
        "SELECT person_id, screen, at FROM access_log WHERE patient_id = ? ORDER BY bucket DESC, at DESC LIMIT 500",
        (patient_id,),
    )
