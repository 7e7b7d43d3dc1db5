"""The way back from an upgrade: open while nobody worked, and all that was committed before comes back."""

import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.backup import places
from appliance.backup.schedule import Schedule
from appliance.backup.version import program_version
from appliance.cli import main
from appliance.upgrade import former
from clinic_app import registry
from clinic_app.kernel import db, installation, maintenance, opening, outbox, switching
from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work
from clinic_app.modules.backups import services
from clinic_app.modules.desks import services as desks
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.dictionaries.services import set_price
from clinic_app.modules.stock import services as stock
from tests.appliance.upgrade.upgraded import bring_up, files, newer, opened, works_on
from tests.conftest import Clinic, config_of
from tests.faults import migration_workload as migration


def test_the_way_back_is_open_until_the_first_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = registry.migration_steps()
    with monkeypatch.context() as patched:
        newer(patched, *migration.NEWER)
        bring_up(folder)
    assert main(["--data", str(folder), "upgrade"]) == 0
    told = capsys.readouterr().out
    assert "0003_long_list" in told and f"程序 / program: {program_version()} " in told
    assert main(["--data", str(folder), "upgrade", "--back"]) == 0
    opening.open_clinic(folder, old)
    assert db.value("SELECT count(*) FROM pragma_table_info('visit') WHERE name = 'waited'") == 0
    db.close_database()
    assert main(["--data", str(folder), "check"]) == 0


def test_after_work_the_way_back_is_closed_with_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer(monkeypatch, *migration.NEWER)
    bring_up(folder)
    works_on(folder)
    before = files(folder)
    with pytest.raises(Refused) as refused:
        former.go_back(folder)
    assert refused.value.code == "upgrade.worked_since" and refused.value.facts["count"] > 0
    assert files(folder) == before


READS = """
import sys
from clinic_app.kernel import db, opening
from pathlib import Path
opening.open_clinic(Path(sys.argv[1]), (), owned=False)
db.connection().execute("BEGIN")
print(db.value("SELECT count(*) FROM visit"), flush=True)
sys.stdin.read()
"""


