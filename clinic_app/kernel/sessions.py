"""Sign-in sessions (会话): rows on the server; the browser holds only a random token.

Idle and absolute limits run by the monotonic clock and start anew with the process, so no wall clock can shorten them.
The process is the only server of the database, so its memory of sessions is the truth between writes.
"""

import hashlib
import secrets
import threading
from dataclasses import dataclass, field

import apsw

from clinic_app.kernel import db, ports
from clinic_app.kernel.clock import clock
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.rights import SYSTEM, Actor
from clinic_app.kernel.unit_of_work import UnitOfWork, unit_of_work

ABSOLUTE_MS = 12 * 3600 * 1000


@dataclass(slots=True)
class Session:
    """One browser: signed out while `person_id` is None."""

    id: bytes
    csrf: str
    person_id: bytes | None
    desk_id: bytes | None
    language: str
    is_locked: bool
    seen_ms: int = 0
    started_ms: int = 0
    actor: Actor | None = field(default=None, repr=False)
    toast: str = ""
    proved_ms: int | None = None  # when the person last showed the password again, for acts that ask for it


_known: dict[bytes, Session] = {}
_lock = threading.Lock()
_silent_ms = 0


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def forget_all(silent_ms: int = 0) -> None:
    """Drop the memory of this process (a database is closed or opened).

    `silent_ms` is how long nothing was written before: a session that comes back counts as idle for that long, so a
    quick restart in a busy hour locks nobody and a PC switched on next morning locks everybody.
    """
    global _silent_ms
    with _lock:
        _silent_ms = silent_ms
        _known.clear()


def end_stored(conn: apsw.Connection, at: int) -> None:
    """End every session that a restored database still knows; nobody goes on by a cookie of that time."""
    conn.execute("UPDATE session SET ended_at = ? WHERE ended_at IS NULL", (at,))


def start(*, language: str, person_id: bytes | None = None, desk_id: bytes | None = None) -> tuple[str, Session]:
    """A new session and its token; also used at sign-in and switch, so a preset cookie is worth nothing."""
    token = secrets.token_urlsafe(32)
    found = Session(new_id(), secrets.token_urlsafe(24), person_id, desk_id, language, False)
    with unit_of_work(SYSTEM, quiet=True) as uow:
        uow.execute(
            "INSERT INTO session(id, token_hash, csrf, person_id, desk_id, language, created_at)"
            " VALUES(?, ?, ?, ?, ?, ?, ?)",
            (found.id, _hash(token), found.csrf, person_id, desk_id, language, uow.at),
        )
    found.seen_ms = found.started_ms = clock.monotonic_ms()
    with _lock:
        _known[_hash(token)] = found
    return token, found


def find(token: str) -> Session | None:
    """The living session of a token, with its actor when somebody is signed in."""
    key = _hash(token)
    found = _known.get(key) or _remember(key)
    if found is None:
        return None
    if found.person_id is not None:
        if clock.monotonic_ms() - found.started_ms > ABSOLUTE_MS:
            end(found)
            return None
        if found.actor is None and ports.bound.accounts is not None:
            found.actor = ports.bound.accounts.actor(found.person_id, found.desk_id, found.id)
            if found.actor is None:
                end(found)
                return None
    return found


def _remember(key: bytes) -> Session | None:
    """A session of an earlier process, unless its 12 hours are over by the believed clock: all that outlives a restart.

    Read under the lock, so that a session that ends meanwhile is not remembered as a living one.
    """
    with _lock:
        loaded = db.row(
            "SELECT id, csrf, person_id, desk_id, language, is_locked, created_at FROM session"
            " WHERE token_hash = ? AND ended_at IS NULL",
            (key,),
        )
        age_ms = clock.read().at - loaded[6] if loaded is not None else 0
        if loaded is None or age_ms > ABSOLUTE_MS:
            return None
        session_id, csrf, person_id, desk_id, language, is_locked, _created_at = loaded
        now = clock.monotonic_ms()
        silent_ms = min(_silent_ms, max(0, age_ms))  # nobody was away for longer than since the sign-in
        found = Session(session_id, csrf, person_id, desk_id, language, bool(is_locked), now - silent_ms, now)
        return _known.setdefault(key, found)


def touch(found: Session, idle_ms: int) -> bool:
    """Note that the person is there; False (and locked) when the pause was longer than `idle_ms`."""
    now = clock.monotonic_ms()
    if not found.is_locked and now - found.seen_ms > idle_ms:
        lock(found)
    if found.is_locked:
        return False
    found.seen_ms = now
    return True


def is_idle(found: Session, idle_ms: int) -> bool:
    """Whether a poll, which is nobody's presence, finds the session locked or due to be."""
    if not found.is_locked and clock.monotonic_ms() - found.seen_ms > idle_ms:
        lock(found)
    return found.is_locked


def lock(found: Session) -> None:
    """Locked at once, also where a full disk keeps it from being stored."""
    found.is_locked = True
    _set(found, "UPDATE session SET is_locked = 1 WHERE id = ?")


def unlock(found: Session) -> None:
    """After the person has shown the password or PIN again."""
    _set(found, "UPDATE session SET is_locked = 0 WHERE id = ?")
    found.is_locked = False
    found.seen_ms = clock.monotonic_ms()


def set_language(found: Session, language: str) -> None:
    with unit_of_work(SYSTEM, quiet=True) as uow:
        uow.execute("UPDATE session SET language = ? WHERE id = ?", (language, found.id))
    found.language = language


def end(found: Session) -> None:
    """Sign out: the token is dead at once."""
    with unit_of_work(SYSTEM, quiet=True) as uow:
        uow.execute("UPDATE session SET ended_at = ? WHERE id = ? AND ended_at IS NULL", (uow.at, found.id))
    with _lock:
        for key in [key for key, one in _known.items() if one.id == found.id]:
            del _known[key]


def end_all_of(uow: UnitOfWork, person_id: bytes) -> None:
    """End every session of a person with the command that closes the account, or changes roles or password."""
    uow.execute("UPDATE session SET ended_at = ? WHERE person_id = ? AND ended_at IS NULL", (uow.at, person_id))
    uow.after_commit(lambda: _forget_person(person_id))


def end_all_at(uow: UnitOfWork, desk_id: bytes) -> None:
    """End every session at a desk with the command that takes it from its browsers, but that of who does it."""
    mine = uow.actor.session_id or b""
    uow.execute(
        "UPDATE session SET ended_at = ? WHERE desk_id = ? AND id <> ? AND ended_at IS NULL", (uow.at, desk_id, mine)
    )
    uow.after_commit(lambda: _forget_desk(desk_id, mine))


def _forget_desk(desk_id: bytes, but: bytes) -> None:
    with _lock:
        for key in [key for key, one in _known.items() if one.desk_id == desk_id and one.id != but]:
            del _known[key]


def _forget_person(person_id: bytes) -> None:
    with _lock:
        for key in [key for key, one in _known.items() if one.person_id == person_id]:
            del _known[key]


def _set(found: Session, sql: str) -> None:
    with unit_of_work(SYSTEM, quiet=True) as uow:
        uow.execute(sql, (found.id,))
