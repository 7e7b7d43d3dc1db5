"""A desk with real parts: a printer on a local socket, the product's own worker steps, sign-in at any desk."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from clinic_app.kernel import db, jobs, ports, printing
from clinic_app.modules.desks import queries, services
from clinic_app.modules.desks.documents import TEST

MODEL = {
    "clinic": "青溪镇中心卫生院",
    "desk": "测试",
    "printer": "网络打印机",
    "person": "王慧",
    "printed": "2026-11-20 14:05",
    "name": "陈桂英",
}


class FakePrinter:
    """A receipt printer on a free local port; `behave` decides how it treats each connection."""

    def __init__(self, behave: Callable[["FakePrinter", socket.socket], None]):
        self.behave = behave
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.papers: list[bytes] = []
        self.finish = threading.Event()
        self.reached = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            with line:
                self.reached.set()
                self.behave(self, line)

    def close(self) -> None:
        self.finish.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # a thread that waits in accept() keeps the port open otherwise
        self.listener.close()


def takes_papers(printer: FakePrinter, line: socket.socket) -> None:
    paper = bytearray()
    while part := line.recv(65536):
        paper += part
    printer.papers.append(bytes(paper))


def breaks_off(printer: FakePrinter, line: socket.socket) -> None:
    """Takes some bytes, then resets the line as a printer that loses power does."""
    line.recv(20)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def says_nothing(printer: FakePrinter, line: socket.socket) -> None:
    """Holds the line without reading or hanging up."""
    printer.finish.wait(20)


@pytest.fixture
def fake_printer() -> Iterator[Callable[..., FakePrinter]]:
    made: list[FakePrinter] = []

    def start(behave: Callable[[FakePrinter, socket.socket], None] = takes_papers) -> FakePrinter:
        made.append(FakePrinter(behave))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture
def printer_of(clinic: Any) -> Iterator[Callable[..., None]]:
    """`printer_of("cashier", "network", address)`: what the desk of a role prints on."""

    def give(role: str, kind: str, address: str = "") -> None:
        desk = queries.desk(clinic.desk_of(role))
        assert desk is not None
        clinic.run(
            clinic.actor("administrator"),
            lambda uow: services.change_desk(
                uow, desk.id, name=desk.name, room_id=desk.room_id, printer_kind=kind, printer_address=address,
                reader_kind=desk.reader_kind,
            ),
        )

    yield give
    if ports.bound.printer is not None:
        ports.bound.printer.close()  # type: ignore[attr-defined]


@pytest.fixture
def queue(clinic: Any) -> Callable[..., bytes]:
    """`queue("cashier")`: one paper about a patient, queued at the desk of a role."""

    def put(role: str, entity: bytes = b"e" * 16, document: str = TEST) -> bytes:
        def command(uow: Any) -> bytes:
            uow.audit("test.printed", entity)
            return uow.print_job(document, entity, MODEL, patient_id=b"p" * 16)

        return clinic.run(clinic.actor(role), command)

    return put


def print_due() -> jobs.Job | None:
    """One step of the print worker: claim, send, finish; the job as it is afterwards, or None when nothing is due."""
    job = jobs.claim()
    if job is None:
        return None
    jobs.finish(job, *printing.send(job))
    return jobs.find(job.id)


def copies(entity: bytes = b"e" * 16) -> list[tuple[int, str]]:
    return db.rows("SELECT copy_no, state FROM job WHERE entity = ? ORDER BY copy_no", (entity,))
