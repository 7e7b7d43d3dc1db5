"""Steps of money that goes back or comes late: refunds by line and quantity, relief, arrears, and who approves them."""

from hypothesis import strategies as st

from clinic_app.modules.charging import queries, services
from clinic_app.modules.charging.services import Tender
from tests.model.cashier_rules import CashierRules
from tests.model.plain_money import Back, taken_back
from tests.model.plain_records import Approval, Bill, Line, Visit
from tests.model.steps import pick, step

HOW_MUCH = ("what may", "what may", "all", "one line", "half a line", "too much", "nothing")
CHANNELS = ("", "", "", "cash", "scan")
SHARES = ("half", "half", "all", "too much", "nothing")
LATE_WAYS = ("cash", "note", "scan", "short", "old page")
DECISIONS = ("approve", "approve", "approve", "approve", "reject", "own", "withdraw")


class RefundRules(CashierRules):
    @step(
        needs=lambda self: self.plain.bills, at=pick, how=st.sampled_from(HOW_MUCH), channel=st.sampled_from(CHANNELS)
    )
    def refund(self, at: int, how: str, channel: str) -> None:
        live = [one for one in self.plain.bills if one.document and not one.is_voided]
        bill = self.some(at, [one for one in live if any(c.line.refundable for c in one.charged)], self.plain.bills)
        self.give_back(bill, self.chosen(bill, how, at), channel)

    def chosen(self, bill: Bill, how: str, at: int) -> dict[Line, int]:
        lines = {one.line: one.quantity for one in bill.charged}
        if not lines or how == "nothing":
            return {}
        if how == "all":
            return lines
        if how == "what may":
            return {line: line.refundable for line in lines if line.refundable}
        line = list(lines)[at % len(lines)]
        return {line: {"half a line": max(lines[line] // 2, 1), "too much": lines[line] + 1}.get(how, lines[line])}

    def give_back(self, bill: Bill, taken: dict[Line, int], channel: str = "") -> None:
        """Some of a bill goes back, in the shift that is open now, whenever it was paid (FE-08 to FE-12)."""
        self.label = "refund"
        back = taken_back(bill, taken, self.plain.coin)
        other = bool(channel) and any(method != channel for method in back.by_method)
        reasons = self._why_no_refund(bill, taken)
        if self.plain.asked_refund(bill):
            reasons.add("charging.asked_already")
        keys = self._keys(bill)
        result = self.do(
            self.actor("cashier"),
            lambda uow: services.refund_bill(
                uow, bill.document or bill.id, [(keys[line.id], part) for line, part in taken.items()],
                reason="患者不要了", channel=channel,
            ),
            reasons,
        )  # fmt: skip
        if result is None:
            return
        if bill.alone + back.amount > self.plain.refund_limit or other:
            assert result["state"] == "waiting", "the limit of refunds (FE-11)"
            self.tally["refund that waits"] += 1
            asked = Approval(
                bytes.fromhex(result["approval_id"]), "refund", bill.visit, back.amount, bill, taken,
                channel if other else "",
            )  # fmt: skip
            self.plain.approvals.append(asked)
            return
        self._gone_back(bill, taken, back, result, "", is_approved=False)

    def _keys(self, bill: Bill) -> dict[bytes, bytes]:
        """Charge line by line, of the document that counts or of the first."""
        shown = queries.bill_lines(bill.id)
        lines = {(due.id, line.drug.id): line.id for due in bill.dues for line in due.lines}
        return {lines[one.source_id, one.item_id]: one.charge_line_id for one in shown}

    def _why_no_refund(self, bill: Bill, taken: dict[Line, int]) -> set[str]:
        billed = {one.line: one.quantity for one in bill.charged}
        used = [line for line, part in taken.items() if part > line.refundable]
        checks = {
            "charging.already_reversed": bill.is_voided or not bill.document,
            "charging.refund_nothing": not taken,
            "charging.refund_quantity": any(part > billed.get(line, 0) for line, part in taken.items()),
            "pharmacy.not_returned": any(line.drug.kind == "drug" for line in used),
            "treatments.executed": any(line.done for line in used),
            "laboratory.done": any(line.report for line in used),
        }
        return self.doubt | {code for code, is_so in checks.items() if is_so}

    def _gone_back(
        self, bill: Bill, taken: dict[Line, int], back: Back, result: dict[str, object], channel: str, *,
        is_approved: bool,
    ) -> None:
        given, struck = back.given(channel, bill, self.plain.coin)
        gone = sum(given.values())
        assert (result["state"], result["amount_fen"]) == ("done", gone), "what goes back (M4)"
        assert dict(result["back"]) == given and result["struck_fen"] == struck, "how it goes back (FE-10)"
        bill.back += gone
        bill.owed -= struck
        assert bill.back <= bill.paid, "more went back than was paid (M4)"
        assert back.rest or (bill.back == bill.paid and not bill.owed), "all went back, and something stayed"
        bill.alone += 0 if is_approved else gone
        assert bill.document is not None
        bill.reversed.append(bill.document)
        self._papers_of_refund(bill, result)
        bill.charged, bill.waiver, bill.paid_by = back.rest, back.waiver, back.kept
        self._open_shift()
        self.plain.enter(self.day, given, -1)
        self._lines_gone_back(bill, taken)
        self.tally["refund of a part"] += bool(back.rest)

    def _papers_of_refund(self, bill: Bill, result: dict[str, object]) -> None:
        self._take_number(str(result["red_no"]))
        self.plain.papers[bytes.fromhex(str(result["red_id"]))] = ["queued"]
        bill.document = bytes.fromhex(str(result["rest_id"])) or None
        if bill.document:
            self._take_number(str(result["rest_no"]))
            self.plain.papers[bill.document] = ["queued"]

    def _lines_gone_back(self, bill: Bill, taken: dict[Line, int]) -> None:
        for line, part in taken.items():
            if line.drug.kind == "drug":
                line.from_returned += min(part, line.came_back.total() - line.from_returned)
            line.refunded += part
            if line.drug.kind == "drug":
                self.plain.keep_at_most(bill, line, line.left, self.time.now_ms)
        for due in bill.dues:
            if all(line.refunded == line.quantity for line in due.lines):
                due.state = "refunded"

    @step(needs=lambda self: self.plain.approvals, at=pick)
    def pay_approved_refund(self, at: int) -> None:
        refunds = [one for one in self.plain.approvals if one.bill]
        if refunds:
            self.pay_approved(self.some(at, [one for one in refunds if one.state == "approved"], refunds))

    def pay_approved(self, asked: Approval) -> None:
        self.label = "pay_approved_refund"
        bill = asked.bill
        assert bill is not None
        back = taken_back(bill, asked.taken, self.plain.coin)
        reasons = self._why_no_refund(bill, asked.taken) if asked.state == "approved" else set(self.doubt)
        if asked.state != "approved":
            reasons.add("charging.not_approved")
        result = self.do(
            self.actor("cashier"), lambda uow: services.pay_approved_refund(uow, asked.id), reasons
        )
        if result is not None:
            asked.state = "used"
            self._gone_back(bill, asked.taken, back, result, asked.channel, is_approved=True)

    @step(
        needs=lambda self: self.plain.visits, at=pick, kind=st.sampled_from(("relief", "arrears")),
        share=st.sampled_from(SHARES),
    )  # fmt: skip
    def ask_for_concession(self, at: int, kind: str, share: str) -> None:
        """Somebody cannot pay all of it, or not today (FE-17)."""
        visit = self.some(at, [one for one in self.plain.visits if one.open_dues], self.plain.visits)
        self.ask(visit, kind, share)

    def ask(self, visit: Visit, kind: str, share: str) -> None:
        self.label = "ask_for_concession"
        total = sum(self.plain.price(due, self.day) for due in visit.open_dues)
        amount = {"half": total // 2, "all": total, "too much": total + 1, "nothing": 0}[share]
        reasons = set()
        if amount == 0:
            reasons.add("charging.amount_missing")
        if amount > total:
            reasons.add("charging.amount_above_total")
        if any(one.visit is visit and one.kind == kind and one.is_live for one in self.plain.approvals):
            reasons.add("charging.asked_already")
        result = self.do(
            self.actor("cashier"), lambda uow: services.ask_for_visit(uow, visit.id, kind, amount, "家里困难"), reasons
        )
        if result is not None:
            self.plain.approvals.append(Approval(bytes.fromhex(result["approval_id"]), kind, visit, amount))

    @step(needs=lambda self: self.plain.approvals, at=pick, how=st.sampled_from(DECISIONS))
    def decide(self, at: int, how: str) -> None:
        waiting = [one for one in self.plain.approvals if one.state == "waiting"]
        self.decide_on(self.some(at, waiting, self.plain.approvals), how)

    def decide_on(self, asked: Approval, how: str) -> None:
        """Who asked never decides (FE-11); what was used or refused stays so."""
        self.label = "decide"
        who = self.actor("cashier" if how in ("own", "withdraw") else "manager")
        is_open = asked.is_live if how == "withdraw" else asked.state == "waiting"
        reasons = set() if is_open else {"charging.decided_already"}
        if how == "own":
            reasons = {"charging.own_request"}
        result = self.do(
            who,
            lambda uow: services.withdraw_approval(uow, asked.id) if how == "withdraw"
            else services.decide(uow, asked.id, approve=how != "reject", answer="按规定不能退"),
            reasons,
        )  # fmt: skip
        if result is not None:
            asked.state = {"reject": "rejected", "withdraw": "withdrawn"}.get(how, "approved")

    @step(needs=lambda self: self.plain.bills, at=pick, way=st.sampled_from(LATE_WAYS))
    def settle(self, at: int, way: str) -> None:
        self.pay_debt(self.some(at, [one for one in self.plain.bills if one.owed], self.plain.bills), way)

    def pay_debt(self, bill: Bill, way: str) -> None:
        """Somebody comes back and pays what was owed."""
        self.label = "settle"
        owed, due = bill.owed, self.plain.cash_due(bill.owed, with_cash=way != "scan")
        tender = {"short": due - 1, "note": due + 500}.get(way, due)
        tenders = [Tender("scan", owed, f"ZF{self.commands:012d}") if way == "scan" else Tender("cash", max(tender, 0))]
        reasons = set(self.doubt)
        if not owed or way == "old page":
            reasons.add("charging.arrears_changed")
        if way == "short" and due:
            reasons.add("charging.tender_short")
        seen = owed + 1 if way == "old page" else owed
        result = self.do(
            self.actor("cashier"),
            lambda uow: services.settle_arrears(uow, bill.id, tenders, owed_seen_fen=seen), reasons,
        )  # fmt: skip
        if result is None:
            return
        assert (result["paid_fen"], result["change_fen"]) == (due, max(tender - due, 0)), "arrears paid"
        self._open_shift()
        self.plain.enter(self.day, {tenders[0].method: due})
        bill.paid, bill.owed, bill.settled_by, bill.settled = bill.paid + due, 0, tenders[0].method, due
        self.plain.papers[bill.document or bill.id].append("queued")
