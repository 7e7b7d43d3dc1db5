"""From the cashier's forms to what services take: parsing and messages only."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ids import read_id
from clinic_app.kernel.money import parse_yuan, yuan
from clinic_app.kernel.quantity import excerpt, half_width
from clinic_app.modules.charging import queries
from clinic_app.modules.charging.rules import counted_sum
from clinic_app.modules.charging.services import Count, Tender

FIELDS = (
    "line", "sheet", "one", "cash", "scan", "method", "reference", "more", "more_method", "more_reference", "total_fen",
    "invoice",
)  # fmt: skip
TYPED = ("cash", "scan", "method", "reference", "more", "more_method", "more_reference")
_LINE = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{32})")
_REFERENCE = re.compile(r"[0-9A-Za-z_-]{4,64}")


@dataclass(frozen=True)
class ChargeForm:
    """A posted bill: ticked sheets and lines, the lines the page showed in them, what is handed over, the sum shown.

    Beside cash there are two rows, each with its way to pay, amount and reference: `scan` and `more`.
    """

    sheets: frozenset[bytes]
    ones: frozenset[bytes]
    lines: tuple[str, ...]
    cash: str
    scan: str
    method: str
    reference: str
    more: str
    more_method: str
    more_reference: str
    total_fen: int
    invoice: str | None

    def tenders(self) -> list[Tender]:
        """What is handed over; Refused as `parse_yuan` with field cash, scan or more, `charging.method_unknown`, or
        `.reference_form`."""
        found = []
        for field, amount, method, reference in (
            ("scan", self.scan, self.method, self.reference), ("more", self.more, self.more_method, self.more_reference)
        ):  # fmt: skip
            if amount.strip() and (fen := parse_yuan(amount, field=field)):
                found.append(Tender(_method(method), fen, _reference(reference)))
        if self.cash.strip():
            found.append(Tender("cash", parse_yuan(self.cash, field="cash")))
        return found

    def readable(self) -> list[Tender]:
        """The amounts that can be read, for the sums on the page: one wrong field must not make the others count as
        nothing."""
        found = []
        for field, method in (("scan", self.method), ("more", self.more_method), ("cash", "")):
            text = getattr(self, field)
            try:
                if text.strip() and (fen := parse_yuan(text, field=field)):
                    found.append(Tender(_method(method) if method else "cash", fen))
            except Refused:
                continue
        return found

    def with_amount(self, field: str, text: str) -> "ChargeForm":
        return replace(self, **{field: text})  # type: ignore[arg-type]

    def typed(self) -> dict[str, Any]:
        """What a hold keeps: the ticks and the amounts as they stand."""
        return {
            "sheets": sorted(one.hex() for one in self.sheets), "ones": sorted(one.hex() for one in self.ones),
            **{name: getattr(self, name) for name in TYPED},
        }  # fmt: skip


def charge_form(form: Any) -> ChargeForm:
    """Read the posted fields; ids that are no ids are left out, so the service finds the lines changed."""
    sheets = frozenset(one for one in map(read_id, form.getlist("sheet")) if one is not None)
    ones = frozenset(one for one in map(read_id, form.getlist("one")) if one is not None)
    pairs = [found for found in map(_LINE.fullmatch, form.getlist("line")) if found]
    total = form.get("total_fen", "")
    shown = tuple(pair[2] for pair in pairs if bytes.fromhex(pair[1]) in sheets or bytes.fromhex(pair[2]) in ones)
    return ChargeForm(
        sheets, ones, shown, form.get("cash", ""), form.get("scan", ""), form.get("method", "scan"),
        form.get("reference", ""), form.get("more", ""), form.get("more_method", "card"),
        form.get("more_reference", ""), int(total) if re.fullmatch("[0-9]{1,12}", total) else -1,
        form.get("invoice"),
    )  # fmt: skip


def kept_form(kept: Mapping[str, Any]) -> ChargeForm:
    """The form that a hold kept: the ticks and what was typed, without the lines that were shown then."""
    sheets, ones = (
        frozenset(one for one in map(read_id, kept.get(name, ())) if one is not None) for name in ("sheets", "ones")
    )
    typed = {name: kept.get(name, "") for name in TYPED}
    return ChargeForm(sheets, ones, (), **typed, total_fen=-1, invoice=None)


def counted(form: Mapping[str, str], denominations: Sequence[int]) -> Count | None:
    """What was counted at the close of a shift: notes and coins one by one, a sum, or nothing at all.

    A sum beside notes must be what they come to: Refused `charging.count_differs`.
    """
    pieces = {fen: _pieces(form.get(f"n{fen}", ""), f"n{fen}") for fen in denominations}
    text = form.get("counted", "")
    typed = parse_yuan(text, field="counted") if text.strip() else None
    if not any(form.get(f"n{fen}", "").strip() for fen in denominations):
        return None if typed is None else Count(typed)
    total = counted_sum(pieces) + _loose(form)
    if typed is not None and typed != total:
        raise Refused("charging.count_differs", field="counted", typed=yuan(typed), pieces=yuan(total))
    return Count(total, tuple(pieces.items()))


def refund_lines(form: Any) -> list[tuple[bytes, int]]:
    """The ticked lines of a refund with their quantities in minimum units; Refused `charging.quantity_form`."""
    found = []
    for line_id in map(read_id, form.getlist("take")):
        if line_id is not None:
            text = half_width(form.get(f"q{line_id.hex()}", "")).strip()
            if not re.fullmatch("[0-9]{1,7}", text):
                raise Refused("charging.quantity_form", field=f"q{line_id.hex()}", value=excerpt(text))
            found.append((line_id, int(text)))
    return found


def amount(form: Mapping[str, str], field: str = "amount") -> int:
    """One amount in fen; Refused as `parse_yuan`."""
    return parse_yuan(form.get(field, ""), field=field)


def one_of(form: Mapping[str, str], field: str, choices: Sequence[str]) -> str:
    """What was chosen; Refused `charging.choice_missing`: what is done with money is never guessed."""
    chosen = form.get(field, "")
    if chosen not in choices:
        raise Refused("charging.choice_missing", field=field)
    return chosen


def whole_number(form: Mapping[str, str], field: str) -> int:
    """A number of a book; Refused `charging.book_range`."""
    text = half_width(form.get(field, "")).strip()
    if not re.fullmatch("[0-9]{1,12}", text):
        raise Refused("charging.book_range", field=field)
    return int(text)


def _loose(form: Mapping[str, str]) -> int:
    """Coins below the smallest listed one, as a sum."""
    text = form.get("loose", "")
    return parse_yuan(text, field="loose") if text.strip() else 0


def _pieces(text: str, field: str) -> int:
    typed = half_width(text).strip()
    if not typed:
        return 0
    if not re.fullmatch("[0-9]{1,5}", typed):
        raise Refused("charging.pieces", field=field, value=excerpt(text))
    return int(typed)


def _method(code: str) -> str:
    if code == "cash" or code not in queries.usable_methods():
        raise Refused("charging.method_unknown", field="method")
    return code


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
