"""The same thing twice (attacks 52, 54 to 60): by many at once under keys of their own, and one key used again."""

import secrets
import threading
from dataclasses import dataclass

from tests.faults.attacks import books
from tests.faults.attacks.pages import form_at
from tests.faults.attacks.report import Report
from tests.faults.attacks.target import Target
from tests.faults.attacks.wire import Answer

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Command:
    """A form of a real page that may take effect once; `counts` is what there is one more of then."""

    row: str
    who: str
    page: str
    action: str
    counts: str
    typed: tuple[tuple[str, str], ...] = ()
    colleague: str = ""


COMMANDS = (
    Command("60 one settlement at many windows", "cashier", "/charging/visits/{signed}", "/charge",
            "SELECT count(*) FROM bill", (("cash", "due"),), "cashier2"),
    Command("57 one box handed out by many", "pharmacist", "/pharmacy/sheets/{paid}", "/dispense",
            "SELECT count(*) FROM dispense", (("line", "all"),)),
    Command("52 one bill voided by many", "cashier", "/charging/bills/{bill}/void", "/void",
            "SELECT count(*) FROM bill_void", (("reason", "收错了，重新收"), ("other", "收错了，重新收"))),
    Command("60 one approval given by many", "manager", "/charging/approvals/{approval}", "/decide",
            "SELECT count(*) FROM approval WHERE state <> 'waiting'", (("decision", "approve"), ("answer", ""))),
    Command("60 one damage approved by many", "manager", "/stock/damages", "/approve",
            "SELECT count(*) FROM stock_move WHERE document_id IN (SELECT id FROM damage)"),
    Command("60 one price approved by many", "administrator", "/dictionaries/prices", "/approve",
            "SELECT count(*) FROM price_proposal WHERE decided_at IS NOT NULL"),
    Command("60 one certificate voided by many", "doctor", "/doctor/certificates/{certificate}/void", "/void",
            "SELECT count(*) FROM certificate WHERE voided_at IS NOT NULL", (("reason", "开错了，重新开"),)),
)  # fmt: skip


def races(target: Target, report: Report, many: int) -> None:
    """Each command by so many at once, each under its own key: one takes effect, the others read why not."""
    ids = {
        "approval": target.ids["approval"][0].hex(),
        "certificate": target.ids["certificate"][0].hex(),
        **target.made,
    }
    for one in COMMANDS:
        page = target.wire(one.who).get(one.page.format(**ids)).text
        form = form_at(page, one.action)
        pairs = _filled(form.pairs(), page, one)
        before = books.count(target.folder, one.counts)
        answers = _at_once(target, one.who, form.action, pairs, many)
        effects = books.count(target.folder, one.counts) - before
        won = [answer for _key, answer in answers if not answer.is_refused]
        for _key, answer in answers:
            report.tried(one.row, form.action, answer)
        problem = "" if effects == 1 and len(won) == 1 else f"took effect {effects} times, {len(won)} were told so"
        report.note(one.row, form.action, problem)
        if won:
            _used_again(target, report, one, form.action, pairs, next(key for key, got in answers if got is won[0]))


def _used_again(target: Target, report: Report, one: Command, action: str, pairs: Pairs, key: str) -> None:
    """(55, 56) The winner's key once more: alike it is a replay, with another body or by another person refused."""
    before = books.count(target.folder, one.counts)
    again = target.wire(one.who).post(action, pairs, once=key)
    wrong = "" if again.header("replayed") == "1" and not again.is_refused else f"is answered {again.status}"
    report.note("55 one key twice, the same body", action, wrong)
    body = [*pairs, ("visit", "x")] if not pairs else [(pairs[0][0], pairs[0][1] + "9"), *pairs[1:]]
    report.tried(
        "55 one key, another body", action, target.wire(one.who).post(action, body, once=key), must_refuse=True
    )
    other = one.colleague or "trainee"
    report.tried(
        "56 one key, another person", action, target.wire(other).post(action, pairs, once=key), must_refuse=True
    )
    more = books.count(target.folder, one.counts) - before
    report.note("55 one key, another body", action, f"took effect {more} times" if more else "")


def _at_once(target: Target, who: str, action: str, pairs: Pairs, many: int) -> list[tuple[str, Answer]]:
    line, answers = threading.Barrier(many), list[tuple[str, Answer]]()

    def send() -> None:
        wire, key = target.fresh(who), secrets.token_hex(12)
        line.wait(10)
        answers.append((key, wire.post(action, pairs, once=key)))
        wire.close()

    threads = [threading.Thread(target=send) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _filled(pairs: Pairs, page: str, one: Command) -> Pairs:
    """What a person adds to the form: the money that is due, the lines that are ticked, the reason."""
    from tests.day.desk import field_values

    told = dict(one.typed)
    if told.pop("line", "") == "all":
        pairs = [
            *(pair for pair in pairs if pair[0] != "line"),
            *(("line", value) for value in field_values(page, "line")),
        ]
    if told.get("cash") == "due":
        told["cash"] = str(int(next(value for name, value in pairs if name == "total_fen")) / 100)
    return [*(pair for pair in pairs if pair[0] not in told), *told.items()]
