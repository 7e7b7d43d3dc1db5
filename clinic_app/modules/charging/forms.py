"""From the cashier's forms to what services take: parsing and messages only."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ids import read_id
from clinic_app.kernel.money import parse_yuan
from clinic_app.kernel.quantity import excerpt, half_width
from clinic_app.modules.charging.services import Tender

FIELDS = ("line", "sheet", "cash", "scan", "reference", "total_fen")
_LINE = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{32})")
_REFERENCE = re.compile(r"[0-9A-Za-z_-]{4,64}")


@dataclass(frozen=True)
class ChargeForm:
    """A posted bill: ticked sheets, the lines the page showed in them, what is handed over, the sum on the screen."""

    sheets: frozenset[bytes]
    lines: tuple[str, ...]
    cash: str
    scan: str
    reference: str
    total_fen: int

    def tenders(self) -> list[Tender]:
        """What is handed over; Refused as `parse_yuan` with field cash or scan, or `charging.reference_form`."""
        found = []
        if self.scan.strip() and (fen := parse_yuan(self.scan, field="scan")):
            found.append(Tender("scan", fen, _reference(self.reference)))
        if self.cash.strip():
            found.append(Tender("cash", parse_yuan(self.cash, field="cash")))
        return found

    def with_amount(self, field: str, text: str) -> "ChargeForm":
        return replace(self, cash=text) if field == "cash" else replace(self, scan=text)


def charge_form(form: Any) -> ChargeForm:
    """Read the posted fields; ids that are no ids are left out, so the service finds the lines changed."""
    sheets = frozenset(one for one in map(read_id, form.getlist("sheet")) if one is not None)
    pairs = [found for found in map(_LINE.fullmatch, form.getlist("line")) if found]
    total = form.get("total_fen", "")
    return ChargeForm(
        sheets, tuple(pair[2] for pair in pairs if bytes.fromhex(pair[1]) in sheets), form.get("cash", ""),
        form.get("scan", ""), form.get("reference", ""), int(total) if re.fullmatch("[0-9]{1,12}", total) else -1,
    )  # fmt: skip


def counted(form: Mapping[str, str]) -> int | None:
    """The cash counted at the close of a shift, None when the field was left empty."""
    text = form.get("counted", "")
    return parse_yuan(text, field="counted") if text.strip() else None


def shown(form: Mapping[str, str]) -> str:
    """The mark of the sums that the dialog showed; one that is missing is none that could be right."""
    return form.get("shown", "")


def one_of_staff(form: Mapping[str, str]) -> bytes | None:
    """Who counted along, None when nobody is chosen."""
    return read_id(form.get("second", ""))


def reason(form: Mapping[str, str]) -> str:
    """The free words when there are any, else the chosen reason."""
    return form.get("other", "").strip() or form.get("reason", "")


def _reference(text: str) -> str:
    """The payment service's number as scanned or typed; empty is left to the settlement, which names the amount."""
    typed = half_width(text).strip().replace(" ", "")
    if typed and not _REFERENCE.fullmatch(typed):
        raise Refused("charging.reference_form", field="reference", value=excerpt(text))
    return typed
