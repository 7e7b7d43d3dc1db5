"""A clock that is wrong at the start, or jumps under a server at work.

Each act returns what was done and how many times something was bad, and has a wrong twin that must be found out.
"""

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

from appliance import practice
from clinic_app import registry
from clinic_app.app import create_app
from clinic_app.kernel import db, opening, sessions
from clinic_app.kernel.clock import AHEAD_TOLERANCE_MS, BACK_TOLERANCE_MS, Clock, SystemTime, clock
from clinic_app.kernel.errors import Refused
from sync.wire.hybrid_clock import wall_of
from tests import visit
from tests.conftest import Clinic, config_of
from tests.faults.form_client import FormClient
from tests.faults.pc_faults import SECOND, Believing, JumpingTime, Outcome, a_clinic
from tests.faults.product_workload import broken_invariant
from tests.faults.replay import scratch_folder
from tests.faults.server_process import ServerProcess

DAY = 86_400
FAR = (1, 60, 600, 3_600, DAY, 30 * DAY, 365 * DAY, 3_650 * DAY)
FAINT = 300  # milliseconds that the work itself may take
WRONG_STARTS = {"eight years back": "-8y", "1970": "@1970-01-02 00:00:00", "thirty days ahead": "+30d"}
MOVED = {"eight years back": -8 * 365 * DAY, "1970": -56 * 365 * DAY, "thirty days ahead": 30 * DAY}
"""The same in seconds, for a server on the app's own moved clock."""
DOUBTED = ("eight years back", "1970")
BANNER = "这台服务器的时间可能不对"


class BelievingAll(Believing):
    """The wrong twin of the clock at work: it takes whatever the PC says and keeps nobody from working on it."""

    @property
    def in_doubt(self) -> bool:
        return False


def running_jumps(jumps: int, seed: int, *, believes: bool = False) -> Outcome:
    """Fault 24: the clock of a running clinic jumps by a second to ten years, forwards and back.

    Bad is time that goes back (T1), a far jump under which day-bound work goes on, a small one under which it does not,
    a page that does not say so, a session that ends. A person confirms the time after each. Small jumps back add up
    until time has caught up with what was believed: that makes `behind`. The twin believes it all.
    """
    chance, bad, doubts, behind = random.Random(seed), Counter[str](), 0, 0
    time_ = JumpingTime()
    time_.wall = SystemTime().wall_ms()
    with a_clinic() as folder, ExitStack() as stack:
        modules = registry.wire(config_of(folder))
        opening.open_clinic(folder, registry.migration_steps(), time=time_)
        stack.callback(db.close_database)
        if believes:
            clock.__class__ = BelievingAll
            stack.callback(setattr, clock, "__class__", Clock)
        clinic = Clinic(folder, config_of(folder), modules)
        client, token = _signed_in(clinic)
        for _ in range(jumps):
            before = clock.read()
            wanted = chance.choice(FAR) * SECOND * chance.choice((-1, 1)) + chance.randrange(-FAINT, FAINT)
            jump = max(wanted, -time_.wall)  # no clock shows a time before 1970
            time_.wall, time_.boot = time_.wall + jump, time_.boot + 5
            behind = max(0, behind - jump)
            must_doubt = behind > BACK_TOLERANCE_MS or jump > AHEAD_TOLERANCE_MS
            is_doubted = _is_refused(clinic)
            doubts += is_doubted
            bad["believed" if must_doubt else "doubted"] += is_doubted is not must_doubt
            if is_doubted:
                bad["not said"] += BANNER not in client.get("/printing/jobs").text
                clock.confirm(before.at + 60_000)
                behind = 0
                bad["still refused"] += _is_refused(clinic)
        bad["session ended"] += sessions.find(token) is None
        bad.update(_backwards())
        bad["broken"] += bool(broken_invariant())
    found = {what: many for what, many in bad.items() if many}
    return f"{jumps:,} jumps, {doubts} doubted, {found or '0 bad'}", sum(found.values())


def _signed_in(clinic: Clinic) -> tuple[object, str]:
    actor = clinic.actor("administrator")
    token, _session = sessions.start(language="zh-CN", person_id=actor.person_id, desk_id=actor.desk_id)
    client = create_app(clinic.config, clinic.modules).test_client()
    client.set_cookie("session", token)
    return client, token


