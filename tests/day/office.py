"""What the manager of the scripted day does: plan, invoice books, approvals, prices, the day's sums, the month."""

import re
from datetime import date, timedelta

from tests.day.case import Case, Notes
from tests.day.desk import STAFF, Desk, NotAsExpected, fen, text_of, yuan

SESSION = {"from_time": "8:00", "to_time": "18:00", "slots": "60"}
BOOKS = {"cashier0": ("A", 1, 400), "cashier1": ("B", 501, 900)}
WIDTH = 8
PRICED, NEW_PRICE = "D0022", "7.75"


class Office:
    """`more` are ids by code, and of the staff by number."""

    def __init__(self, more: dict[str, str], notes: Notes) -> None:
        self.more, self.notes = more, notes
        self.figures: dict[str, int] = {}
        self.closes: list[tuple[int, int]] = []
        self.months: dict[str, int] = {}
        self.account: dict[str, int] = {}

    # the morning

    def plan_session(self, desk: Desk, case: Case) -> None:
        """The village doctor sits in the fever room today, for those who called."""
        fields = {"doctor": self.more[STAFF["doctor2"]], "room": self.more["roomF"], "session_on": case.kept["day"]}
        desk.do("/registration/sessions", [*(fields | SESSION).items(), ("weekday", "")])

    def issue_books(self, desk: Desk, _case: Case) -> None:
        for role in BOOKS:
            desk.do("/charging/books", self.book_form(role))

    def book_form(self, role: str) -> list[tuple[str, str]]:
        prefix, first, last = BOOKS[role]
        return [
            ("prefix", prefix), ("first", str(first)), ("last", str(last).rjust(WIDTH, "0")),
            ("cashier", self.more[STAFF[role]]),
        ]  # fmt: skip

    # the day

    def decide(self, desk: Desk, case: Case) -> None:
        desk.do(f"/charging/approvals/{self.waiting(desk, case)}/decide", [("decision", "approve"), ("answer", "")])

    def waiting(self, desk: Desk, case: Case) -> str:
        """What was asked for this patient and is not decided."""
        page = desk.page("/charging/approvals")
        at = page.find(f"<b>{case.name}</b>")
        found = re.findall(r"/charging/approvals/([0-9a-f]{32})", page[:at])
        if at < 0 or not found:
            raise NotAsExpected(f"nothing of {case.name} waits for approval")
        return str(found[-1])

    def propose_price(self, desk: Desk, day: str) -> None:
        fields = [("price", NEW_PRICE), ("valid_from", day), ("source", "县药采 2026 年第 3 批")]
        desk.do(f"/dictionaries/drug/{self.more[PRICED]}/price", fields)

    def price_to_approve(self, desk: Desk) -> str:
        found = re.search(r"/dictionaries/prices/([0-9a-f]{32})/approve", desk.page("/dictionaries/prices"))
        if found is None:
            raise NotAsExpected("no price waits for a second person")
        return found[1]

    # the close

    def hand_in(self, desk: Desk, _case: Case) -> None:
        """Every closed shift whose cash has come: the cashiers' own counts."""
        while self.notes.shifts and len(self.notes.handed_in) < len(self.notes.shifts):
            page = desk.page("/charging/days")
            found = re.search(r"/charging/shifts/([0-9a-f]{32})/hand-in", page)
            if found is None:
                return
            dialog = desk.page(f"/charging/shifts/{found[1]}/hand-in")
            due = re.search(r"应交现金 ([\d,.]+)", dialog)
            if due is None or fen(due[1]) not in [cash for _, cash, _ in self.notes.shifts]:
                raise NotAsExpected(f"the finance desk expects {due and due[1]}")
            desk.do(f"/charging/shifts/{found[1]}/hand-in", [("received", yuan(fen(due[1]))), ("note", "")])
            self.notes.handed_in.append(fen(due[1]))

    def read_day(self, desk: Desk, case: Case) -> None:
        """Every figure of the supervisor's sum, and the cash and other money of each close."""
        page = desk.page(f"/charging/days?on={case.kept['day']}")
        sums = page[page.index('id="sums"') :]
        rows = re.findall(r'<span>([^<]+)</span><(?:b|span) class="money[^"]*">([^<]+)<', sums)
        self.figures = {name: fen(amount) for name, amount in rows}
        table = page[page.index("<tbody>") : page.index("</tbody>")]
        for row in table.split("</tr>")[:-1]:
            cash, noncash = re.findall(r'<td class="money">([^<]+)</td>', row)[:2]
            self.closes.append((fen(cash), fen(noncash)))

    def read_account(self, desk: Desk, case: Case) -> None:
        """What the pharmacy's account of the month says is left of each drug, in minimum units."""
        page = desk.page(f"/stock/months?month={case.kept['day'][:7]}")
        for row in page[page.index("<tbody") : page.index("</tbody>")].split("</tr>")[:-1]:
            name = re.search(r'<td class="nm">(.*?)</td>', row)
            closing = re.search(r'<td class="num b">(-?\d+)</td>', row)
            if name and closing:
                self.account[text_of(name[1])] = int(closing[1])

    def hand_back_books(self, desk: Desk, _case: Case) -> None:
        """What is left of each book lies on the table; nothing is missing."""
        for role, (_prefix, first, last) in BOOKS.items():
            rows = desk.page("/charging/books").split("</tr>")
            row = next((one for one in rows if f"<bdi>{BOOKS[role][0]}0" in one), "")
            found = re.search(r"/charging/books/([0-9a-f]{32})/hand-back", row)
            if found is None:
                raise NotAsExpected(f"{role} has no book")
            told = desk.do(f"/charging/books/{found[1]}/hand-back").words
            left = re.search(r"剩 (\d+) 张", told)
            self.notes.books.append((role, last - first + 1, int(left[1]) if left else -1))

    # the next day, the next month

    def read_missed(self, desk: Desk, _case: Case) -> None:
        page = desk.page("/registration/appointments/missed")
        missing = [name for name in self.notes.no_shows if name not in page]
        if missing:
            raise NotAsExpected(f"did not come and are not on the list: {missing}")

    def close_months(self, desk: Desk, case: Case) -> None:
        """The month of the day, its sums as the page says them; then the pharmacy's account of it."""
        month = case.kept["day"][:7]
        page = desk.page("/charging/months")
        row = page[page.index(f">{month}</td>") :].split("</tr>")[0]
        names = ("income", "cash", "noncash")
        self.months = dict(zip(names, map(fen, re.findall(r'<td class="money">([^<]+)</td>', row)), strict=True))
        desk.do(f"/charging/months/{month}/close")
        before = (date.fromisoformat(f"{month}-01") - timedelta(days=1)).isoformat()[:7]
        for each in (before, month):
            page = desk.page(f"/stock/months?month={each}")
            if f'name="month" value="{each}"' in page:
                desk.do("/stock/months/close", [("month", each)])

