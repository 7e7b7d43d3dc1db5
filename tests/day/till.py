"""What the cashiers of the scripted day do; each keeps a tally of the money in the own drawer."""

import re

from tests.day.case import Case, Notes
from tests.day.desk import DONE, Desk, Fields, NotAsExpected, Told, fen, field_values, yuan
from tests.faults.form_client import field_of

MISMATCH = "charging.invoice_mismatch"
AMOUNT, FEE = r"([\d,]+\.\d\d)", "诊疗费"


class Till:
    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def form(self, desk: Desk, case: Case) -> tuple[list[tuple[str, str]], int]:
        """What the page posts without amounts, and the cash that it shows as due."""
        page = desk.page(f"/charging/visits/{case.visit_id}")
        fields = [("total_fen", field_of(page, "total_fen"))]
        fields += [(name, value) for name in ("line", "sheet", "one", "invoice") for value in field_values(page, name)]
        due = re.search(rf'id="due".*?</small>{AMOUNT}</b>', page, re.S)
        if due is None:
            raise NotAsExpected(f"{case.name}: nothing due is shown")
        return fields, fen(due[1])

    def paid(self, desk: Desk, case: Case, told: str, cash: int, scan: int, given: int) -> None:
        """Put the money away as the toast says: receipt number, and change out of the drawer."""
        found = re.search(rf"收款 {AMOUNT}(?:，找零 {AMOUNT})?(?:，欠着 {AMOUNT})?，收据 (\S+)", told)
        if found is None:
            raise NotAsExpected(f"{case.name}: {told[:200]}")
        change = fen(found[2]) if found[2] else 0
        assert given - change == cash, f"{case.name} gave {given}, got {change} back for {cash}"
        self.notes.money(desk.role, given - change, scan)
        self.notes.paper(desk.role)
        case.cash_paid, case.scan_paid, case.kept["receipt"] = cash, scan, found[4]
        with self.notes.lock:
            self.notes.receipts.append(found[4])

    def press(self, desk: Desk, case: Case, form: Fields, *, once: str | None = None) -> Told:
        """Charge; where the same cashier's other window took the paper meanwhile, with the next one of the book."""
        path, sent = f"/charging/visits/{case.visit_id}", list(form)
        told = desk.send(f"{path}/charge", sent, once=once)
        while MISMATCH in told.words:
            papers = [("invoice", value) for value in field_values(desk.page(path), "invoice")]
            sent = [pair for pair in sent if pair[0] != "invoice"] + papers
            if once:
                case.kept["form"] = sent
            told = desk.send(f"{path}/charge", sent, once=once)
        return told

    def _pay(self, desk: Desk, case: Case, *, scan_share: int = 0, note: int = 0, once: str | None = None) -> None:
        """`scan_share` percent by scan, the rest in cash with `note` fen too much."""
        fields, due = self.form(desk, case)
        scan = due * scan_share // 100
        given = due - scan + note if due > scan else 0
        amounts = [("cash", yuan(given) if given else "")]
        if scan:
            reference = f"WX{case.visit_id[:12]}{len(self.notes.receipts):05d}"
            amounts += [("scan", yuan(scan)), ("method", "scan"), ("reference", reference)]
            case.kept["reference"] = reference
        case.kept["form"] = [*fields, *amounts]
        case.kept["once"] = once or f"day-pay-{case.visit_id}-{len(self.notes.receipts):05d}"
        told = self.press(desk, case, case.kept["form"], once=case.kept["once"])
        if told.status not in DONE:
            raise NotAsExpected(f"{case.name} cannot pay: {told.status} {told.words[:300]}")
        self.paid(desk, case, told.words, due - scan, scan, given)

    def pay_cash(self, desk: Desk, case: Case) -> None:
        self._pay(desk, case)

    def pay_note(self, desk: Desk, case: Case) -> None:
        self._pay(desk, case, note=1_000)

    def pay_scan(self, desk: Desk, case: Case) -> None:
        self._pay(desk, case, scan_share=100)

    def pay_mixed(self, desk: Desk, case: Case) -> None:
        self._pay(desk, case, scan_share=40, note=500)

    def hold(self, desk: Desk, case: Case) -> None:
        fields, _due = self.form(desk, case)
        desk.do(f"/charging/visits/{case.visit_id}/hold", [*fields, ("note", "回去拿钱")])

    def resume(self, desk: Desk, case: Case) -> None:
        desk.do(f"/charging/visits/{case.visit_id}/resume")

    def ask_relief(self, desk: Desk, case: Case) -> None:
        self._ask(desk, case, "relief", "1.00")

    def ask_arrears(self, desk: Desk, case: Case) -> None:
        self._ask(desk, case, "arrears", "2.00")

    def _ask(self, desk: Desk, case: Case, kind: str, amount: str) -> None:
        fields = [("kind", kind), ("amount", amount), ("reason", "家里困难")]
        desk.do(f"/charging/visits/{case.visit_id}/concession", fields)

    def settle(self, desk: Desk, case: Case) -> None:
        """The arrears are paid in cash at last."""
        bill = self.bill(desk, case)
        owed = int(field_of(desk.page(f"/charging/bills/{bill}/settle"), "owed_fen"))
        desk.do(f"/charging/bills/{bill}/settle", [("owed_fen", str(owed)), ("cash", yuan(owed))])
        self.notes.money(desk.role, owed)

    def bill(self, desk: Desk, case: Case) -> str:
        """The bill of the visit that counts."""
        page = desk.page(f"/charging/visits/{case.visit_id}")
        found = re.findall(r'class="tag ok" href="/charging/bills/([0-9a-f]{32})"', page)
        if not found:
            raise NotAsExpected(f"{case.name} has no bill that counts")
        return str(found[-1])

    def void(self, desk: Desk, case: Case) -> None:
        bill = self.bill(desk, case)
        desk.do(f"/charging/bills/{bill}/void", [("reason", ""), ("other", "收错了人")])
        self.notes.money(desk.role, -case.cash_paid, -case.scan_paid)

    def spoil(self, desk: Desk, case: Case) -> None:
        """The paper of the invoice jams: the next one is taken, the spoilt one stays in the book; one more is torn."""
        told = desk.do(f"/charging/bills/{self.bill(desk, case)}/next-invoice").words
        if "作废" not in told:
            raise NotAsExpected(f"no paper was spoilt: {told}")
        desk.do("/charging/books/void-next")
        self.notes.paper(desk.role, 2)
        self.notes.spoilt[desk.role] += 2

    def refund_form(
        self, desk: Desk, bill: str, *, quantity: int | None = None, of: str = ""
    ) -> list[tuple[str, str]]:
        """The first drug of a bill, or the line named `of`, all of it or so many units."""
        page = desk.page(f"/charging/bills/{bill}/refund")
        boxes = re.findall(r'<input[^>]*name="take"[^>]*>', page)
        line = next(field_values(one, "take")[0] for one in boxes if (of in one if of else FEE not in one))
        amount = str(quantity) if quantity else field_values(page, f"q{line}")[0]
        fields = [("take", line), (f"q{line}", amount), ("channel", ""), ("other", "患者不要了")]
        quoted = desk.send(f"/charging/bills/{bill}/refund/quote", fields, once="", fragment=True)
        return [*fields, ("amount_fen", field_of(quoted.answer.text, "amount_fen"))]

    def refund(self, desk: Desk, case: Case) -> None:
        """A drug that was not handed out yet: red document, and a blue one for the rest."""
        bill = self.bill(desk, case)
        told = desk.do(f"/charging/bills/{bill}/refund", self.refund_form(desk, bill))
        self.gave(desk, told.words)

    def refund_returned(self, desk: Desk, case: Case) -> None:
        bill = self.bill(desk, case)
        form = self.refund_form(desk, bill, quantity=case.kept["back"])
        told = desk.do(f"/charging/bills/{bill}/refund", form)
        self.gave(desk, told.words)

    def refund_penicillin(self, desk: Desk, case: Case) -> None:
        """The skin test was positive."""
        self._refund_of(desk, case, "青霉素")

    def refund_dressing(self, desk: Desk, case: Case) -> None:
        """One of two dressings was not done."""
        self._refund_of(desk, case, "换药", 1)

    def _refund_of(self, desk: Desk, case: Case, of: str, quantity: int | None = None) -> None:
        bill = self.bill(desk, case)
        form = self.refund_form(desk, bill, quantity=quantity, of=of)
        self.gave(desk, desk.do(f"/charging/bills/{bill}/refund", form).words)

    def ask_refund(self, desk: Desk, case: Case) -> None:
        """The whole bill, which is above the limit: it waits for the manager and nothing moves."""
        bill = self.bill(desk, case)
        page = desk.page(f"/charging/bills/{bill}/refund")
        lines = field_values(page, "take")
        fields = [("take", one) for one in lines] + [(f"q{one}", field_values(page, f"q{one}")[0]) for one in lines]
        fields += [("channel", ""), ("other", "全部不要了"), ("amount_fen", field_of(page, "amount_fen"))]
        told = desk.do(f"/charging/bills/{bill}/refund", fields)
        if "批" not in told.words:
            raise NotAsExpected(f"a refund above the limit did not wait: {told.words}")
        case.kept["bill"] = bill

    def pay_refund(self, desk: Desk, case: Case) -> None:
        page = desk.page(f"/charging/bills/{case.kept['bill']}")
        found = re.search(r"/charging/refunds/([0-9a-f]{32})/pay", page)
        if found is None:
            raise NotAsExpected(f"{case.name}: the refund is not approved")
        self.gave(desk, desk.do(f"/charging/refunds/{found[1]}/pay").words)

    def gave(self, desk: Desk, told: str) -> None:
        found = re.search(r"退费 (\S+?)：([^；]*)(?:；剩下的开在 (\S+))?", told)
        if found is None:
            raise NotAsExpected(f"no refund: {told[:200]}")
        for part in found[2].split("，"):
            method, amount = part.rsplit(" ", 1)
            self.notes.money(desk.role, *((-fen(amount), 0) if method == "现金" else (0, -fen(amount))))
        papers = [one for one in (found[1], found[3]) if one]
        self.notes.paper(desk.role, len(papers))
        with self.notes.lock:
            self.notes.receipts += papers

    # the shift

    def closing(self, desk: Desk) -> tuple[str, str]:
        """Where the own shift is closed, and the mark of the sums that its dialog showed."""
        page = desk.page("/charging/shift")
        found = re.search(r"/charging/shift/[0-9a-f]{32}/close", page)
        if found is None:
            raise NotAsExpected("no shift is open")
        return found[0], field_of(desk.page(found[0]), "shown")

    def close_shift(self, desk: Desk, _case: Case) -> None:
        """Count the drawer; the close is refused where it differs by a fen."""
        where, shown = self.closing(desk)
        cash, noncash = self.notes.drawer[desk.role], self.notes.noncash[desk.role]
        desk.do(where, [("shown", shown), ("counted", yuan(cash))])
        self.closed(desk, cash, noncash)

    def closed(self, desk: Desk, cash: int, noncash: int) -> None:
        """The drawer is emptied into the bag for the finance desk."""
        self.notes.money(desk.role, -cash, -noncash)
        self.notes.shifts.append((desk.role, cash, noncash))