def _is_refused(clinic: Clinic) -> bool:
    """Whether day-bound work is refused for the clock; a walk-in is registered where it is not."""
    try:
        visit.arrive(clinic)
    except Refused as err:
        if err.code != "clock.in_doubt":
            raise
        return True
    return False


def _backwards() -> Counter[str]:
    """T1 over the audit trail and the visits of the open clinic, in the order of their commits."""
    hybrid = [hlc for (hlc,) in db.rows("SELECT hlc FROM audit ORDER BY seq")]
    visits = db.rows("SELECT hlc FROM audit WHERE action LIKE 'visits.%' ORDER BY seq")
    made = [wall_of(hlc) for (hlc,) in visits]
    return Counter(
        {
            "hybrid time back": sum(later < one for one, later in pairwise(hybrid)),
            "a visit before the last": sum(later < one for one, later in pairwise(made)),
        }
    )


def faketime_library() -> Path | None:
    """libfaketime for programs with threads, where the system has it (package `faketime`)."""
    return next((path for path in sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


class WrongClock(ServerProcess):
    """A server whose whole process is told another time by libfaketime, or whose clock is moved by its own file."""

    longest_start = 60.0

    def __init__(self, folder: Path, name: str, library: Path | None) -> None:
        super().__init__(folder)
        if library is None:
            file = folder.parent / "moved"
            file.write_text(f"{max(MOVED[name], -SystemTime().wall_ms() // 1_000 + DAY) * 1_000} 0", "ascii")
            self.program = ("tests.day.pc", str(file))
        else:
            self.environment = {
                "LD_PRELOAD": str(library), "FAKETIME": WRONG_STARTS[name], "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }  # fmt: skip


def wrong_starts(names: tuple[str, ...], library: Path | None, *, expects: tuple[str, ...] = DOUBTED) -> Outcome:
    """Fault 23: the real server started with a wrong clock starts, lets people in, says so; time never goes back.

    Started again with the true time all is as before. `expects` are those under which it must say so; the wrong twin
    expects it of a clock that is only a month ahead of the last work, as after a closed month.
    """
    bad = Counter[str]()
    with _practice() as made:
        for name in names:
            with scratch_folder() as room:
                shutil.copytree(made, room / "clinic")
                bad.update(_started(room / "clinic", name, library, name in expects))
    found = {what: many for what, many in bad.items() if many}
    how = "the whole process" if library else "the app's own clock"
    return f"{len(names)} starts ({how}), {found or '0 bad'}", sum(found.values())


@contextmanager
def _practice() -> Iterator[Path]:
    with scratch_folder() as room:
        practice.create(config_of(room / "made"), announce=lambda _text: None)
        yield room / "made"


def _started(folder: Path, name: str, library: Path | None, must_say: bool) -> Counter[str]:
    bad = Counter[str]()
    server = WrongClock(folder, name, library)
    rows = _hybrid(folder)
    server.begin()
    try:
        server.wait_until_ready()
        client = FormClient(server.port)
        client.sign_in("0007", practice.PASSWORD)
        page = client.get("/printing/jobs")
        bad[f"{name}: not said"] += (BANNER in page.text) is not must_say
        bad[f"{name}: signed out"] += client.get("/printing/jobs").status != 200
        bad[f"{name}: no clean end"] += server.stop() != 0
    finally:
        if server.process is not None:
            server.kill()
    after = _hybrid(folder)
    bad[f"{name}: time went back"] += after != sorted(after) or after[: len(rows)] != rows or len(after) <= len(rows)
    if must_say:
        again = ServerProcess(folder)
        again.begin()
        try:
            again.wait_until_ready()
            client = FormClient(again.port)
            client.sign_in("0007", practice.PASSWORD)
            bad[f"{name}: doubted with the true time"] += BANNER in client.get("/printing/jobs").text
        finally:
            again.kill()
    return bad


def _hybrid(folder: Path) -> list[int]:
    registry.wire(config_of(folder))
    opening.open_clinic(folder, registry.migration_steps(), owned=False)
    try:
        return [hlc for (hlc,) in db.rows("SELECT hlc FROM audit ORDER BY seq")]
    finally:
        db.close_database()
