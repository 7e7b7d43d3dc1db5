"""Steps of the cashier: charge in every way, charge again, void, close the shift, and any form sent twice."""

from dataclasses import replace

from hypothesis import strategies as st

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import perform
from clinic_app.modules.charging import queries, services
from clinic_app.modules.charging.services import Tender
from tests.model.doctor_rules import DoctorRules, rarely
from tests.model.plain_clinic import Bill, Drug, Due, Visit
from tests.model.steps import other_body, pick, step

WAYS = ("cash", "note", "scan", "mixed", "short", "scan too much", "used reference", "nothing")


class CashierRules(DoctorRules):
    @step(needs=lambda self: self.plain.visits, at=pick, way=st.sampled_from(WAYS), whole=st.booleans())
    def charge(self, at: int, way: str, whole: bool) -> None:
        visit = self.some(at, [one for one in self.plain.visits if one.open_dues], self.plain.visits)
        self.take_money(visit, visit.open_dues if whole else visit.open_dues[at % 3 :][:1], way)

    def take_money(self, visit: Visit, dues: list[Due], way: str) -> bool:
        self.label = "charge"
        total = sum(self.plain.price(due, self.day) for due in dues)
        tenders, cash, scan = self._tenders(way, total)
        reasons = self._why_no_charge(dues, total, tenders)
        seen = self._seen(visit, dues)
        result = self.do(
            self.actor("cashier"),
            lambda uow: services.charge_visit(uow, visit.id, lines_seen=seen, total_seen_fen=total, tenders=tenders),
            reasons,
        )
        if result is None:
            return False
        given = sum(tender.amount_fen for tender in tenders if tender.method == "cash")
        assert result["change_fen"] == given - cash, "change"
        self._take_number(result["receipt_no"])
        self._open_shift()
        reference = next((tender.reference for tender in tenders if tender.method == "scan"), "")
        bill = Bill(
            bytes.fromhex(result["bill_id"]), visit, dues, total, cash, scan, reference if scan else "",
            self.plain.shift, self.day,
        )  # fmt: skip
        self.plain.bills.append(bill)
        for due in dues:
            due.state = "billed"
            for line in due.lines:
                if line.drug.kind == "drug":
                    self.plain.hold(bill, line, line.quantity, self.day, self.time.now_ms)
        self.plain.papers[bill.id] = ["queued"]
        return True

    def _open_shift(self) -> None:
        if self.plain.shift is None:
            self.plain.shifts += 1
            self.plain.shift = self.plain.shifts

    def _tenders(self, way: str, total: int) -> tuple[list[Tender], int, int]:
        """What is handed over, and what of it is kept in cash and by scan."""
        reference = f"WX{self.commands:012d}"
        if way == "used reference":
            reference = next((one.reference for one in self.plain.bills if one.reference), reference)
        scan = {"scan": total, "mixed": total // 2, "scan too much": total + 1, "used reference": total}.get(way, 0)
        cash = self.plain.cash_due(total - scan, way in ("cash", "note", "mixed", "short"))
        given = cash + {"note": 137, "short": -1 if cash else 0}.get(way, 0)
        tenders = [Tender("scan", scan, reference)] if scan else []
        return [*tenders, Tender("cash", given)] if way in ("cash", "note", "mixed", "short") else tenders, cash, scan

    def _why_no_charge(self, dues: list[Due], total: int, tenders: list[Tender]) -> set[str]:
        reasons = set(self.doubt)
        if not dues:
            reasons.add("charging.nothing_to_charge")
        scanned = sum(one.amount_fen for one in tenders if one.method == "scan")
        with_cash = any(one.method == "cash" for one in tenders)
        given = sum(one.amount_fen for one in tenders if one.method == "cash")
        if scanned > total:
            reasons.add("charging.noncash_exceeds_due")
        elif given < self.plain.cash_due(total - scanned, with_cash):
            reasons.add("charging.tender_short")
        live = {bill.reference for bill in self.plain.bills if not bill.is_voided and bill.reference}
        if any(one.reference in live for one in tenders):
            reasons.add("charging.scan_reference_used")
        wanted: dict[Drug, int] = {}
        for line in (line for due in dues for line in due.lines if line.drug.kind == "drug"):
            wanted[line.drug] = wanted.get(line.drug, 0) + line.quantity
        if any(quantity > self.plain.available(drug, self.day) for drug, quantity in wanted.items()):
            reasons.add("stock.not_enough")
        return reasons

    def _seen(self, visit: Visit, dues: list[Due]) -> list[str]:
        """The ids that the screen shows for these sheets."""
        shown = queries.open_lines(visit.id, self.day)
        assert {line.source_id for line in shown} == {due.id for due in visit.open_dues}, "open sheets"
        chosen = {due.id for due in dues}
        return [line.id.hex() for line in shown if line.source_id in chosen]

    def _take_number(self, receipt_no: str) -> None:
        series = f"XQX01R{self.day:%y}"
        self.plain.numbers[series] += 1
        assert receipt_no == f"{series}{self.plain.numbers[series]:06d}", "receipt number (N1)"

    @step(needs=lambda self: any(not bill.is_voided for bill in self.plain.bills), at=pick)
    def charge_what_is_paid(self, at: int) -> None:
        """Two tabs: the second one shows what the first one charged."""
        live = [bill for bill in self.plain.bills if not bill.is_voided]
        bill = live[at % len(live)]
        seen = [line.charge_line_id.hex() for line in queries.bill_lines(bill.id)]
        self.do(
            self.actor("cashier"),
            lambda uow: services.charge_visit(
                uow, bill.visit.id, lines_seen=seen, total_seen_fen=bill.total, tenders=[Tender("cash", bill.total)]
            ),
            self.doubt or {"charging.already_charged"},
        )

    @step(needs=lambda self: self.plain.bills, at=pick, by_other=rarely)
    def void_bill(self, at: int, by_other: bool) -> None:
        live = [one for one in self.plain.bills if not one.is_voided and one.shift == self.plain.shift]
        untouched = [one for one in live if not one.is_touched]
        self.take_back(self.some(at, untouched or live, self.plain.bills), by_other)

    def take_back(self, bill: Bill, by_other: bool) -> None:
        self.label = "void_bill"
        reasons = {"charging.not_your_bill", "charging.shift_closed"} if by_other else set()
        if bill.is_voided:
            reasons.add("charging.already_voided")
        if bill.is_refunded:
            reasons.add("charging.void_refunded")
        if bill.shift != self.plain.shift:
            reasons.add("charging.shift_closed")
        if bill.is_touched:
            reasons.add("pharmacy.already_dispensed")
        result = self.do(
            self.actor("manager" if by_other else "cashier"), lambda uow: services.void_bill(uow, bill.id, "收错了"),
            reasons,
        )  # fmt: skip
        if result is None:
            return
        assert (result["cash_fen"], result["noncash_fen"]) == (bill.cash, bill.scan), "what goes back"
        bill.is_voided = True
        self.plain.let_go(bill)
        for due in bill.dues:
            due.state = "open"

    @step(needs=lambda self: self.plain.bills, at=pick)
    def refund(self, at: int) -> None:
        """Everything of a bill goes back, in the shift that is open now, whenever it was paid (FE-08, FE-12)."""
        untouched = [
            one for one in self.plain.bills
            if not (one.is_voided or one.is_refunded or one.is_touched)
        ]  # fmt: skip
        bill = self.some(at, untouched, self.plain.bills)
        reasons = set(self.doubt)
        if bill.is_voided or bill.is_refunded:
            reasons.add("charging.already_reversed")
        if bill.is_touched:
            reasons.add("pharmacy.not_returned")
        lines = [(line.charge_line_id, line.quantity) for line in queries.bill_lines(bill.id)]
        result = self.do(
            self.actor("cashier"), lambda uow: services.refund_bill(uow, bill.id, lines, reason="患者不要了"), reasons
        )
        if result is None:
            return
        assert (result["state"], result["amount_fen"]) == ("done", bill.cash + bill.scan), "what goes back (M4)"
        self._take_number(result["red_no"])
        self._open_shift()
        assert self.plain.shift is not None
        bill.is_refunded = True
        self.plain.given_back.append((self.plain.shift, bill))
        self.plain.let_go(bill)
        self.plain.papers[bytes.fromhex(result["red_id"])] = ["queued"]
        for due in bill.dues:
            due.state = "refunded"
            for line in due.lines:
                line.refunded = line.quantity

    @step(needs=lambda self: self.plain.visits, at=pick)
    def hold(self, at: int) -> None:
        """The patient goes for more money; what is open stays open."""
        visit = self.some(at, [one for one in self.plain.visits if one.open_dues], self.plain.visits)
        self.do(
            self.actor("cashier"), lambda uow: services.hold_visit(uow, visit.id, "回去拿钱", {}),
            () if visit.open_dues else {"charging.nothing_to_charge"},
        )  # fmt: skip

    @step(needs=lambda self: self.plain.bills, counted=st.booleans())
    def close_shift(self, counted: bool) -> None:
        cash, scan = self.plain.drawer("cash"), self.plain.drawer("scan")
        count = services.Count(max(cash, 0)) if counted else None
        why = "退了以前的费，钱箱里不够" if cash < 0 else ""  # no drawer holds less than nothing
        reasons = {"charging.count_missing"} if self.plain.shift and not counted else set()
        result = self.do(
            self.actor("cashier"), lambda uow: services.close_shift(uow, count=count, why=why),
            reasons if self.plain.shift else {"charging.no_open_shift"},
        )  # fmt: skip
        if result is None:
            return
        assert (result["cash_fen"], result["noncash_fen"]) == (cash, scan), "the shift's sums"
        self.plain.shift = None
        self.plain.papers[bytes.fromhex(result["shift_id"])] = ["queued"]

    @step(at=pick, how=st.sampled_from(("same", "same", "other body", "other person")))
    def send_again(self, at: int, how: str) -> None:
        """A double click, a refresh, the Back button: the stored answer and nothing else (M6)."""
        form = self.done[-1 - at % len(self.done)]
        before = self.marks()
        if how == "same":
            again = perform(form.actor, form.once, form.command)
            assert again.replayed and again.result == form.result, "the same answer (M6)"
        else:
            colleague = replace(form.actor, person_id=self.actor("auditor").person_id)
            actor, once = (form.actor, other_body(form.once)) if how == "other body" else (colleague, form.once)
            try:
                perform(actor, once, form.command)
            except Refused as err:
                assert err.code == f"once.{how.replace(' ', '_')}"
            else:
                raise AssertionError(f"a key was taken with {how} (M6)")
        assert self.marks() == before, "a form sent again changed something (M6)"
        self.tally[self.label] += 1
