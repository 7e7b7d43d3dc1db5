"""Papers: at least once, marked, never sent twice by themselves (P1, reliability 3.6)."""

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clinic_app.kernel import db, jobs, printing
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.jobs import NOT_STARTED, PRINTED, QUEUED, REFUSED, SENDING, UNKNOWN
from clinic_app.kernel.unit_of_work import unit_of_work
from tests.kernel.conftest import CASHIER, COLLEAGUE

BILL = b"\x0b" * 16


def queue(entity: bytes = BILL) -> bytes:
    with unit_of_work(CASHIER) as uow:
        job_id = uow.print_job("money.receipt", entity, {"total": "1.00"}, patient_id=None)
        uow.audit("money.paid", entity)
    return job_id


def state(job_id: bytes) -> str:
    found = jobs.find(job_id)
    assert found
    return found.state


def test_a_paper_is_marked_sending_before_its_first_byte(open_data: Path) -> None:
    job_id = queue()
    claimed = jobs.claim()
    assert claimed and claimed.id == job_id and state(job_id) == SENDING
    assert jobs.claim() is None


def test_what_was_being_sent_when_the_server_died_is_unknown_and_never_sent_alone(open_data: Path) -> None:
    job_id = queue()
    jobs.claim()
    assert jobs.doubt_interrupted() == 1
    assert state(job_id) == UNKNOWN
    assert jobs.claim() is None


def test_what_never_started_is_tried_again_after_a_pause(open_data: Path) -> None:
    job_id = queue()
    claimed = jobs.claim()
    assert claimed
    jobs.finish(claimed, NOT_STARTED, "no_printer")
    assert state(job_id) == NOT_STARTED and jobs.claim() is None
    time.sleep(2.1)
    again = jobs.claim()
    assert again and again.id == job_id and again.attempts == 2


def test_a_person_says_that_the_paper_came_out(open_data: Path) -> None:
    job_id = queue()
    jobs.claim()
    jobs.doubt_interrupted()
    with unit_of_work(CASHIER) as uow:
        jobs.settle_unknown(uow.conn, job_id, came_out=True, at=uow.at)
        uow.audit("print.answered", job_id)
    assert state(job_id) == PRINTED
    with pytest.raises(Refused) as refused, unit_of_work(CASHIER) as uow:
        jobs.settle_unknown(uow.conn, job_id, came_out=False, at=uow.at)
    assert refused.value.code == "print.already_answered"


def test_a_paper_that_did_not_come_out_is_sent_again_as_the_same_copy(open_data: Path) -> None:
    job_id = queue()
    jobs.claim()
    jobs.doubt_interrupted()
    with unit_of_work(CASHIER) as uow:
        jobs.settle_unknown(uow.conn, job_id, came_out=False, at=uow.at)
        uow.audit("print.answered", job_id)
    assert state(job_id) == QUEUED
    claimed = jobs.claim()
    assert claimed and claimed.copy_no == 1


@pytest.mark.rule("FE-16")
def test_the_second_paper_of_a_document_is_copy_two_and_says_so(open_data: Path) -> None:
    queue()
    second = jobs.find(queue())
    assert second and second.copy_no == 2
    lines = printing.render([{"text": "{total}"}, {"cut": True}], second.model, copy_no=2)
    assert [line.get("text") for line in lines] == ["补打 1", "1.00", "补打 1", None]
    assert "补打" not in str(printing.render([{"text": "{total}"}], second.model, copy_no=1))


def test_practice_papers_say_so_at_both_ends(open_data: Path) -> None:
    lines = printing.render([{"text": "{total}"}, {"cut": True}], {"total": "1.00"}, is_practice=True)
    assert lines[0]["text"] == lines[-2]["text"] == "练习 · 不作凭证"


def test_a_layout_that_cannot_be_filled_is_refused_not_retried(open_data: Path) -> None:
    with unit_of_work(CASHIER) as uow:
        uow.print_job("money.no_such_layout", BILL, {}, patient_id=None)
        uow.audit("money.paid", BILL)
    claimed = jobs.claim()
    assert claimed
    assert printing.send(claimed)[0] == REFUSED


