"""What every step of the model test does: time, one keyed command, and what must agree and hold after it."""

import functools
import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from clinic_app import registry
from clinic_app.kernel import access_log, audit, db, i18n, invariants, jobs, keys, opening, parameters
from clinic_app.kernel.clock import CHINA, SystemTime, clock
from clinic_app.kernel.errors import Invalid, Refused
from clinic_app.kernel.rights import SYSTEM, Actor
from clinic_app.kernel.unit_of_work import Once, UnitOfWork, perform, unit_of_work
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.pharmacy import queries as pharmacy
from clinic_app.modules.stock import queries as stock
from clinic_app.modules.stock.services.moves import DAMAGED
from clinic_app.modules.visits import queries as visits
from sync.wire.canonical import canonical
from sync.wire.hashes import GENESIS, seal
from tests.conftest import Clinic, config_of
from tests.model.plain_clinic import PlainClinic
from tests.model.plain_records import FEE, Batch, Drug, Person

# Two groups, one sold out, one with an expired batch, one of four decimals, two that are never opened: 6 make 2 sheets.
DRUGS = ("D0002", "D0003", "D0004", "D0013", "D0021", "D0040")
# A treatment, a test, an examination: none of them is paid by the general fee.
ITEMS = ("S0012", "S0015", "S0018")
CHECKED_EACH_STEP = (
    "M1", "M2", "M3", "M4", "M5", "M6", "N1", "S1", "S2", "S3", "S4", "E1", "L1", "L2", "P1", "T1",
)  # fmt: skip
EVERYTHING_EVERY = 20
DAY_MS = 86_400_000
Some = TypeVar("Some")
Command = Callable[[UnitOfWork], dict[str, Any]]
pick = st.integers(0, 63)


class MovedTime(SystemTime):
    """Time that only rules move; `error_ms` is how wrong the PC's own clock is."""

    def __init__(self, now_ms: int):
        self.now_ms = now_ms
        self.error_ms = 0

    def wall_ms(self) -> int:
        return self.now_ms + self.error_ms

    def monotonic_ms(self) -> int:
        return self.now_ms


@dataclass(frozen=True)
class Done:
    """A command that was answered, to be sent once more."""

    actor: Actor
    once: Once
    command: Command
    result: dict[str, Any]


def step(*, needs: Callable[[Any], Any] | None = None, **strategies: Any) -> Callable[[Any], Any]:
    """A rule that counts, only where there is what it `needs`: a second goes by and the step is tallied."""

    def mark(function: Callable[..., None]) -> Any:
        @functools.wraps(function)
        def run(self: "Steps", **drawn: Any) -> None:
            self.label = function.__name__
            self.tally["steps"] += 1
            self.time.now_ms += 1_000
            function(self, **drawn)

        marked = rule(**strategies)(run)
        return precondition(lambda self: bool(needs(self)))(marked) if needs else marked

    return mark


