"""From a queued paper to a known end, with a printer on a real socket and a device process of its own."""

import os
import signal
import threading
import time

import pytest

from clinic_app.kernel import clock, db, invariants, jobs, ports, printing
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.modules.desks import gateway, queries, services
from devices.escpos.decoder import decode
from devices.escpos.paper import Line
from tests.modules.desks.conftest import breaks_off, copies, print_due, says_nothing

CASHIER = "cashier"


def text_of(paper):
    return "\n".join(element.text for element in decode(paper) if isinstance(element, Line))


def children():
    return list(ports.bound.printer._children.values())


def make_due():
    """As if the pause before the next try were over."""
    with db.write_transaction() as conn:
        conn.execute("UPDATE job SET next_at = 0 WHERE state = 'not_started'")


def answer(clinic, role, job_id, came_out):
    return clinic.run(clinic.actor(role), lambda uow: services.answer_paper(uow, job_id, came_out=came_out))


def test_a_network_printer_gets_the_whole_paper(fake_printer, printer_of, queue):
    printer = fake_printer()
    printer_of(CASHIER, "network", printer.address)
    queue(CASHIER)
    assert print_due().state == "printed"
    text = text_of(printer.papers[0])
    assert "打印机测试页" in text and "练习 · 不作凭证" in text and "补打" not in text


def test_two_desks_at_one_printer_share_its_process(fake_printer, printer_of, queue):
    printer = fake_printer()
    printer_of(CASHIER, "network", printer.address)
    printer_of("nurse", "network", printer.address)
    queue(CASHIER, b"1" * 16)
    queue("nurse", b"2" * 16)
    assert [print_due().state, print_due().state] == ["printed", "printed"]
    assert len(children()) == 1


def test_the_process_of_a_printer_that_no_desk_has_any_more_ends(fake_printer, printer_of, queue):
    first, second = fake_printer(), fake_printer()
    printer_of(CASHIER, "network", first.address)
    queue(CASHIER, b"1" * 16)
    print_due()
    old = children()[0]
    printer_of(CASHIER, "network", second.address)
    queue(CASHIER, b"2" * 16)
    assert print_due().state == "printed" and len(second.papers) == 1
    assert old.pid is None and len(children()) == 1


def test_a_paper_waits_for_a_printer_that_does_not_answer_and_prints_once_it_does(fake_printer, printer_of, queue):
    gone = fake_printer()
    gone.close()
    printer_of(CASHIER, "network", gone.address)
    queue(CASHIER)
    job = print_due()
    assert (job.state, job.reason) == ("not_started", "unreachable")
    assert print_due() is None, "not tried again before its pause is over"
    printer = fake_printer()
    printer_of(CASHIER, "network", printer.address)
    make_due()
    assert print_due().state == "printed"
    assert len(printer.papers) == 1 and copies() == [(1, "printed")]


def test_a_line_that_breaks_midway_is_unknown_and_never_sent_again_alone(fake_printer, printer_of, queue):
    printer = fake_printer(breaks_off)
    printer_of(CASHIER, "network", printer.address)
    queue(CASHIER)
    assert print_due().state == "unknown"
    make_due()
    assert print_due() is None


def test_a_device_process_that_dies_midway_leaves_the_paper_unknown(fake_printer, printer_of, queue):
    printer = fake_printer(says_nothing)
    printer_of(CASHIER, "network", printer.address)
    queue(CASHIER)
    ended = []
    sending = threading.Thread(target=lambda: ended.append(print_due()))
    sending.start()
    assert printer.reached.wait(10)
    os.kill(children()[0].pid, signal.SIGKILL)
    sending.join(10)
    assert [(job.state, job.reason) for job in ended] == [("unknown", "device_process_died")]


def test_stopping_the_server_does_not_wait_for_a_printer_that_hangs(fake_printer, printer_of, queue, monkeypatch):
    monkeypatch.setattr(gateway, "CLOSE_SECONDS", 0.2)  # well below the 2 s in which the driver waits for an answer
    printer = fake_printer(says_nothing)
    printer_of(CASHIER, "network", printer.address)
    job_id = queue(CASHIER)
    sending = threading.Thread(target=print_due)
    sending.start()
    assert printer.reached.wait(10)
    began = time.monotonic()
    ports.bound.printer.close()
    sending.join(10)
    assert time.monotonic() - began < 1.5
    assert jobs.find(job_id).state == "unknown"


