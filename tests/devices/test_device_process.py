"""A device in a process of its own: what the parent knows after each way the process can end."""

import io
import json
import subprocess
import sys
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest

from devices.child import main, serve
from devices.child_client import ChildPrinter, printer_command
from devices.contract import MAX_JOB_BYTES, SendResult
from devices.printers.virtual import VirtualPrinter

READY = "import sys,json;print(json.dumps({'ready':True}),flush=True);"


@pytest.fixture
def start():
    printers = []

    def make(command, timeout=10):
        printers.append(ChildPrinter(command, timeout))
        return printers[-1]

    yield make
    for each in printers:
        each.close()


def python(code):
    return [sys.executable, "-c", code]


def frame(job, data):
    return json.dumps({"job": job, "length": len(data)}).encode() + b"\n" + data


def test_jobs_go_through_one_process_and_their_bytes_arrive_whole(start, tmp_path):
    printer = start(printer_command("virtual", str(tmp_path)))
    data = bytes(range(256)) * 2000
    assert printer.pid is None
    assert printer.send(data, "one") == SendResult("printed")
    pid = printer.pid
    assert printer.send(b"\n{}\n", "two") == SendResult("printed")
    assert printer.pid == pid
    paper = VirtualPrinter(tmp_path)
    assert (paper.read(1), paper.read(2)) == (data, b"\n{}\n")


def test_the_drivers_own_answer_comes_through(start, tmp_path):
    VirtualPrinter(tmp_path).set_state("off")
    assert start(printer_command("virtual", str(tmp_path))).send(b"x", "j") == SendResult("not_started", "off")


