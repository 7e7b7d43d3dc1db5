"""The job queue (任务队列): papers to print, claimed by conditional update, never sent twice by themselves.

`queued` -> `sending` (written before the first byte) -> `printed` | `not_started` (safe to retry) | `unknown` (a person
is asked whether the paper came out) | `refused`. Source: architecture section 3, reliability 3.6.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import apsw

from clinic_app.kernel import db
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.packing import pack, unpack
from clinic_app.kernel.rights import Actor

QUEUED, SENDING, PRINTED, NOT_STARTED, UNKNOWN, REFUSED = (
    "queued",
    "sending",
    "printed",
    "not_started",
    "unknown",
    "refused",
)
FINAL = frozenset({PRINTED, UNKNOWN, REFUSED})
RETRY_AFTER_MS = (2_000, 5_000, 15_000, 60_000)
_COLUMNS = "id, document, entity, copy_no, patient_id, desk_id, person_id, payload, state, reason, attempts, created_at"
# The predicate of the index job_open, word for word: without it SQLite reads every paper ever printed.
_OPEN = "state IN ('queued', 'sending', 'not_started', 'unknown')"
_DUE = f"{_OPEN} AND state IN ('queued', 'not_started')"
_DESK_IS_FREE = (
    f"NOT EXISTS (SELECT 1 FROM job AS other WHERE other.{_OPEN} AND other.state = 'sending'"
    " AND other.desk_id IS job.desk_id)"
)
_queued = threading.Semaphore(0)
log = logging.getLogger("clinic.print")


@dataclass(frozen=True, slots=True)
class Job:
    id: bytes
    document: str
    entity: bytes
    copy_no: int
    patient_id: bytes | None
    desk_id: bytes | None
    person_id: bytes
    payload: bytes
    state: str
    reason: str
    attempts: int
    created_at: int

    @property
    def model(self) -> dict[str, Any]:
        return model_of(self.payload)


def model_of(payload: bytes) -> dict[str, Any]:
    """What a paper says, from its row: the same for a reprint years later."""
    stored: dict[str, Any] = json.loads(unpack(payload))
    return stored


def queue_print(
    conn: apsw.Connection,
    actor: Actor,
    document: str,
    entity: bytes,
    model: Mapping[str, Any],
    patient_id: bytes | None,
    at: int,
) -> bytes:
    """Store one paper; a document's second paper gets copy number 2 and prints 补打 1 (P1, FE-16)."""
    job_id = new_id()
    conn.execute(
        "INSERT INTO job(id, kind, document, entity, copy_no, patient_id, desk_id, person_id, payload, state, next_at,"
        " created_at, changed_at) VALUES(?, 'print', ?, ?,"
        " (SELECT coalesce(max(copy_no), 0) + 1 FROM job WHERE document = ? AND entity = ?),"
        " ?, ?, ?, ?, 'queued', ?, ?, ?)",
        (
            job_id,
            document,
            entity,
            document,
            entity,
            patient_id,
            actor.desk_id,
            actor.person_id,
            pack(json.dumps(model, ensure_ascii=False, separators=(",", ":"))),
            at,
            at,
            at,
        ),
    )
    return job_id


def wake() -> None:
    """Tell one worker that something was queued; a lost wake-up loses time, not data."""
    _queued.release()


def find(job_id: bytes) -> Job | None:
    return db.read_one(Job, f"SELECT {_COLUMNS} FROM job WHERE id = ?", (job_id,))


def of_document(document: str, entity: bytes) -> Job | None:
    """The newest paper of a document."""
    return db.read_one(
        Job,
        f"SELECT {_COLUMNS} FROM job WHERE document = ? AND entity = ? ORDER BY copy_no DESC LIMIT 1",
        (document, entity),
    )


def unfinished(desk_id: bytes | None) -> list[Job]:
    """Papers of a desk that a person should look at: waiting, retrying or of unknown fate."""
    return db.read(
        Job,
        f"SELECT {_COLUMNS} FROM job WHERE {_OPEN} AND desk_id IS ? ORDER BY created_at LIMIT 50",
        (desk_id,),
    )


