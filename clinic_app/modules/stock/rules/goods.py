"""What a line of a delivery must carry (PH-03), and goods that come too late (PH-04)."""

import re
from datetime import date

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt
from clinic_app.modules.stock.rules.expiry import is_usable

MOST_UNITS = 9_999_999
_BATCH_NO = re.compile(r"[A-Za-z0-9\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff ./()#_+-]{0,29}")


def check_line(line: int, drug: str, batch_no: str, quantity: int, cost_e4: int) -> None:
    """Refuse a line without drug, batch number, quantity or cost; `line` counts from 1 and stands in the sentence."""
    if not drug:
        raise Refused("stock.line_without_drug", field="drug", line=line)
    if not batch_no.strip():
        raise Refused("stock.line_without_batch", field="batch_no", line=line, item=drug)
    if batch_no != batch_no.strip() or not _BATCH_NO.fullmatch(batch_no):
        raise Refused("stock.batch_no_unreadable", field="batch_no", line=line, value=excerpt(batch_no))
    if not 0 < quantity <= MOST_UNITS:
        raise Refused("stock.line_quantity", field="packs", line=line, item=drug, most=MOST_UNITS)
    if cost_e4 < 0:
        raise Refused("stock.line_cost", field="cost", line=line, item=drug)


def check_not_expired(line: int, drug: str, expires_on: date, today: date) -> None:
    """Refuse goods that arrive past their last day of use."""
    if not is_usable(expires_on, today):
        raise Refused("stock.arrives_expired", field="expires_on", line=line, item=drug, value=expires_on.isoformat())
