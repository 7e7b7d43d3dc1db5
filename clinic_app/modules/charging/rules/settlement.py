"""Settling a visit's charge lines with what the patient hands over (结算; FE-01, FE-02, FE-04, FE-05, FE-17, M2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.money import cash_rounding, yuan

CASH, SCAN, ARREARS = "cash", "scan", "arrears"
NEEDS_REFERENCE = {CASH: False, SCAN: True}
"""Ways to pay (支付方式), and whether one carries a reference of the payment service; the clinic's own list is data."""


@dataclass(frozen=True)
class Line:
    """One charge line: invoice category (发票归类) or None while nobody has classified the item, fen, item name."""

    category: str | None
    amount_fen: int
    item: str


@dataclass(frozen=True)
class Tender:
    """What is handed over, in fen; the reference is that of the payment service."""

    method: str
    amount_fen: int
    reference: str = ""


@dataclass(frozen=True)
class Payment:
    """What is kept of a tender: cash without its change, anything else whole."""

    method: str
    amount_fen: int
    reference: str = ""


@dataclass(frozen=True)
class Settlement:
    """A bill that closes: `total = sum of payments - rounding + waiver`, everything in fen (M2)."""

    total_fen: int
    waiver_fen: int
    due_fen: int
    rounding_fen: int
    cash_due_fen: int
    cash_tendered_fen: int
    change_fen: int
    payments: tuple[Payment, ...]
    categories: tuple[tuple[str, int], ...]
    """Sums by invoice category, in the order in which the lines name them."""


def settle(
    lines: Sequence[Line], tenders: Sequence[Tender], rounding_step_fen: int, *, waiver_fen: int = 0,
    methods: Mapping[str, bool] = NEEDS_REFERENCE,
) -> Settlement:
    """The settlement of these lines, cash due rounded to `rounding_step_fen` and change given from cash alone.

    `methods` says which ways to pay there are and which need a reference; a tender of `arrears` (欠费) is what somebody
    approved to be paid later, and it is kept as the last payment, so that a refund takes it back first.

    Refused `charging.nothing_to_charge`, `.unclassified`, `.waiver_exceeds_total`, `.scan_needs_reference`,
    `.scan_reference_repeated`, `.noncash_exceeds_due`, `.tender_short` (fact `missing_fen`). ValueError for a negative
    amount or a method that does not exist: forms never let them through.
    """
    categories = _by_category(lines)
    total = sum(line.amount_fen for line in lines)
    if waiver_fen > total:
        raise Refused("charging.waiver_exceeds_total", field="waiver", waiver=yuan(waiver_fen), total=yuan(total))
    due = total - waiver_fen
    noncash = _noncash(tenders, methods)
    paid_otherwise = sum(payment.amount_fen for payment in noncash)
    if paid_otherwise > due:
        raise Refused("charging.noncash_exceeds_due", field="tender", due=yuan(due), noncash=yuan(paid_otherwise))
    cash = [tender.amount_fen for tender in tenders if tender.method == CASH]
    rest = due - paid_otherwise
    # Only coins are rounded: without any cash on the table the whole rest is still owed.
    rounding = cash_rounding(rest, rounding_step_fen) if cash else 0
    cash_due = rest + rounding
    missing = cash_due - sum(cash)
    if missing > 0:
        raise Refused("charging.tender_short", field="tender", missing=yuan(missing), missing_fen=missing)
    return Settlement(
        total_fen=total,
        waiver_fen=waiver_fen,
        due_fen=due,
        rounding_fen=rounding,
        cash_due_fen=cash_due,
        cash_tendered_fen=sum(cash),
        change_fen=-missing,
        payments=tuple(sorted((*noncash, *([Payment(CASH, cash_due)] if cash_due else [])), key=_is_arrears)),
        categories=categories,
    )


def _is_arrears(payment: Payment) -> bool:
    return payment.method == ARREARS


def _by_category(lines: Sequence[Line]) -> tuple[tuple[str, int], ...]:
    if not lines:
        raise Refused("charging.nothing_to_charge")
    unclassified = dict.fromkeys(line.item for line in lines if not line.category)
    if unclassified:
        raise Refused("charging.unclassified", items="、".join(unclassified))
    sums: dict[str, int] = {}
    for line in lines:
        if line.amount_fen < 0:
            raise ValueError("a charge line is never negative; a refund is a document of its own")
        sums[line.category or ""] = sums.get(line.category or "", 0) + line.amount_fen
    return tuple(sums.items())


def _noncash(tenders: Sequence[Tender], methods: Mapping[str, bool]) -> tuple[Payment, ...]:
    payments: list[Payment] = []
    for tender in tenders:
        if (tender.method not in methods and tender.method != ARREARS) or tender.amount_fen < 0:
            raise ValueError(f"no tender of {tender.amount_fen} by {tender.method!r}")
        if tender.method == CASH or not tender.amount_fen:
            continue
        reference = tender.reference.strip()
        if methods.get(tender.method) and not reference:
            raise Refused("charging.scan_needs_reference", field="reference", amount=yuan(tender.amount_fen))
        if reference and any(payment.reference == reference for payment in payments):
            raise Refused("charging.scan_reference_repeated", field="reference", reference=reference)
        payments.append(Payment(tender.method, tender.amount_fen, reference))
    return tuple(payments)
