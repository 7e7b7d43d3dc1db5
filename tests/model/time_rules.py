"""Steps of time and of the server: a day goes by, the PC's clock is wrong, prices change, the server starts again."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from clinic_app.kernel import parameters
from clinic_app.kernel.clock import clock
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import services as dictionaries
from tests.model.served_rules import ServedRules
from tests.model.steps import DAY_MS, pick, step


class TimeRules(ServedRules):
    @initialize(valid_days=st.sampled_from((1, 3, 3)), coin=st.sampled_from((1, 10)))
    def choose_the_house_rules(self, valid_days: int, coin: int) -> None:
        self.plain.valid_days, self.plain.coin = valid_days, coin

        def choose(uow: UnitOfWork) -> dict[str, int]:
            parameters.change(uow, "pharmacy.valid_days", valid_days, self.day, "model")
            parameters.change(uow, "charging.cash_rounding_fen", coin, self.day, "model")
            parameters.change(uow, "charging.refund_limit_fen", 10_000_000, self.day, "model")
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

    @step(at=pick, price=st.sampled_from((0, 1, 27_350, 187_000)), tomorrow=st.booleans())
    def change_price(self, at: int, price: int, tomorrow: bool) -> None:
        item = self.plain.drugs[at % len(self.plain.drugs)]
        first = self.day + timedelta(days=int(tomorrow))
        last_first, last_price = item.prices[-1]
        reasons = set(self.doubt)
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

    @step(needs=lambda self: not self.is_doubted, is_clean=st.booleans())
    def the_server_starts_again(self, is_clean: bool) -> None:
        self.restart(is_clean)
        self.tally[self.label] += 1
