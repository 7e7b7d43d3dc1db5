"""Bytes that no browser sends (attacks 64, 69 to 74): requests that hide another, endless heads, lying bodies."""

import socket

from tests.faults.attacks.report import Report
from tests.faults.attacks.target import Target
from tests.faults.attacks.wire import Answer, raw

KIB, MIB = 1024, 1024 * 1024


def smuggled(target: Target) -> dict[str, bytes]:
    """Requests in which another one hides, `/people` asked for with the session of who may not see it."""
    host, cookie = f"Host: 127.0.0.1:{target.port}\r\n", f"Cookie: session={target.tokens['registrar'][0]}\r\n"
    hidden = f"GET /people HTTP/1.1\r\n{host}{cookie}\r\n"
    size = len(hidden)
    head = f"POST /lock HTTP/1.1\r\n{host}Content-Type: application/x-www-form-urlencoded\r\n"
    made = {
        "69 two lengths": f"{head}Content-Length: 4\r\nContent-Length: {size}\r\n\r\n{hidden}",
        "69 two lengths in one": f"{head}Content-Length: 4, {size}\r\n\r\n{hidden}",
        "69 a length that is none": f"{head}Content-Length: +4\r\n\r\n{hidden}",
        "69 a length below zero": f"{head}Content-Length: -1\r\n\r\n{hidden}",
        "69 a length of words": f"{head}Content-Length: 0x10\r\n\r\n{hidden}",
        "70 chunks and a length": f"{head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}",
        "70 chunks behind a control sign": f"{head}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n{hidden}",
        "70 chunks twice": f"{head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{hidden}",
        "70 chunks named in space": f"{head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{hidden}",
        "70 chunks of rubbish": f"{head}Transfer-Encoding: chunked\r\n\r\nZZ\r\nxx\r\n0\r\n\r\n",
        "70 a chunk without end": f"{head}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nxx\r\n0\r\n\r\n",
        "70 a chunk below zero": f"{head}Transfer-Encoding: chunked\r\n\r\n-1\r\nxx\r\n0\r\n\r\n",
        "71 bare line feeds": f"GET /people HTTP/1.1\n{host}{cookie}\n",
        "71 a line feed in a head": f"GET /health HTTP/1.1\r\n{host}X: a\nSet-Cookie: evil=1\r\n\r\n",
        "71 a head that goes on": f"GET /health HTTP/1.1\r\n{host}X: a\r\n Transfer-Encoding: chunked\r\n\r\n",
        "72 one after a bad one": f"GARBAGE\r\n\r\n{hidden}",
        "72 one after an odd version": f"GET / HTTP/9.9\r\n{host}\r\n{hidden}",
        "72 two in a row": f"GET /people HTTP/1.1\r\n{host}\r\n{hidden}",
        "74 64 KB of head": f"GET /health HTTP/1.1\r\n{host}X: {'a' * 64 * KIB}\r\n\r\n",
        "74 heads without end": f"GET /health HTTP/1.1\r\n{host}" + "A: b\r\n" * 12_000 + "\r\n",
        "74 an address of 64 KB": f"GET /{'a' * 64 * KIB} HTTP/1.1\r\n{host}\r\n",
        "74 no host": "GET /people HTTP/1.1\r\n\r\n",
        "74 two hosts": f"GET /people HTTP/1.1\r\n{host}Host: evil.test\r\n{cookie}\r\n",
        "74 an absolute address": f"GET http://evil.test/people HTTP/1.1\r\n{host}{cookie}\r\n",
        "74 signs of no alphabet": f"GET /\xff\xfe\x80 HTTP/1.1\r\n{host}\r\n",
        "74 a NUL in the head": f"GET /health HTTP/1.1\r\n{host}X: a\x00b\r\n\r\n",
    }
    return {name: text.encode("latin-1") for name, text in made.items()}


def malformed(target: Target, report: Report) -> None:
    """Every one is refused or hung up on; what hides in it is asked for by nobody; the next who comes is served."""
    for name, sent in smuggled(target).items():
        answers = raw(target.port, sent) or [Answer(0)]
        for answer in answers:
            one = answer if answer.status in range(100, 500) or answer.status >= 500 else Answer(0)
            if one.status == 501:  # a transfer coding that is not spoken here
                one = Answer(400)
            report.tried(name, f"{len(answers)} answers", one, foreign=("王慧",), may_hang_up=True)
        _is_alive(target, report, name)


def too_large(target: Target, report: Report, megabytes: int) -> None:
    """(64) A body that is too large is refused: read to its end, from its head, in the middle; nobody is held up."""
    host = f"Host: 127.0.0.1:{target.port}\r\n"
    head = f"POST /sign-in HTTP/1.1\r\n{host}Content-Type: application/x-www-form-urlencoded\r\n"
    sent = f"{head}Content-Length: {megabytes * MIB}\r\n\r\n".encode() + b"a=" + b"x" * (6 * MIB)
    for answer in raw(target.port, sent) or [Answer(0)]:
        report.tried("64 a body too large", f"{megabytes} MB", answer, must_refuse=True, may_hang_up=True)
    whole = f"{head}Content-Length: {6 * MIB}\r\n\r\n".encode() + b"a=" + b"x" * (6 * MIB - 2)
    for answer in raw(target.port, whole) or [Answer(0)]:
        report.tried("64 a body too large", "6 MB to the end", answer, must_refuse=True)
    chunk = b"%x\r\n" % MIB + b"x" * MIB + b"\r\n"
    sent = f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunk * 6 + b"0\r\n\r\n"
    for answer in raw(target.port, sent) or [Answer(0)]:
        report.tried("64 a body too large", "in chunks", answer, must_refuse=True, may_hang_up=True)
    _is_alive(target, report, "64 a body too large")


def slow_loris(target: Target, report: Report, sockets: int) -> None:
    """(73) Many who never finish their request: others are served."""
    lines = []
    try:
        for _ in range(sockets):
            line = socket.create_connection(("127.0.0.1", target.port), timeout=5)
            line.sendall(b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\nX-a: ")
            lines.append(line)
        for _ in range(3):
            _is_alive(target, report, f"73 {sockets} who never finish")
    finally:
        for line in lines:
            line.close()


def _is_alive(target: Target, report: Report, name: str) -> None:
    answer = target.fresh("").get("/health")
    report.note(name, "the next who comes", "" if answer.status == 200 else f"is answered {answer.status}", tries=0)
