"""Long imports while others work (导入进度): read, compared and worked out first, then written in one transaction.

All of a list comes in or nothing, so its rows are written in one transaction under the one write lock; what can be done
before it is done before, and the search keys, nine tenths of the work, follow in short transactions of their own. The
state of a run lives in this process: one that was cut off before it wrote has changed nothing.
"""

import hashlib
import logging
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from clinic_app.kernel.errors import Invalid, Refused
from clinic_app.kernel.rights import Actor
from clinic_app.kernel.unit_of_work import unit_of_work
from clinic_app.modules.dictionaries import services
from clinic_app.modules.dictionaries.importing import ImportRefused, Prepared, prepare
from clinic_app.modules.dictionaries.importing.workbook import is_workbook

LONG_TEXT, LONG_WORKBOOK = 200_000, 40_000
"""Bytes from which on a file is read beside the request: well under a second's work for either."""
_MOST_KEPT = 8
READ, PLAN, WRITE, SEARCH = "read", "plan", "write", "search"
CHECKED, DONE, REFUSED = "checked", "done", "refused"
_PAUSE_S = 0.01
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Run:
    """`done` of `total` rows of the step (total 0: not known yet); `held_ms`: how long the write lock was held."""

    kind: str
    data: bytes = field(repr=False)
    source: str
    on: date
    step: str = READ
    done: int = 0
    total: int = 0
    prepared: Prepared | None = field(default=None, repr=False)
    result: dict[str, Any] | None = None
    refused: Refused | None = None
    held_ms: int = 0

    @property
    def is_over(self) -> bool:
        return self.step in (CHECKED, DONE, REFUSED)

    def tell(self, done: int, total: int) -> None:
        self.done, self.total = done, total


_runs: OrderedDict[bytes, Run] = OrderedDict()
_work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
_lock = threading.Lock()
_threads: list[threading.Thread] = []


def is_long(data: bytes) -> bool:
    return len(data) > (LONG_WORKBOOK if is_workbook(data) else LONG_TEXT)


def check(run_id: bytes, kind: str, data: bytes, source: str, on: date) -> None:
    """Begin a dry run."""
    _begin(run_id, Run(kind, data, source, on), _check)


def bring_in(run_id: bytes, kind: str, data: bytes, source: str, on: date, actor: Actor) -> None:
    """Begin to bring a file in; a run of a known id is not begun again. What a dry run has read is not read twice."""
    run = Run(kind, data, source, on)
    digest = hashlib.sha256(data).hexdigest()
    for other in reversed(_runs.values()):
        if other.prepared and (other.kind, other.on, other.prepared.digest) == (kind, on, digest):
            run.prepared = other.prepared
    _begin(run_id, run, lambda one: _bring_in(one, actor))


def run_of(run_id: bytes) -> Run | None:
    """The state of a run of this process; None for one of before a restart."""
    return _runs.get(run_id)


def _begin(run_id: bytes, run: Run, act: Callable[[Run], None]) -> None:
    with _lock:
        if run_id in _runs:
            return
        _runs[run_id] = run
        while len(_runs) > _MOST_KEPT:
            _runs.popitem(last=False)
        _serve_on_a_thread()
    _work.put(lambda: _guarded(run, act))


def _serve_on_a_thread() -> None:
    if not _threads:
        _threads.append(threading.Thread(target=_serve, name="import", daemon=True))
        _threads[0].start()


def _serve() -> None:
    """One import after the other, on one connection."""
    while True:
        try:
            _work.get()()
        except Exception:  # what is left is gone on with when the dictionaries are opened again
            log.exception("search keys could not be written")


def _guarded(run: Run, act: Callable[[Run], None]) -> None:
    try:
        act(run)
    except Invalid as err:
        run.refused, run.step = next(iter(err.refusals.values())), REFUSED
    except Refused as err:
        run.refused, run.step = err, REFUSED
    except Exception:
        log.exception("an import ended in an error; nothing was changed")
        run.refused, run.step = Refused("dictionaries.import_cut_off"), REFUSED
    finally:
        run.data = b""


def _check(run: Run) -> None:
    run.prepared = prepare(run.kind, run.data, run.source, run.on, run.tell)
    run.step = CHECKED


def _bring_in(run: Run, actor: Actor) -> None:
    prepared = run.prepared or prepare(run.kind, run.data, run.source, run.on, run.tell)
    if prepared.errors:
        raise ImportRefused(prepared.errors, prepared.error_count)
    run.step = PLAN
    planned = services.plan(run.kind, prepared.rows, run.on, run.tell, is_search_due=True)
    with unit_of_work(actor) as uow:
        began = time.monotonic()
        run.step, run.done = WRITE, 0
        run.result = services.import_planned(uow, planned, source=run.source, tell=run.tell)
    run.held_ms = round(1000 * (time.monotonic() - began))
    run.step, run.done = SEARCH, 0
    _write_due(actor, run)
    run.step = DONE


def resume(actor: Actor) -> None:
    """Go on with the search keys of an import that a restart cut off after it was written."""
    with _lock:
        _serve_on_a_thread()
    _work.put(lambda: _write_due(actor))


def _write_due(actor: Actor, run: Run | None = None) -> None:
    """In short transactions with a pause between them; the entries themselves are stored already."""
    while True:
        with unit_of_work(actor, quiet=True) as uow:
            written = services.write_due(uow)
        if not written:
            return
        if run is not None:
            run.done += written
        time.sleep(_PAUSE_S)
