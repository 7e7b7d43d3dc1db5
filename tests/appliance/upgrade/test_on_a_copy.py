"""A newer program's schema is made on a copy; a fault of any kind leaves the former clinic as it was."""

import contextlib
import errno
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from appliance.backup import making, places
from appliance.folder_lock import FolderLock
from appliance.upgrade import former, on_a_copy
from clinic_app import registry
from clinic_app.config import Config
from clinic_app.kernel import db, invariants, opening, schema, switching
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.invariants import Invariant
from clinic_app.kernel.manifest import Module
from tests.appliance.upgrade.upgraded import bring_up, files, newer, opened
from tests.conftest import config_of
from tests.faults import migration_workload as migration
from tests.faults.broken_off import Cut, nth_call_fails


def newer_invariants(folder: Path, monkeypatch: pytest.MonkeyPatch, *found: Invariant) -> None:
    """This program's subjects count these too."""
    wire = registry.wire

    def with_them(config: Config) -> list[Module]:
        modules = wire(config)
        for one in found:
            invariants.register(one)
        return modules

    monkeypatch.setattr(registry, "wire", with_them)
    registry.wire(config_of(folder))


def test_a_clinic_of_this_program_is_left_alone(folder: Path) -> None:
    before = files(folder)
    assert bring_up(folder) is None
    assert files(folder) == before and places.local_backups(folder) == []


def test_the_steps_are_made_on_a_copy_after_a_verified_backup(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    former_file = (folder / opening.DATABASE).read_bytes()
    steps = newer(monkeypatch, *migration.NEWER)
    done = bring_up(folder)
    assert done is not None and done.steps == tuple(f"later.{step.name}" for step in migration.NEWER)
    assert (done.aside / opening.DATABASE).read_bytes() == former_file, "the former database is kept as it was"
    kept = places.local_backups(folder)
    assert [one.path.name for one in kept] == [done.backup] and kept[0].header.kind == "upgrade"
    assert kept[0].header.counts["visit"] == 3 and "later" not in kept[0].header.newest_step
    opening.open_clinic(folder, steps)
    assert db.value("SELECT count(*) FROM visit WHERE waited = 5") == 3
    assert db.value("SELECT count(*) FROM audit WHERE action = 'clinic.upgraded'") == 1
    db.close_database()
    assert bring_up(folder) is None


BAD = {
    "an order that fails": ("UPDATE visit SET no_such = 1", Exception, "no_such"),
    "a step that breaks the books": (
        "DROP TRIGGER stock_move_no_delete; DELETE FROM stock_move WHERE id = (SELECT min(id) FROM stock_move)",
        Refused, "upgrade.unsound",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_step_that_fails_leaves_the_former_clinic(what: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sql, kind, told = BAD[what]
    before, known = files(folder), registry.migration_steps()
    newer(monkeypatch, *migration.NEWER, schema.Step("later", "0009_bad", sql))
    with pytest.raises(kind) as failed:
        bring_up(folder)
    assert told in (failed.value.code if isinstance(failed.value, Refused) else str(failed.value))
    assert files(folder) == before
    assert list(folder.glob(f"{switching.INCOMING}*")) == [] and former.newest(folder) is None
    opening.open_clinic(folder, known)


def test_an_old_fault_keeps_nobody_on_the_old_program(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(folder), db.write_transaction() as conn:
        conn.execute("UPDATE stock_balance SET on_hand = on_hand + 1")
    newer(monkeypatch, *migration.NEWER)
    assert bring_up(folder) is not None


def test_invariants_of_the_new_schema_alone_keep_nobody_from_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One names a new table, one a new column, one counts in Python; all are counted on the copy."""
    newer(monkeypatch, *migration.NEWER)
    counted: list[int] = []

    def in_python() -> list[tuple[str, str]]:
        counted.append(db.value("SELECT count(*) FROM visit_mark"))
        return []

    newer_invariants(
        folder, monkeypatch,
        Invariant("N1", "新表", "SELECT number, 'x' FROM long_list WHERE text IS NULL"),
        Invariant("N2", "新列", "SELECT hex(id), 'x' FROM visit WHERE waited IS NULL"),
        Invariant("N3", "新表", count=in_python),
    )  # fmt: skip
    done = bring_up(folder)
    assert done is not None and places.local_backups(folder)[0].path.name == done.backup
    assert counted == [3]


def test_an_invariant_that_cannot_be_counted_in_the_new_schema_stops_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: what is left out before is not left out after."""
    before = files(folder)
    newer(monkeypatch, *migration.NEWER)
    newer_invariants(folder, monkeypatch, Invariant("N1", "没有的表", "SELECT number, 'x' FROM never_made"))
    with pytest.raises(Exception, match="no such table"):
        bring_up(folder)
    assert files(folder) == before


def test_too_little_room_is_said_before_anything_is_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(folder)
    newer(monkeypatch, *migration.NEWER)
    size = (folder / opening.DATABASE).stat().st_size
    monkeypatch.setattr(on_a_copy.shutil, "disk_usage", lambda _path: SimpleNamespace(free=3 * size - 1))
    with pytest.raises(Refused) as refused:
        bring_up(folder)
    assert refused.value.code == "upgrade.no_space" and files(folder) == before
    assert places.local_backups(folder) == []


@pytest.mark.parametrize("number", range(1, 31))
@pytest.mark.parametrize("err", [OSError(errno.ENOSPC, "No space left on device"), Cut()])
def test_broken_off_at_any_step_it_is_the_former_clinic_or_the_upgraded_one_with_its_way_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, err: BaseException
) -> None:
    """On a full disk with a sentence."""
    known = newer(monkeypatch, *migration.NEWER)
    with nth_call_fails(number, err) as called, contextlib.suppress(Refused, Cut):
        bring_up(folder)
    assert len(called) >= number, "there is such a step"
    db.close_database()
    assert opening.exists(folder)
    opening.open_clinic(folder, known, owned=False)
    is_upgraded = not schema.missing(known)
    assert (former.newest(folder) is not None) is is_upgraded


def test_no_backup_is_made_while_the_files_are_exchanged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take the lock of the upgrade for that of a server, and hold the former files open."""
    tried: list[str] = []

    def beside(act: Callable[[Path], Path]) -> Callable[[Path], Path]:
        def tries(staged: Path) -> Path:
            with pytest.raises(Refused) as refused:
                making.make(config_of(folder), "now", lambda *_: None)
            tried.append(refused.value.code)
            registry.wire(config_of(folder))
            return act(staged)

        return tries

    monkeypatch.setattr(switching, "switch", beside(switching.switch))
    with monkeypatch.context() as patched:
        newer(patched, *migration.NEWER)
        bring_up(folder)
        lock = FolderLock(folder)
        former.go_back(folder)
        lock.release()
    assert tried == ["backup.under_way"] * 2
    making.make(config_of(folder), "now", lambda *_: None)


def test_while_a_backup_is_made_nothing_is_exchanged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = newer(monkeypatch, *migration.NEWER)
    lock = FolderLock(folder / places.LOCAL)
    with pytest.raises(Refused, match=r"backup\.under_way"):
        bring_up(folder)
    lock.release()
    opening.open_clinic(folder, known, owned=False)
    assert len(schema.missing(known)) == len(migration.NEWER)
