"""Short lists kept in memory (常用表缓存): a read is asked again only after one of its tables has changed.

Triggers on the tables count every change in `list_version`, in the transaction that makes it. So a rollback takes the
count back with the rows, a restored database brings its own, and the import of another process is seen as well. The
count itself is looked up once in a request, in each transaction, and after each transaction of this process.
"""

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from clinic_app.kernel import db

Given = ParamSpec("Given")
Value = TypeVar("Value")
MOST = 5_000  # answers of one read; more are forgotten together
Version = tuple[int, int]
reads: list[Callable[..., Any]] = []


class _Seen(threading.local):
    moment: tuple[int, ...] | None = None
    version: Version = (0, 0)


_seen = _Seen()


def kept(*tables: str) -> Callable[[Callable[Given, Value]], Callable[Given, Value]]:
    """Keep the answers of a read of these tables only, by its arguments (positional, hashable).

    What it returns is shared by all threads and must be unchangeable: a tuple or a frozen dataclass. Every table needs
    the triggers of `list_version` in its migration; a house test asks for both.
    """

    def keep(read: Callable[Given, Value]) -> Callable[Given, Value]:
        answers: dict[Any, tuple[Version, Value]] = {}

        @wraps(read)
        def answer(*given: Given.args, **named: Given.kwargs) -> Value:
            version_now = version()
            known = answers.get(given)
            if known is not None and known[0] == version_now:
                return known[1]
            value = read(*given, **named)
            # what a command reads may be its own, and never be committed
            if not db.connection().in_transaction and _stored() == version_now:
                if len(answers) >= MOST:
                    answers.clear()
                answers[given] = (version_now, value)
            return value

        answer.tables = tables  # type: ignore[attr-defined]
        reads.append(answer)
        return answer

    return keep


def version() -> Version:
    """The count as this thread sees it now: the key of what is worked out from kept reads."""
    moment = db.moment()  # before the look: a commit in between makes the next call look again
    if moment is None or moment != _seen.moment:
        _seen.version = _stored()
        _seen.moment = moment
    return _seen.version


def _stored() -> Version:
    return db.database.generation, db.value("SELECT n FROM list_version")