def claim() -> Job | None:
    """Take the oldest due job whose desk has no paper under way, and mark it `sending` before its first byte."""
    now = clock.read().at
    due = db.value(
        f"SELECT id FROM job WHERE {_DUE} AND next_at <= ? AND {_DESK_IS_FREE} ORDER BY created_at LIMIT 1",
        (now,),
    )
    if due is None:
        return None
    with db.write_transaction() as conn:
        conn.execute(
            "UPDATE job SET state = 'sending', attempts = attempts + 1, changed_at = ?"
            f" WHERE id = ? AND state IN ('queued', 'not_started') AND {_DESK_IS_FREE}",
            (now, due),
        )
        claimed = find(due) if conn.changes() == 1 else None
    return claimed


def finish(job: Job, state: str, reason: str = "") -> None:
    """Store how sending ended; a job that never started is due again after a pause."""
    now = clock.read().at
    pause = RETRY_AFTER_MS[min(job.attempts, len(RETRY_AFTER_MS)) - 1] if state == NOT_STARTED else 0
    with db.write_transaction() as conn:
        conn.execute(
            "UPDATE job SET state = ?, reason = ?, next_at = ?, changed_at = ? WHERE id = ? AND state = 'sending'",
            (state, reason, now + pause, now, job.id),
        )


def doubt_interrupted() -> int:
    """At start every `sending` becomes `unknown`: nobody knows whether the paper came out."""
    with db.write_transaction() as conn:
        conn.execute(f"UPDATE job SET state = 'unknown', reason = 'interrupted' WHERE {_OPEN} AND state = 'sending'")
        return conn.changes()


def doubt_restored(conn: apsw.Connection, at: int) -> None:
    """After a restore no paper is sent by itself: what waited when the backup was made came out long ago, or not."""
    conn.execute(f"UPDATE job SET state = 'unknown', reason = 'restored', changed_at = ? WHERE {_OPEN}", (at,))


def settle_unknown(conn: apsw.Connection, job_id: bytes, *, came_out: bool, at: int) -> None:
    """A person's answer to "did the paper come out?": yes is printed, no is queued again as the same copy."""
    conn.execute(
        "UPDATE job SET state = ?, reason = 'answered', next_at = ?, changed_at = ? WHERE id = ? AND state = 'unknown'",
        (PRINTED if came_out else QUEUED, at, at, job_id),
    )
    if conn.changes() != 1:
        raise Refused("print.already_answered")


def end_pauses(conn: apsw.Connection, desk_id: bytes | None, at: int) -> int:
    """Try the waiting papers of a desk at once (the printer is on again); returns how many."""
    conn.execute(
        f"UPDATE job SET next_at = ?, changed_at = ? WHERE {_OPEN} AND state = 'not_started' AND desk_id IS ?",
        (at, at, desk_id),
    )
    return conn.changes()


def give_up(conn: apsw.Connection, job_id: bytes, at: int) -> bool:
    """Stop trying a paper that has not started; False when it is on its way already."""
    conn.execute(
        "UPDATE job SET state = 'refused', reason = 'given_up', changed_at = ?"
        " WHERE id = ? AND state IN ('queued', 'not_started')",
        (at, job_id),
    )
    return conn.changes() == 1


class Workers:
    """Threads that send due papers, off the web server's; several, so that a dead printer delays only its own desk."""

    def __init__(self, send: Callable[[Job], tuple[str, str]], count: int = 3):
        self._send = send
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._run, name=f"print-{n}", daemon=True) for n in range(count)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                while not self._ending.is_set() and (job := claim()):
                    self._finish(job, *self._outcome(job))
            except Exception:  # a full disk must not end the thread: the paper stays and is tried again
                log.exception("a paper could not be claimed")
            _queued.acquire(timeout=1.0)

    def _finish(self, job: Job, state: str, reason: str) -> None:
        """Until it is stored: a paper that stays `sending` would hold up every paper of its desk."""
        while True:
            try:
                return finish(job, state, reason)
            except Exception:
                log.exception("how a paper ended could not be stored")
            if self._ending.wait(1.0):
                return None

    def _outcome(self, job: Job) -> tuple[str, str]:
        try:
            return self._send(job)
        except Exception:
            log.exception("sending a paper failed")
            return UNKNOWN, "error"

    def stop(self, timeout: float) -> None:
        """Finish the papers at hand, then end; `timeout` seconds for all of them together."""
        self._ending.set()
        for _ in self._threads:
            wake()
        until = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0))
