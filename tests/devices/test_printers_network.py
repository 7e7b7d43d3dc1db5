"""A printer on a real local socket: what is known about the paper after each way of ending."""

import socket
import struct
import threading

import pytest

from devices.printers import open_printer
from devices.printers.network import NetworkPrinter, host_and_port

JOB = b"\x1b@" + b"x" * 3_000_000  # more than the buffers of both sides hold


class Peer:
    """One connection on a free local port, treated by `behave` in a thread."""

    def __init__(self, behave):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.received = bytearray()
        self.finish = threading.Event()
        self.thread = threading.Thread(target=self._serve, args=(behave,), daemon=True)
        self.thread.start()

    def _serve(self, behave):
        line, _ = self.listener.accept()
        with line:
            behave(self, line)

    def close(self):
        self.finish.set()
        self.listener.close()
        self.thread.join(5)


@pytest.fixture
def peer():
    peers = []

    def start(behave):
        peers.append(Peer(behave))
        return peers[-1]

    yield start
    for each in peers:
        each.close()


def takes_all_and_hangs_up(peer, line):
    while part := line.recv(65536):
        peer.received += part


def takes_all_and_keeps_the_line(peer, line):
    takes_all_and_hangs_up(peer, line)
    peer.finish.wait(10)


def takes_some_and_dies(peer, line):
    peer.received += line.recv(100)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def takes_nothing(peer, line):
    peer.finish.wait(10)


def printer(port, **timeouts):
    return NetworkPrinter("127.0.0.1", port, **timeouts)


def test_printed_when_the_printer_took_every_byte(peer):
    other = peer(takes_all_and_hangs_up)
    assert printer(other.port).send(JOB, "j1").state == "printed"
    other.thread.join(5)
    assert bytes(other.received) == JOB


@pytest.mark.skipif("sys.platform != 'linux'", reason="only Linux says what was acknowledged")
def test_printed_when_the_printer_never_hangs_up_but_acknowledged_every_byte(peer):
    other = peer(takes_all_and_keeps_the_line)
    assert printer(other.port).send(b"short", "j1").state == "printed"
    assert bytes(other.received) == b"short"


def test_nothing_listens_so_no_byte_left():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    result = printer(port).send(JOB, "j1")
    assert (result.state, result.reason) == ("not_started", "unreachable")


def test_a_name_that_is_none_leaves_no_byte():
    assert NetworkPrinter("no such host..", 9100).send(b"x", "j").state == "not_started"


def test_no_answer_to_the_call_leaves_no_byte():
    # A listener whose queue is full does not answer: the call times out before a byte of the job.
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = []
        for _ in range(3):
            waiting.append(socket.socket())
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex(("127.0.0.1", port))
        assert printer(port, connect_timeout=0.3).send(b"x", "j").state == "not_started"
        for each in waiting:
            each.close()


@pytest.mark.parametrize("job", [JOB, b"a receipt of one packet" * 20], ids=["long", "short"])
def test_unknown_when_the_printer_dies_halfway(peer, job):
    other = peer(takes_some_and_dies)
    result = printer(other.port).send(job, "j1")
    assert (result.state, result.reason) == ("unknown", "line_broken")


def test_unknown_when_the_printer_stops_taking_bytes(peer):
    other = peer(takes_nothing)
    assert printer(other.port, total_timeout=0.5).send(JOB, "j1").state == "unknown"


def test_nothing_to_say_is_said_at_once(peer):
    other = peer(takes_all_and_hangs_up)
    assert printer(other.port).send(b"", "j1").state == "printed"


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("192.168.1.50", ("192.168.1.50", 9100)),
        ("192.168.1.50:9101", ("192.168.1.50", 9101)),
        ("printer-1", ("printer-1", 9100)),
        ("[fe80::1]:9100", ("fe80::1", 9100)),
        ("[fe80::1]", ("fe80::1", 9100)),
    ],
)
def test_reads_an_address(address, parts):
    assert host_and_port(address) == parts


@pytest.mark.parametrize("address", ["", ":9100", "host:", "host:99999", "host:x", "host:٣"])
def test_refuses_what_is_no_address(address):
    with pytest.raises(ValueError):
        open_printer("network", address)


def test_refuses_a_kind_of_printer_nobody_knows():
    with pytest.raises(ValueError):
        open_printer("laser", "x")
