"""The database file: driver, cipher, pragmas, one connection per thread, one writer at a time.

Only this file and `keys.py` know the driver. A commit outside `write_transaction` is refused and rolled back, so that
nothing is ever written outside a unit of work.
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import apsw
from peewee import DatabaseError
from playhouse.apsw_ext import APSWDatabase

from clinic_app.kernel.errors import Refused

OLDEST_SAFE_SQLITE = (3, 51, 3)  # older ones can corrupt a WAL database when two connections checkpoint at once
PRAGMAS = (
    ("journal_mode", "wal"),
    ("synchronous", "full"),
    ("foreign_keys", 1),
    ("trusted_schema", 0),
    ("cell_size_check", 1),
    ("mmap_size", 0),
    ("cache_size", -4000),
    ("temp_store", 2),
    ("wal_autocheckpoint", 0),
    ("journal_size_limit", 64 * 1024 * 1024),
)
BUSY_MS = 10_000
READER_MS = 500  # how long the last checkpoint waits for a reader of another process
STATEMENTS = 512  # the driver's most; it keeps the newest uses, so what a thread seldom runs needs the room
STEPS_BETWEEN_RESTS, SLICE_SECONDS, LONGEST_REST_SECONDS = 2000, 0.005, 0.1  # of a reading beside people at work
Row = TypeVar("Row")
DamagedPage = apsw.CorruptError
Interrupted = apsw.InterruptError
SqlError = apsw.SQLError


class WrongKey(Exception):
    """The file is not a database under this key: another key, or not a clinic's file."""


class _ClinicDatabase(APSWDatabase):  # type: ignore[misc]  # peewee ships no types
    key = b""
    vfs: str | None = None
    statement_cache = STATEMENTS
    generation = 0

    def underneath(self) -> dict[str, Any]:
        """What a connection is opened with so that the cipher stands on `vfs`."""
        return {"vfs": f"multipleciphers-{self.vfs}"} if self.vfs else {}

    def _connect(self) -> apsw.Connection:
        conn = apsw.Connection(self.database, statementcachesize=self.statement_cache, **self.underneath())
        try:
            conn.set_busy_timeout(BUSY_MS)
            _unlock(conn, self.key)
            for name, value in PRAGMAS:
                conn.pragma(name, value)
            # not `PRAGMA query_only` on and off: every change of it expires all prepared statements of the connection
            conn.set_commit_hook(_refuse_stray_commit)
            # stock peewee date fields hand over objects that the driver would refuse
            conn.convert_binding = lambda _cursor, _number, value: str(value)
        except apsw.NotADBError as err:
            conn.close()
            raise WrongKey(str(self.database)) from err
        except BaseException:
            conn.close()
            raise
        return conn


def _unlock(conn: apsw.Connection, key: bytes) -> None:
    conn.pragma("cipher", "chacha20")
    conn.pragma("key", f"raw:{key.hex()}")


database = _ClinicDatabase(None, autoconnect=True)
write_lock = threading.Lock()
when_full: Callable[[], bool] = lambda: False  # noqa: E731  # bound by the appliance
"""Makes room on a full disk; True when it did, and the same may be tried again."""
_writer = 0  # the thread that holds the write lock
_stopped: str = ""
_ended = 0  # write transactions of this process, committed or not
_works = itertools.count(1)
left_open = 0  # pieces of work that ended inside a transaction: each one is a fault
_open_connections: list[apsw.Connection] = []
_connection_of: dict[int, apsw.Connection] = {}  # by thread
_begun: dict[int, float] = {}  # when the request on a thread began


def _refuse_stray_commit() -> bool:
    if _writer != threading.get_ident():
        raise apsw.ReadOnlyError("written outside a unit of work")
    return False


class _Connections(threading.local):
    conn: apsw.Connection | None = None
    generation = -1
    work = 0


_local = _Connections()


def open_database(path: Path, key: bytes, *, vfs: str | None = None, statement_cache: int = STATEMENTS) -> None:
    """Bind this process to one encrypted database file; creates the file if it is missing.

    `key` is the 32-byte data key; `vfs` names a VFS to run underneath the cipher (fault recorders).
    Raises WrongKey when the file does not open under the key, DamagedPage when its first page is damaged.
    """
    if found := unsafe_library():
        raise RuntimeError(f"SQLite {found} has a known corruption bug; 3.51.3 or newer is needed")
    global _stopped
    close_database()
    database.init(str(path))
    database.key, database.vfs, database.statement_cache = key, vfs, statement_cache
    database.generation += 1
    _stopped = ""
    try:
        conn = connection()
    except (DatabaseError, apsw.Error) as err:  # peewee wraps some of what the driver raises
        raise _trouble(err) or DamagedPage(str(err)) from err
    if conn.pragma("journal_mode") != "wal" or conn.pragma("synchronous") != 2:
        raise RuntimeError("the database does not run in WAL with synchronous=FULL")


