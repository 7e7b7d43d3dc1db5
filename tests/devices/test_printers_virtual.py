import os

import pytest

from devices.atomic_file import write_atomically
from devices.printers.virtual import VirtualPrinter


@pytest.fixture
def printer(tmp_path):
    return VirtualPrinter(tmp_path / "paper")


def test_keeps_each_paper_in_order_and_gives_it_back(printer):
    for number in (1, 2, 3):
        assert printer.send(b"paper %d" % number, f"job{number}").state == "printed"
    assert [(stored.sequence, stored.job) for stored in printer.jobs()] == [(3, "job3"), (2, "job2"), (1, "job1")]
    assert printer.read(2) == b"paper 2"
    assert printer.jobs()[0].path.name == "00000003-job3.bin"


def test_the_same_job_twice_is_two_papers(printer):
    printer.send(b"a", "job")
    printer.send(b"a", "job")
    assert len(printer.jobs()) == 2


def test_keeps_only_the_newest_and_never_reuses_a_number(tmp_path):
    printer = VirtualPrinter(tmp_path, keep=3)
    for number in range(1, 6):
        printer.send(b"x", str(number))
    assert [stored.sequence for stored in printer.jobs()] == [5, 4, 3]
    assert printer.read(1) is None
    assert len(list(tmp_path.iterdir())) == 3


def test_another_process_sees_the_papers_and_goes_on_counting(printer):
    printer.send(b"a", "one")
    other = VirtualPrinter(printer.folder)
    other.send(b"b", "two")
    assert [stored.sequence for stored in printer.jobs()] == [2, 1]


def test_an_unused_printer_has_no_paper(printer):
    assert printer.jobs() == [] and printer.read(1) is None and printer.state() == "on"


def test_switched_off_no_byte_leaves(printer):
    printer.set_state("off")
    result = printer.send(b"a", "job")
    assert (result.state, result.reason) == ("not_started", "off")
    assert printer.jobs() == []


def test_out_of_paper_the_end_is_unknown(printer):
    printer.set_state("paper_out")
    result = printer.send(b"a", "job")
    assert (result.state, result.reason) == ("unknown", "paper_out")


def test_control_switched_on_again_it_prints(printer):
    printer.set_state("off")
    printer.set_state("on")
    assert printer.send(b"a", "job").state == "printed"


def test_the_state_file_written_by_hand_is_understood(printer):
    printer.folder.mkdir()
    (printer.folder / "state").write_bytes(b"off\r\n")
    assert printer.state() == "off"
    (printer.folder / "state").write_bytes(b"\xff\x00 nonsense")
    assert printer.state() == "on"


def test_refuses_a_state_nobody_knows(printer):
    with pytest.raises(ValueError):
        printer.set_state("on fire")


@pytest.mark.parametrize("job", ["../../etc/x", "a/b", "", "名" * 300, "nul\x00", "C:\\x"])
def test_a_hostile_job_name_stays_in_the_folder(printer, job):
    assert printer.send(b"a", job).state == "printed"
    assert [stored.path.parent for stored in printer.jobs()] == [printer.folder]
    assert [path.name for path in printer.folder.parent.iterdir()] == ["paper"]


def test_a_half_left_by_a_power_cut_is_no_paper_and_is_swept_away(printer):
    printer.send(b"a", "one")
    half = printer.folder / ".00000002-two.bin.77.part"
    half.write_bytes(b"hal")
    assert [stored.sequence for stored in printer.jobs()] == [1]
    printer.send(b"b", "three")
    assert not half.exists() and [stored.sequence for stored in printer.jobs()] == [2, 1]


def test_not_started_when_there_is_no_folder_to_print_in(tmp_path):
    (tmp_path / "paper").write_bytes(b"a file where the folder should be")
    assert VirtualPrinter(tmp_path / "paper").send(b"a", "job").state == "not_started"


def test_unknown_when_storing_the_paper_fails(printer, monkeypatch):
    def fails(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fails)
    result = printer.send(b"a", "job")
    assert (result.state, result.reason) == ("unknown", "not_stored")
    assert printer.jobs() == []


def test_a_paper_is_durable_before_it_has_its_name(tmp_path, monkeypatch):
    calls = []
    real_sync, real_replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (calls.append("sync"), real_sync(handle)))
    monkeypatch.setattr(os, "replace", lambda *paths: (calls.append("name"), real_replace(*paths)))
    write_atomically(tmp_path / "a.bin", b"a")
    assert calls == (["sync", "name", "sync"] if os.name != "nt" else ["sync", "name"])


def test_a_failed_write_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.bin"
    write_atomically(path, b"old")

    def fails(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(OSError):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]
