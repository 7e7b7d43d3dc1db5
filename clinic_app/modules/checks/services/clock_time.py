"""Confirming date and time (确认时间), which ends the clock's doubt."""

from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.clock import clock, from_local, local_text
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.checks import rules
from sync.wire.hybrid_clock import wall_of


def confirm_clock(uow: UnitOfWork, typed: str, again: str = "") -> dict[str, Any]:
    """Take a person's word for date and time (确认时间); it holds from the commit on and ends the doubt.

    Refused `clock.unreadable`, `clock.before_newest`; `clock.far` until a leap of many days is typed again in `again`.
    """
    newest = wall_of(clock.newest)
    true_ms = rules.true_moment(from_local(rules.parse_moment(typed)), newest)
    if true_ms < newest:
        raise Refused("clock.before_newest", field="moment", newest=local_text(newest))
    rules.check_believable(
        true_ms, newest, most_days=parameters.value("checks.clock_leap_days", uow.on), again=again, typed=typed
    )
    uow.audit("checks.confirm_clock", said=local_text(true_ms), newest=local_text(newest))
    uow.after_commit(lambda: clock.confirm(true_ms))
    return {"at": local_text(true_ms)}