@contextmanager
def read_by_another_process(folder: Path) -> Iterator[None]:
    """As `clinic check` does beside a server: what is written meanwhile must stay in the log."""
    command = [sys.executable, "-c", READS, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None and reader.stdout.readline() == "3\n"
        yield
        reader.kill()


def with_a_log(folder: Path, patched: pytest.MonkeyPatch) -> Path:
    """Upgraded while somebody read: of the former database the newest visit is in the log alone, which this returns."""
    with read_by_another_process(folder):
        works_on(folder)
        newer(patched, *migration.NEWER)
        done = bring_up(folder)
        assert done is not None
    return done.aside / f"{opening.DATABASE}-wal"


def test_what_is_in_the_log_of_the_former_database_alone_comes_back_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = registry.migration_steps()
    with monkeypatch.context() as patched:
        assert with_a_log(folder, patched).stat().st_size > 0
        former.go_back(folder)
    assert not list(folder.glob(f"{switching.INCOMING}*")), "the log was played in, nothing is left of it"
    opening.open_clinic(folder, old)
    assert db.value("SELECT count(*) FROM visit") == 4


def test_a_damaged_log_of_the_former_database_is_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite would leave out what was committed after the damage, and say nothing."""
    log = with_a_log(folder, monkeypatch)
    content = bytearray(log.read_bytes())
    content[32 + 24 + 100] ^= 1
    log.write_bytes(content)
    before = files(folder)
    with pytest.raises(Refused, match=r"upgrade\.damaged"):
        former.go_back(folder)
    assert files(folder) == before


def leave_things_due(clinic: Clinic, disk: Path) -> None:
    """A disk for copies, a reservation that nobody fetched, a price of today."""
    disk.mkdir()
    places.mark(disk)
    manager, drug = clinic.actor("administrator"), dictionaries.drug_by_code("D0001")
    assert drug is not None
    held = [(7, drug.id, 3)]
    clinic.run(manager, lambda uow: stock.reserve(uow, source_id=bytes(16), lines=held))
    tomorrow = today() + timedelta(days=1)
    clinic.run(manager, lambda uow: set_price(uow, "drug", drug.id, 99_000, tomorrow, "集采"))
    for table in ("reservation", "price", "stock_move"):
        clinic.drop_triggers(table)
    clinic.raw("UPDATE reservation SET made_at = made_at - 24 * 3600000 - 1")
    clinic.raw("UPDATE stock_move SET moved_on = date(moved_on, '-1 day')")
    clinic.raw("UPDATE price SET valid_from = date(valid_from, '-1 day'), valid_to = date(valid_to, '-1 day')")
    clinic.run(
        manager, lambda uow: services.add_target(uow, kind="folder", place=str(disk), name="disk", copy_no=2)
    )


def test_what_the_program_does_by_itself_leaves_the_way_back_open(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backup of before is noted and found on the disk, a later one fails, the hour's work is done."""
    config = config_of(folder)
    clinic = Clinic(folder, config, registry.wire(config))
    with opened(folder):
        leave_things_due(clinic, tmp_path / "disk")
    with monkeypatch.context() as patched:
        newer(patched, *migration.NEWER)
        bring_up(folder)
        registry.wire(config)
        with opened(folder):
            Schedule(config)._adopt()
            clinic.run(SYSTEM, lambda uow: services.record_refused(uow, "hourly", Refused("backup.no_room")))
            maintenance.do_hourly()
            wrote = {action for (action,) in db.rows("SELECT DISTINCT action FROM audit")}
        assert {"backups.made", "backups.copied", "backups.refused"} <= wrote
        assert {"stock.lapse", "stock.post_price_changes"} <= wrote
        former.go_back(folder)


def test_of_the_backups_only_the_choice_of_targets_is_work() -> None:
    """The server notes backups by itself: an audit row that is new in that subject must be thought of here."""
    written = set(re.findall(r'audit\(\s*"([a-z_.]+)"', inspect.getsource(services)))
    assert written - former.NO_WORK == {"backups.add_target", "backups.end_target"}


def signs_in_and_out(clinic: Clinic) -> None:
    """Also a lock screen, and what an administrator is told on the way in."""
    with unit_of_work(clinic.actor("administrator")) as uow:
        for one in ("signed_in", "signed_out", "sign_in_failed", "proved", "locked", "unlocked", "told_of_reset"):
            uow.audit(f"people.{one}")


def writes_a_draft(clinic: Clinic) -> None:
    """A doctor types three words and closes the page: no event, no audit row."""
    (visit_id,) = db.rows("SELECT visit_id FROM note ORDER BY visit_id LIMIT 1")[0]
    with unit_of_work(clinic.actor("doctor"), quiet=True) as uow:
        uow.execute("UPDATE note SET plan = '明天复诊', rev = rev + 1 WHERE visit_id = ?", (visit_id,))


def adds_a_room(clinic: Clinic) -> None:
    """No event goes to the county, only an audit row."""
    clinic.run(clinic.actor("administrator"), lambda uow: desks.add_room(uow, code="HY", name="换药室", speciality=""))


def restores(_clinic: Clinic) -> None:
    """A backup took its place: as many events as then, and fewer, do not make it the same clinic."""
    with unit_of_work(SYSTEM) as uow:
        installation.begin_epoch(uow.conn, uow.at)
        uow.audit("people.signed_in")


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (signs_in_and_out, ""), (writes_a_draft, "upgrade.worked_since"), (adds_a_room, "upgrade.worked_since"),
        (restores, "upgrade.restored_since"),
    ],
)  # fmt: skip
def test_whatever_was_written_since_closes_the_way_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Clinic], None], code: str
) -> None:
    newer(monkeypatch, *migration.NEWER)
    bring_up(folder)
    config = config_of(folder)
    clinic = Clinic(folder, config, registry.wire(config))
    with opened(folder):
        events = outbox.count()
        act(clinic)
        assert outbox.count() == events, "a count of events does not tell"
    before = files(folder)
    if not code:
        former.go_back(folder)
        return
    with pytest.raises(Refused) as refused:
        former.go_back(folder)
    assert refused.value.code == code and files(folder) == before


def test_without_an_upgrade_there_is_nothing_to_go_back_to(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(folder), "upgrade", "--back"]) == 2
    assert "升级前的库" in capsys.readouterr().err
