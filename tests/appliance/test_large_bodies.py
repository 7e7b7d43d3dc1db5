"""What is too large is read to its end: its sender gets the sentence and not a closed line."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from waitress.channel import HTTPChannel
from waitress.server import create_server

from appliance.large_bodies import FORGOTTEN_MOST, Channel
from clinic_app.web.security import LARGEST_BODY
from tests.faults.server_process import ServerProcess

MIB = 1 << 20


@contextmanager
def answering(channel: type[HTTPChannel]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """The port of a web server, and for each request the length that was told and the length that came."""
    seen: list[tuple[int, int]] = []

    def answer(environ: dict[str, Any], start: Any) -> list[bytes]:
        came = len(environ["wsgi.input"].read())
        told = int(environ.get("CONTENT_LENGTH") or 0)
        seen.append((told, came))
        start("413 Too large" if told > came else "200 OK", [("Content-Length", "2")])
        return [b"ok"]

    server = create_server(answer, host="127.0.0.1", port=0, threads=2, max_request_body_size=MIB)
    server.channel_class = channel
    ending = threading.Event()

    def serve() -> None:
        while not ending.is_set():
            server.asyncore.loop(timeout=0.05, map=server._map, count=1)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield int(server.effective_port), seen
    finally:
        ending.set()
        thread.join()
        server.task_dispatcher.shutdown()
        server.close()


@pytest.fixture
def served() -> Iterator[tuple[int, list[tuple[int, int]]]]:
    with answering(Channel) as found:
        yield found


@pytest.mark.parametrize("size", [MIB, 20 * MIB])
def test_a_large_body_is_answered_and_the_connection_goes_on(
    served: tuple[int, list[tuple[int, int]]], size: int
) -> None:
    port, seen = served
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    for body, status in ((b"a" * 1000, 200), (b"x" * size, 413), (b"b" * 2000, 200)):
        line.request("POST", "/", body)
        answer = line.getresponse()
        assert (answer.status, answer.read()) == (status, b"ok")
    assert seen == [(1000, 1000), (size, 0), (2000, 2000)]


def test_negative_control_the_web_server_alone_cuts_the_sender_off() -> None:
    with answering(HTTPChannel) as (port, _seen), pytest.raises((BrokenPipeError, ConnectionResetError)):
        http.client.HTTPConnection("127.0.0.1", port, timeout=20).request("POST", "/", b"x" * 20 * MIB)


def test_who_announces_without_measure_is_refused_at_once(served: tuple[int, list[tuple[int, int]]]) -> None:
    port, seen = served
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {FORGOTTEN_MOST + 1}\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 413") and seen == []


def test_who_asks_first_is_told_no_where_it_is_without_measure(served: tuple[int, list[tuple[int, int]]]) -> None:
    with socket.create_connection(("127.0.0.1", served[0]), timeout=10) as line:
        head = f"Content-Length: {FORGOTTEN_MOST + 1}\r\nExpect: 100-continue"
        line.sendall(f"POST / HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 413")


def test_a_length_beside_chunks_is_no_length(served: tuple[int, list[tuple[int, int]]]) -> None:
    port, seen = served
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        head = f"Content-Length: {2 * MIB}\r\nTransfer-Encoding: chunked"
        line.sendall(f"POST / HTTP/1.0\r\nHost: x\r\n{head}\r\n\r\n".encode())
        assert b" 413 " in line.recv(100) and seen == []


def test_chunks_without_end_are_refused_on_the_way(served: tuple[int, list[tuple[int, int]]]) -> None:
    port, seen = served
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        line.sendall(b"%x\r\n" % MIB + b"x" * MIB + b"\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 413") and seen == []


def test_the_product_says_what_is_too_large(tmp_path: Path) -> None:
    """To a browser that is signed in as nobody, in its language."""
    server = ServerProcess(tmp_path / "clinic")
    server.words = ("run", "--practice")
    server.begin()
    try:
        server.wait_until_ready()
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        head = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": "language=en"}
        line.request("POST", "/sign-in", b"a=" + b"x" * (LARGEST_BODY + MIB), head)
        answer = line.getresponse()
        assert answer.status == 413 and "4 MB is the most" in answer.read().decode()
    finally:
        assert server.stop() == 0
