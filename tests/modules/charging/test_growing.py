"""What is read of money and stock stays cheap over the years: no plan walks a table that grows with every visit."""

import pytest

from clinic_app.kernel import db
from clinic_app.modules.charging.queries.approvals import _APPROVAL
from clinic_app.modules.charging.queries.months import _DAY_ACCOUNTS, _HINDRANCE, _MONTH_ACCOUNTS
from clinic_app.modules.charging.queries.shifts import SHIFT_SQL
from clinic_app.modules.pharmacy.queries.tracing import _OF_SHEET
from clinic_app.modules.stock.queries.months import _CLOSING, _SIDES
from clinic_app.modules.stock.services.months import _THERE
from clinic_app.modules.stock.services.reservations import _OLD

READS = {
    "the sum of a day": (_DAY_ACCOUNTS, (1, 2)),
    "the closes of a day": (f"{SHIFT_SQL} WHERE s.closed_at >= ? AND s.closed_at < ?", (1, 2)),
    "a month": (_MONTH_ACCOUNTS, ("2026-11",)),
    "what keeps a month open": (_HINDRANCE, ("2026-11",)),
    "what was decided": (f"{_APPROVAL} WHERE a.state <> 'waiting' ORDER BY a.asked_at DESC LIMIT 30", ()),
    "the codes of a sheet": (_OF_SHEET, (b"s",)),
    "the stock at the end of a month": (_CLOSING, (b"p", "2026-11-01")),
    "the movements of a month": (_SIDES, (b"p", "2026-11-01", "2026-12-01")),
    "what lapses": (_OLD, (1,)),
    "the stock at a price change": (_THERE, (b"d", "2026-11-01")),
}


SMALL = ("(subquery", "x", "l USING COVERING INDEX", "a USING INDEX approval_asked")
"""What may be walked: what was read already, the places of the clinic, requests by the index of their order."""


@pytest.mark.parametrize("what", READS)
def test_no_read_walks_a_table_that_grows(clinic, what):
    sql, values = READS[what]
    steps = [row[3] for row in db.rows(f"EXPLAIN QUERY PLAN {sql}", values)]
    walked = [one.removeprefix("SCAN ") for one in steps if one.startswith("SCAN ")]
    assert steps and [one for one in walked if not one.startswith(SMALL)] == []
