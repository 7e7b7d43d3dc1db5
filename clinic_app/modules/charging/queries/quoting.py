"""What a bill would come to (试算): nothing is written, so it may be asked at every keystroke."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.money import cash_rounding
from clinic_app.modules.charging.queries.approvals import ARREARS, RELIEF, Approval
from clinic_app.modules.charging.queries.methods import usable_methods
from clinic_app.modules.charging.queries.open_lines import OpenLine, Sheet
from clinic_app.modules.charging.rules import Line, Tender, settle
from clinic_app.modules.charging.rules.bank_notes import round_sums


@dataclass(frozen=True, slots=True)
class Quote:
    """The chosen sheets and what is left to pay in cash; `refusal` says why it could not be charged like this."""

    sheets: int
    lines: tuple[OpenLine, ...]
    categories: tuple[tuple[str, int], ...]
    total_fen: int
    noncash_fen: int
    rounding_fen: int
    cash_due_fen: int
    change_fen: int
    missing_fen: int
    notes: tuple[int, ...]
    relief_fen: int
    arrears_fen: int
    refusal: Refused | None

    @property
    def unpriced(self) -> list[str]:
        return [line.shown_name for line in self.lines if line.price_e4 is None]


def quote(
    sheets: Sequence[Sheet], chosen: Collection[bytes], tenders: Sequence[Tender], on: date, *,
    ones: Collection[bytes] = (), agreed: Sequence[Approval] = (),
) -> Quote:
    """What the chosen sheets and single lines (`ones`) cost and what the tenders leave open; too little is an answer,
    not an error. `agreed` is the relief and the arrears that were approved for the visit."""
    lines = tuple(line for sheet in sheets for line in sheet.lines if sheet.source_id in chosen or line.id in ones)
    total = sum(line.amount_fen for line in lines)
    step = parameters.value("charging.cash_rounding_fen", on)
    relief = min(sum(one.amount_fen for one in agreed if one.kind == RELIEF), total)
    owed = min(sum(one.amount_fen for one in agreed if one.kind == ARREARS), total - relief)
    tenders = [*tenders, *([Tender(ARREARS, owed)] if owed else [])]
    scan = sum(one.amount_fen for one in tenders if one.method != "cash")
    rest = max(total - relief - scan, 0)
    rounding, change, missing, refusal = cash_rounding(rest, step), 0, 0, None
    if lines and tenders:
        try:
            # a reference still to be scanned is asked for at the charge, not while the amount is being typed
            offered = [replace(one, reference=one.reference or f"…{place}") for place, one in enumerate(tenders)]
            settled = settle(
                [Line(line.category, line.amount_fen, line.name) for line in lines], offered, step, waiver_fen=relief,
                methods=usable_methods(),
            )  # fmt: skip
            rounding, change = settled.rounding_fen, settled.change_fen
        except Refused as err:
            missing = err.facts.get("missing_fen", 0)
            refusal = None if missing else err
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.shown_category] = sums.get(line.shown_category, 0) + line.amount_fen
    return Quote(
        len({line.source_id for line in lines}), lines, tuple(sums.items()), total, scan, rounding,
        rest + rounding, change, missing, round_sums(rest + rounding), relief, owed, refusal,
    )  # fmt: skip
