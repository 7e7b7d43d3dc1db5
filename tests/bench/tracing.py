"""What SQLite does for each request: steps of its virtual machine, full-scan steps, and the rows that are written."""

import re
import threading
from collections.abc import Callable
from typing import Any

import apsw

from clinic_app.kernel import db

OWN_THREAD = "bench"
OF_FULL_TEXT = " FROM 'main'.'"  # statements of SQLite's full-text index: each run tells the sum of all runs so far
_ID = re.compile(r"[0-9a-f]{32}")
_here = threading.local()
_lock = threading.Lock()
_steps: dict[str, dict[str, list[int]]] = {}
_transactions: list[list[tuple[str, str, Any, Any]]] = []


def label(method: str, path: str) -> None:
    """From now on this thread works for this request; ids in the path are one and the same."""
    _here.label = f"{method} {_ID.sub('*', path)}"


def count_steps() -> None:
    """Install the profile trace on every connection that is opened from now on."""
    _on_connect(lambda conn: conn.trace_v2(apsw.SQLITE_TRACE_PROFILE, _profiled))


def _profiled(event: dict[str, Any]) -> None:
    status, where = event["stmt_status"], getattr(_here, "label", threading.current_thread().name)
    if where == OWN_THREAD or OF_FULL_TEXT in event["sql"]:
        return
    with _lock:
        counts = _steps.setdefault(where, {}).setdefault(event["sql"], [0, 0, 0, 0])
        counts[0] += 1
        counts[1] += status["SQLITE_STMTSTATUS_VM_STEP"]
        counts[2] += status["SQLITE_STMTSTATUS_FULLSCAN_STEP"]
        counts[3] += event["nanoseconds"]


def take() -> dict[str, dict[str, list[int]]]:
    """Request -> statement -> times run, VM steps, full-scan steps, ns; counting begins anew."""
    with _lock:
        found = dict(_steps)
        _steps.clear()
    return found


def keep_rows() -> None:
    """Install the recorder of written rows on every connection that is opened from now on."""
    _on_connect(_record)


def _record(conn: apsw.Connection) -> None:
    open_rows: list[tuple[str, str, Any, Any]] = []

    def changed(update: Any) -> None:
        if update.depth == 0:
            open_rows.append((update.op, update.table_name, update.old, update.new))

    def committed() -> bool:
        if open_rows:
            _transactions.append(list(open_rows))
        open_rows.clear()
        return False

    conn.preupdate_hook(changed, id="bench")
    conn.set_commit_hook(committed, id="bench")
    conn.set_rollback_hook(open_rows.clear, id="bench")


def take_rows() -> list[list[list[Any]]]:
    """The transactions so far: each a list of (operation, table, old row, new row); bytes as {"hex": ..}."""
    found = [
        [[op, table, _plain(old), _plain(new)] for op, table, old, new in rows] for rows in _transactions
    ]
    _transactions.clear()
    return found


def _plain(row: Any) -> Any:
    return None if row is None else [{"hex": value.hex()} if isinstance(value, bytes) else value for value in row]


def _on_connect(act: Callable[[apsw.Connection], Any]) -> None:
    before = db._ClinicDatabase._connect

    def connect(self: Any) -> apsw.Connection:
        conn = before(self)
        act(conn)
        return conn

    db._ClinicDatabase._connect = connect  # type: ignore[method-assign]