class Steps(RuleBasedStateMachine):
    """One example: a copy of the practice clinic, a plain clinic beside it, eight o'clock of the next morning."""

    def __init__(self, template: Path, tally: "Counter[str]"):
        super().__init__()
        self.tally, self.label = tally, "beginning"
        self.tally["examples"] += 1
        self.room = Path(tempfile.mkdtemp(prefix="model-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self.folder = self.room / "clinic"
        shutil.copytree(template, self.folder)
        begin = datetime.combine(datetime.now(CHINA).date() + timedelta(days=1), time(8), CHINA)
        self.time = MovedTime(int(begin.timestamp() * 1000))
        self.config = config_of(self.folder)
        self.clinic = Clinic(self.folder, self.config, registry.wire(self.config))
        opening.open_clinic(self.folder, registry.migration_steps(), time=self.time)
        i18n.use("zh-CN")
        self.audit_key, self.sealed = keys.load(self.folder / opening.KEYS, "").audit_key, (0, GENESIS)
        self.is_doubted = False
        self.done: list[Done] = []
        self.commands = 0
        self.struck = 0
        self.actors: dict[tuple[str, int], Actor] = {}
        self.plain = _read_in(PlainClinic())

    @property
    def day(self) -> date:
        """The business day, in doubt too: time runs on from what was believed before the PC's clock jumped."""
        return datetime.fromtimestamp(self.time.now_ms / 1000, CHINA).date()

    @property
    def doubt(self) -> set[str]:
        """Why work that is bound to a day is refused."""
        return {"clock.in_doubt"} if self.is_doubted else set()

    def actor(self, role: str, place: int = 0) -> Actor:
        key = (role, place)
        if key not in self.actors:
            self.actors[key] = self.clinic.actor(role, place)
        return self.actors[key]

    def do(self, actor: Actor, command: Command, reasons: Iterable[str] = ()) -> dict[str, Any] | None:
        """Run a keyed command: None when it is refused for one of `reasons`, its result when there are none."""
        self.commands += 1
        key = f"model-key-{self.commands:08d}"
        once = Once(key, hashlib.sha256(key.encode()).digest())
        result = self._run(lambda: perform(actor, once, command).result, set(reasons))
        if result is not None:
            self.done.append(Done(actor, once, command, result))
        return result

    def draft(self, actor: Actor, write: Command, reasons: Iterable[str] = ()) -> dict[str, Any] | None:
        """Run a draft write, which has neither key nor audit."""

        def run() -> dict[str, Any]:
            with unit_of_work(actor, quiet=True) as uow:
                return write(uow)

        return self._run(run, set(reasons))

    def _run(self, act: Callable[[], dict[str, Any]], reasons: set[str]) -> dict[str, Any] | None:
        before = self.marks()
        try:
            result = act()
        except (Refused, Invalid) as err:
            given = {one.code for one in err.refusals.values()} if isinstance(err, Invalid) else {err.code}
            assert given <= reasons, f"{self.label} was refused for {given}, expected {reasons or 'to be done'}"
            assert self.marks() == before, f"{self.label} was refused and left something"
            self.tally.update(given)
            return None
        assert not reasons, f"{self.label} was done in spite of {reasons}"
        self.tally[self.label] += 1
        return result

    def marks(self) -> tuple[int, ...]:
        """What no refused command may move."""
        found = db.row(
            "SELECT (SELECT count(*) FROM once), (SELECT max(seq) FROM audit), (SELECT max(seq) FROM outbox),"
            " (SELECT count(*) FROM job), (SELECT sum(last) FROM series)"
        )
        assert found is not None
        return found

    def set_clock_right(self) -> None:
        """Somebody puts the PC's clock right and says so."""
        self.time.error_ms = 0
        clock.confirm(self.time.now_ms)
        assert not clock.in_doubt
        self.is_doubted = False

    def restart(self, is_clean: bool) -> None:
        """End the server in order, or as a killed one, and start it as `clinic run` does."""
        if is_clean:
            opening.close_clinic()
        else:
            db.close_database()
        opening.open_clinic(self.folder, registry.migration_steps(), time=self.time)
        jobs.doubt_interrupted()

    def some(self, at: int, preferred: Sequence[Some], anyone: Sequence[Some]) -> Some:
        """Three times of four one of those that the step is meant for, else any at all."""
        items = preferred if preferred and at % 4 else anyone
        return items[(at // 4) % len(items)]

    @invariant()
    def the_two_clinics_agree(self) -> None:
        plain, on = self.plain, self.day
        queue = [(row.visit_id, row.state) for row in visits.queue(None, on)]
        assert sorted(queue) == sorted(plain.queue(on)), "queue"
        open_shift = charging.open_shift(self.actor("cashier").person_id)
        sums = charging.shift_sums(open_shift.id) if open_shift else None
        for method, fen in (("cash", sums.cash_fen if sums else 0), ("scan", sums.noncash_fen if sums else 0)):
            assert fen == plain.drawer(method), f"{method} in the drawer"
        shelves = {
            (batch.id, batch.place_id): (batch.on_hand, batch.reserved)
            for drug in plain.drugs if drug.kind == "drug" for batch in stock.batches_of(drug.id)
        }  # fmt: skip
        shelf = stock.pharmacy_place().id
        expected = {(one.id, shelf): (one.on_hand, one.reserved) for one in plain.batches}
        assert shelves == expected | {(one.id, DAMAGED): (left, 0) for one, left in plain.damaged.items()}, "stock"
        pending = {row.visit_id: row.total_fen for row in charging.pending(on) if row.sheets}
        assert pending == plain.pending(on), "pending"
        assert {row.prescription_id for row in pharmacy.waiting(on)} == plain.to_hand_out(on), "to hand out"
        charts = set(db.rows("SELECT person_id, patient_id, bucket FROM access_log"))
        assert charts == plain.charts, "reading log (A3)"
        papers = dict(db.rows("SELECT entity, count(*) FROM job GROUP BY entity"))
        assert papers == {entity: len(states) for entity, states in plain.papers.items()}, "papers (P1)"
        assert db.value("SELECT count(*) FROM once") == len(self.done), "one effect per key (M6)"

    @invariant()
    def what_always_holds(self) -> None:
        if self.tally["steps"] % EVERYTHING_EVERY == 0:
            self.everything_holds()
            return
        for one in invariants.known():
            if one.sql and one.id.split("-")[0] in CHECKED_EACH_STEP:
                assert db.rows(one.sql) == [], one.id
        seq, prev = self.sealed
        for *row, stored in db.rows(f"SELECT {audit.COLUMNS}, hash FROM audit WHERE seq > ? ORDER BY seq", (seq,)):
            assert row[0] == seq + 1 and seal(self.audit_key, prev, canonical(row)) == stored, f"A1 at {row[0]}"
            seq, prev = row[0], stored
        self.sealed = (seq, prev)

    def everything_holds(self) -> None:
        broken = {one.id: one.violations for one in invariants.results() if not one.holds}
        assert broken == {}, broken

    def teardown(self) -> None:
        try:
            if db.is_open():
                self.everything_holds()
                assert db.damaged_pages() == []
        finally:
            db.close_database()
            access_log.forget()
            clock.start(0)
            shutil.rmtree(self.room)


def _read_in(plain: PlainClinic) -> PlainClinic:
    """What the practice clinic begins with; every registration is charged, which a course of no day means (VS-06)."""
    with unit_of_work(SYSTEM, quiet=True) as uow:
        parameters.change(uow, "visits.fee_course_days", 0, date.fromisoformat(parameters.EVER), "model")
    parents = dictionaries.group_parents()
    for code in DRUGS:
        drug = dictionaries.drug_by_code(code)
        assert drug is not None
        groups, fact = set(dictionaries.groups_of_drug(drug.id)), dictionaries.prescribing_fact(code)
        groups |= {parent for group in groups if (parent := parents[group]) is not None}
        plain.drugs.append(
            Drug(
                code, drug.id, "drug", drug.pack_size, bool(drug.is_splittable), frozenset(groups), _prices(drug.id),
                _per_day(drug), bool(fact and fact.daily_per_kg),
            )
        )  # fmt: skip
    fee = dictionaries.service_by_code(FEE)
    assert fee is not None
    plain.fee = Drug(FEE, fee.id, "service", 1, True, frozenset(), _prices(fee.id))
    plain.drugs.append(plain.fee)
    for code in ITEMS:
        item = dictionaries.service_by_code(code)
        assert item is not None
        plain.items.append(Drug(code, item.id, "service", 1, True, frozenset(), _prices(item.id)))
    plain.drugs += plain.items
    for drug in plain.drugs[: len(DRUGS)]:
        for batch in stock.batches_of(drug.id):
            plain.batches.append(Batch(batch.id, drug, date.fromisoformat(batch.expires_on), batch.on_hand))
    for (patient_id,) in db.rows("SELECT id FROM patient ORDER BY person_no"):
        found = patients.patient(patient_id)
        assert found is not None
        allergies = frozenset(one.code for one in patients.allergies_of(patient_id))
        plain.persons.append(Person(patient_id, found.allergy_state, allergies, _is_child(found.born_on)))
    return plain


def _per_day(drug: dictionaries.Drug) -> Fraction:
    times = {one.code: one.times for one in dictionaries.frequencies()}[drug.frequency]
    return Fraction(drug.usual_dose) / Fraction(drug.strength_dose) * times


def _is_child(born_on: str | None) -> bool:
    """Below 14, as the sheets of children are chosen; nobody has that birthday within the few days of a walk."""
    return bool(born_on) and date.fromisoformat(str(born_on)) > date.today() - timedelta(days=14 * 365)


def _prices(item_id: bytes) -> list[tuple[date, int]]:
    rows = db.rows("SELECT valid_from, price_e4 FROM price WHERE item_id = ? ORDER BY id", (item_id,))
    return [(date.fromisoformat(first), price) for first, price in rows]


def other_body(once: Once) -> Once:
    return replace(once, body_hash=hashlib.sha256(once.body_hash).digest())