def test_a_server_that_ended_while_sending_asks_about_the_paper(clinic, queue):
    job_id = queue(CASHIER)
    assert jobs.claim().id == job_id
    assert jobs.doubt_interrupted() == 1
    job = jobs.find(job_id)
    assert (job.state, job.reason) == ("unknown", "interrupted")
    assert [one.id for one in jobs.unfinished(clinic.desk_of(CASHIER))] == [job_id]


def test_yes_ends_the_question_and_prints_nothing(clinic, queue):
    job_id = queue(CASHIER)
    jobs.claim()
    jobs.doubt_interrupted()
    answer(clinic, CASHIER, job_id, True)
    assert jobs.find(job_id).state == "printed" and print_due() is None
    with pytest.raises(Refused, match=r"print\.already_answered"):
        answer(clinic, CASHIER, job_id, False)


@pytest.mark.rule("P1")
def test_no_prints_the_same_copy_again_without_a_reprint_mark(clinic, fake_printer, printer_of, queue):
    printer = fake_printer()
    printer_of(CASHIER, "network", printer.address)
    job_id = queue(CASHIER)
    jobs.claim()
    jobs.doubt_interrupted()
    answer(clinic, CASHIER, job_id, False)
    assert print_due().id == job_id
    assert copies() == [(1, "printed")] and "补打" not in text_of(printer.papers[0])


def test_another_desk_cannot_answer_reach_or_drop_the_paper(clinic, queue):
    job_id = queue(CASHIER)
    jobs.claim()
    jobs.doubt_interrupted()
    with pytest.raises(Missing, match=r"desks\.no_such_paper"):
        answer(clinic, "nurse", job_id, True)
    with pytest.raises(Missing, match=r"desks\.no_such_paper"):
        clinic.run(clinic.actor("nurse"), lambda uow: services.give_up_paper(uow, job_id))
    assert jobs.find(job_id).state == "unknown"


@pytest.mark.rule("P1")
@pytest.mark.rule("FE-16")
def test_a_reprint_is_the_next_copy_and_says_so(clinic, fake_printer, printer_of, queue):
    printer = fake_printer()
    printer_of(CASHIER, "network", printer.address)
    job_id = queue(CASHIER)
    print_due()
    for number in (1, 2):
        made = clinic.run(clinic.actor(CASHIER), lambda uow: services.reprint(uow, job_id))
        assert made["copy_no"] == number + 1
        assert print_due().state == "printed"
        assert text_of(printer.papers[-1]).count(f"补打 {number}") == 2
    assert copies() == [(1, "printed"), (2, "printed"), (3, "printed")]
    assert {one.id: one.holds for one in invariants.results()}["P1"]


@pytest.mark.rule("P1")
def test_p1_names_a_missing_copy(clinic, queue):
    queue(CASHIER)
    queue(CASHIER)
    clinic.raw("DELETE FROM job WHERE copy_no = 1")
    assert not {one.id: one.holds for one in invariants.results()}["P1"]


def test_refuses_a_reprint_while_a_copy_is_under_way_or_in_doubt(clinic, queue):
    job_id = queue(CASHIER)

    def again():
        return clinic.run(clinic.actor(CASHIER), lambda uow: services.reprint(uow, job_id))

    with pytest.raises(Refused, match=r"desks\.still_on_its_way"):
        again()
    jobs.claim()
    jobs.doubt_interrupted()
    with pytest.raises(Refused, match=r"desks\.answer_first"):
        again()
    assert copies() == [(1, "unknown")]


def test_a_desk_without_a_printer_keeps_its_papers(clinic, printer_of, queue):
    printer_of(CASHIER, "none")
    queue(CASHIER)
    job = print_due()
    assert (job.state, job.reason) == ("not_started", "no_printer")


def test_a_paper_of_no_desk_goes_to_no_printer(clinic):
    from dataclasses import replace

    def command(uow):
        uow.audit("test.printed")
        return uow.print_job("desks.test", b"e" * 16, {}, patient_id=None)

    job_id = clinic.run(replace(clinic.actor(CASHIER), desk_id=None), command)
    assert ports.bound.printer.send(None, "desks.test", [{"text": "x"}], job_id) == ("refused", "no_desk")


