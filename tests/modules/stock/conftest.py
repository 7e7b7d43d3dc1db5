"""A drug with no stock of its own making, and short ways to move it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from clinic_app.kernel import clock
from clinic_app.kernel.ids import new_id
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.dictionaries.queries import Drug
from clinic_app.modules.stock import queries, services

SOLD_OUT = "D0004"


@dataclass
class Store:
    """The pharmacy and one drug that the practice clinic has sold out."""

    clinic: Any
    drug: Drug

    @property
    def today(self) -> date:
        return clock.today()

    def run(self, command: Callable[[Any], Any]) -> Any:
        return self.clinic.run(self.clinic.actor("pharmacist"), command)

    def receive(self, *batches: tuple[str, int, int]) -> dict[str, Any]:
        """Goods-in of (batch number, days until expiry, minimum units)."""
        lines = [
            services.GoodsLine(self.drug.id, number, self.today + timedelta(days=days), units, 100_000)
            for number, days, units in batches
        ]
        place = queries.pharmacy_place().id
        return self.run(
            lambda uow: services.receive_goods(
                uow, place_id=place, supplier="样例医药公司", document_no="T-1", lines=lines
            )
        )

    def reserve(self, quantity: int, *, source: bytes | None = None, line: bytes | int = 1) -> bytes:
        source_id = source or new_id()
        self.run(
            lambda uow: services.reserve(uow, source_id=source_id, lines=[(line, self.drug.id, quantity)])
        )
        return source_id

    def top_up(self, source_id: bytes, quantity: int, line: int = 1) -> dict[str, Any]:
        return self.run(
            lambda uow: services.top_up(uow, source_id=source_id, lines=[(line, self.drug.id, quantity)])
        )

    def consume(self, source_id: bytes, **limits: Any) -> list[tuple[Any, bytes, int]]:
        return self.run(lambda uow: services.consume(uow, source_id=source_id, document_id=new_id(), **limits))

    def available(self) -> int:
        return queries.available(self.drug.id, self.today)

    def held(self, source_id: bytes) -> list[tuple[str, int]]:
        return [(one.batch_no, one.quantity) for one in queries.reservations_of(source_id)]

    def batch(self, number: str) -> queries.Batch:
        return next(one for one in queries.batches_of(self.drug.id) if one.batch_no == number)


@pytest.fixture
def store(clinic: Any) -> Store:
    drug = dictionaries.drug_by_code(SOLD_OUT)
    assert drug is not None
    return Store(clinic, drug)
