"""Steps of the cashier: charge in every way, charge again, void, close the shift, and any form sent twice."""

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import perform
from clinic_app.modules.charging import queries, services
from clinic_app.modules.charging.services import Tender
from clinic_app.modules.dictionaries import services as dictionaries
from tests.model.doctor_rules import DoctorRules, rarely
from tests.model.plain_records import Bill, Drug, Due, Sheet, Visit
from tests.model.steps import other_body, pick, step

prices = st.sampled_from((0, 1, 27_350, 187_000))
WAYS = ("cash", "note", "scan", "mixed", "short", "scan too much", "used reference", "nothing")


class CashierRules(DoctorRules):
    @step(needs=lambda self: self.plain.visits, at=pick, way=st.sampled_from(WAYS), whole=st.booleans())
    def charge(self, at: int, way: str, whole: bool) -> None:
        visit = self.some(at, [one for one in self.plain.visits if one.open_dues], self.plain.visits)
        self.take_money(visit, visit.open_dues if whole else visit.open_dues[at % 3 :][:1], way)

    def take_money(self, visit: Visit, dues: list[Due], way: str, *, seen_total: int | None = None) -> bool:
        """Charge some dues in a way; `seen_total` is what an older page showed (FE-03)."""
        self.label = "charge"
        total = sum(self.plain.price(due, self.day) for due in dues)
        relief = sum(one.amount for one in self.plain.agreed(visit, "relief"))
        owed = sum(one.amount for one in self.plain.agreed(visit, "arrears"))
        tenders, paid_by = self._tenders(way, total - relief, owed)
        reasons = self._why_no_charge(dues, (total, relief, owed), tenders)
        if seen_total not in (None, total) and dues:
            reasons.add("charging.total_changed")
        shown = total if seen_total is None else seen_total
        seen = self._seen(visit, dues)
        result = self.do(
            self.actor("cashier"),
            lambda uow: services.charge_visit(uow, visit.id, lines_seen=seen, total_seen_fen=shown, tenders=tenders),
            reasons,
        )
        if result is None:
            return False
        given = sum(tender.amount_fen for tender in tenders if tender.method == "cash")
        assert result["change_fen"] == given - paid_by.get("cash", 0), "change"
        assert abs(total - relief - sum(paid_by.values())) * 2 <= self.plain.coin, "M2: total, relief and payments"
        self._take_number(result["receipt_no"])
        self._open_shift()
        self._bill(bytes.fromhex(result["bill_id"]), visit, dues, relief, paid_by, tenders)
        self.tally["charge with relief"] += bool(relief)
        self.tally["charge with arrears"] += bool(owed)
        return True

    def _bill(
        self, bill_id: bytes, visit: Visit, dues: list[Due], relief: int, paid_by: dict[str, int],
        tenders: list[Tender],
    ) -> None:
        charged = [one for due in dues for one in self.plain.charged(due, self.day)]
        reference = next((tender.reference for tender in tenders if tender.method == "scan"), "")
        assert self.plain.shift is not None
        bill = Bill(
            bill_id, visit, dues, charged, relief, paid_by, reference, self.plain.shift, self.day,
            sum(one.amount for one in charged), bill_id, sum(fen for way, fen in paid_by.items() if way != "arrears"),
            owed=paid_by.get("arrears", 0),
        )  # fmt: skip
        self.plain.bills.append(bill)
        self.plain.enter(self.day, paid_by)
        for one in (*self.plain.agreed(visit, "relief"), *self.plain.agreed(visit, "arrears")):
            one.state = "used"
        for due in dues:
            due.state = "billed"
            for line in due.lines:
                if line.drug.kind == "drug":
                    self.plain.hold(bill, line, line.quantity, self.day, self.time.now_ms)
        self.plain.papers[bill.id] = ["queued"]

    def _open_shift(self) -> None:
        if self.plain.shift is None:
            self.plain.shifts += 1
            self.plain.shift = self.plain.shifts

    def _tenders(self, way: str, due: int, owed: int) -> tuple[list[Tender], dict[str, int]]:
        """What is handed over, and what of it is kept by method, in the order in which a refund keeps it."""
        reference = f"WX{self.commands:012d}"
        if way == "used reference":
            reference = next((one.reference for one in self.plain.bills if one.reference), reference)
        now = max(due - owed, 0)
        scan = {"scan": now, "mixed": now // 2, "scan too much": now + 1, "used reference": now}.get(way, 0)
        cash = self.plain.cash_due(now - scan, way in ("cash", "note", "mixed", "short"))
        given = cash + {"note": 137, "short": -1 if cash else 0}.get(way, 0)
        tenders = [Tender("scan", scan, reference)] if scan else []
        if way in ("cash", "note", "mixed", "short"):
            tenders.append(Tender("cash", given))
        kept = {"scan": scan, "cash": cash if way in ("cash", "note", "mixed") else 0, "arrears": owed}
        return tenders, {method: fen for method, fen in kept.items() if fen}

    def _why_no_charge(self, dues: list[Due], sums: tuple[int, int, int], tenders: list[Tender]) -> set[str]:
        """`sums` are total, relief and arrears."""
        total, relief, owed = sums
        reasons = set(self.doubt)
        if not dues:
            reasons.add("charging.nothing_to_charge")
        scanned = sum(one.amount_fen for one in tenders if one.method == "scan")
        with_cash = any(one.method == "cash" for one in tenders)
        given = sum(one.amount_fen for one in tenders if one.method == "cash")
        if relief > total:
            reasons.add("charging.waiver_exceeds_total")
        elif scanned + owed > total - relief:
            reasons.add("charging.noncash_exceeds_due")
        elif given < self.plain.cash_due(total - relief - scanned - owed, with_cash):
            reasons.add("charging.tender_short")
        live = {bill.reference for bill in self.plain.bills if not bill.is_voided and bill.reference}
        if any(one.reference in live for one in tenders):
            reasons.add("charging.scan_reference_used")
        wanted: dict[Drug, int] = {}
        for line in (line for due in dues for line in due.lines if line.drug.kind == "drug"):
            wanted[line.drug] = wanted.get(line.drug, 0) + line.quantity
        if any(quantity > self.plain.available(drug, self.day) for drug, quantity in wanted.items()):
            reasons.add("stock.not_enough")
        if any(isinstance(due, Sheet) and due.last_day(self.plain.valid_days) < self.day for due in dues):
            reasons.add("pharmacy.expired_unpaid")
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

    def set_price(self, item: Drug, price: int, first: date) -> None:
        self.label = "change_price"
        reasons = set(self.doubt)
        last_first, last_price = item.prices[-1]
        if last_first > first:
            reasons.add("dictionaries.price_later_exists")
        if last_price == price:
            reasons.add("dictionaries.price_same")
        result = self.do(
            self.actor("manager"), lambda uow: dictionaries.set_price(uow, item.kind, item.id, price, first, "model"),
            reasons,
        )  # fmt: skip
        if result is not None:
            item.prices.append((first, price))

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

    @step(needs=lambda self: any(visit.open_dues for visit in self.plain.visits), at=pick, price=prices)
    def charge_at_the_old_price(self, at: int, price: int) -> None:
        """The manager sets a price while the bill is on the screen (FE-03)."""
        visits = [visit for visit in self.plain.visits if visit.open_dues]
        visit = visits[at % len(visits)]
        seen_total = sum(self.plain.price(due, self.day) for due in visit.open_dues)
        self.set_price(visit.open_dues[0].lines[0].drug, price, self.day)
        self.take_money(visit, visit.open_dues, "cash", seen_total=seen_total)

    @step(needs=lambda self: self.plain.bills, at=pick, by_other=rarely)
    def void_bill(self, at: int, by_other: bool) -> None:
        live = [one for one in self.plain.bills if not one.is_voided and one.shift == self.plain.shift]
        self.take_back(self.some(at, [one for one in live if not one.is_used] or live, self.plain.bills), by_other)

    def take_back(self, bill: Bill, by_other: bool) -> None:
        self.label = "void_bill"
        result = self.do(
            self.actor("manager" if by_other else "cashier"), lambda uow: services.void_bill(uow, bill.id, "收错了"),
            self._why_no_void(bill, by_other),
        )  # fmt: skip
        if result is None:
            return
        cash, scan = bill.paid_by.get("cash", 0), bill.paid_by.get("scan", 0)
        assert (result["cash_fen"], result["noncash_fen"]) == (cash, scan), "what goes back"
        bill.is_voided, bill.owed = True, 0
        self.plain.enter(self.day, bill.paid_by, -1)
        self.plain.let_go(bill)
        for due in bill.dues:
            due.state = "open"

    def _why_no_void(self, bill: Bill, by_other: bool) -> set[str]:
        lines = [line for due in bill.dues for line in due.lines]
        checks = {
            "charging.not_your_bill": by_other,
            "charging.shift_closed": by_other or bill.shift != self.plain.shift,
            "charging.already_voided": bill.is_voided,
            "charging.void_refunded": bill.is_refunded,
            "charging.void_settled": bool(bill.settled_by),
            "charging.asked_already": self.plain.asked_refund(bill) is not None,
            "pharmacy.already_dispensed": bill.is_touched,
            "treatments.executed_of_bill": any(line.done for line in lines),
            "laboratory.done": any(line.report for line in lines),
        }
        return {code for code, is_so in checks.items() if is_so}

    @step(needs=lambda self: self.plain.visits, at=pick)
    def hold(self, at: int) -> None:
        """The patient goes for more money; what is open stays open."""
        visit = self.some(at, [one for one in self.plain.visits if one.open_dues], self.plain.visits)
        self.do(
            self.actor("cashier"), lambda uow: services.hold_visit(uow, visit.id, "回去拿钱", {}),
            () if visit.open_dues else {"charging.nothing_to_charge"},
        )  # fmt: skip

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
