"""Steps of time and of the server: a day goes by, the PC's clock is wrong, prices change, the server starts again."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from clinic_app.kernel import parameters
from clinic_app.kernel.clock import clock
from clinic_app.kernel.unit_of_work import UnitOfWork
from tests.model.cashier_rules import prices
from tests.model.served_rules import ServedRules
from tests.model.steps import DAY_MS, pick, step

LIMITS = (2_000, 10_000_000)


class TimeRules(ServedRules):
    @initialize(valid_days=st.sampled_from((1, 3, 3)), coin=st.sampled_from((1, 10)), limit=st.sampled_from(LIMITS))
    def choose_the_house_rules(self, valid_days: int, coin: int, limit: int) -> None:
        self.plain.valid_days, self.plain.coin, self.plain.refund_limit = valid_days, coin, limit

        def choose(uow: UnitOfWork) -> dict[str, int]:
            parameters.change(uow, "pharmacy.valid_days", valid_days, self.day, "model")
            parameters.change(uow, "charging.cash_rounding_fen", coin, self.day, "model")
            parameters.change(uow, "charging.refund_limit_fen", limit, self.day, "model")
            parameters.change(uow, "charging.arrears_allowed", True, self.day, "model")
            uow.audit("model.parameters")
            return {"valid_days": valid_days}

        self.do(self.actor("manager"), choose)

    @step(hours=st.sampled_from((1, 24)))
    def time_goes_by(self, hours: int) -> None:
        self.time.now_ms += hours * 3_600_000
        self.tally[self.label] += 1

    @step(needs=lambda self: not self.is_doubted, days=st.sampled_from((-3, 1, 40)))
    def the_clock_jumps(self, days: int) -> None:
        """A dead battery or a wrong hand: the clinic goes on, but nothing that is bound to a day."""
        clock.read()
        self.is_doubted = True
        self.time.error_ms = days * DAY_MS
        clock.read()
        assert clock.in_doubt
        self.tally[self.label] += 1

    @step(needs=lambda self: self.is_doubted)
    def somebody_sets_the_clock_right(self) -> None:
        self.set_clock_right()
        self.tally[self.label] += 1

    @step(at=pick, price=prices, tomorrow=st.booleans())
    def change_price(self, at: int, price: int, tomorrow: bool) -> None:
        item = self.plain.drugs[at % len(self.plain.drugs)]
        self.set_price(item, price, self.day + timedelta(days=int(tomorrow)))

    @step(needs=lambda self: not self.is_doubted, is_clean=st.booleans())
    def the_server_starts_again(self, is_clean: bool) -> None:
        self.restart(is_clean)
        self.tally[self.label] += 1
