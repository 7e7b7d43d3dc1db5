"""Thousands of steps in any order over the services hold every invariant and agree with a clinic in plain Python."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from clinic_app.kernel import access_log, audit, idempotency, ids, invariants
from clinic_app.modules.charging.services import approvals, arrears, posting, refunds
from clinic_app.modules.pharmacy import rules
from clinic_app.modules.stock import services as stock
from clinic_app.modules.stock.services import reservations
from clinic_app.modules.treatments.services import guards
from tests.model.time_rules import TimeRules

STEPS = 2_000  # `make faults` walks 20,000
# Ten examples a walk: from the eleventh on Hypothesis mostly repeats parts of those before.
WALK = settings(
    max_examples=10, stateful_step_count=100, deadline=None, database=None, report_multiple_bugs=False,
    phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck),
)  # fmt: skip
WITHOUT_SHRINKING = settings(WALK, phases=(Phase.generate,))
# A walk that comes to none of these proves nothing: what is done, and what is refused.
MUST_HAPPEN = {
    "sign": 300, "charge": 300, "dispense": 300, "void_bill": 50, "void_sheet": 10, "take_other_batches": 20,
    "refund": 20, "hold": 20, "transfer": 20,
    "merge": 20, "unmerge": 10, "change_price": 50, "send_again": 100, "the_server_starts_again": 50,
    "clock.in_doubt": 50, "charging.tender_short": 5, "charging.already_charged": 50,
    "charging.sheet_paid": 20,
    "stock.not_enough": 10, "pharmacy.dispensed_meanwhile": 50, "pharmacy.sheet_expired": 5,
    "pharmacy.batch_expired": 2, "pharmacy.allergy_unanswered": 5,
    "owed": 20, "lapse": 30, "bring_back": 40, "scrap": 30, "refund of a part": 40, "refund that waits": 15,
    "pay_approved_refund": 12, "charge with relief": 12, "charge with arrears": 12, "settle": 5, "close_shift": 20,
    "hand_in": 10, "close_month": 10, "reopen_month": 8, "close_stock_month": 5, "treat": 20, "collect": 40,
    "verify": 15, "cancel_report": 4, "withdraw_request": 6, "charging.total_changed": 20, "charging.own_request": 6,
    "pharmacy.not_returned": 10, "treatments.executed": 6, "laboratory.done": 10, "critical value": 5,
}  # fmt: skip


def walk(template: Path, number: int, tally: "Counter[str]", how: settings = WALK) -> None:
    """Walk number `number` of the machine over copies of the template; `tally` counts what it did."""
    run_state_machine_as_test(seed(number)(lambda: TimeRules(template, tally)), settings=how)


@pytest.mark.rule("M1", "M2", "M3", "M4", "M5", "M6", "N1", "S1", "S2", "S3", "S4", "A1", "A3", "E1", "L1", "P1")
def test_any_order_of_work_keeps_the_books_right(template: tuple[Path, bytes], figure: Callable[[str], None]) -> None:
    tally = walk_steps(template[0], STEPS)
    done = ", ".join(f"{what} {tally[what]}" for what in MUST_HAPPEN if "." not in what)
    figure(f"model: {tally['steps']:,} steps in {tally['examples']} clinics, 0 broken; {done}")
    assert too_rare(tally) == {}


def walk_steps(template: Path, steps: int) -> "Counter[str]":
    """Walks until so many steps were made; what they did."""
    tally: Counter[str] = Counter()
    walks = 0
    while tally["steps"] < steps:
        walk(template, walks, tally)
        walks += 1
    return tally


def too_rare(tally: "Counter[str]") -> dict[str, int]:
    """What happened less than its share of the steps."""
    return {what: tally[what] for what, least in MUST_HAPPEN.items() if tally[what] < least * tally["steps"] // 10_000}


# What no step of the walk can break, because none does such work; tests of their own subjects break each of them.
NOT_WALKED = {
    "PE1": "staff", "PE2": "staff", "PE3": "staff", "D3": "new items",
    "O4": "identity papers", "O4-aliases": "aliases", "O4-health-records": "health-record numbers",
    "O4-consents": "consents", "O3-appointments": "appointments", "O4-sessions": "sessions of doctors",
    "O4-cosign": "trainees", "O5-certificate": "certificates", "O3-red": "narcotics", "O3-doses": "typed doses",
    "N1-invoice": "books of paper invoices", "S5": "narcotics", "S5-sums": "narcotics", "S5-empties": "narcotics",
    "S6": "trace codes", "E1-drugs": "injections", "E2-tests": "skin tests", "E2-allergy": "skin tests",
}  # fmt: skip
WALKED = {
    "A1", "A1-events", "A1-together", "T1", "P1", "D1", "D2", "S1", "S1-two-sided", "S1-reserved", "S1-not-negative",
    "S1-goods-in", "S1-damage", "S1-months", "S1-price", "O4-links", "O4-keys", "O4-allergies", "N1-queue",
    "O1-visits", "O2-lines", "O2-note", "O2-versions", "O2-sheet", "O2-drugs", "O3-stops", "O3-rules",
    "M1", "M2", "M3", "M6-asked", "M6-bill",
    "M4-red", "M4", "M5", "M5-month", "N1", "S2", "S2-whole", "S3", "S3-refunds",
    "S3-held", "S4", "S4-moves", "S4-refunded", "S2-paid", "S2-queue", "S2-expiry", "S2-moves", "O3", "O3-signed",
    "E1-fees", "E3-log", "L1-whole", "L1-paid", "L1-versions", "L2-critical",
}  # fmt: skip


@pytest.mark.usefixtures("template")
def test_each_invariant_is_walked_or_says_which_work_is_missing() -> None:
    known = {one.id for one in invariants.known()}
    assert known == WALKED | set(NOT_WALKED) and not WALKED & set(NOT_WALKED)


def _nothing(*_given: Any, **_named: Any) -> None:
    pass


def _post_without_cash(real: Callable[..., int]) -> Callable[..., int]:
    def post(uow: Any, voucher: Any, entries: list[tuple[str, int]]) -> int:
        real(uow, voucher, entries)
        last: int = uow.conn.last_insert_rowid()
        uow.execute("DROP TRIGGER IF EXISTS ledger_entry_no_delete")
        uow.execute("DELETE FROM ledger_entry WHERE account = 'cash'")
        return last

    return post


def _twice(real: Callable[..., int]) -> Callable[..., int]:
    return lambda conn, series: real(conn, series) and real(conn, series)


def _asked_by_nobody(real: Callable[..., Any]) -> Callable[..., Any]:
    return lambda approval_id: replace(real(approval_id), asked_by=b"")


def _both_times(real: Callable[..., None]) -> Callable[..., None]:
    def twice(*given: Any, **named: Any) -> None:
        real(*given, **named)
        real(*given, **named)

    return twice


# What is broken, where, and what the walk must say about it.
BROKEN = (
    ("a void releases twice", reservations, "_LET_GO", lambda sql: sql.replace("- ?", "- min(reserved, 2 * ?)"), "S1"),
    ("the ledger misses an entry", posting, "_post", _post_without_cash, "M1"),
    ("a key is not kept", idempotency, "store_result", lambda _: _nothing, "M6"),
    ("a number is left out", ids, "next_number", _twice, "number"),
    ("a chart is not logged", access_log, "record", lambda _: _nothing, "A3"),
    ("an audit row has another seal", audit, "seal", lambda _: lambda *_given: bytes(32), "A1"),
    ("a recalled batch goes out", reservations, "_check_usable", lambda _: _nothing, "in spite of .*frozen"),
    ("a return comes to the shelf twice", stock, "take_back", _both_times, "stock"),
    ("what is with the patient is paid back", rules, "check_refund", lambda _: _nothing, "not_returned|without return"),
    ("what was executed is paid back", guards, "_used", lambda _: lambda *_given: 0, "executed"),
    ("a refund above the limit is given at once", refunds, "needs_approval", lambda _: lambda *_, **_n: False, "FE-11"),
    ("a debt is paid and not entered", arrears, "post_settlement", lambda _: _nothing, "in the drawer"),
    ("who asked decides", approvals, "_found", _asked_by_nobody, "own_request"),
)


@pytest.mark.parametrize(("what", "module", "name", "broken", "found"), BROKEN, ids=[one[0] for one in BROKEN])
def test_the_walk_finds_a_broken_service(
    template: tuple[Path, bytes], monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None],
    what: str, module: Any, name: str, broken: Callable[[Any], Any], found: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(module, name, broken(getattr(module, name)))
    tally: Counter[str] = Counter()
    with pytest.raises(Exception, match=found):
        for number in range(3):
            walk(template[0], number, tally, WITHOUT_SHRINKING)
    figure(f"model, {what}: found within {tally['steps']:,} steps")
