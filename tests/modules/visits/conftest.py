"""Days and people of the registration desk: a clock that the test sets, and commands by role."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from clinic_app.kernel import clock, parameters
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients.services import PatientData, register_patient
from clinic_app.modules.visits import queries, services
from tests.conftest import Clinic


class SetTime(clock.SystemTime):
    """Stands where the test put it."""

    def __init__(self, at: int):
        self.at = at

    def wall_ms(self) -> int:
        return self.at


class Morning:
    """The registration desk of a clinic whose clock is set; the first day is tomorrow."""

    def __init__(self, clinic: Clinic):
        self.clinic, self.first = clinic, clock.today() + timedelta(days=1)
        self.count = 0
        self.at(0, 8)

    def at(self, day: int, hour: int, minute: int = 0) -> None:
        """Day 0 is the first one; time only ever goes on."""
        moment = datetime.combine(self.day(day), time(hour, minute))
        self.source = SetTime(clock.from_local(moment))
        clock.clock.start(clock.clock.newest, self.source)

    def day(self, number: int) -> date:
        return self.first + timedelta(days=number)

    def run(self, role: str, act: Callable[..., Any], *args: Any, place: int = 0, **named: Any) -> Any:
        return self.clinic.run(self.clinic.actor(role, place), lambda uow: act(uow, *args, **named))

    def person(self, name: str = "", *, years: int = 40) -> bytes:
        """A new patient of that age today."""
        self.count += 1
        born_on = self.first.replace(year=self.first.year - years, month=1, day=1)
        data = PatientData(name or f"病人{'一二三四五六七八九十'[self.count % 10]}", "1", born_on, allergy_state="none")
        return bytes.fromhex(self.run("registrar", register_patient, data)["patient_id"])

    def room(self, code: str = "1") -> bytes:
        return next(one.id for one in desks.rooms() if one.code == code)

    def register(self, patient: bytes | None = None, place: bytes | None = None, **how: Any) -> queries.Visit:
        """A second after the one before."""
        self.source.at += 1000
        who, where = patient or self.person(), place or self.room()
        made = self.run("registrar", services.register_visit, patient_id=who, room_id=where, **how)
        found = queries.visit(bytes.fromhex(made["visit_id"]))
        assert found is not None
        return found

    def visit(self, visit: queries.Visit) -> queries.Visit:
        found = queries.visit(visit.id)
        assert found is not None
        return found

    def line(self, code: str = "1") -> list[int]:
        """The numbers of a room in the order in which they are called."""
        return [row.queue_no for row in queries.queue(self.room(code), clock.today()) if row.is_next_in_line]

    def set(self, name: str, value: Any) -> None:
        def change(uow: Any) -> None:
            parameters.change(uow, name, value, clock.today(), "院内规定")
            uow.audit("parameter.change")

        self.clinic.run(self.clinic.actor("administrator"), change)


@pytest.fixture
def morning(clinic: Clinic) -> Morning:
    return Morning(clinic)


@pytest.fixture
def known() -> Callable[[str], bytes]:
    return lambda typed: patients.search(typed)[0].id