def unsafe_library() -> str:
    """The version of the database library where it is one that can damage a database; else ""."""
    found: str = apsw.sqlite_lib_version()
    return found if tuple(int(part) for part in found.split(".")) < OLDEST_SAFE_SQLITE else ""


def _trouble(err: Exception) -> Refused | None:
    """The refusal for a full or failing disk or a held database, bare or wrapped by peewee; None for another error."""
    global _stopped
    bare = getattr(err, "orig", err)
    if isinstance(bare, apsw.FullError):
        return Refused("kernel.disk_full_once") if when_full() else Refused("kernel.disk_full")
    if isinstance(bare, apsw.BusyError | apsw.LockedError):  # after `BUSY_MS` of waiting
        return Refused("kernel.database_busy")
    # a failing disk is made read-only by the system
    if isinstance(bare, apsw.IOError | apsw.ReadOnlyError | apsw.CantOpenError):
        _stopped = str(bare)
        return Refused("kernel.disk_failed", reason=_stopped)
    return None


def is_damage(err: BaseException) -> bool:
    """Whether an error means damaged pages, bare or wrapped by peewee."""
    return isinstance(getattr(err, "orig", err), DamagedPage)


def damage_named(err: DamagedPage) -> str:
    """What the library says of damaged pages, for a sentence; its code where the message was overwritten by then."""
    said = str(err)
    return "SQLITE_CORRUPT" if said in {"", "not an error"} else said[:80]


def is_broken_off(err: BaseException) -> bool:
    """Whether an error means that a reading was broken off, bare or wrapped by peewee."""
    return isinstance(getattr(err, "orig", err), Interrupted)


def is_unknown(err: BaseException) -> bool:
    """Whether an error means a table or column that the schema does not have, bare or wrapped by peewee."""
    bare = getattr(err, "orig", err)
    return isinstance(bare, SqlError) and str(bare).startswith(("no such table", "no such column"))


def close_database() -> None:
    """Close every connection of this process."""
    if database.database is not None and not database.is_closed():
        database.close()
    for conn in _open_connections:
        conn.close(True)
    _open_connections.clear()
    _connection_of.clear()
    _local.conn = None


def is_open() -> bool:
    return database.database is not None and bool(_open_connections)


def connection() -> apsw.Connection:
    """This thread's connection."""
    if _local.conn is None or _local.generation != database.generation:
        if not database.is_closed():
            database.close()
        database.connect()
        _local.conn, _local.generation = database.connection(), database.generation
        _open_connections.append(_local.conn)
        _connection_of[threading.get_ident()] = _local.conn
    return _local.conn


def begin_work() -> None:
    """A request begins on this thread; until `end_work` commits of other processes need not be looked for."""
    _local.work = next(_works)
    _begun[threading.get_ident()] = time.monotonic()


def end_work() -> bool:
    """The request is over. True when it left a transaction open: it is rolled back, or all later reads would be old."""
    global left_open
    _local.work = 0
    _begun.pop(threading.get_ident(), None)
    conn = _local.conn
    if conn is None or conn not in _open_connections or not conn.in_transaction:
        return False
    left_open += 1
    conn.execute("ROLLBACK")
    return True


def end_readers(longer_than: float) -> int:
    """Break off what requests of this process have been reading for so many seconds; returns how many.

    Their snapshot keeps the log from being begun anew, so it grows with every commit of the others. Whoever reads gets
    `Interrupted`; a write is left alone.
    """
    ended = 0
    for thread, began in list(_begun.items()):
        conn = _connection_of.get(thread)
        if conn is None or thread == _writer or time.monotonic() - began < longer_than:
            continue
        conn.interrupt()  # nothing where nothing is being read
        ended += 1
    return ended


def moment() -> tuple[int, ...] | None:
    """Equal for two moments of this thread between which nothing that it reads can have changed; None: not known."""
    if not _local.work:
        return None
    return database.generation, _ended, _local.work, connection().total_changes()


