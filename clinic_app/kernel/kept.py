"""Short lists kept in memory (常用表缓存): a read is asked again only after one of its tables has changed.

Triggers on the tables count every change in `list_version`, in the transaction that makes it. So a rollback takes the
count back with the rows, a restored database brings its own, and the import of another process is seen as well. The
count itself is looked up once in a request, in each transaction, and after each transaction of this process.
"""

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, TypeVarTuple

from clinic_app.kernel import db

Given = TypeVarTuple("Given")
Value = TypeVar("Value")
MOST = 5_000  # answers of one read; more are forgotten together
Version = tuple[int, int]
reads: list[Callable[..., Any]] = []


class _Seen(threading.local):
    moment: tuple[int, ...] | None = None
    version: Version = (0, 0)


_seen = _Seen()


def kept(*tables: str) -> Callable[[Callable[[*Given], Value]], Callable[[*Given], Value]]:
    """Keep the answers of a read of these tables only, by its arguments (positional, hashable).

    What it returns is shared by all threads and must be unchangeable: a tuple or a frozen dataclass. Every table needs
    the triggers of `list_version` in its migration; a house test asks for both.
    """

    def keep(read: Callable[[*Given], Value]) -> Callable[[*Given], Value]:
        answer = worked_out(read)
        answer.tables = tables  # type: ignore[attr-defined]
        reads.append(answer)
        return answer

    return keep


def worked_out(function: Callable[[*Given], Value]) -> Callable[[*Given], Value]:
    """Keep what follows from kept reads and the arguments alone until any list changes; the same rules hold for it.

    Nothing is kept of what is worked out inside a transaction: a command may have changed a list, and be rolled back.
    """
    answers: dict[Any, tuple[Version, Value]] = {}

    @wraps(function)
    def answer(*given: *Given) -> Value:
        version = _version()
        known = answers.get(given)
        if known is not None and known[0] == version:
            return known[1]
        value = function(*given)
        if not db.connection().in_transaction and _stored() == version:
            if len(answers) >= MOST:
                answers.clear()
            answers[given] = (version, value)
        return value

    return answer


def _version() -> Version:
    """The count as this thread sees it now."""
    moment = db.moment()  # before the look: a commit in between makes the next call look again
    if moment is None or moment != _seen.moment:
        _seen.version = _stored()
        _seen.moment = moment
    return _seen.version


def _stored() -> Version:
    return db.database.generation, db.value("SELECT n FROM list_version")
