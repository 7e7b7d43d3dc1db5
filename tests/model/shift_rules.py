"""Steps of the closes: the counted drawer, the cash handed in, the month of the cashier and that of the stock."""

from datetime import datetime, time, timedelta

from hypothesis import strategies as st

from clinic_app.kernel import db
from clinic_app.kernel.clock import CHINA
from clinic_app.modules.charging import queries, services
from clinic_app.modules.stock import queries as stock_queries
from clinic_app.modules.stock import services as stock
from tests.model.plain_records import Shift
from tests.model.refund_rules import RefundRules
from tests.model.steps import pick, step

COUNTS = ("right", "right", "right", "too little", "too little and no word", "nobody counted")


class ShiftRules(RefundRules):
    @step(needs=lambda self: self.plain.bills, how=st.sampled_from(COUNTS))
    def close_shift(self, how: str) -> None:
        self.close(how)

    def close(self, how: str) -> None:
        """A count that differs, without a word why, is written down and closes nothing (FE-13)."""
        self.label = "close_shift"
        cash, scan = self.plain.drawer("cash"), self.plain.drawer("scan")
        counted = max(cash - (700 if how.startswith("too little") else 0), 0)  # no drawer holds less than nothing
        count = None if how == "nobody counted" else services.Count(counted)
        why = "" if how.endswith("no word") else "钱箱里的数不对"
        reasons = {"charging.count_missing"} if count is None else set()
        open_shift = queries.open_shift(self.actor("cashier").person_id)
        result = self.do(
            self.actor("cashier"), lambda uow: services.close_shift(uow, count=count, why=why),
            reasons if self.plain.shift else {"charging.no_open_shift"},
        )  # fmt: skip
        if result is None:
            return
        if counted != cash and not why:
            assert (result["state"], result["difference_fen"]) == ("counted", counted - cash), "a blind count"
            return
        assert open_shift is not None and self.plain.shift is not None
        assert (result["cash_fen"], result["noncash_fen"]) == (cash, scan), "the shift's sums (M5)"
        assert result["to_hand_in_fen"] == counted, "what is handed in"
        self.plain.closed.append(Shift(open_shift.id, self.plain.shift, counted))
        self.plain.shift = None
        self.plain.papers[open_shift.id] = ["queued"]

    @step(needs=lambda self: self.plain.closed, at=pick, how=st.sampled_from(("all", "all", "less", "no word", "own")))
    def hand_in(self, at: int, how: str) -> None:
        shift = self.some(at, [one for one in self.plain.closed if not one.is_handed_in], self.plain.closed)
        self.confirm(shift, how)

    def confirm(self, shift: Shift, how: str) -> None:
        """Somebody else counts what the cashier brings; another sum needs words (FE-15)."""
        self.label = "hand_in"
        received = shift.to_hand_in + (1 if how in ("less", "no word") else 0)
        reasons = {"charging.handed_in_already"} if shift.is_handed_in else set()
        if how == "no word":
            reasons.add("charging.reason_length")
        if how == "own":
            reasons.add("charging.own_hand_in")
        result = self.do(
            self.actor("cashier" if how == "own" else "manager"),
            lambda uow: services.confirm_hand_in(uow, shift.id, received, "多了一分" if how == "less" else ""), reasons,
        )  # fmt: skip
        if result is not None:
            shift.is_handed_in = True

    @step(needs=lambda self: self.plain.bills and not self.plain.months, is_ready=st.sampled_from((True, True, False)))
    def the_month_ends(self, is_ready: bool) -> None:
        """The first of the next month at eight; most clinics have closed and handed in before."""
        if is_ready:
            if self.plain.shift:
                self.close("right")
            for shift in self.plain.closed:
                self.confirm(shift, "all")
        after = (self.day.replace(day=1) + timedelta(days=32)).replace(day=1)
        self.time.now_ms = int(datetime.combine(after, time(8), CHINA).timestamp() * 1000)
        self.label = "the_month_ends"
        self.tally[self.label] += 1
        self.close_month(f"{after - timedelta(days=1):%Y-%m}")

    @step(needs=lambda self: self.plain.bills, is_over=st.booleans())
    def try_to_close_a_month(self, is_over: bool) -> None:
        last = self.day.replace(day=1) - timedelta(days=1)
        self.close_month(f"{last if is_over else self.day:%Y-%m}")

    def close_month(self, month: str) -> None:
        """Only when it is over, every shift of it closed and its cash handed in (FE-18)."""
        self.label = "close_month"
        result = self.do(
            self.actor("manager"), lambda uow: services.close_month(uow, month), self._why_no_month(month)
        )
        if result is None:
            return
        self.plain.months[month] = "closed"
        kept = db.row(
            "SELECT cash_fen, noncash_fen, receivable_fen FROM month_close WHERE month = ? AND reopened_at IS NULL",
            (month,),
        )
        owed = sum(bill.owed for bill in self.plain.bills)
        sums = (self.plain.of_month(month, "cash"), self.plain.of_month(month, "scan"), owed)
        assert kept == sums, "what the month came to (M5)"

    def _why_no_month(self, month: str) -> set[str]:
        if month >= f"{self.day:%Y-%m}":
            return {"charging.month_not_over"}
        if (self.plain.shift or 0, month) in self.plain.touched:
            return {"charging.month_has_open_shift"}
        if any((one.number, month) in self.plain.touched and not one.is_handed_in for one in self.plain.closed):
            return {"charging.month_not_handed_in"}
        return {"charging.month_closed_already"} if self.plain.months.get(month) in ("closed", "asked") else set()

    @step(needs=lambda self: self.plain.months, at=pick, by_two=st.sampled_from((True, True, False)))
    def reopen_month(self, at: int, by_two: bool) -> None:
        """One asks, another opens it (FE-18)."""
        month = sorted(self.plain.months)[at % len(self.plain.months)]
        is_closed = self.plain.months[month] == "closed"
        reasons = set() if is_closed else {"charging.month_not_closed"}
        if self.plain.months[month] != "asked":
            asked = self.do(
                self.actor("manager"), lambda uow: services.ask_to_reopen(uow, month, "漏记了一笔"), reasons
            )
            if asked is None:
                return
            self.plain.months[month] = "asked"
        second = self.actor("administrator" if by_two else "manager")
        result = self.do(
            second, lambda uow: services.reopen_month(uow, month), () if by_two else {"charging.own_request"}
        )
        if result is not None:
            self.plain.months[month] = "open"

    @step(needs=lambda self: self.plain.bills, is_over=st.sampled_from((True, True, False)))
    def close_stock_month(self, is_over: bool) -> None:
        last = self.day.replace(day=1) - timedelta(days=1)
        month = f"{last if is_over else self.day:%Y-%m}"
        reasons = set(self.doubt)
        if not is_over:
            reasons.add("stock.month_not_over")
        if month in self.plain.stock_months:
            reasons.add("stock.month_closed")
        if stock_queries.month_left_open(month) is not None and not reasons:
            reasons.add("stock.month_before_open")
        if self.do(self.actor("pharmacist"), lambda uow: stock.close_month(uow, month), reasons):
            self.plain.stock_months.add(month)
