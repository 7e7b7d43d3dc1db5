"""The scripted day: ten people and a manager at once over HTTP, a real server process, the books at the close."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from clinic_app import registry
from clinic_app.kernel import opening, parameters
from clinic_app.kernel.clock import today
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.people import queries as people
from clinic_app.modules.stock import services as stock
from tests.conftest import config_of
from tests.day import books, mistakes, races
from tests.day.case import Case, Notes, Step
from tests.day.desk import STAFF, Answered, Desk
from tests.day.house import House
from tests.day.kills import Killer
from tests.day.office import PRICED, Office
from tests.day.pc import ClinicPc
from tests.day.pharmacy import Pharmacy
from tests.day.plan import People, cases
from tests.day.rooms import Rooms
from tests.day.slips import Slips
from tests.day.till import Till
from tests.day.work import BLOOD_COUNT, DRESSING, PENICILLIN, SALINE, Work
from tests.faults.kill_clients import read_facts

HOUSE_RULES = {
    "charging.arrears_allowed": True, "charging.refund_limit_fen": 1_100, "charging.paper_invoices": True,
}  # fmt: skip
DRUGS = ("D0019", "D0011", PRICED, SALINE, PENICILLIN, "D0016")
LAST_UNITS = 5  # a sheet takes three


@dataclass
class Report:
    """`wrong` is empty for a good day."""

    visits: int = 0
    planted: list[str] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)
    begun_with: dict[str, int] = field(default_factory=dict)
    shelf_names: dict[str, str] = field(default_factory=dict)
    office: Office | None = None
    answered: list[Answered] = field(default_factory=list)
    replays: int = 0
    lost: int = 0
    doubled: int = 0
    kills: str = ""
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        cash = sum(cash for _, cash, _ in self.notes.shifts)
        steps = ", ".join(f"{what} {count}" for what, count in sorted(self.notes.done.items()))
        return (
            f"{self.visits} visits, {self.kills}{len(self.answered)} commands answered, {self.replays} of them repeats,"
            f" {self.lost} lost, {self.doubled} doubled, {len(self.notes.receipts)} receipts, {len(self.notes.shifts)}"
            f" shifts, {cash} fen in cash, {sum(self.notes.papers.values())} invoices,"
            f" {len(self.notes.mistakes)} of {len(self.planted)} mistakes answered, {self.seconds:.0f} s,"
            f" bad {len(self.wrong)}; {steps}" + "".join(f"\n  {one}" for one in self.wrong)
        )


@dataclass
class Day:
    """One scripted day on one PC: the people, the patients, and who kills the server meanwhile."""

    pc: ClinicPc
    staff: People
    house: House
    report: Report
    killer: Killer | None = None

    def go(self, everybody: list[Case]) -> None:
        """Two shifts with their closes, then the manager's evening, the next morning and the end of the month."""
        office, till = self.staff.office, self.staff.till
        day = self.pc.today()

        def errand(role: str, *acts: Callable[[Desk, Case], None], more: Sequence[Step] = ()) -> None:
            todo.append(Case(-1, role, kept={"day": day}))
            todo[-1].todo.extend([*((role, act) for act in acts), *more])

        todo: list[Case] = []
        errand("manager", office.plan_session, office.issue_books)
        self._work_off(todo)
        if self.killer is not None:
            self.killer.begin(list(self.house.desks.values()))
        half = len(everybody) // 2
        for part in (everybody[:half], [*everybody[half:], *everybody[:half]]):
            self.house.work_off([case for case in part if case.todo])
            for case in everybody[:half]:
                case.todo, case.later = case.later, case.todo
            for role in ("cashier0", "cashier1"):
                errand(role, till.close_shift, more=[("manager", office.hand_in)])
            self._work_off(todo)
            self.pc.go_on_until(13, 30)
            if self.killer is None and part[0] is everybody[0]:
                self.noon()
        if self.killer is not None:
            self.killer.end()
            self.report.wrong += self.killer.wrong
            self.report.kills = f"{self.killer}, "
        self.pc.go_on_until(17, 40)
        errand("manager", office.hand_back_books, office.read_day, office.read_account)
        self._work_off(todo)
        self.pc.go_on_until(7, 30, days=1)
        errand("registrar", office.read_missed)
        self._work_off(todo)
        self._first_of_next_month()
        errand("manager", office.close_months)
        self._work_off(todo)

    def noon(self) -> None:
        """Somebody sets the PC's clock back over midnight; it stays so, the clinic goes by the manager's word."""
        case = Case(998, "钟不准", room=self.staff.work.more["room2"])
        slips = Slips(self.staff, self.pc.port)
        for name, says, told in races.clock_over_midnight(slips, case):
            self.report.planted.append(name)
            self.report.notes.mistake(name, told.is_refused and says in told.words, f"{told.status} {told.words}")
        self.staff.work.register(self.house.desks["registrar"], case)
        self.staff.work.cancel(self.house.desks["registrar"], case)

    def _work_off(self, todo: list[Case]) -> None:
        self.house.work_off(todo)
        todo.clear()

    def _first_of_next_month(self) -> None:
        """The PC was off, and its clock is right again."""
        if self.pc.stop() != 0:
            self.report.wrong.append("the server did not end well")
        self.pc.set_right()
        now = self.pc.now()
        first = (now.replace(day=1) + timedelta(days=32)).replace(day=1)
        self.pc.go_on_until(7, 30, days=(first.date() - now.date()).days)
        self.pc.begin()
        self.pc.wait_until_ready()