def rows(sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of one constant SELECT."""
    return connection().execute(sql, params).fetchall()


def row(sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> tuple[Any, ...] | None:
    """The first row, or None."""
    return connection().execute(sql, params).fetchone()


def value(sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> Any:
    """The first column of the first row, or None."""
    found = connection().execute(sql, params).fetchone()
    return found[0] if found else None


def read(cls: type[Row], sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[Row]:
    """Each row as `cls(*columns)`: the SELECT names its columns in the order of the dataclass."""
    return [cls(*found) for found in connection().execute(sql, params)]


def read_one(cls: type[Row], sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> Row | None:
    found = connection().execute(sql, params).fetchone()
    return cls(*found) if found else None


@contextmanager
def write_transaction() -> Iterator[apsw.Connection]:
    """BEGIN IMMEDIATE .. COMMIT under the process-wide write lock; for `unit_of_work` and migrations only.

    A failed fsync is final: after it the kernel may have dropped the pages, so nothing more is written until a restart.
    """
    global _ended, _writer
    with write_lock:
        if _stopped:
            raise Refused("kernel.disk_failed", reason=_stopped)
        conn = connection()
        _writer = threading.get_ident()
        try:
            conn.execute("BEGIN IMMEDIATE")
            if _local.work:  # another process may have written before
                _local.work = next(_works)
            try:
                yield conn
                conn.execute("COMMIT")
            except BaseException:
                if conn.in_transaction:
                    conn.execute("ROLLBACK")
                raise
        except (apsw.Error, DatabaseError) as err:
            if trouble := _trouble(err):
                raise trouble from err
            raise
        finally:
            _writer = 0
            _ended += 1


def checkpoint(*, truncate: bool = False) -> int:
    """Move the WAL into the database file; returns the WAL frames left. Only one thread may do it, under the lock."""
    with write_lock:
        conn = connection()
        try:
            frames, done = _emptied(conn) if truncate else conn.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.Error as err:
            if trouble := _trouble(err):
                raise trouble from err
            raise
    return max(frames - done, 0)


def _emptied(conn: apsw.Connection) -> tuple[int, int]:
    """Another process that reads an old snapshot may keep frames in the log; it is not waited for."""
    conn.set_busy_timeout(READER_MS)
    try:
        return conn.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.BusyError:
        return conn.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
    finally:
        conn.set_busy_timeout(BUSY_MS)


def copy_to(target: Path, pages_a_step: int, between: Callable[[int, int], None]) -> None:
    """Copy the open database, as it is at this moment, into a new file under the same key, while others go on writing.

    `between(pages done, pages in all)` is called after every step, to pause and to tell. The moment is held until the
    end, so the log cannot be begun anew meanwhile. Raises DamagedPage where a page of the database cannot be read.
    """
    source = connection()
    copy = apsw.Connection(str(target), **database.underneath())
    try:
        _unlock(copy, database.key)
        copy.pragma("journal_mode", "off")
        copy.pragma("synchronous", "off")
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchall()
        with copy.backup("main", source, "main") as backup:
            while not backup.done:
                backup.step(pages_a_step)
                between(backup.page_count - backup.remaining, backup.page_count)
    except apsw.Error as err:
        if trouble := _trouble(err):
            raise trouble from err
        raise
    finally:
        if source.in_transaction:
            source.execute("ROLLBACK")
        copy.close(True)


def wal_bytes() -> int:
    path = Path(str(database.database) + "-wal")
    return path.stat().st_size if path.exists() else 0


def damaged_pages(*, share: float = 1.0) -> list[str]:
    """Read every page in use; the cipher authenticates each, so a flipped bit is an error named here.

    Reads for so large a `share` of the time and rests for the other. Raises Interrupted when another thread breaks it
    off: a half read says nothing of damage.
    """
    conn = connection()
    if share < 1:
        conn.set_progress_handler(_resting(share), STEPS_BETWEEN_RESTS)
    try:
        answers = [str(answer[0]) for answer in conn.execute("PRAGMA integrity_check")]
    except Interrupted:
        raise
    except (apsw.Error, apsw.NotADBError) as err:
        return [str(err)]
    finally:
        conn.set_progress_handler(None)
    found = [line for answer in answers for line in answer.splitlines() if not line.startswith("***")]
    unreadable = next((place for place, line in enumerate(found, 1) if "unable to get the page" in line), len(found))
    return [] if found == ["ok"] else found[:unreadable]  # after that one the driver calls every page unreadable


def _resting(share: float) -> Callable[[], bool]:
    """Called between steps of a statement: sleeps so that the statement works for that share of the time."""
    began = time.monotonic()

    def rest() -> bool:
        nonlocal began
        if (spent := time.monotonic() - began) > SLICE_SECONDS:
            time.sleep(min(spent * (1 / share - 1), LONGEST_REST_SECONDS))
            began = time.monotonic()
        return False

    return rest
