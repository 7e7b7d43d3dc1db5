"""Long imports while others work (导入进度): read, compared and worked out first, then written slice by slice.

Between two slices others get the write lock, and each slice is short. What was decided is kept in the database
(`services.open_imports`), so a run that a power cut ended is gone on with after the next start; one that had not come
that far has changed nothing.
"""

import hashlib
import logging
import queue
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from clinic_app.kernel import clock, db
from clinic_app.kernel.errors import Invalid, Refused
from clinic_app.kernel.rights import Actor
from clinic_app.kernel.unit_of_work import unit_of_work
from clinic_app.modules.dictionaries import services
from clinic_app.modules.dictionaries.importing import ImportRefused, Prepared, prepare
from clinic_app.modules.dictionaries.importing.workbook import is_workbook
from clinic_app.modules.dictionaries.queries.open_imports import open_imports

LONG_TEXT, LONG_WORKBOOK = 200_000, 40_000
"""Bytes from which on a file is read beside the request: well under a second's work for either."""
_MOST_KEPT = 8
READ, PLAN, WRITE = "read", "plan", "write"
CHECKED, DONE, REFUSED = "checked", "done", "refused"
_PAUSE_S = 0.01
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Run:
    """`done` of `total` rows of the step (total 0: not known yet); `held_ms`: how long the write lock was held at
    the most for one slice."""

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
    _begin(run_id, run, lambda one: _bring_in(run_id, one, actor))


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
        _work.get()()


def _guarded(run: Run, act: Callable[[Run], None]) -> None:
    try:
        db.connection()  # the thread may have served a database that was closed since
        act(run)
    except Invalid as err:
        run.refused, run.step = next(iter(err.refusals.values())), REFUSED
    except Refused as err:
        run.refused, run.step = err, REFUSED
    except Exception:
        log.exception("an import ended in an error")
        cut_off = "dictionaries.import_interrupted" if run.step == WRITE else "dictionaries.import_cut_off"
        run.refused, run.step = Refused(cut_off, done=run.done), REFUSED
    finally:
        run.data = b""


def _check(run: Run) -> None:
    run.prepared = prepare(run.kind, run.data, run.source, run.on, run.tell)
    run.step = CHECKED


def _bring_in(run_id: bytes, run: Run, actor: Actor) -> None:
    prepared = _without_errors(run)
    packed = zlib.compress(run.data, 1)
    is_begun = False
    while not is_begun:
        run.step = PLAN
        planned = services.plan(run.kind, prepared.rows, run.on, run.tell)
        with unit_of_work(actor) as uow:
            run.on = uow.on
            is_begun = services.begin_import(uow, run_id, planned, packed, source=run.source)
    _write(run_id, run, planned, actor)


def resume(_uow: object = None) -> None:
    """Go on with imports that were cut off while they were written: looked at after each start and each hour."""
    for run_id, kind, source, person_id, packed in open_imports():
        known = _runs.get(run_id)
        if known is None or known.step == REFUSED:
            actor = Actor(person_id, "", frozenset(), frozenset())
            with _lock:
                _runs.pop(run_id, None)
            _begin(run_id, Run(kind, packed, source, clock.today()), partial(_go_on, run_id, actor))


def _go_on(run_id: bytes, actor: Actor, run: Run) -> None:
    """A rerun adds what is not there yet and changes what is not changed yet.

    Refused `dictionaries.import_given_up` when the kept file passes its check no more: the list is free again, with the
    slices that stand in it.
    """
    run.data = zlib.decompress(run.data)
    try:
        prepared = _without_errors(run)
        planned = services.plan(run.kind, prepared.rows, run.on, run.tell)
    except (Refused, Invalid) as err:
        log.error("an import under way was given up: %s", err)
        with unit_of_work(actor) as uow:
            services.drop_import(uow, run_id)
        raise Refused("dictionaries.import_given_up") from err
    _write(run_id, run, planned, actor)


def _without_errors(run: Run) -> Prepared:
    prepared = run.prepared or prepare(run.kind, run.data, run.source, run.on, run.tell)
    if prepared.errors:
        raise ImportRefused(prepared.errors, prepared.error_count)
    return prepared


def _write(run_id: bytes, run: Run, planned: services.Plan, actor: Actor) -> None:
    """Slice by slice, with a pause for whoever waits for the write lock."""
    run.step, run.done, run.total = WRITE, 0, len(planned.found.new) + len(planned.found.changed)
    for one in services.slices(planned):
        began = time.monotonic()
        with unit_of_work(actor, quiet=True) as uow:
            run.done += services.write_slice(uow, run.kind, one)
        run.held_ms = max(run.held_ms, round(1000 * (time.monotonic() - began)))
        time.sleep(_PAUSE_S)
    with unit_of_work(actor) as uow:
        run.result = services.finish_import(uow, run_id)
    run.step = DONE
