"""The whole-visit board (全程看板): where each patient of the day is now, and for how long (OPD-14)."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import clock, journey
from clinic_app.kernel.journey import Step
from clinic_app.modules.visits.queries.visits import QueueRow, queue

MOST_ON_BOARD = 80


@dataclass(frozen=True, slots=True)
class Present:
    """One patient of the board: the present step, since when (ms UTC), and minutes waiting."""

    row: QueueRow
    step: str
    since: int
    minutes: int


def steps(on: date) -> dict[bytes, Step]:
    """What the visits themselves know of each patient of a day."""
    return {row.visit_id: _step(row) for row in queue(None, on)}


def moments(on: date) -> dict[bytes, dict[str, int]]:
    """Registration, first call, start and end of each consultation of a day, for the waits (OPD-13)."""
    found = {}
    for row in queue(None, on):
        told = {
            "registered": row.registered_at, "started": row.started_at, "finished": row.finished_at,
            "called": row.called_at or row.started_at,
        }  # fmt: skip
        found[row.visit_id] = {name: at for name, at in told.items() if at is not None}
    return found


def board(on: date, *, with_done: bool = False) -> list[Present]:
    """Everybody of the day at the present step, the longest waiting first; at most 80."""
    now, present = clock.clock.read().at, journey.present(on)
    found = []
    for row in queue(None, on):
        step = present.get(row.visit_id) or _step(row)
        if step.code == journey.DONE and not with_done:
            continue
        since = max(step.since, row.finished_at or 0) if step.code in journey.AFTER_CONSULTATION else step.since
        found.append(Present(row, step.code, since, max(0, now - since) // 60_000))
    found.sort(key=lambda one: (one.step == journey.DONE, one.since))
    return found[:MOST_ON_BOARD]


def _step(row: QueueRow) -> Step:
    if row.returned_at is not None:
        return Step("returned", row.returned_at)
    if row.away_at is not None:
        return Step("awaiting_results", row.away_at)
    if row.state == "in_consultation":
        return Step("in_consultation", row.started_at or row.registered_at)
    if row.state == "finished":
        return Step("done", row.finished_at or row.registered_at)
    if row.passed_at is not None:
        return Step("passed", row.passed_at)
    if row.state == "called":
        return Step("called", row.called_at or row.registered_at)
    return Step("registered", row.registered_at)