def test_the_worker_sends_what_is_queued_and_stops_at_once(open_data: Path) -> None:
    sent: list[bytes] = []

    def send(job: jobs.Job) -> tuple[str, str]:
        sent.append(job.id)
        return PRINTED, ""

    worker = jobs.Workers(send)
    worker.start()
    job_id = queue()
    deadline = time.monotonic() + 5
    while state(job_id) != PRINTED and time.monotonic() < deadline:
        time.sleep(0.02)
    worker.stop(5)
    assert sent == [job_id] and not [one for one in threading.enumerate() if one.name.startswith("print-")]


def test_a_printer_that_hangs_delays_only_its_own_desk(open_data: Path) -> None:
    """And a sender that fails leaves its paper unknown, never sent again by itself."""
    hang, printed = threading.Event(), threading.Event()

    def send(job: jobs.Job) -> tuple[str, str]:
        if job.desk_id == CASHIER.desk_id:
            hang.wait(10)
            raise OSError("cable")
        printed.set()
        return PRINTED, ""

    workers = jobs.Workers(send)
    workers.start()
    stuck = queue()
    with unit_of_work(COLLEAGUE) as uow:
        uow.print_job("money.receipt", b"\x0c" * 16, {"total": "1.00"}, patient_id=None)
        uow.audit("money.paid")
    assert printed.wait(5)
    hang.set()
    workers.stop(5)
    assert state(stuck) == UNKNOWN


def test_the_papers_of_one_desk_are_sent_one_by_one(open_data: Path) -> None:
    queue()
    queue(b"\x0c" * 16)
    assert jobs.claim() and jobs.claim() is None


def test_how_a_paper_ended_is_stored_once_the_disk_has_room_again(
    open_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A paper left `sending` would hold up its desk until the next start."""
    store, tries = jobs.finish, []

    def full_at_first(job: jobs.Job, ended: str, reason: str = "") -> None:
        tries.append(job.id)
        if len(tries) == 1:
            raise Refused("kernel.disk_full")
        store(job, ended, reason)

    monkeypatch.setattr(jobs, "finish", full_at_first)
    first, second = queue(), queue(b"\x0c" * 16)
    worker = jobs.Workers(lambda _job: (PRINTED, ""), 1)
    worker.start()
    deadline = time.monotonic() + 8
    while state(second) != PRINTED and time.monotonic() < deadline:
        time.sleep(0.02)
    worker.stop(5)
    assert [state(first), state(second)] == [PRINTED, PRINTED] and tries == [first, first, second]


def test_two_workers_that_look_at_once_do_not_send_two_papers_to_one_desk(
    open_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other worker claims an earlier paper, due only now, between this worker's look and its claim."""
    queue()
    tried = jobs.claim()
    assert tried
    jobs.finish(tried, NOT_STARTED, "no_printer")
    later = queue(b"\x0c" * 16)
    look = db.value

    def and_then_the_other_claims(sql: str, params: Any = ()) -> Any:
        found = look(sql, params)
        monkeypatch.setattr(db, "value", look)
        with db.write_transaction() as conn:
            conn.execute("UPDATE job SET state = 'sending' WHERE id = ?", (tried.id,))
        return found

    monkeypatch.setattr(db, "value", and_then_the_other_claims)
    assert jobs.claim() is None
    assert [state(tried.id), state(later)] == [SENDING, QUEUED]


def test_stopping_waits_for_all_workers_together(open_data: Path) -> None:
    hang = threading.Event()
    workers = jobs.Workers(lambda _job: (PRINTED, "") if hang.wait(10) else (UNKNOWN, ""))
    for number in range(3):
        with unit_of_work(replace(CASHIER, desk_id=bytes([number]) * 16)) as uow:
            uow.print_job("money.receipt", bytes([number]) * 16, {}, patient_id=None)
            uow.audit("money.paid")
    workers.start()
    deadline = time.monotonic() + 8
    while db.value("SELECT count(*) FROM job WHERE state = 'sending'") < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    began = time.monotonic()
    workers.stop(0.5)
    spent = time.monotonic() - began
    hang.set()
    workers.stop(5)
    assert spent < 1
