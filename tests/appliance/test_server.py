"""The threads of the web server: the warmest first, two at a time, no slow request in the way, and a quick end."""

import http.client
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from appliance.server import PATIENCE_SECONDS, NewestFirst, NewestFirstDispatcher, Site
from tests.appliance.test_start import free_port

ROOT = Path(__file__).resolve().parents[2]
SIGN_INS = """
import sys, threading
from pathlib import Path
from argon2 import PasswordHasher
from appliance.start import give_memory_back
if sys.argv[1] == "gives":
    assert give_memory_back()
def rss():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4 // 1024
before = rss()
hashed = threading.Barrier(5)
ended = threading.Event()
def sign_in():
    for _ in range(3):  # after the first the library takes such blocks for usual and keeps them
        PasswordHasher(memory_cost=19456, time_cost=1, parallelism=1).hash("qingxi")
    hashed.wait(30)
    ended.wait(30)
threads = [threading.Thread(target=sign_in) for _ in range(4)]
for one in threads: one.start()
hashed.wait(30)
print(rss() - before)
ended.set()
"""


class Task:
    """What the web server hands to a thread: notes which one served it."""

    def __init__(self, served: list[int | None], done: threading.Semaphore) -> None:
        self.served, self.done = served, done

    def service(self) -> None:
        self.served.append(threading.get_ident())
        self.done.release()

    def cancel(self) -> None:
        raise AssertionError("cancelled")


def test_one_request_after_the_other_stays_with_one_thread() -> None:
    dispatcher = NewestFirstDispatcher()
    dispatcher.set_thread_count(4)
    _idle(dispatcher)
    served: list[int | None] = []
    done = threading.Semaphore(0)
    for _ in range(20):
        dispatcher.add_task(Task(served, done))
        assert done.acquire(timeout=5)
        _idle(dispatcher)
    dispatcher.shutdown()
    assert len(set(served)) == 1 and len(served) == 20 and not dispatcher.threads


def test_every_waiting_thread_is_woken_for_the_end() -> None:
    dispatcher = NewestFirstDispatcher()
    dispatcher.set_thread_count(8)
    _idle(dispatcher)
    began = time.monotonic()
    dispatcher.shutdown(timeout=10)
    assert not dispatcher.threads and time.monotonic() - began < 5


def test_a_wait_that_ended_by_itself_takes_no_call_from_another() -> None:
    condition = NewestFirst(threading.Lock())
    woken: list[bool] = []

    def wait_long() -> None:
        with condition:
            woken.append(condition.wait(10))

    long = threading.Thread(target=wait_long)
    long.start()
    with condition:
        assert condition.wait(0.05) is False
    with condition:
        condition.notify()
    long.join(5)
    assert woken == [True]


def test_two_slow_requests_keep_a_third_only_for_its_patience() -> None:
    slow, working = threading.Event(), threading.Semaphore(0)

    def application(environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/slow":
            working.release()
            slow.wait(10)
        return [b"ok"]

    site = Site(application)
    threads = [threading.Thread(target=site, args=({"PATH_INFO": "/slow"}, None)) for _ in range(2)]
    for one in threads:
        one.start()
    assert working.acquire(timeout=5) and working.acquire(timeout=5)
    for _ in range(2):
        began = time.monotonic()
        assert site({"PATH_INFO": "/"}, lambda *_: None) == [b"ok"]
        assert time.monotonic() - began + 0.01 >= PATIENCE_SECONDS
    slow.set()
    for one in threads:
        one.join(5)
    began = time.monotonic()
    site({"PATH_INFO": "/"}, lambda *_: None)
    assert time.monotonic() - began < PATIENCE_SECONDS


@pytest.mark.skipif(sys.platform != "linux", reason="other systems give memory back by themselves")
def test_the_memory_of_password_hashes_goes_back_while_their_threads_live_on() -> None:
    grown = {how: _grown_mb(how) for how in ("gives", "keeps")}
    assert grown["gives"] < 15 < grown["keeps"]


def _grown_mb(how: str) -> int:
    command = [sys.executable, "-c", SIGN_INS, how]
    return int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60).stdout)


def _idle(dispatcher: NewestFirstDispatcher) -> None:
    """Until every thread waits for work."""
    deadline = time.monotonic() + 5
    while dispatcher.active_count > 0 and time.monotonic() < deadline:
        time.sleep(0.001)


def test_a_browser_that_goes_on_asking_keeps_no_server_from_ending(tmp_path: Path) -> None:
    """Its last answer says that the connection ends; nothing that was asked is left unanswered."""
    script = (
        "import sys, time; from appliance.server import Site, serve\n"
        "def app(environ, start):\n"
        "    time.sleep(0.01); start('200 OK', [('Content-Length', '2')]); return [b'ok']\n"
        "serve(Site(app), int(sys.argv[1]), 4, lambda: print('ready', flush=True))\n"
    )
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", script, str(port)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None and server.stdout.readline() == "ready\n"
    answered, ends = [0] * 3, [""] * 3

    def ask(place: int) -> None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            while True:
                connection.request("GET", "/")
                answer = connection.getresponse()
                assert answer.read() == b"ok"
                answered[place] += 1
        except ConnectionRefusedError:
            ends[place] = "not let in again"

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(3)]
    for one in threads:
        one.start()
    time.sleep(0.5)
    began = time.monotonic()
    server.terminate()
    assert server.wait(20) == 0 and time.monotonic() - began < 4
    for one in threads:
        one.join(20)
    assert min(answered) > 5 and ends == ["not let in again"] * 3
