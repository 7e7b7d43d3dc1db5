"""The scripted day: eight people and a manager at once over HTTP, a real server process, the books at the close."""

import queue
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from clinic_app import registry
from clinic_app.kernel import opening, parameters
from clinic_app.kernel.clock import today
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.stock import services as stock
from tests.conftest import config_of
from tests.day import books, mistakes
from tests.day.case import Case, Notes
from tests.day.desk import STAFF, Desk
from tests.day.plan import cases
from tests.day.till import Till
from tests.day.work import Work
from tests.faults.kill_clients import read_facts
from tests.faults.server_process import ServerProcess

HOUSE_RULES = {"charging.arrears_allowed": True, "charging.refund_limit_fen": 1_100}
LONGEST_SECONDS = 900
LAST_UNITS = 5  # a sheet takes three


@dataclass
class Report:
    """`wrong` is empty for a good day."""

    visits: int = 0
    planted: list[str] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)
    begun_with: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        cash = sum(cash for _, cash, _ in self.notes.shifts)
        steps = ", ".join(f"{what} {count}" for what, count in sorted(self.notes.done.items()))
        return (
            f"{self.visits} visits, {len(self.notes.receipts)} receipts, {len(self.notes.shifts)} shifts, {cash} fen in"
            f" cash, {len(self.notes.mistakes)} of {len(self.planted)} mistakes answered, {self.seconds:.0f} s,"
            f" bad {len(self.wrong)}; {steps}" + "".join(f"\n  {one}" for one in self.wrong)
        )


class House:
    """Everybody at work: each takes what waits at the own desk, and sends the patient on."""

    def __init__(self, port: int, notes: Notes) -> None:
        self.notes, self.failures = notes, list[str]()
        self.waiting: dict[str, queue.Queue[Case]] = {role: queue.Queue() for role in STAFF}
        self.left, self.lock, self.over = 0, threading.Lock(), threading.Event()
        self.desks = {role: Desk(port, role) for role in STAFF}

    def work_off(self, everybody: list[Case]) -> None:
        """Until nobody has anything left to do, or something went wrong."""
        self.left = len(everybody)
        self.over.clear()
        if not everybody:
            return
        for case in everybody:
            self._send_on(case)
        threads = [threading.Thread(target=self._serve, args=(role,), name=role, daemon=True) for role in STAFF]
        for thread in threads:
            thread.start()
        if not self.over.wait(LONGEST_SECONDS):
            self.failures.append("the day did not come to its end")
        self.over.set()
        for thread in threads:
            thread.join(30)

    def _send_on(self, case: Case) -> None:
        if case.todo:
            self.waiting[case.todo[0][0]].put(case)
            return
        with self.lock:
            self.left -= 1
            if not self.left:
                self.over.set()

    def _serve(self, role: str) -> None:
        while not self.over.is_set():
            try:
                case = self.waiting[role].get(timeout=0.05)
            except queue.Empty:
                continue
            name = getattr(case.todo[0][1], "__name__", "?")
            try:
                case.todo.popleft()[1](self.desks[role], case)
            except Exception as err:  # the day stops and says where
                self.failures.append(f"{role}, {name}, patient {case.number}: {err!r}")
                case.todo.clear()
            else:
                self.notes.count(name)
            self._send_on(case)


def run(folder: Path, visits: int) -> Report:
    """The whole day on this closed practice clinic; the clinic is closed again afterwards."""
    began, report = time.monotonic(), Report(visits)
    facts, more = read_facts(folder), _prepare(folder, report)
    server = ServerProcess(folder)
    server.begin()
    server.wait_until_ready()
    try:
        work, till = Work(facts, more, report.notes), Till(report.notes)
        everybody = cases(work, till, visits)
        report.planted = mistakes.plant(everybody, mistakes.Slips(work, till, server.port), report.notes)
        house = House(server.port, report.notes)
        half = visits // 2
        for part in (everybody[:half], everybody[half:]):
            house.work_off(part)
            house.work_off([_closing(till, work, role) for role in ("cashier0", "cashier1")])
        report.wrong += house.failures
    finally:
        if server.stop() != 0:
            report.wrong.append("the server did not end well")
    _judge(folder, report)
    report.seconds = time.monotonic() - began
    return report


def _closing(till: Till, work: Work, role: str) -> Case:
    case = Case(-1, role)
    case.todo.extend([(role, till.close_shift), ("manager", work.hand_in)])
    return case


def _prepare(folder: Path, report: Report) -> dict[str, str]:
    """The house's rules of this day, what lies on the shelf, and ids by code."""
    registry.wire(config_of(folder))
    opening.open_clinic(folder, registry.migration_steps())
    try:
        with unit_of_work(SYSTEM, quiet=True) as uow:
            for name, value in HOUSE_RULES.items():
                parameters.change(uow, name, value, today(), "the scripted day")
        report.begun_with = books.on_hand()
        found = {f"room{room.code}": room.id.hex() for room in desks.rooms()}
        for code in ("D0019", "D0011", "D0016"):
            drug = dictionaries.drug_by_code(code)
            assert drug is not None
            found[code] = drug.id.hex()
        with unit_of_work(SYSTEM) as uow:  # of the last drug all is promised but enough for one patient
            stock.reserve(uow, source_id=new_id(), lines=[(1, drug.id, report.begun_with[drug.code] - LAST_UNITS)])
        item = dictionaries.service_by_code("S0015")
        assert item is not None
        return found | {"S0015": item.id.hex()}
    finally:
        opening.close_clinic()


def _judge(folder: Path, report: Report) -> None:
    if said := books.check(folder):
        report.wrong.append(f"clinic check {said}")
    registry.wire(config_of(folder))
    opening.open_clinic(folder, registry.migration_steps())
    try:
        report.wrong += books.differences(report.notes, report.begun_with)
    finally:
        opening.close_clinic()
    made = Counter(one.name for one in report.notes.mistakes)
    report.wrong += [f"mistake {name}: made {made[name]} times" for name in report.planted if made[name] != 1]
    report.wrong += [f"mistake {one.name}: {one.said}" for one in report.notes.mistakes if not one.is_fine]
