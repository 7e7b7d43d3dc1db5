"""kill -9 of the real server, again and again, under forms that are sent until they are answered."""

import json
import random
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from clinic_app import registry
from clinic_app.kernel import db, opening
from clinic_app.kernel.idempotency import stored_key
from clinic_app.kernel.packing import unpack
from tests.conftest import config_of
from tests.faults.kill_clients import Clerk, Sent, read_facts
from tests.faults.kill_visit import VisitClerk
from tests.faults.product_flips import Check
from tests.faults.product_workload import broken_invariant, broken_numbers
from tests.faults.replay import scratch_folder
from tests.faults.server_process import ServerProcess, clinic_command

EXIT_SECOND_SERVER = 73
LONGEST_LIFE = 8.0
# After each kill of a server at work: how many more before it answers again, so that the recovery is killed too.
MORE_KILLS_WHILE_STARTING = (0, 0, 1, 0, 3)
NUMBER_IN_RESULT = {
    "register": "queue_no", "charge": "receipt_no", "goods-in": "goods_in_no", "open": "visit_id", "sign": "sheets",
    "dispense": "prescription_no",
}  # fmt: skip
EFFECTS = {
    "register": "SELECT count(*) FROM visit v JOIN patient p ON p.id = v.patient_id WHERE p.name = ?",
    "charge": "SELECT count(*) FROM bill b WHERE lower(hex(b.visit_id)) = ?"
    " AND NOT EXISTS (SELECT 1 FROM bill_void x WHERE x.bill_id = b.id)",
    "goods-in": "SELECT count(*) FROM goods_in WHERE document_no = ?",
    "open": "SELECT count(*) FROM note n WHERE lower(hex(n.visit_id)) = ?",
    "note": "SELECT count(*) FROM note n WHERE lower(hex(n.visit_id)) = ? AND n.chief_complaint <> ''",
    "diagnosis": "SELECT count(*) FROM visit_diagnosis d WHERE lower(hex(d.visit_id)) = ? AND d.removed_at IS NULL",
    "line": "SELECT count(*) FROM prescription_line l JOIN prescription p ON p.id = l.prescription_id"
    " WHERE lower(hex(p.visit_id)) || ':' || lower(hex(l.drug_id)) = ?",
    "sign": "SELECT count(*) FROM note_version n WHERE lower(hex(n.visit_id)) = ?",
    "dispense": "SELECT count(*) FROM dispense d WHERE lower(hex(d.prescription_id)) = ?",
}
DRAFTS = ("note", "diagnosis", "line")


@dataclass
class Report:
    """What happened and what is wrong with it; seconds from each start to the first answer."""

    kills: int = 0
    kills_in_start: int = 0
    forms: int = 0
    answered: int = 0
    tries: int = 0
    replays: int = 0
    again: int = 0
    hung_up: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    starts: list[float] = field(default_factory=list)
    findings: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def find(self, kind: str, what: str) -> None:
        self.findings[kind] += 1
        self.first.setdefault(kind, what)

    def __str__(self) -> str:
        middle, longest = sorted(self.starts)[len(self.starts) // 2], max(self.starts)
        text = (
            f"{self.kills} kills ({self.kills_in_start} while starting), {self.forms} forms, {self.answered} answered,"
            f" {self.tries} tries, {self.hung_up} hung up, {self.replays} replayed, {self.again} sent again,"
            f" restart {middle:.1f} s in the middle, {longest:.1f} s at most, bad {self.findings.total()}"
            f"; {', '.join(f'{kind} {count}' for kind, count in self.kinds.most_common())}"
        )
        return text + "".join(f"\n  {kind} {count}, first: {self.first[kind]}" for kind, count in self.findings.items())


def run(folder: Path, *, kills: int, clerks: int, seed: int, fresh_keys: bool = False) -> Report:
    """Kill the server of this closed practice clinic `kills` times under load, end it in order, and judge."""
    report, rnd, facts = Report(), random.Random(seed), read_facts(folder)
    server = ServerProcess(folder)
    server.begin()
    server.wait_until_ready()
    kinds = (Clerk,) if fresh_keys else (VisitClerk, VisitClerk, Clerk)
    staff = [
        kinds[number % len(kinds)](number, server.port, facts, seed=seed, fresh_keys=fresh_keys)
        for number in range(clerks)
    ]
    for clerk in staff:
        clerk.start()
    try:
        for more in cycle(MORE_KILLS_WHILE_STARTING):
            if report.kills >= kills:
                break
            _let_work(staff, rnd)
            _kill(server, report)
            for _again in range(min(more, kills - report.kills)):
                time.sleep(rnd.uniform(0.0, 0.9))
                _kill(server, report, starting=True)
            server.wait_until_ready()
        _stop(staff)
        _look_beside(server, report)
    finally:
        code = server.stop()
    report.starts = server.starts
    if code != 0:
        report.find("EXIT", f"the server ended with {code} on SIGTERM")
    _judge(folder, staff, report)
    return report


def _let_work(staff: list[Clerk], rnd: random.Random) -> None:
    """Some answers, and then a moment in the middle of the next ones."""
    until, wanted = time.monotonic() + LONGEST_LIFE, sum(clerk.answers for clerk in staff) + rnd.randint(2, 16)
    while time.monotonic() < until and sum(clerk.answers for clerk in staff) < wanted:
        time.sleep(0.005)
    time.sleep(rnd.uniform(0.0, 0.06))


def _kill(server: ServerProcess, report: Report, *, starting: bool = False) -> None:
    server.kill()
    report.kills += 1
    report.kills_in_start += starting
    _check_copy(server.folder, report)
    server.begin()


def _check_copy(folder: Path, report: Report) -> None:
    """`clinic check` on a copy of what the kill left, so that the next server still finds it as it was left."""
    check = Check()
    with scratch_folder() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("logs"))
        if not check(copy):
            report.find("CHECK", f"after kill {report.kills}: {check.codes} {check.said[-300:]}")


