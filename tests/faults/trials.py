"""The trials of `make faults`: what is done in full, and beside each its wrong twin that must be found out."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

from appliance import practice
from clinic_app import registry
from clinic_app.kernel import keys, opening, schema
from tests.conftest import config_of
from tests.day import clinic_day
from tests.day.kills import Killer
from tests.day.pc import ClinicPc
from tests.faults import backup_trials as backups
from tests.faults import creation_workload as creation
from tests.faults import kill_loop, pc_trials, product_flips, product_workload, small_clinic
from tests.faults import ledger_workload as ledger
from tests.faults import migration_workload as migration
from tests.faults import upgrade_trials as upgrades
from tests.faults.attacks import attack_list
from tests.faults.attacks.holed import HOLES
from tests.faults.bit_flips import flip_bits
from tests.faults.recorder import recording
from tests.faults.replay import Outcome, replay, scratch_folder
from tests.faults.server_process import ROOT
from tests.lan import attacks as lan_attacks
from tests.lan import cost as lan_cost
from tests.lan.network import network, reason_against
from tests.model import test_clinic_model

CLERKS = 6
ANSWERS_A_VISIT = 16  # of about thirty, so that all rounds have been before the day is over


@dataclass(frozen=True)
class Size:
    """How much of each is done."""

    points: int = 12_000
    control_points: int = 600
    schema_points: int = 2_000
    visits: int = 24
    vouchers: int = 200
    kills: int = 50
    control_kills: int = 5
    flips: int = 300
    day: int = 120
    day_kills: int = 50
    control_day: int = 12
    model_steps: int = 20_000
    attack_share: float = 1.0
    each_screen: int = 1
    edits: int = 1_000
    error_step: int = 1
    backup_points: int = 1_000
    damaged: int = 500
    sticks: int = 50
    lan_seconds: float = 30.0
    lan_turns: int = 15


QUICK = Size(1_200, 120, 200, 12, 60, 5, 2, 60, 30, 5, 12, 1_000, 0.1, 10, 100, 10, 100, 51, 6, 3.0, 5)


@dataclass(frozen=True)
class Trial:
    """One line of the table; `must_fail` is a negative control. The act returns what was done and how much was bad."""

    title: str
    act: Callable[[Size, int], tuple[str, int]]
    must_fail: bool = False

    def run(self, size: Size, seed: int) -> "Result":
        began = time.monotonic()
        try:
            done, bad = self.act(size, seed)
            as_expected = (bad > 0) is self.must_fail
        except Exception as err:  # a trial that breaks off has shown nothing; the others go on
            done, as_expected = f"broke off: {err!r}", False
        return Result(self, as_expected, done, time.monotonic() - began)


@dataclass(frozen=True)
class Result:
    """How a trial ended; the first line of `done` are its figures, the rest what was found."""

    trial: Trial
    as_expected: bool
    done: str
    seconds: float

    def __str__(self) -> str:
        verdict = "ok" if self.as_expected else "NOT AS EXPECTED"
        expected = "found out" if self.trial.must_fail else "0 bad"
        figures = self.done.splitlines()[0] if self.done else ""
        return f"{verdict:3} {self.trial.title:50} {expected:10} {self.seconds:5.0f} s  {figures}"


def product_cuts(*, disk_lies: bool = False, synchronous: str = "full") -> Callable[[Size, int], tuple[str, int]]:
    def act(size: Size, seed: int) -> tuple[str, int]:
        right = not disk_lies and synchronous == "full"
        with scratch_folder() as home, scratch_folder() as folder:
            small_clinic.make(home)
            shutil.copytree(home, folder, dirs_exist_ok=True)
            with recording(folder, disk_lies=disk_lies) as tape:
                product_workload.work(tape, visits=size.visits, synchronous=synchronous)
            points = size.points if right else size.control_points
            outcome = replay(tape, product_workload.Judge(home), points=points, seed=seed, title="product")
        return _told(outcome)

    return act


def creation_cuts(
    *, disk_lies: bool = False, directory_syncs: Sequence[int] = (), over_half_made: bool = False
) -> Callable[[Size, int], tuple[str, int]]:
    """Without `directory_syncs` all of them are done."""

    def act(size: Size, seed: int) -> tuple[str, int]:
        is_wrong = disk_lies or bool(directory_syncs)
        points = size.control_points // 2 if is_wrong or over_half_made else size.schema_points
        at_names = 10 if is_wrong else size.schema_points // 100
        clinic_seed = keys.new_seed()
        with scratch_folder() as folder, ExitStack() as wrong:
            if over_half_made:
                creation.leave_half_made(folder)
            if directory_syncs:
                doing = partial(_set_until_closed, wrong)
                creation.keep_directory_syncs(doing, directory_syncs)
            tape = creation.tape_of(folder, clinic_seed, disk_lies=disk_lies)
            wrong.close()
            judge = creation.Judge(clinic_seed)
            outcome = replay(tape, judge, points=points, seed=seed, title="making", at_names=at_names)
        return _told(outcome)

    return act


def _set_until_closed(stack: ExitStack, owner: object, name: str, value: object) -> None:
    stack.enter_context(patch.object(owner, name, value))


def migration_cuts(*, disk_lies: bool = False, step_by_step: bool = False) -> Callable[[Size, int], tuple[str, int]]:
    def act(size: Size, seed: int) -> tuple[str, int]:
        migrate = migration.step_by_step if step_by_step else schema.migrate
        points = size.control_points // 2 if disk_lies or step_by_step else size.schema_points
        with scratch_folder() as home, scratch_folder() as folder:
            migration.make(home)
            with patch.object(schema, "migrate", migrate):
                tape = migration.tape_of(home, folder, disk_lies=disk_lies)
            outcome = replay(tape, migration.Judge(home), points=points, seed=seed, title="migrating")
        return _told(outcome)

    return act


def ledger_cuts(setting: ledger.Setting) -> Callable[[Size, int], tuple[str, int]]:
    def act(size: Size, seed: int) -> tuple[str, int]:
        with scratch_folder() as folder:
            with recording(folder, disk_lies=setting.disk_lies) as tape:
                ledger.work(tape, setting, vouchers=size.vouchers, seed=seed)
            points = size.points // 10 if setting == ledger.GOOD else size.control_points
            outcome = replay(tape, ledger.judge, points=points, seed=seed, title=str(setting))
        return _told(outcome)

    return act


def _told(outcome: Outcome) -> tuple[str, int]:
    return str(outcome), outcome.bad


def kills(*, fresh_keys: bool = False) -> Callable[[Size, int], tuple[str, int]]:
    def act(size: Size, seed: int) -> tuple[str, int]:
        room = Path(tempfile.mkdtemp(prefix="kills-"))
        try:
            folder = room / "clinic"
            practice.create(config_of(folder), announce=lambda _text: None)
            many = size.control_kills if fresh_keys else size.kills
            report = kill_loop.run(folder, kills=many, clerks=CLERKS, seed=seed, fresh_keys=fresh_keys)
        finally:
            shutil.rmtree(room, ignore_errors=True)
        return str(report), report.findings["DOUBLE"] if fresh_keys else report.findings.total()

    return act


def scripted_day(size: Size, _seed: int) -> tuple[str, int]:
    """A clinic day of many people at once with planted mistakes; bad is every place where the books do not agree."""
    report = _day(size.day)
    return str(report), len(report.wrong)


def killed_day(*, forgets: bool = False) -> Callable[[Size, int], tuple[str, int]]:
    """The same without mistakes, its server killed while everybody works; `forgets` is a disk that loses answers."""

    def act(size: Size, seed: int) -> tuple[str, int]:
        visits, rounds = (size.control_day, 2) if forgets else (size.day, size.day_kills)
        pace = visits * ANSWERS_A_VISIT // rounds
        report = _day(visits, partial(Killer, rounds=rounds, pace=pace, seed=seed, forgets=forgets))
        return str(report), report.lost if forgets else len(report.wrong)

    return act


def _day(visits: int, killer: Callable[[ClinicPc], Killer] | None = None) -> clinic_day.Report:
    room = Path(tempfile.mkdtemp(prefix="day-"))
    try:
        practice.create(config_of(room / "clinic"), announce=lambda _text: None)
        return clinic_day.run(room / "clinic", visits, killer=killer)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def model_walk(size: Size, _seed: int) -> tuple[str, int]:
    """Steps in any order held against a clinic in plain Python; a step that breaks something breaks off."""
    with scratch_folder() as folder:
        registry.wire(config_of(folder))
        opening.create_clinic(
            folder, keys.new_seed(), practice.FACTS, registry.migration_steps(), practice.fill
        )
        tally = test_clinic_model.walk_steps(folder, size.model_steps)
    rare = test_clinic_model.too_rare(tally)
    return f"{tally['steps']:,} steps in {tally['examples']} clinics; too rare: {rare or 'nothing'}", len(rare)


def attacks(*, holes: tuple[str, ...] = ()) -> Callable[[Size, int], tuple[str, int]]:
    """The attack list over HTTP; with holes made on purpose it must find something."""

    def act(size: Size, seed: int) -> tuple[str, int]:
        share = size.attack_share if not holes else size.attack_share / 10
        with scratch_folder() as room:
            report = attack_list.all_of_it(room, share, seed, holes)
        return str(report), len(report.bad)

    return act


def hostile_screens(*, holes: tuple[str, ...] = ()) -> Callable[[Size, int], tuple[str, int]]:
    """Markup in every stored text, on every screen in Chromium."""

    def act(size: Size, _seed: int) -> tuple[str, int]:
        with scratch_folder() as room:
            report = attack_list.on_every_screen(room, 20 if holes else size.each_screen, holes)
        return str(report), len(report.bad)

    return act


def product_bits(size: Size, seed: int) -> tuple[str, int]:
    with scratch_folder() as folder:
        pages, check = product_flips.leave_as_killed(folder), product_flips.Check()
        flips = product_flips.flip(folder, pages, flips=size.flips, seed=seed, check=check)
    faults = sum(count for code, count in check.codes.items() if not code.isdecimal())
    missed = "\n".join(flips.missed)
    return f"{flips}; {faults} faults instead of sentences\n{check.codes}\n{missed}", len(flips.missed) + faults


def ledger_bits(check: Callable[[Path], bool]) -> Callable[[Size, int], tuple[str, int]]:
    def act(size: Size, seed: int) -> tuple[str, int]:
        with scratch_folder() as folder:
            pages = ledger.leave_as_killed(folder)
            flips = flip_bits(folder, ledger.DATABASE, pages, check, flips=size.flips, seed=seed)
        return str(flips), len(flips.missed)

    return act


def hostile_pcs(size: Size, _seed: int) -> tuple[str, int]:
    """PCs as namespaces: a village desk works while a stranger does each kind of harm; bad is a p95 above 200 ms."""
    if why := reason_against():
        return f"skipped: {why}", 0
    with scratch_folder() as room:
        told = lan_attacks.worst(_practice_clinic(room), room, size.lan_seconds)
    slow = [kind for kind, one in told.items() if one.p95 >= lan_attacks.LONGEST_MS or one.failed]
    lines = "\n".join(f"{kind}: {one}" for kind, one in told.items())
    return f"p95 at most {max(one.p95 for one in told.values()):.0f} ms\n{lines}", len(slow)


def no_relay(_size: Size, _seed: int) -> tuple[str, int]:
    """The web server with its port on the LAN itself: half-open connections shut it."""
    if why := reason_against():
        return f"skipped: {why}", 1
    with scratch_folder() as room, network(room) as pcs:
        told = lan_attacks.attacked_without_relay(pcs, 3.0)
    return str(told), told.failed + (told.p95 >= lan_attacks.LONGEST_MS)


def relay_cost(size: Size, _seed: int) -> tuple[str, int]:
    """Straight and through the relay in turns; bad is a page that loses more than 30 % of its speed."""
    with scratch_folder() as room:
        cost = lan_cost.measured(_practice_clinic(room), room, turns=size.lan_turns, seconds=2.0)
    return str(cost), len(cost.too_dear)


def _practice_clinic(room: Path) -> Path:
    practice.create(config_of(room / "made"), announce=lambda _text: None)
    return room / "made"


def tests_of(*names: str) -> Callable[[Size, int], tuple[str, int]]:
    """Test files of this folder that do all of it at any size; what is skipped (no root, no mount) is said."""

    def act(_size: Size, _seed: int) -> tuple[str, int]:
        here = Path(__file__).parent
        files = [str(here / (name if "/" in name else f"test_{name}.py")) for name in names]
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
        lines = ended.stdout.strip().splitlines() or ["nothing was run"]
        return "\n".join([lines[-1], *lines[:-1][-60:]]), ended.returncode

    return act


TRIALS = (
    Trial("power cuts, product, WAL FULL", product_cuts()),
    Trial("power cuts, product, disk that ignores sync", product_cuts(disk_lies=True), must_fail=True),
    Trial("power cuts, product, synchronous=NORMAL", product_cuts(synchronous="normal"), must_fail=True),
    Trial("power cuts, making a clinic", creation_cuts()),
    Trial("power cuts, making one over a half-made one", creation_cuts(over_half_made=True)),
    Trial("power cuts, making, disk that ignores sync", creation_cuts(disk_lies=True), must_fail=True),
    Trial("power cuts, making, folder synced at the end only", creation_cuts(directory_syncs=(0, 3)), must_fail=True),
    Trial("power cuts, newer schema", migration_cuts()),
    Trial("power cuts, newer schema, disk that ignores sync", migration_cuts(disk_lies=True), must_fail=True),
    Trial("power cuts, newer schema, a transaction a statement", migration_cuts(step_by_step=True), must_fail=True),
    Trial("power cuts, an upgrade of the schema", backups.upgrading_cuts()),
    Trial("power cuts, an upgrade, disk that ignores sync", backups.upgrading_cuts(disk_lies=True), must_fail=True),
    Trial("power cuts, an upgrade, files one by one", backups.upgrading_cuts(one_by_one=True), must_fail=True),
    Trial("power cuts, a backup being made", backups.making_cuts()),
    Trial("power cuts, a backup, disk that ignores sync", backups.making_cuts(disk_lies=True), must_fail=True),
    Trial("power cuts, a backup being restored", backups.restoring_cuts()),
    Trial("power cuts, restoring, disk that ignores sync", backups.restoring_cuts(disk_lies=True), must_fail=True),
    Trial("power cuts, restoring, files one by one", backups.restoring_cuts(one_by_one=True), must_fail=True),
    *(Trial(title, act, must_fail) for title, act, must_fail in upgrades.ALL),
    Trial("packages that must not be taken: tests", tests_of("../appliance/upgrade/test_verifying.py")),
    Trial("damaged, cut, exchanged, foreign backups", backups.damaged()),
    Trial("damaged backups, the seal not looked at", backups.damaged(sealed=False), must_fail=True),
    Trial("a backup disk that is full or pulled out", backups.sticks),
    Trial(f"power cuts, ledger, {ledger.GOOD}", ledger_cuts(ledger.GOOD)),
    *(Trial(f"power cuts, ledger, {one}", ledger_cuts(one), must_fail=True) for one in ledger.WRONG),
    Trial("the model: steps in any order", model_walk),
    Trial("a scripted day of 120 visits", scripted_day),
    Trial("a scripted day, its server killed", killed_day()),
    Trial("a scripted day, killed on a disk that forgets", killed_day(forgets=True), must_fail=True),
    Trial("kill -9 of the server under load", kills()),
    Trial("kill -9, a fresh key on each try", kills(fresh_keys=True), must_fail=True),
    Trial("attacks over HTTP", attacks()),
    *(Trial(f"attacks, a hole: {hole}", attacks(holes=(hole,)), must_fail=True) for hole in HOLES if hole != "innards"),
    Trial("hostile texts on every screen", hostile_screens()),
    Trial("hostile texts, nothing escaped", hostile_screens(holes=("escaping",)), must_fail=True),
    Trial("disk full, failing, read-only: tests", tests_of("full_disk", "small_disk")),
    Trial("start-up, safe mode, recovery page, reserve: tests", tests_of("../appliance/startup")),
    *(Trial(*row) for row in pc_trials.ROWS),
    Trial("time zones, midnight, leap day, year end: tests", tests_of("calendar")),
    Trial("printer gone in a receipt: tests", tests_of("printer_gone")),
    Trial("LAN: slow, half-open and flooding PCs", hostile_pcs),
    Trial("LAN: half-open connections and no relay", no_relay, must_fail=True),
    Trial("LAN: what the relay costs", relay_cost),
    Trial("two servers, keys lost and restored: tests", tests_of("second_server", "lost_key")),
    Trial("flipped bits, product, clinic check", product_bits),
    Trial("flipped bits, ledger, log check and pages", ledger_bits(ledger.opened_ok)),
    Trial("flipped bits, ledger, pages only", ledger_bits(ledger.every_page_reads), must_fail=True),
)
