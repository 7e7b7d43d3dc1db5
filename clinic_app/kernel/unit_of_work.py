"""One command, one transaction: domain rows, outbox, audit, jobs and the command key, all or nothing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import apsw

from clinic_app.kernel import audit, db, idempotency, ids, jobs, outbox
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.rights import Actor


class UnitOfWork:
    """The open transaction of one command, handed to services, guards and subscribers."""

    def __init__(self, conn: apsw.Connection, actor: Actor):
        self.conn = conn
        self.actor = actor
        self._reading = clock.read()
        self._audited: set[tuple[str, bytes | None]] = set()
        self._changes = conn.total_changes()
        self.wakes = False
        self._after: list[Callable[[], None]] = []

    @property
    def at(self) -> int:
        """The believed instant of this command, ms UTC; the same for all its rows."""
        return self._reading.at

    @property
    def on(self) -> date:
        """The business day of this command."""
        return self._reading.on

    @property
    def hlc(self) -> int:
        """The hybrid time; also the name of this transaction in outbox, audit and once rows."""
        return self._reading.hlc

    def require_sure_date(self) -> None:
        """Refuse day-bound work (registration, charging, expiry) while the clock is in doubt."""
        if clock.in_doubt:
            raise Refused("clock.in_doubt", next_url="/clock")

    def execute(self, sql: str, params: Any = ()) -> apsw.Cursor:
        """Run one constant statement of the caller's own tables."""
        return self.conn.execute(sql, params)

    def change_one(self, sql: str, params: Any, otherwise: Refused) -> None:
        """Run a conditional UPDATE that must hit exactly one row, else refuse: somebody was faster."""
        self.conn.execute(sql, params)
        if self.conn.changes() != 1:
            raise otherwise

    def number(self, series: str) -> int:
        """The next number of a gapless series."""
        return ids.next_number(self.conn, series)

    def guard(self, name: str, **facts: Any) -> None:
        """Let later subjects veto the command before it writes; they raise Refused."""
        for check in outbox.guards.get(name, ()):
            check(self, facts)

    def emit(
        self, event: outbox.Event, entity: bytes, body: Mapping[str, Any], parents: tuple[bytes, ...] = ()
    ) -> None:
        """Store the event for the county and call later subjects, in registry order."""
        outbox.append(self.conn, self._reading, event, entity, parents, body)
        for subscriber in outbox.subscribers.get(event.name, ()):
            subscriber(self, body)

    def audit(
        self, action: str, entity: bytes | None = None, *, patient_id: bytes | None = None, **detail: Any
    ) -> None:
        """Write the audit row of this command; every command writes at least one."""
        audit.append(self.conn, self._reading, self.actor, action, entity, patient_id, detail)
        self._audited.add((action, entity))

    def audit_together(self, action: str, entity: bytes) -> None:
        """One audit row, without detail, for all that this command does of one kind to one record."""
        if (action, entity) not in self._audited:
            self.audit(action, entity)

    def print_job(self, document: str, entity: bytes, model: Mapping[str, Any], *, patient_id: bytes | None) -> bytes:
        """Queue one paper for the actor's desk; the next copy number of the document is taken here (P1)."""
        self.wakes = True
        return jobs.queue_print(self.conn, self.actor, document, entity, model, patient_id, self.at)

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do this once the transaction is durable: end sessions, drop a cache."""
        self._after.append(act)

    def run_after_commit(self) -> None:
        for act in self._after:
            act()

    def finish(self, *, quiet: bool) -> None:
        if not quiet and not self._audited and self.conn.total_changes() != self._changes:
            raise RuntimeError("a command changed rows without an audit row")


@contextmanager
def unit_of_work(actor: Actor, *, quiet: bool = False) -> Iterator[UnitOfWork]:
    """Begin under the write lock, commit at the end, roll back on any exception.

    `quiet` is for what is no command: autosave and draft rows, sessions, the access log, job states.
    """
    with db.write_transaction() as conn:
        uow = UnitOfWork(conn, actor)
        yield uow
        uow.finish(quiet=quiet)
    uow.run_after_commit()
    if uow.wakes:
        jobs.wake()


@dataclass(frozen=True, slots=True)
class Once:
    """The key of a form and the hash of what was posted with it."""

    key: str
    body_hash: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    result: dict[str, Any]
    replayed: bool


def perform(actor: Actor, once: Once, command: Callable[[UnitOfWork], dict[str, Any]]) -> Outcome:
    """Run a keyed command at most once and return its small result; a repeat returns the stored one.

    Raises Refused (nothing is stored then, so the same form may be sent again after it is put right).
    """
    with unit_of_work(actor) as uow:
        stored = idempotency.stored_result(uow.conn, once.key, actor.person_id, once.body_hash)
        if stored is not None:
            return Outcome(stored, True)
        result = command(uow)
        idempotency.store_result(uow.conn, once.key, actor.person_id, once.body_hash, result, uow.hlc)
    return Outcome(result, False)
