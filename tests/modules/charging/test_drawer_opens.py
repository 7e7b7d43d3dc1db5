"""The cash drawer on the receipt printer opens when cash moves, once, and not for a copy or a late paper."""

from dataclasses import replace

import pytest

from clinic_app.kernel import db, jobs, ports, printing
from clinic_app.modules.desks import services as desks
from devices.escpos.decoder import decode
from devices.escpos.encoder import encode
from devices.escpos.paper import Drawer


class Paper:
    """Keeps the lines that were sent to the printer."""

    def __init__(self):
        self.lines = []

    def send(self, desk_id, document, lines, job_id):
        self.lines = list(lines)
        return jobs.PRINTED, ""


@pytest.fixture
def opened(monkeypatch):
    """Whether a job's paper opens the drawer, by the bytes that go to the printer."""
    printer = Paper()
    monkeypatch.setattr(ports.bound, "printer", printer)

    def send(job_id, *, waited_ms=0):
        job = jobs.find(job_id if isinstance(job_id, bytes) else bytes.fromhex(job_id))
        printing.send(replace(job, created_at=job.created_at - waited_ms))
        return [one.pin for one in decode(encode(printer.lines)) if isinstance(one, Drawer)] == [2]

    return send


def test_cash_opens_it_and_a_code_does_not(window, opened):
    by_cash, by_code = window.visit(), window.visit("陈桂英")
    assert opened(window.pay(by_cash)["print_job"])
    total = window.seen(by_code)["total_seen_fen"]
    assert not opened(window.pay(by_code, scan=(total, "WX000051"))["print_job"])


def test_cash_that_goes_back_opens_it_and_the_rest_of_the_bill_does_not(window, opened):
    visit = window.visit()
    window.services(visit, ("雾化", 1240))
    made = window.refund(window.pay(visit), ("雾化", 1))
    assert [opened(job) for job in made["print_jobs"]] == [True, False]


def test_a_copy_opens_nothing(window, opened):
    bill = window.pay(window.visit())
    first = bytes.fromhex(bill["print_job"])
    assert opened(first)
    with db.write_transaction() as conn:
        conn.execute("UPDATE job SET state = 'printed' WHERE id = ?", (first,))
    copy = window.clinic.run(window.cashier, lambda uow: desks.reprint(uow, first))
    assert not opened(copy["job_id"])


@pytest.mark.parametrize(("seconds", "opens"), [(59, True), (60, False)])
def test_a_paper_that_waited_a_minute_for_its_printer_opens_nothing(window, opened, seconds, opens, monkeypatch):
    job = window.pay(window.visit())["print_job"]
    at = jobs.find(bytes.fromhex(job)).created_at
    now = printing.clock.read()
    monkeypatch.setattr(printing.clock, "read", lambda: replace(now, at=at))
    assert opened(job, waited_ms=seconds * 1000) is opens
