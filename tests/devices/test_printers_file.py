import os
import select
import threading
from time import monotonic

import pytest

from devices.printers.file import FilePrinter

pytestmark = pytest.mark.skipif(os.name == "nt", reason="device files")
JOB = b"x" * 500_000


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "lp0"
    os.mkfifo(path)
    return path


def read_some(path, count, then=None):
    """Open the reading end now and read in a thread, `count` bytes or all."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(handle, True)
    got = bytearray()

    def run():
        select.select([handle], [], [], 10)  # before the first byte a pipe without a writer reads as ended
        while (count is None or len(got) < count) and (part := os.read(handle, 4096)):
            got.extend(part)
        os.close(handle)

    thread = threading.Thread(target=run, daemon=True)
    return got, thread, handle


def test_printed_when_the_device_took_every_byte(pipe):
    got, thread, _ = read_some(pipe, None)
    result = []
    sender = threading.Thread(target=lambda: result.append(FilePrinter(str(pipe)).send(JOB, "j")))
    sender.start()
    thread.start()
    sender.join(10)
    thread.join(10)
    assert result[0].state == "printed" and bytes(got) == JOB


def test_two_jobs_to_a_plain_file_follow_each_other(tmp_path):
    path = tmp_path / "paper"
    path.touch()
    printer = FilePrinter(str(path))
    assert [printer.send(part, "j").state for part in (b"one", b"two")] == ["printed", "printed"]
    assert path.read_bytes() == b"onetwo"


@pytest.mark.parametrize("name", ["gone", "no/such/folder", "nul\x00"])
def test_an_unplugged_printer_is_not_replaced_by_a_file(tmp_path, name):
    assert FilePrinter(str(tmp_path / name)).send(JOB, "j").state == "not_started"
    assert list(tmp_path.iterdir()) == []


def test_a_device_nobody_answers_behind_leaves_no_byte(pipe):
    assert FilePrinter(str(pipe)).send(JOB, "j").state == "not_started"


def test_unknown_when_the_device_goes_away_halfway(pipe):
    _, thread, _ = read_some(pipe, 100)
    thread.start()
    result = FilePrinter(str(pipe), total_timeout=5).send(JOB, "j")
    assert (result.state, result.reason) == ("unknown", "line_broken")


def test_unknown_when_a_printer_out_of_paper_stops_taking_bytes(pipe):
    _, _, handle = read_some(pipe, None)
    start = monotonic()
    result = FilePrinter(str(pipe), total_timeout=0.3).send(JOB, "j")
    assert (result.state, result.reason) == ("unknown", "timeout")
    assert monotonic() - start < 3
    os.close(handle)


def test_not_started_when_the_device_takes_no_byte_at_all(pipe):
    _, _, handle = read_some(pipe, None)
    stuffing = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(stuffing, b"x" * 4096)
    result = FilePrinter(str(pipe), total_timeout=0.3).send(JOB, "j")
    assert (result.state, result.reason) == ("not_started", "timeout")
    os.close(stuffing)
    os.close(handle)