def _stop(staff: list[Clerk]) -> None:
    for clerk in staff:
        clerk.stopping.set()
    for clerk in staff:
        clerk.join(30)
        if clerk.failure is not None:
            raise clerk.failure
        assert not clerk.is_alive(), f"{clerk.name} waits for an answer"


def _look_beside(server: ServerProcess, report: Report) -> None:
    """While it serves: a second server is turned away by name, a check finds all sound."""
    second = clinic_command(server.folder, "run", port=server.port + 1)
    first = str(server.process.pid) if server.process else "?"
    if second.returncode != EXIT_SECOND_SERVER or first not in second.stderr or server.url not in second.stderr:
        report.find("SECOND", f"exit {second.returncode}: {second.stderr.strip()}")
    _check(server.folder, report, "beside the server")


def _check(folder: Path, report: Report, when: str) -> None:
    checked = clinic_command(folder, "check")
    if checked.returncode != 0:
        report.find("CHECK", f"{when}: exit {checked.returncode}: {(checked.stdout + checked.stderr)[-300:]}")


def _judge(folder: Path, staff: list[Clerk], report: Report) -> None:
    _check(folder, report, "afterwards")
    registry.wire(config_of(folder))
    opening.open_clinic(folder, registry.migration_steps())
    try:
        for sent in (one for clerk in staff for one in clerk.sent):
            report.forms += 1
            report.answered += sent.is_answered
            report.tries += sent.tries
            report.replays += sent.replays
            report.again += sent.again
            report.hung_up += sent.hung_up
            report.kinds[sent.kind] += 1
            _judge_form(sent, report)
        for broken in (broken_numbers(), broken_invariant()):
            if broken:
                report.find(broken.split(":")[0], broken)
    finally:
        opening.close_clinic()


def _judge_form(sent: Sent, report: Report) -> None:
    effects = db.value(EFFECTS[sent.kind], (sent.mark,))
    what = f"{sent.kind} {sent.mark}, {sent.tries} tries"
    if effects > 1:
        report.find("DOUBLE", f"{what}: done {effects} times")
    if sent.is_answered and effects == 0:
        report.find("LOST", f"{what}: answered and not there")
    if sent.refused:
        report.find("REFUSED", f"{what}: {sent.refused}")
    if sent.changed:
        report.find("CHANGED", f"{what}: {sent.changed}")
    if sent.kind in DRAFTS:
        return
    kept = db.value("SELECT result FROM once WHERE key = ?", (stored_key(sent.keys[-1]),))
    stored = json.loads(unpack(kept)).get(NUMBER_IN_RESULT[sent.kind]) if kept else None
    if sent.is_answered and stored is None:
        report.find("KEY", f"{what}: answered, but its key is not kept")
    if sent.number and str(stored) != sent.number:
        report.find("CHANGED", f"{what}: answered {sent.number}, kept {stored}")
