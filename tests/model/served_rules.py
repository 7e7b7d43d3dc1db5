"""Steps that bring one visit further: left to chance alone, most steps come too early or too late for anything."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.model.cashier_rules import WAYS
from tests.model.doctor_rules import AMOUNTS, doctors
from tests.model.paper_rules import PaperRules
from tests.model.plain_records import WAITING, Drug, Sheet, Visit
from tests.model.steps import DAY_MS, DRUGS, pick, step


@dataclass(frozen=True)
class Work:
    """Which visit, by whom, with which drugs, paid how, and how many things of it are done."""

    at: int
    doctor: int
    codes: list[str]
    amount: str
    way: str
    far: int


works = st.builds(
    Work, at=pick, doctor=doctors, codes=st.lists(st.sampled_from(DRUGS), min_size=1, max_size=6, unique=True),
    amount=st.sampled_from(AMOUNTS[:4]), way=st.sampled_from(WAYS[:4]), far=st.integers(1, 4),
)  # fmt: skip


def goes_on(name: str) -> Any:
    """A rule of its own, because each example switches some rules off and takes the others equally often."""

    def run(self: "ServedRules", work: Work) -> None:
        self.the_next_thing(work)

    run.__name__ = name
    return step(work=works)(run)


class ServedRules(PaperRules):
    at_eight, at_nine, at_ten = goes_on("at_eight"), goes_on("at_nine"), goes_on("at_ten")
    at_two, at_three, at_four = goes_on("at_two"), goes_on("at_three"), goes_on("at_four")

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
            due.state == "open" or (isinstance(due, Sheet) and due.is_to_go)
            for due in visit.dues
        )

    def _go_on(self, visit: Visit, work: Work) -> None:
        if visit.state in WAITING:
            if work.at % 16 == 9:
                self.send_to_other_room(visit)
            self.begin(visit, work.doctor)
        elif visit.note in ("draft", "amending") and not visit.draft:
            self._write_rows(visit, work)
        elif visit.note in ("draft", "amending"):
            for line in visit.draft:
                self._stock_up(line.drug, line.quantity, work.at % 3)
            self.submit(visit)
        elif visit.open_dues:
            self.take_money(visit, visit.open_dues, work.way)
        else:
            if work.at % 8 == 6:  # the patient comes back the next day; the batch may have expired by then
                self.time.now_ms += DAY_MS
            if work.at % 8 == 3:
                self._find_an_old_record(visit)
            self._hand_out_all(visit, is_recalled=work.at % 4 == 1)

    def _write_rows(self, visit: Visit, work: Work) -> None:
        assert visit.doctor is not None
        for code in work.codes if self.plain.may_prescribe(visit.person) else ():
            self._stock_up(next(one for one in self.plain.drugs if one.code == code), 1, work.at % 3)
            self.write_row(visit, visit.doctor, code, work.amount, keep=True)

    def _stock_up(self, drug: Drug, quantity: int, days: int) -> None:
        """A delivery when there is less, of goods that will last for some `days` only."""
        if self.plain.available(drug, self.day) < quantity:
            self.receive(drug, packs=4 + quantity // drug.pack_size, expires=days)

    def _find_an_old_record(self, visit: Visit) -> None:
        """Somebody finds at the last moment that the patient came before, and what was written down then."""
        known = [one for one in self.plain.persons if one.allergies and not one.merged_into and one is not visit.person]
        if known and not visit.person.merged_into:
            self.link(known[-1], visit.person)

    def _hand_out_all(self, visit: Visit, *, is_recalled: bool) -> None:
        for due in visit.dues:
            if not isinstance(due, Sheet) or not due.is_to_go:
                continue
            bill = self.plain.bill_of(due)
            if is_recalled and bill and bill.held and not bill.held[0].batch.is_frozen:
                self.recall(bill.held[0].batch, is_frozen=True)
            if not self.hand_out(due, "all") and bill:
                for line in self.plain.lost(bill, due, self.day):
                    self._stock_up(line.drug, line.left, 2)
                self.other_batches(due)
                self.hand_out(due, "all")

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
