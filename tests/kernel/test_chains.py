"""A1: audit and event chains name the row that was changed, removed or inserted."""

from pathlib import Path

import pytest

from clinic_app.kernel import audit, db, invariants, outbox
from clinic_app.kernel.outbox import Event
from clinic_app.kernel.packing import pack
from clinic_app.kernel.unit_of_work import unit_of_work
from tests.kernel.conftest import CASHIER

DONE = Event("test.done", 1, ("n",))


@pytest.fixture
def chain(open_data: Path) -> Path:
    for number in range(5):
        with unit_of_work(CASHIER) as uow:
            uow.emit(DONE, b"\x0e" * 16, {"n": number})
            uow.audit("test.done", n=number)
    return open_data


def behind_the_products_back(sql: str) -> None:
    with db.write_transaction() as conn:
        for table in ("audit", "outbox"):
            conn.execute(f"DROP TRIGGER IF EXISTS {table}_no_update; DROP TRIGGER IF EXISTS {table}_no_delete")
        conn.execute(sql)


def named(invariant: str) -> list[tuple[str, str]]:
    return next(result.violations for result in invariants.results() if result.id == invariant)


def test_an_untouched_chain_holds(chain: Path) -> None:
    assert [result.id for result in invariants.results() if not result.holds] == []


@pytest.mark.rule("PR-02")
def test_a_changed_audit_row_is_named(chain: Path) -> None:
    behind_the_products_back("UPDATE audit SET detail = '{\"n\":9}' WHERE seq = 4")
    assert named("A1") == [("audit 4", "changed")]


def test_a_removed_audit_row_is_named(chain: Path) -> None:
    behind_the_products_back("DELETE FROM audit WHERE seq = 4")
    assert ("audit 4", "missing") in named("A1")


def test_a_row_resealed_without_the_key_is_named(chain: Path) -> None:
    audit.use_key(bytes(32))
    assert len(named("A1")) > 1


def test_a_changed_event_is_named(chain: Path) -> None:
    behind_the_products_back("UPDATE outbox SET body = '{\"n\":7}' WHERE seq = 3")
    assert named("A1-events") == [("outbox care 3", "changed")]


@pytest.mark.parametrize(
    "sql", ["parents = x'0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e'", "event = 'test.other'", "wall = wall + 1"]
)
def test_every_column_of_an_event_is_under_its_hash(chain: Path, sql: str) -> None:
    behind_the_products_back(f"UPDATE outbox SET {sql} WHERE seq = 3")
    assert named("A1-events") == [("outbox care 3", "changed")]


def test_an_event_with_another_text_well_packed_is_named(chain: Path) -> None:
    forged = pack('{"n":7}').hex()
    behind_the_products_back(f"UPDATE outbox SET body = x'{forged}' WHERE seq = 3")
    assert named("A1-events") == [("outbox care 3", "changed")]


def test_a_missing_event_is_named(chain: Path) -> None:
    behind_the_products_back("DELETE FROM outbox WHERE seq = 2")
    assert ("outbox care 2", "missing") in outbox.broken_links()


def test_an_event_without_audit_in_its_transaction_is_named(chain: Path) -> None:
    behind_the_products_back("UPDATE outbox SET hlc = hlc + 1 WHERE seq = 5")
    assert named("A1-together") == [("outbox care 5", "no audit row of its transaction")]


def test_hybrid_time_that_went_back_is_named(chain: Path) -> None:
    behind_the_products_back("UPDATE audit SET hlc = 5 WHERE seq = 6")
    assert named("T1") == [("audit 6", "hybrid time went back")]


@pytest.mark.parametrize("sql", ["UPDATE audit SET action = 'x'", "DELETE FROM outbox"])
def test_the_database_itself_refuses_to_change_them(chain: Path, sql: str) -> None:
    """M3"""
    import apsw

    with pytest.raises(apsw.ConstraintError), db.write_transaction() as conn:
        conn.execute(sql)


def test_events_from_before_a_restore_still_wait_for_the_county(chain: Path) -> None:
    assert outbox.waiting() == 5
    former = db.value("SELECT epoch FROM outbox LIMIT 1")
    for first in (b"\x00", b"\xff"):  # the epochs are told apart, whatever their order
        outbox.use_epoch(first + former[1:])
        with unit_of_work(CASHIER) as uow:
            uow.emit(DONE, b"\x0e" * 16, {"n": 9})
            uow.audit("test.done", n=9)
    outbox.use_epoch(former)
    assert outbox.waiting() == 7 == outbox.count()