def test_works_from_any_folder(start, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert start(printer_command("virtual", str(tmp_path / "paper"))).send(b"x", "j").state == "printed"


@pytest.mark.parametrize(
    "command",
    [["/no/such/program"], printer_command("laser", "x"), python("raise SystemExit(3)"), python("print('hello')")],
    ids=["missing", "unknown-kind", "ends-at-once", "says-something-else"],
)
def test_not_started_when_the_process_cannot_be_started(start, command):
    assert start(command).send(b"x", "j") == SendResult("not_started", "no_device_process")


def test_not_started_when_the_process_is_never_ready(start):
    begun = monotonic()
    assert start(python("import time;time.sleep(60)"), 0.5).send(b"x", "j").state == "not_started"
    assert monotonic() - begun < 5


def test_unknown_when_the_process_is_killed_in_the_middle_and_the_next_job_gets_a_new_one(start, tmp_path):
    marker = tmp_path / "second"
    hang = READY + "sys.stdin.buffer.readline();import time;time.sleep(60)"
    good = f"from devices.child import main; main(['printer', 'virtual', {str(tmp_path)!r}])"
    code = f"import sys,pathlib\nif pathlib.Path({str(marker)!r}).exists(): {good}\nelse:\n  {hang}"
    printer = start(python(code))
    results = []
    job = Thread(target=lambda: results.append(printer.send(b"x", "one")))
    job.start()
    while printer.pid is None:
        sleep(0.01)
    sleep(0.5)
    assert not results
    first = printer._child.process
    first.kill()
    job.join(5)
    assert results == [SendResult("unknown", "device_process_died")]
    marker.touch()
    assert printer.send(b"x", "two") == SendResult("printed")
    assert printer.pid != first.pid


def test_unknown_when_the_process_dies_after_it_took_the_frame(start):
    code = READY + "h=json.loads(sys.stdin.buffer.readline());sys.stdin.buffer.read(h['length'])"
    assert start(python(code)).send(b"x", "j") == SendResult("unknown", "device_process_died")


def test_not_started_when_the_process_dies_before_it_could_hold_the_whole_frame(start):
    code = READY + "sys.stdin.buffer.read(10)"
    result = start(python(code)).send(b"x" * 5_000_000, "j")
    assert result == SendResult("not_started", "device_process_died")


@pytest.mark.parametrize("size", [1, 5_000_000], ids=["frame-in-the-pipe", "frame-stuck"])
def test_unknown_at_the_time_out_and_the_process_is_ended(start, size):
    printer = start(python(READY + "import time;time.sleep(60)"), 1.0)
    begun = monotonic()
    assert printer.send(b"x" * size, "j") == SendResult("unknown", "timeout")
    assert monotonic() - begun < 5
    assert printer.pid is None


@pytest.mark.parametrize(
    "answer", ["{'job':'other','state':'printed','reason':''}", "{'job':'j','state':'eaten'}", "[]", "'\\x00'"]
)
def test_unknown_when_the_answer_is_not_to_this_job(start, answer):
    code = READY + f"sys.stdin.buffer.readline();print(json.dumps({answer}),flush=True);sys.stdin.read()"
    printer = start(python(code))
    assert printer.send(b"x", "j") == SendResult("unknown", "device_process_confused")
    assert printer.pid is None


def test_control_the_same_process_with_the_right_answer_has_printed(start):
    answer = "print(json.dumps({'job':'j','state':'printed'}),flush=True)"
    code = READY + f"sys.stdin.buffer.readline();{answer};sys.stdin.read()"
    assert start(python(code)).send(b"x", "j") == SendResult("printed")


def test_a_process_that_died_idle_is_replaced_without_losing_the_job(start, tmp_path):
    printer = start(printer_command("virtual", str(tmp_path)))
    printer.send(b"a", "one")
    first = printer._child.process
    first.kill()
    first.wait(5)
    assert printer.send(b"b", "two") == SendResult("printed")
    assert printer.pid != first.pid


def test_jobs_from_many_threads_wait_for_each_other(start, tmp_path):
    printer = start(printer_command("virtual", str(tmp_path)))
    results = []
    threads = [Thread(target=lambda n=n: results.append(printer.send(b"%d" % n, str(n)))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert results == [SendResult("printed")] * 8
    assert {stored.job for stored in VirtualPrinter(tmp_path).jobs()} == {str(n) for n in range(8)}


def test_close_ends_the_process_and_may_be_said_twice(start, tmp_path):
    printer = start(printer_command("virtual", str(tmp_path)))
    printer.send(b"a", "one")
    process = printer._child.process
    printer.close()
    printer.close()
    assert process.returncode == 0 and printer.pid is None


def test_refuses_a_job_too_large_to_be_a_receipt(start, tmp_path):
    result = start(printer_command("virtual", str(tmp_path))).send(b"x" * (MAX_JOB_BYTES + 1), "j")
    assert result == SendResult("refused", "too_large")


def test_a_frame_cut_off_is_never_sent(tmp_path):
    paper = VirtualPrinter(tmp_path)
    answers = io.BytesIO()
    serve(paper, io.BytesIO(frame("one", b"whole") + frame("two", b"whole")[:-1]), answers)
    assert [stored.job for stored in paper.jobs()] == ["one"]
    assert [json.loads(line) for line in answers.getvalue().splitlines()] == [
        {"ready": True},
        {"job": "one", "state": "printed", "reason": ""},
    ]


@pytest.mark.parametrize("header", [b"{}\n", b"junk\n", b'{"job":1,"length":1}\n', b'{"job":"a","length":-1}\n'])
def test_a_header_out_of_form_ends_the_process(tmp_path, header):
    with pytest.raises((ValueError, KeyError)):
        serve(VirtualPrinter(tmp_path), io.BytesIO(header), io.BytesIO())


def test_a_driver_that_fails_leaves_the_end_unknown_and_the_process_alive():
    class Faulty:
        def send(self, data, job):
            raise ZeroDivisionError

    answers = io.BytesIO()
    serve(Faulty(), io.BytesIO(frame("a", b"") + frame("b", b"")), answers)
    assert [json.loads(line).get("state") for line in answers.getvalue().splitlines()] == [None, "unknown", "unknown"]


@pytest.mark.parametrize("arguments", [[], ["printer"], ["reader", "x", "y"], ["printer", "laser", "x"]])
def test_says_how_it_is_called(arguments, capsys):
    assert main(arguments) == 64
    assert capsys.readouterr().err


def pss_kb(pid):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("Pss:")).split()[1])


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="PSS is known on Linux")
@pytest.mark.parametrize("kind", ["virtual", "file", "network"])
def test_a_device_process_stays_within_20_mb(start, tmp_path, kind):
    (tmp_path / "lp0").touch()
    address = {"virtual": str(tmp_path / "paper"), "file": str(tmp_path / "lp0"), "network": "127.0.0.1:1"}[kind]
    printer = start(printer_command(kind, address))
    printer.send(b"x" * 100_000, "j")
    assert pss_kb(printer.pid) < 20 * 1024


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="PSS is known on Linux")
def test_control_the_same_measure_sees_a_process_that_took_more():
    code = "x=bytearray(b'x')*30_000_000;print('ready',flush=True);input()"
    with subprocess.Popen(python(code), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        assert pss_kb(process.pid) > 20 * 1024
        process.kill()


def test_no_drawing_library_comes_with_a_device_process():
    code = (
        "import sys,devices.child;from devices.printers import network,file,virtual;"
        "print([m for m in ('escpos','PIL','segno','subprocess') if m in sys.modules])"
    )
    shown = subprocess.run(python(code), capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert shown.stdout.strip() == "[]"