def run(folder: Path, visits: int, *, killer: Callable[[ClinicPc], Killer] | None = None) -> Report:
    """The whole day on this closed practice clinic; the clinic is closed again afterwards.

    With mistakes, or with a `killer` of the server.
    """
    began, report = time.monotonic(), Report(visits)
    pc, notes = ClinicPc(folder), report.notes
    facts, more = read_facts(folder), _prepare(folder, report, pc)
    staff = People(Work(facts, more, notes), Till(notes), Pharmacy(notes), Rooms(pc), Office(more, notes))
    everybody = cases(staff, visits)
    if killer is None:
        report.planted = mistakes.plant(everybody, Slips(staff, pc.port), notes)
    pc.begin()
    pc.wait_until_ready()
    day = Day(pc, staff, House(pc.port, notes), report, killer(pc) if killer else None)
    try:
        day.go(everybody)
    finally:
        if pc.stop() != 0:
            report.wrong.append("the server did not end well")
    report.wrong += day.house.failures
    report.answered = [one for desk in day.house.desks.values() for one in desk.answered]
    report.replays = sum(desk.replays for desk in day.house.desks.values())
    report.office = staff.office
    _judge(folder, report, pc)
    report.seconds = time.monotonic() - began
    return report


def _prepare(folder: Path, report: Report, pc: ClinicPc) -> dict[str, str]:
    """The house's rules of this day, what lies on the shelf, and ids by code; reservations are of this morning."""
    registry.wire(config_of(folder))
    opening.open_clinic(folder, registry.migration_steps(), time=pc.time)
    try:
        with unit_of_work(SYSTEM, quiet=True) as uow:
            for name, value in HOUSE_RULES.items():
                parameters.change(uow, name, value, today(), "the scripted day")
        report.begun_with = books.on_hand()
        found = {f"room{room.code}": room.id.hex() for room in desks.rooms()}
        for drug in dictionaries.all_drugs():
            report.shelf_names[drug.code] = f"{drug.name} {drug.strength_text}"
            if drug.code in DRUGS:
                found[drug.code] = drug.id.hex()
        last = bytes.fromhex(found[DRUGS[-1]])
        with unit_of_work(SYSTEM) as uow:  # of the last drug all is promised but enough for one patient
            stock.reserve(uow, source_id=new_id(), lines=[(1, last, report.begun_with[DRUGS[-1]] - LAST_UNITS)])
        for code in (BLOOD_COUNT, DRESSING):
            item = dictionaries.service_by_code(code)
            assert item is not None
            found[code] = item.id.hex()
        for staff_no in STAFF.values():
            person = people.find_by_staff_no(staff_no)
            assert person is not None
            found[staff_no] = person.id.hex()
        return found
    finally:
        opening.close_clinic()


def _judge(folder: Path, report: Report, pc: ClinicPc) -> None:
    if said := books.check(folder, pc.program):
        report.wrong.append(f"clinic check {said}")
    registry.wire(config_of(folder))
    opening.open_clinic(folder, registry.migration_steps(), time=pc.time)
    try:
        report.wrong += compare(report)
    finally:
        opening.close_clinic()
    made = Counter(one.name for one in report.notes.mistakes)
    report.wrong += [f"mistake {name}: made {made[name]} times" for name in report.planted if made[name] != 1]
    report.wrong += [f"mistake {one.name}: {one.said[:300]}" for one in report.notes.mistakes if not one.is_fine]


def compare(report: Report) -> list[str]:
    """What people noted, screens said and answers promised, held to the rows of the open clinic; empty is right."""
    assert report.office is not None
    lost, doubled = books.lost(report.answered), books.doubled()
    report.lost, report.doubled = len(lost), len(doubled)
    return [
        *books.differences(report.notes, report.begun_with), *books.papers(report.notes),
        *books.screens(report.notes, report.office, report.begun_with, report.shelf_names), *lost, *doubled,
    ]  # fmt: skip
