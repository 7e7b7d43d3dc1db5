"""The trials of `make faults` on the PC around the clinic: disk, log, clock, other tools, edits of the audit trail."""

from collections.abc import Callable
from typing import Protocol

from tests.faults import backup_trials, clock_faults, log_faults, pc_faults


class Size(Protocol):
    """What these trials want to know of how much is done."""

    flips: int
    kills: int
    control_kills: int
    edits: int
    error_step: int
    damaged: int


Act = Callable[..., tuple[str, int]]


def pc(act: Act, amount: str, **given: object) -> Act:
    """A fault of the PC around the database; `amount` names how much of it a size does."""

    def run(size: Size, seed: int) -> tuple[str, int]:
        return act(getattr(size, amount), seed, **given)

    return run


def wrong_starts(_size: Size, _seed: int) -> tuple[str, int]:
    """Eight years back, 1970, a month ahead: the whole process where libfaketime is there, else the app's own clock."""
    library = clock_faults.faketime_library()
    said, bad = clock_faults.wrong_starts(tuple(clock_faults.MOVED), library)
    return said if library else f"{said} (libfaketime is missing: apt-get install faketime)", bad


def told_of_a_month(_size: Size, _seed: int) -> tuple[str, int]:
    """The twin expects to be told of a clock that is a month ahead, as after a closed month."""
    return clock_faults.wrong_starts(("thirty days ahead",), None, expects=("thirty days ahead",))


ROWS: tuple[tuple[str, Act, bool], ...] = (
    ("errors of read, write, sync", lambda size, _seed: pc_faults.disk_errors(size.error_step, 400), False),
    ("errors, a disk that drops writes", lambda _size, _seed: pc_faults.disk_errors(9, 60, swallows=True), True),
    ("a sync of two seconds", lambda _size, _seed: pc_faults.slow_disk(2.0, 5), False),
    ("a sync of six seconds", lambda _size, _seed: pc_faults.slow_disk(6.0, 1), True),
    ("zeroed sectors and exchanged pages, clinic check", pc(pc_faults.damaged_pages, "flips"), False),
    ("zeroed and exchanged, opened only", pc(pc_faults.damaged_pages, "flips", looks=pc_faults.only_opens), True),
    ("another tool holds the database", pc(pc_faults.held_database, "kills"), False),
    ("another tool, which holds nothing", pc(pc_faults.held_database, "control_kills", is_held=False), True),
    ("the log damaged in its middle", pc(log_faults.damaged_log, "damaged"), False),
    ("the log damaged, nobody looks", pc(log_faults.damaged_log, "control_kills", is_looked_at=False), True),
    ("a reader that does not end", lambda _size, seed: log_faults.stuck_reader(2, seed), False),
    ("a reader that nobody ends", lambda _size, seed: log_faults.stuck_reader(8, seed, is_ended=False), True),
    ("a wrong clock at the start", wrong_starts, False),
    ("a wrong clock, expected to be told of a month", told_of_a_month, True),
    ("jumps of a running clinic's clock", pc(clock_faults.running_jumps, "edits"), False),
    ("jumps at work, all believed", pc(clock_faults.running_jumps, "control_kills", believes=True), True),
    ("jumps of the clock", pc(pc_faults.clock_jumps, "edits"), False),
    ("jumps, all of them believed", pc(pc_faults.clock_jumps, "edits", believes=True), True),
    ("an older backup restored: numbers", backup_trials.restored_numbers(), False),
    ("an older backup, numbers without a mark", backup_trials.restored_numbers(marked=False), True),
    ("edits of the audit trail", pc(pc_faults.audit_edits, "edits"), False),
    ("edits by who has the key", pc(pc_faults.audit_edits, "control_kills", knows_the_key=True), True),
)
