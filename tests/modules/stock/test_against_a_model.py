"""Any order of goods-in, reserving, releasing, dispensing and freezing behaves as a few lines of plain Python."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from clinic_app.kernel import clock, invariants
from clinic_app.kernel.errors import Invalid, Refused
from clinic_app.kernel.ids import new_id
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.dictionaries import services as dictionary_services
from clinic_app.modules.dictionaries.queries import stored
from clinic_app.modules.stock import queries, services

DAYS = (-3, 0, 40, 40, 300)
NUMBERS = range(len(DAYS))


def new_drug(uow: Any) -> bytes:
    """A drug of its own for every example, so that examples do not meet."""
    code = f"T{new_id().hex()[-24:]}"
    template = stored.stored_rows("drugs", clock.today())["D0001"]
    left_out = ("id", "is_disabled", "price_later_from", "price_waiting")
    row = {name: cell for name, cell in template.items() if name not in left_out}
    dictionary_services.import_list(uow, "drugs", [{**row, "code": code, "name": f"样例药{code}"}], source="test")
    return dictionaries.drug_by_code(code).id


class Machine(RuleBasedStateMachine):
    """Five batches of one drug; `held` is by source and batch."""

    clinic: Any = None
    sources = Bundle("sources")

    def __init__(self) -> None:
        super().__init__()
        self.drug_id = self.run(new_drug)
        self.on_hand = dict.fromkeys(NUMBERS, 0)
        self.held: dict[bytes, dict[int, int]] = {}
        self.frozen: set[int] = set()
        self.known: set[int] = set()

    def run(self, command: Any) -> Any:
        return self.clinic.run(self.clinic.actor("pharmacist"), command)

    def free(self, number: int) -> int:
        return self.on_hand[number] - sum(held.get(number, 0) for held in self.held.values())

    def usable(self) -> list[int]:
        return [n for n in NUMBERS if DAYS[n] >= 0 and n not in self.frozen and self.free(n) > 0]

    def batch_id(self, number: int) -> bytes:
        return next(one.id for one in queries.batches_of(self.drug_id) if one.batch_no == f"B{number}")

    @rule(parts=st.lists(st.tuples(st.sampled_from(NUMBERS), st.integers(-1, 30)), min_size=1, max_size=3))
    def receive(self, parts: list[tuple[int, int]]) -> None:
        lines = [
            services.GoodsLine(self.drug_id, f"B{n}", clock.today() + timedelta(days=DAYS[n]), units, 0)
            for n, units in parts
        ]
        place = queries.pharmacy_place().id

        def act(uow):
            return services.receive_goods(uow, place_id=place, supplier="样例", document_no="", lines=lines)

        if any(units < 1 for _, units in parts):
            with pytest.raises(Invalid):
                self.run(act)
            return
        self.run(act)
        for n, units in parts:
            self.on_hand[n] += units
            self.known.add(n)

    @rule(target=sources, quantity=st.integers(1, 40))
    def reserve(self, quantity: int) -> bytes:
        source = new_id()
        enough = sum(self.free(n) for n in self.usable()) >= quantity

        def act(uow):
            return services.reserve(uow, source_id=source, lines=[(1, self.drug_id, quantity)])

        if not enough:
            with pytest.raises(Refused):
                self.run(act)
            return source
        self.run(act)
        taken = {int(one.batch_no[1:]): one.quantity for one in queries.reservations_of(source)}
        assert sum(taken.values()) == quantity and taken.keys() <= set(self.usable())
        assert all(units <= self.free(n) for n, units in taken.items())
        untouched = [n for n in self.usable() if n not in taken]
        assert all(DAYS[n] >= max(DAYS[t] for t in taken) for n in untouched)
        self.held[source] = taken
        return source

    @rule(source=sources)
    def release(self, source: bytes) -> None:
        self.run(lambda uow: services.release(uow, source))
        self.held.pop(source, None)

    @rule(source=consumes(sources))
    def dispense(self, source: bytes) -> None:
        def act(uow):
            return services.consume(uow, source_id=source, document_id=new_id())

        held = self.held.get(source, {})
        if not held or held.keys() & self.frozen:
            with pytest.raises(Refused):
                self.run(act)
            return
        assert sum(units for _, _, units in self.run(act)) == sum(held.values())
        for n, units in self.held.pop(source).items():
            self.on_hand[n] -= units

    @rule(number=st.sampled_from(NUMBERS))
    def freeze_or_let_go(self, number: int) -> None:
        if number not in self.known:
            return
        act = services.unfreeze_batch if number in self.frozen else services.freeze_batch
        batch_id = self.batch_id(number)
        self.run(lambda uow: act(uow, batch_id, "样例"))
        self.frozen ^= {number}

    @invariant()
    def available_is_what_the_model_says(self) -> None:
        assert queries.available(self.drug_id, clock.today()) == sum(self.free(n) for n in self.usable())

    @invariant()
    def each_batch_is_as_in_the_model(self) -> None:
        found = {one.batch_no: (one.on_hand, one.reserved) for one in queries.batches_of(self.drug_id)}
        assert found == {f"B{n}": (self.on_hand[n], self.on_hand[n] - self.free(n)) for n in self.known}

    def teardown(self) -> None:
        assert [one.id for one in invariants.results() if one.id.startswith("S1") and not one.holds] == []


@pytest.mark.rule("PH-05")
@pytest.mark.rule("PH-08")
def test_the_stock_behaves_as_the_model(clinic, monkeypatch):
    monkeypatch.setattr(Machine, "clinic", clinic)
    short = settings(
        max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(Machine, settings=short)
