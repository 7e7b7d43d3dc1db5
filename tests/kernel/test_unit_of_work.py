"""One command, one transaction, one effect."""

import threading
from pathlib import Path

import apsw
import pytest

from clinic_app.kernel import db, outbox
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.outbox import Event
from clinic_app.kernel.unit_of_work import Once, UnitOfWork, perform, unit_of_work
from tests.kernel.conftest import CASHIER, COLLEAGUE

PAID = Event("money.paid", 1, ("amount_fen",))
ENTITY = b"\x0e" * 16


def pay(uow: UnitOfWork) -> dict[str, int]:
    number = uow.number("receipt")
    uow.emit(PAID, ENTITY, {"amount_fen": 1250})
    uow.audit("money.paid", ENTITY, amount_fen=1250)
    return {"number": number}


def key(number: int, body: bytes = b"body") -> Once:
    return Once(f"key-{number:016d}", body)


def test_the_same_key_acts_once_and_answers_the_same(open_data: Path) -> None:
    """M6"""
    first = perform(CASHIER, key(1), pay)
    again = perform(CASHIER, key(1), pay)
    assert (first.result, first.replayed) == ({"number": 1}, False)
    assert (again.result, again.replayed) == ({"number": 1}, True)
    assert db.value("SELECT count(*) FROM outbox") == 1


def test_refuses_a_known_key_with_another_body(open_data: Path) -> None:
    perform(CASHIER, key(1), pay)
    with pytest.raises(Refused) as refused:
        perform(CASHIER, key(1, b"other"), pay)
    assert refused.value.code == "once.other_body"


def test_another_persons_key_does_not_exist(open_data: Path) -> None:
    perform(CASHIER, key(1), pay)
    with pytest.raises(Missing) as refused:
        perform(COLLEAGUE, key(1), pay)
    assert refused.value.code == "once.other_person"


@pytest.mark.parametrize("bad", ["", "short", "钥" * 20, "x" * 65])
def test_refuses_a_form_without_a_proper_key(open_data: Path, bad: str) -> None:
    with pytest.raises(Refused) as refused:
        perform(CASHIER, Once(bad, b"body"), pay)
    assert refused.value.code == "once.missing"


def test_a_refusal_stores_nothing_and_gives_the_number_back(open_data: Path) -> None:
    """N1: a rollback leaves no gap."""

    def refuse(uow: UnitOfWork) -> dict[str, int]:
        pay(uow)
        raise Refused("money.short")

    with pytest.raises(Refused):
        perform(CASHIER, key(1), refuse)
    assert db.value("SELECT count(*) FROM outbox") == 0
    assert db.value("SELECT count(*) FROM once") == 0
    assert perform(CASHIER, key(1), pay).result == {"number": 1}


def test_a_subscriber_acts_in_the_same_transaction_and_may_refuse_it(open_data: Path) -> None:
    seen: list[int] = []
    outbox.subscribers["money.paid"] = [lambda uow, body: seen.append(body["amount_fen"])]
    perform(CASHIER, key(1), pay)
    assert seen == [1250]

    def veto(uow: UnitOfWork, body: object) -> None:
        raise Refused("stock.not_enough")

    outbox.subscribers["money.paid"].append(veto)
    with pytest.raises(Refused):
        perform(CASHIER, key(2), pay)
    assert db.value("SELECT count(*) FROM outbox") == 1


def test_a_guard_runs_before_the_command_writes(open_data: Path) -> None:
    def guarded(uow: UnitOfWork) -> dict[str, int]:
        uow.guard("money.refund", bill=1)
        return pay(uow)

    def veto(uow: UnitOfWork, facts: object) -> None:
        assert facts == {"bill": 1}
        raise Refused("pharmacy.already_dispensed")

    outbox.guards["money.refund"] = [veto]
    with pytest.raises(Refused) as refused:
        perform(CASHIER, key(1), guarded)
    assert refused.value.code == "pharmacy.already_dispensed"


def test_a_command_that_changes_rows_without_audit_is_a_fault(open_data: Path) -> None:
    """A1: every change has its audit row in the same transaction."""
    with pytest.raises(RuntimeError, match="without an audit row"), unit_of_work(CASHIER) as uow:
        uow.number("receipt")
    assert db.value("SELECT count(*) FROM series") == 0


def test_an_event_must_have_exactly_its_declared_fields(open_data: Path) -> None:
    with pytest.raises(ValueError, match="has fields"), unit_of_work(CASHIER) as uow:
        uow.emit(PAID, ENTITY, {"amount": 1})


def test_nothing_can_be_written_outside_a_unit_of_work(open_data: Path) -> None:
    with pytest.raises(apsw.ReadOnlyError):
        db.connection().execute("INSERT INTO series VALUES('x', 1)")


def test_eight_threads_number_without_gap_or_double(open_data: Path) -> None:
    """N1 under contention: the write lock queues, nobody fails."""
    numbers: list[int] = []

    def work(thread: int) -> None:
        for turn in range(20):
            numbers.append(perform(CASHIER, key(thread * 100 + turn), pay).result["number"])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 161))


def test_twenty_threads_with_one_key_have_one_effect(open_data: Path) -> None:
    results: list[dict[str, int]] = []
    threads = [threading.Thread(target=lambda: results.append(perform(CASHIER, key(7), pay).result)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [{"number": 1}] * 20
    assert db.value("SELECT count(*) FROM audit WHERE action = 'money.paid'") == 1


def test_all_rows_of_a_command_bear_one_hybrid_time(open_data: Path) -> None:
    perform(CASHIER, key(1), pay)
    assert db.value("SELECT count(DISTINCT hlc) FROM (SELECT hlc FROM outbox UNION SELECT hlc FROM once)") == 1


def test_after_commit_runs_only_when_it_is_durable(open_data: Path) -> None:
    done: list[str] = []
    with unit_of_work(CASHIER) as uow:
        uow.after_commit(lambda: done.append("committed"))
        pay(uow)
        assert done == []
    assert done == ["committed"]
    with pytest.raises(Refused), unit_of_work(CASHIER) as uow:
        uow.after_commit(lambda: done.append("never"))
        raise Refused("money.short")
    assert done == ["committed"]
