"""The printer goes while a receipt is on its way: the charge stands, a person is asked, nothing is printed twice."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from clinic_app.kernel import db, jobs, ports, printing
from tests import visit
from tests.conftest import Clinic
from tests.modules.desks import conftest as desk_parts
from tests.modules.desks.conftest import FakePrinter, breaks_off, takes_papers

fake_printer, printer_of = desk_parts.fake_printer, desk_parts.printer_of
LONGEST = 30.0


@pytest.fixture
def workers(clinic: Clinic) -> Iterator[jobs.Workers]:
    """The product's own print threads."""
    made = jobs.Workers(printing.send)
    made.start()
    yield made
    made.stop(5)


def dies_in_the_middle(printer: FakePrinter, line: Any) -> None:
    """Counts as a paper of which nobody knows how much came out."""
    printer.papers.append(b"")
    breaks_off(printer, line)


def hangs(printer: FakePrinter, line: Any) -> None:
    """Takes the first bytes, then neither reads nor hangs up."""
    printer.papers.append(line.recv(20))
    printer.finish.wait(LONGEST)


def receipt(bill: dict[str, Any], wanted: tuple[str, ...]) -> jobs.Job:
    """The receipt's paper, once it is in one of these states."""
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        job = jobs.of_document("charging.receipt", bill["bill_id"])
        if job is not None and job.state in wanted:
            return job
        time.sleep(0.02)
    raise AssertionError(f"the receipt is {job.state if job else 'not queued'}, wanted {wanted}")


def charge(clinic: Clinic) -> dict[str, Any]:
    arrived = visit.arrive(clinic)
    visit.consult(clinic, arrived["visit_id"], ("D0011",))
    return visit.pay(clinic, arrived["visit_id"])


def papers_of_copy_one() -> list[tuple[int, int]]:
    """P1: documents with more than one paper of copy 1."""
    return db.rows("SELECT entity, count(*) FROM job WHERE copy_no = 1 GROUP BY document, entity HAVING count(*) > 1")


def test_the_charge_stands_and_its_receipt_is_asked_about_and_not_sent_again(
    clinic: Clinic, workers: jobs.Workers, fake_printer: Callable[..., FakePrinter], printer_of: Any, browser_as: Any
) -> None:
    printer = fake_printer(dies_in_the_middle)
    printer_of("cashier", "network", printer.address)
    bill = charge(clinic)
    job = receipt(bill, ("unknown", "printed"))
    assert (job.state, job.reason) == ("unknown", "line_broken")
    assert db.value("SELECT count(*) FROM bill WHERE id = ?", (bill["bill_id"],)) == 1
    assert "出纸了吗？" in browser_as("cashier").get("/printing/jobs").text
    printer.behave = takes_papers
    time.sleep(3)  # longer than the first pause before a paper that did not start is tried again
    jobs.doubt_interrupted()
    jobs.wake()
    time.sleep(1.5)
    assert len(printer.papers) == 1, "sent again without a question"
    cashier = browser_as("cashier")
    assert cashier.post(f"/printing/jobs/{job.id.hex()}/answer", {"came_out": "no"}).status_code == 303
    assert receipt(bill, ("printed",)).copy_no == 1
    assert len(printer.papers) == 2 and papers_of_copy_one() == []


def test_a_printer_that_hangs_in_a_receipt_keeps_nobody_from_charging(
    clinic: Clinic, workers: jobs.Workers, fake_printer: Callable[..., FakePrinter], printer_of: Any
) -> None:
    printer = fake_printer(hangs)
    printer_of("cashier", "network", printer.address)
    first = charge(clinic)
    until = time.monotonic() + LONGEST
    while not printer.reached.is_set() and time.monotonic() < until:
        time.sleep(0.02)
    began = time.monotonic()
    second = charge(clinic)
    assert time.monotonic() - began < 3
    ports.bound.printer.close()  # type: ignore[union-attr]  # the server is stopped while the printer still hangs
    found = receipt(first, ("unknown", "printed"))
    workers.stop(5)
    jobs.doubt_interrupted()
    assert db.value("SELECT count(*) FROM bill WHERE id IN (?, ?)", (first["bill_id"], second["bill_id"])) == 2
    assert found.attempts == 1 and papers_of_copy_one() == []


def test_a_printer_that_is_not_there_leaves_the_receipt_waiting_and_prints_it_once(
    clinic: Clinic, workers: jobs.Workers, fake_printer: Callable[..., FakePrinter], printer_of: Any
) -> None:
    """No byte has left, so trying again by itself is safe."""
    gone = fake_printer()
    address = gone.address
    gone.close()
    printer_of("cashier", "network", address)
    bill = charge(clinic)
    assert receipt(bill, ("not_started",)).reason == "unreachable"
    back = fake_printer()
    printer_of("cashier", "network", back.address)
    assert receipt(bill, ("printed", "unknown")).state == "printed"
    assert len(back.papers) == 1 and papers_of_copy_one() == []


def test_finds_a_paper_that_is_sent_again_without_a_question(
    clinic: Clinic, fake_printer: Callable[..., FakePrinter], printer_of: Any
) -> None:
    """Negative control: a sender that calls a broken line "not started"."""

    def hopeful(job: jobs.Job) -> tuple[str, str]:
        state, reason = printing.send(job)
        return (jobs.NOT_STARTED if state == jobs.UNKNOWN else state), reason

    printer = fake_printer(dies_in_the_middle)
    printer_of("cashier", "network", printer.address)
    workers = jobs.Workers(hopeful)
    workers.start()
    charge(clinic)
    until = time.monotonic() + LONGEST
    while len(printer.papers) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    workers.stop(5)
    assert len(printer.papers) >= 2