@pytest.mark.parametrize(
    "line", [{}, {"text": "x", "size": "huge"}, {"columns": [{"text": "x"}]}, {"qr": None, "size": 99}]
)
def test_a_faulty_layout_refuses_its_own_paper_only(clinic, queue, line):
    desk_id = clinic.desk_of(CASHIER)
    assert ports.bound.printer.send(desk_id, "desks.test", [line], b"j" * 16) == ("refused", "layout")
    queue(CASHIER)
    assert print_due().state == "printed"


def test_new_paper_in_the_printer_sends_what_waits_at_once(clinic, queue):
    printer = gateway.virtual_printer(clinic.desk_of(CASHIER))
    printer.set_state("off")
    queue(CASHIER)
    assert print_due().state == "not_started" and print_due() is None
    printer.set_state("on")
    assert clinic.run(clinic.actor(CASHIER), services.retry_now) == {"count": 1}
    assert print_due().state == "printed"
    with pytest.raises(Refused, match=r"desks\.nothing_waits"):
        clinic.run(clinic.actor(CASHIER), services.retry_now)


def test_a_paper_that_nobody_needs_is_dropped_but_not_once_it_is_out(clinic, queue):
    job_id = queue(CASHIER)
    clinic.run(clinic.actor(CASHIER), lambda uow: services.give_up_paper(uow, job_id))
    assert print_due() is None and jobs.find(job_id).reason == "given_up"
    with pytest.raises(Refused, match=r"desks\.paper_gone_on"):
        clinic.run(clinic.actor(CASHIER), lambda uow: services.give_up_paper(uow, job_id))


def test_the_worker_itself_prints_to_the_virtual_printer(clinic, queue):
    worker = jobs.Workers(printing.send)
    worker.start()
    try:
        job_id = queue(CASHIER)
        until = time.monotonic() + 20
        while jobs.find(job_id).state != "printed" and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        worker.stop(10)
    stored = gateway.virtual_printer(clinic.desk_of(CASHIER)).jobs()
    assert [one.job for one in stored] == [job_id.hex()]


def test_the_librarys_cache_lies_in_a_private_folder_of_the_clinic(clinic, queue):
    queue(CASHIER)
    print_due()
    folder = os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"]
    assert folder.endswith("cache/escpos") and os.stat(folder).st_mode & 0o077 == 0


def test_a_test_page_goes_to_the_desk_it_is_for(clinic):
    desk_id = clinic.desk_of("nurse")
    made = clinic.run(clinic.actor("technician"), lambda uow: services.test_print(uow, desk_id))
    job = jobs.find(bytes.fromhex(made["job_id"]))
    assert (job.desk_id, job.copy_no, job.patient_id) == (desk_id, 1, None)
    assert print_due().state == "printed"
    text = text_of(gateway.virtual_printer(desk_id).read(1))
    assert "护士站" in text and clock.today().isoformat() in text


def test_the_readers_card_comes_through_the_port(clinic):
    from clinic_app.modules.desks.views.practice_cards import PRACTICE_CARDS

    desk_id = clinic.desk_of(CASHIER)
    assert ports.bound.cards.read(desk_id) is None
    gateway.place_card(desk_id, PRACTICE_CARDS[0])
    assert ports.bound.cards.read(desk_id) == PRACTICE_CARDS[0]
    assert ports.bound.cards.read(clinic.desk_of("nurse")) is None, "another desk's pad is empty"


def test_a_desk_without_a_reader_says_so(clinic):
    made = clinic.run(
        clinic.actor("administrator"),
        lambda uow: services.add_desk(uow, name="没有读卡器", room_id=None, printer_kind="none"),
    )
    with pytest.raises(Refused, match=r"desks\.no_reader"):
        ports.bound.cards.read(bytes.fromhex(made["desk_id"]))


def test_the_chips_query_needs_one_partial_index(clinic):
    from clinic_app.modules.desks.queries.papers import _OPEN

    plan = db.rows(f"EXPLAIN QUERY PLAN SELECT count(*) FROM job WHERE {_OPEN} AND desk_id = ?", (b"d" * 16,))
    assert "job_open" in str(plan)
    assert queries.desk_state(clinic.desk_of(CASHIER)).waiting == 0
