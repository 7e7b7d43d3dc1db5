"""What may not happen any more once a specimen is taken or an examination done."""

from collections.abc import Mapping
from typing import Any

from clinic_app.kernel import db
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.laboratory import queries

_LINES = "SELECT source_line_id FROM charge_line WHERE bill_id = ? AND source_kind = 'request'"


def refuse_withdrawal(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `consultation.withdraw_request`: Refused `laboratory.done` until the room cancels it."""
    _refuse_done(facts["line_ids"])


def refuse_refund(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `charging.refund` (FE-09)."""
    _refuse_done([one["source_line_id"] for one in facts["lines"] if one["source_kind"] == "request"])


def refuse_void(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `charging.void_bill`."""
    _refuse_done([line_id for (line_id,) in db.rows(_LINES, (facts["bill_id"],))])


def _refuse_done(line_ids: list[bytes]) -> None:
    for line_id in line_ids:
        found = queries.live_report(line_id)
        if found is not None:
            what = queries.asked(line_id)
            raise Refused("laboratory.done", item=what.shown_item if what else "", report_no=found.report_no)
