"""Taking a table away (导出) is written down before it is made: who, which days, how many rows, why."""

from typing import Any

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.reports.rules.periods import Period

SHORTEST_REASON, LONGEST_REASON = 2, 100


def record_export(uow: UnitOfWork, what: str, form: str, period: Period, rows: int, reason: str) -> dict[str, Any]:
    """Keep that a table leaves the clinic's server. -> {"rows"}

    Refused `reports.reason_missing` or `reports.reason_long`; nothing is made then.
    """
    why = reason.strip()
    if len(why) < SHORTEST_REASON or not why.isprintable():
        raise Refused("reports.reason_missing", field="reason")
    if len(why) > LONGEST_REASON:
        raise Refused("reports.reason_long", field="reason", most=LONGEST_REASON, have=len(why))
    days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    uow.audit("reports.export", what=what, form=form, rows=rows, reason=why, **days)
    return {"rows": rows}
