"""Lists kept in memory are never older than the last commit, of this process or another, nor of a command undone."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from clinic_app.kernel import db, kept, opening, schema
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import unit_of_work
from tests.kernel.conftest import CASHIER

ROOT = Path(__file__).resolve().parents[2]
SQL = """
CREATE TABLE colour(code TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO colour VALUES('r', 'red');
CREATE TRIGGER colour_kept_insert AFTER INSERT ON colour BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TRIGGER colour_kept_update AFTER UPDATE ON colour BEGIN UPDATE list_version SET n = n + 1; END;
CREATE TRIGGER colour_kept_delete AFTER DELETE ON colour BEGIN UPDATE list_version SET n = n + 1; END;
"""
OTHER_PROCESS = """
import sys
from pathlib import Path
from clinic_app.kernel import db
db.open_database(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
with db.write_transaction() as conn:
    conn.execute("UPDATE colour SET name = 'crimson' WHERE code = 'r'")
"""
Names = Callable[[], tuple[str, ...]]


@pytest.fixture
def asked() -> list[str]:
    """One entry for each time that the table was read."""
    return []


@pytest.fixture
def names(data: Path, steps: list[schema.Step], asked: list[str]) -> Iterator[Names]:
    opening.open_clinic(data, [*steps, schema.Step("test", "0001", SQL)])

    @kept.kept("colour")
    def names() -> tuple[str, ...]:
        asked.append("read")
        return tuple(name for (name,) in db.rows("SELECT name FROM colour ORDER BY code"))

    db.begin_work()
    yield names
    db.end_work()
    kept.reads.remove(names)
    db.close_database()


def rename(to: str) -> None:
    with unit_of_work(CASHIER, quiet=True) as uow:
        uow.execute("UPDATE colour SET name = ? WHERE code = 'r'", (to,))


def in_thread(act: Callable[[], object]) -> None:
    thread = threading.Thread(target=act)
    thread.start()
    thread.join(10)


def test_a_list_is_read_once_and_again_after_a_change(names: Names, asked: list[str]) -> None:
    assert names() == names() == ("red",) and len(asked) == 1
    rename("rust")
    assert names() == names() == ("rust",) and len(asked) == 2


def test_a_commit_that_leaves_the_lists_alone_reads_nothing_again(names: Names, asked: list[str]) -> None:
    assert names() == ("red",)
    with unit_of_work(CASHIER) as uow:
        uow.audit("test.done")
        assert names() == ("red",)
    assert names() == ("red",) and len(asked) == 1


@pytest.mark.parametrize("sql", ["INSERT INTO colour VALUES('b', 'blue')", "DELETE FROM colour"])
def test_new_and_removed_rows_are_seen(names: Names, sql: str) -> None:
    before = names()
    with unit_of_work(CASHIER, quiet=True) as uow:
        uow.execute(sql)
    assert names() != before


def test_a_change_by_another_thread_is_seen_by_the_next_read_of_the_same_request(names: Names) -> None:
    assert names() == ("red",)
    in_thread(lambda: rename("rust"))
    assert names() == ("rust",)


def test_an_answer_read_before_a_commit_is_not_kept_after_it(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    read = db.rows

    def slow(sql: str, params: object = ()) -> list[tuple[object, ...]]:
        found = read(sql, params)  # type: ignore[arg-type]
        monkeypatch.setattr(db, "rows", read)
        in_thread(lambda: rename("rust"))
        return found

    monkeypatch.setattr(db, "rows", slow)
    assert names() == ("red",), "it was read before the change"
    assert names() == ("rust",)


def test_a_command_sees_its_own_change_and_nobody_remembers_it_when_it_is_undone(names: Names) -> None:
    others: list[tuple[str, ...]] = []
    assert names() == ("red",)
    with pytest.raises(Refused), unit_of_work(CASHIER, quiet=True) as uow:
        uow.execute("UPDATE colour SET name = 'rust'")
        assert names() == ("rust",)
        in_thread(lambda: others.append(names()))
        raise Refused("test.undone")
    assert names() == ("red",) and others == [("red",)]
    rename("ruby")  # counts to the number that the undone command had reached
    in_thread(lambda: others.append(names()))
    assert names() == ("ruby",) and others[1] == ("ruby",)


def test_what_was_worked_out_of_an_undone_change_is_forgotten(names: Names) -> None:
    @kept.worked_out
    def loud(end: str) -> str:
        return names()[0].upper() + end

    assert loud("!") == "RED!"
    with pytest.raises(Refused), unit_of_work(CASHIER, quiet=True) as uow:
        uow.execute("UPDATE colour SET name = 'rust'")
        assert loud("!") == "RUST!"
        raise Refused("test.undone")
    rename("ruby")  # counts to the number that the undone command had reached
    assert loud("!") == "RUBY!" and loud("?") == "RUBY?"


def test_an_answer_is_kept_by_all_that_was_asked(names: Names) -> None:
    @kept.worked_out
    def shown(end: str) -> str:
        return names()[0] + end

    with pytest.raises(TypeError, match="keyword"):
        shown(end="!")  # type: ignore[call-arg]


def test_a_change_by_another_process_is_seen_by_the_next_request_and_in_the_next_command(names: Names) -> None:
    assert names() == ("red",)
    change = [sys.executable, "-c", OTHER_PROCESS, str(db.database.database), db.database.key.hex()]
    subprocess.run(change, cwd=ROOT, check=True, timeout=60)
    with unit_of_work(CASHIER, quiet=True):
        assert names() == ("crimson",)
    db.end_work()
    db.begin_work()
    assert names() == ("crimson",)


def test_outside_a_request_a_change_by_another_process_is_seen_at_once(names: Names) -> None:
    db.end_work()
    assert names() == ("red",)
    change = [sys.executable, "-c", OTHER_PROCESS, str(db.database.database), db.database.key.hex()]
    subprocess.run(change, cwd=ROOT, check=True, timeout=60)
    assert names() == ("crimson",)


def test_a_restored_database_with_the_same_count_is_read_again(
    names: Names, data: Path, steps: list[schema.Step], tmp_path: Path
) -> None:
    opening.close_clinic()
    shutil.copytree(data, tmp_path / "backup")
    both = [*steps, schema.Step("test", "0001", SQL)]
    opening.open_clinic(data, both)
    rename("rust")
    assert names() == ("rust",)
    opening.close_clinic()
    opening.open_clinic(tmp_path / "backup", both)
    rename("ruby")
    assert names() == ("ruby",)


def test_without_the_triggers_a_change_would_be_missed(names: Names) -> None:
    """Negative control: the reads above can fail."""
    assert names() == ("red",)
    with db.write_transaction() as conn:
        conn.execute("DROP TRIGGER colour_kept_update")
    rename("rust")
    assert names() == ("red",)


def test_a_transaction_left_open_is_noticed_and_rolled_back(names: Names) -> None:
    before = db.left_open
    db.connection().execute("BEGIN")
    assert names() == ("red",)
    in_thread(lambda: rename("rust"))
    assert db.rows("SELECT name FROM colour") == [("red",)], "an open transaction sees an old database"
    assert db.end_work() and db.left_open == before + 1
    assert names() == ("rust",) and not db.end_work()
    db.left_open = before


def test_the_end_of_a_request_after_the_database_was_closed_is_no_fault(names: Names) -> None:
    in_thread(db.close_database)
    assert db.end_work() is False
    with pytest.raises(apsw.ConnectionClosedError):
        db.connection().execute("SELECT 1")
