"""Steps that bring one visit further: left to chance alone, most steps come too early or too late for anything."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.model.cashier_rules import WAYS
from tests.model.doctor_rules import AMOUNTS, doctors
from tests.model.paper_rules import PaperRules
from tests.model.plain_records import WAITING, Bill, Drug, Due, Request, Sheet, Visit
from tests.model.steps import DAY_MS, DRUGS, pick, step

BETWEEN = (
    "", "another room", "relief", "arrears", "items", "items", "items", "not this one", "next day", "an old record",
    "an old record", "recalled", "half", "half", "sold out", "sold out", "wrong patient",
)  # fmt: skip
ITEMS_BY = ("items", "not this one", "half", "relief", "recalled")
LATER = ("brings back", "brings back", "wants money", "wants money", "pays at last", "fetches", "asks too late")


@dataclass(frozen=True)
class Work:
    """Which visit, by whom, with which drugs, paid how, how many things of it are done, and what comes in between."""

    at: int
    doctor: int
    codes: list[str]
    amount: str
    way: str
    far: int
    also: str


works = st.builds(
    Work, at=pick, doctor=doctors, codes=st.lists(st.sampled_from(DRUGS), min_size=1, max_size=6, unique=True),
    amount=st.sampled_from(AMOUNTS[:4]), way=st.sampled_from(WAYS[:4]), far=st.integers(1, 4),
    also=st.sampled_from(BETWEEN),
)  # fmt: skip


def goes_on(name: str) -> Any:
    """A rule of its own, because each example switches some rules off and takes the others equally often."""

    def run(self: "ServedRules", work: Work) -> None:
        self.the_next_thing(work)

    run.__name__ = name
    return step(work=works)(run)


def comes_back(name: str) -> Any:
    """The same for who comes back after paying."""

    def run(self: "ServedRules", at: int, why: str, sealed: bool) -> None:
        self.somebody_comes_back(at, why, sealed)

    run.__name__ = name
    return step(
        needs=lambda self: self.who_may_come_back(), at=pick, why=st.sampled_from(LATER), sealed=st.booleans()
    )(run)


class ServedRules(PaperRules):
    at_eight, at_nine, at_ten = goes_on("at_eight"), goes_on("at_nine"), goes_on("at_ten")
    at_two, at_three, at_four = goes_on("at_two"), goes_on("at_three"), goes_on("at_four")
    at_five, at_six, at_seven = goes_on("at_five"), goes_on("at_six"), goes_on("at_seven")

    def the_next_thing(self, work: Work) -> None:
        """What is due for one of the newest visits, or for a new patient when none is under way."""
        if self.is_doubted and work.at % 2:
            self.set_clock_right()
        due = [visit for visit in self.plain.visits[-6:] if visit.day == self.day and self._is_under_way(visit)]
        visit = due[work.at % len(due)] if due else self.arrive(work.at, is_new=work.at % 2 == 0, state="none")
        for _thing in range(work.far):
            if visit is not None and self._is_under_way(visit):
                self._go_on(visit, work)

    def _is_under_way(self, visit: Visit) -> bool:
        return visit.state in (*WAITING, "in_consultation") or any(
            due.state == "open" or (isinstance(due, Sheet) and due.is_to_go) or _is_to_be_done(due)
            for due in visit.dues
        )

    def _go_on(self, visit: Visit, work: Work) -> None:
        if visit.state in WAITING:
            if work.also == "another room":
                self.send_to_other_room(visit)
            self.begin(visit, work.doctor)
        elif visit.note in ("draft", "amending") and not visit.draft:
            self._write_rows(visit, work)
            if work.also in ITEMS_BY and visit.doctor is not None:
                self.write_item(visit, visit.doctor, work.at % len(self.plain.items), 1 + work.at % 3)
        elif visit.note in ("draft", "amending"):
            for line in visit.draft:
                self._stock_up(line.drug, line.quantity, work.at % 3)
            self.submit(visit)
        elif visit.open_dues:
            if work.also == "not this one":
                self._withdraw_what_is_open(visit)
            if work.also in ("relief", "arrears"):
                self._agree(visit, work.also)
            self._charge(visit, work)
        else:
            self._do_what_is_paid(visit, work)

    def _charge(self, visit: Visit, work: Work) -> None:
        """At once, or after the last box was recalled and found again, or after the wrong patient was charged."""
        wanted = [line.drug for due in visit.open_dues for line in due.lines if line.drug.kind == "drug"]
        if work.also == "sold out" and wanted:
            recalled = [one for one in self.plain.of_drug(wanted[0]) if not one.is_frozen]
            for batch in recalled:
                self.recall(batch, is_frozen=True)
            self.take_money(visit, visit.open_dues, work.way)
            for batch in recalled:
                self.recall(batch, is_frozen=False)
        if self.take_money(visit, visit.open_dues, work.way) and work.also == "wrong patient":
            self.take_back(self.plain.bills[-1], by_other=False)
            self.take_money(visit, visit.open_dues, work.way)

    def _withdraw_what_is_open(self, visit: Visit) -> None:
        for due in visit.open_dues:
            if isinstance(due, Request):
                self.take_request_back(due)
            elif isinstance(due, Sheet):
                self.throw_away(due, by_other=False, anew=False)

    def _agree(self, visit: Visit, kind: str) -> None:
        self.ask(visit, kind, "half")
        if self.plain.approvals and self.plain.approvals[-1].visit is visit:
            self.decide_on(self.plain.approvals[-1], "approve")

    def _do_what_is_paid(self, visit: Visit, work: Work) -> None:
        for due in visit.dues:
            if isinstance(due, Request) and _is_to_be_done(due):
                self._do_items(due, work.at % 4)
        if work.also == "next day":  # the patient comes back the next day; the batch may have expired by then
            self.time.now_ms += DAY_MS
        if work.also == "an old record":
            self._find_an_old_record(visit)
        self._hand_out_all(visit, work.also)

    def _write_rows(self, visit: Visit, work: Work) -> None:
        assert visit.doctor is not None
        for code in work.codes if self.plain.may_prescribe(visit.person) else ():
            self._stock_up(next(one for one in self.plain.drugs if one.code == code), 1, work.at % 3)
            self.write_row(visit, visit.doctor, code, work.amount, keep=True)

    def _stock_up(self, drug: Drug, quantity: int, days: int) -> None:
        """A delivery when there is less, of goods that will last for some `days` only."""
        if self.plain.available(drug, self.day) < quantity:
            self.receive(drug, packs=4 + quantity // drug.pack_size, expires=days)

    def _do_items(self, request: Request, times: int) -> None:
        """Some of the times of a treatment, some of the steps of a report; the rest is never done, or withdrawn."""
        act = self.execute if request.lines[0].drug.code == "S0012" else self.report
        for _time in range(1 + times):
            act(request, request.lines[0])

    def _find_an_old_record(self, visit: Visit) -> None:
        """Somebody finds at the last moment that the patient came before, and what was written down then."""
        known = [one for one in self.plain.persons if one.allergies and not one.merged_into and one is not visit.person]
        if known and not visit.person.merged_into:
            self.link(known[-1], visit.person)

    def _hand_out_all(self, visit: Visit, also: str) -> None:
        for due in visit.dues:
            if not isinstance(due, Sheet) or not due.is_to_go:
                continue
            bill = self.plain.bill_of(due)
            if also == "recalled" and bill and bill.held and not bill.held[0].batch.is_frozen:
                self.recall(bill.held[0].batch, is_frozen=True)
            if not self.hand_out(due, "half" if also == "half" and not due.last_out else "all") and bill:
                for line in self.plain.lost(bill, due, self.day):
                    self._stock_up(line.drug, line.left, 2)
                self.other_batches(due)
                self.hand_out(due, "ready")

    def who_has_to_pay(self) -> list[Visit]:
        return [visit for visit in self.plain.visits if visit.open_dues]

    @step(needs=who_has_to_pay, at=pick, way=st.sampled_from(WAYS[:4]))
    def charge_and_take_back(self, at: int, way: str) -> None:
        """The wrong patient, noticed at once: charged, voided, charged again."""
        visits = self.who_has_to_pay()
        visit = visits[at % len(visits)]
        if self.take_money(visit, visit.open_dues, way):
            self.take_back(self.plain.bills[-1], by_other=False)
            self.take_money(visit, visit.open_dues, way)

    def who_may_come_back(self) -> list[Bill]:
        return [bill for bill in self.plain.bills if bill.document and not bill.is_voided]

    comes_back_at_nine, comes_back_at_ten = comes_back("comes_back_at_nine"), comes_back("comes_back_at_ten")
    comes_back_at_two, comes_back_at_four = comes_back("comes_back_at_two"), comes_back("comes_back_at_four")

    def somebody_comes_back(self, at: int, why: str, sealed: bool) -> None:
        """With drugs that are not needed, for money, with money, for what was owed."""
        bills = self.who_may_come_back()
        if self.is_doubted:
            self.set_clock_right()
        sheets = [due for bill in bills for due in bill.dues if isinstance(due, Sheet)]
        if why == "brings back":
            self._bring_back([one for one in sheets if one.last_out], at, sealed)
        elif why == "wants money":
            self._want_money([one for one in bills if any(c.line.refundable for c in one.charged)], at)
        elif why == "pays at last":
            self._pay_at_last([one for one in bills if one.owed], at)
        elif why == "asks too late":
            used = [one for one in bills if one.is_used]
            done = [one for one in used if any(c.line.done or c.line.report for c in one.charged)]
            self._ask_too_late(done or used, at)
        else:
            to_go = [one for one in sheets if one.is_to_go]
            self._fetch([one for one in to_go if one.last_out] or to_go, at)

    def _bring_back(self, sheets: list[Sheet], at: int, sealed: bool) -> None:
        """Inspected at the window, then paid back at the other (FE-09)."""
        if not sheets:
            return
        sheet = sheets[-1 - at % len(sheets)]
        if not self.take_in(sheet, ("all", "half")[at % 2], "sealed" if sealed else "opened", is_accepted=True):
            return
        bill = self.plain.bill_of(sheet)
        if bill and bill.document:
            self.give_back(bill, {line: line.refundable for line in sheet.lines if line.refundable})
            self._approve_refund(bill)

    def _want_money(self, bills: list[Bill], at: int) -> None:
        if bills:
            bill = bills[-1 - at % len(bills)]
            self.give_back(bill, self.chosen(bill, ("what may", "half a line")[at % 2], at), ("", "cash")[at % 2])
            self._approve_refund(bill)

    def _ask_too_late(self, bills: list[Bill], at: int) -> None:
        """For money of what was handed out or done; nobody lets that through."""
        if bills:
            bill = bills[-1 - at % len(bills)]
            done = {c.line: c.quantity for c in bill.charged if c.line.done or c.line.report}
            self.give_back(bill, done or self.chosen(bill, "all", at))

    def _approve_refund(self, bill: Bill) -> None:
        asked = self.plain.asked_refund(bill)
        if asked and asked.state == "waiting":
            self.decide_on(asked, "approve")
        if asked:
            self.pay_approved(asked)

    def _pay_at_last(self, bills: list[Bill], at: int) -> None:
        if bills:
            self.pay_debt(bills[at % len(bills)], ("note", "scan")[at % 2])

    def _fetch(self, sheets: list[Sheet], at: int) -> None:
        """The day after, when what was held went back to the shelf (PH-08)."""
        if not sheets:
            return
        self.time.now_ms += DAY_MS + 3_600_000
        self.do_hourly()
        sheet = sheets[-1 - at % len(sheets)]
        if at % 2:
            self.other_batches(sheet)
        self.hand_out(sheet, ("all", "ready", "half")[at % 3])


def _is_to_be_done(due: Due) -> bool:
    return isinstance(due, Request) and due.state == "billed" and not any(line.is_used for line in due.lines)
