"""The only file that knows the device drivers: binds the printers, card readers and desks of the clinic."""

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from clinic_app.config import Config
from clinic_app.kernel import ports
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.jobs import NOT_STARTED, REFUSED
from clinic_app.kernel.ports import Card
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work
from clinic_app.modules.desks import queries, services
from devices.child_client import ChildPrinter, printer_command
from devices.contract import CardData, CardKind
from devices.printers.virtual import State, VirtualPrinter
from devices.readers.virtual import VirtualReader

CLOSE_SECONDS = 2.0
JOB_SECONDS = 30.0  # above the drivers' own 20 s, so that their better answer comes first
log = logging.getLogger("clinic.printing")
_data = Path()


class DeskPrinters:
    """`ports.Printer`: a real printer lives in a process of its own, the virtual one in this process."""

    def __init__(self, data: Path):
        self._data = data
        self._lock = threading.Lock()
        self._children: dict[tuple[str, str], ChildPrinter] = {}
        self._virtual: dict[bytes, VirtualPrinter] = {}

    def send(
        self, desk_id: bytes | None, document: str, lines: Sequence[Mapping[str, Any]], job_id: bytes
    ) -> tuple[str, str]:
        """Print on the desk's printer; never raises. A desk without a printer keeps its papers waiting."""
        desk = queries.desk(desk_id) if desk_id else None
        if desk is None:
            return REFUSED, "no_desk"
        if desk.printer_kind == "none":
            return NOT_STARTED, "no_printer"
        try:
            data = self._encode(lines)
        except Exception as err:  # a layout's fault must not end the thread that prints all other papers
            log.error("%s cannot be printed: %s", document, type(err).__name__)
            return REFUSED, "layout"
        result = self._printer(desk).send(data, job_id.hex())
        return result.state, result.reason

    def close(self) -> None:
        """End the device processes, also one that hangs in a paper: stopping the server may not wait for a printer."""
        with self._lock:
            children, self._children = list(self._children.values()), {}
        ending = [(child, threading.Thread(target=child.close, daemon=True)) for child in children]
        for _child, thread in ending:
            thread.start()
        for child, thread in ending:
            thread.join(CLOSE_SECONDS)
            pid = child.pid if thread.is_alive() else None
            if pid is not None:  # it hangs in the middle of a paper, whose fate a person is asked at the next start
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGTERM)
                thread.join(CLOSE_SECONDS)

    def _printer(self, desk: queries.Desk) -> ChildPrinter | VirtualPrinter:
        if desk.printer_kind == "virtual":
            return self._virtual.setdefault(desk.id, virtual_printer(desk.id))
        place = (desk.printer_kind, desk.printer_address)
        with self._lock:
            if place not in self._children:
                self._end_unused()
                self._children[place] = ChildPrinter(printer_command(*place), JOB_SECONDS)
            return self._children[place]

    def _end_unused(self) -> None:
        """Two desks may share a printer, so a process ends only when no desk has its address any more."""
        used = {(desk.printer_kind, desk.printer_address) for desk in queries.desks()}
        for place in set(self._children) - used:
            self._children.pop(place).close()

    def _encode(self, lines: Sequence[Mapping[str, Any]]) -> bytes:
        # The encoder's library costs half a second and 18 MB, so it is loaded by the first paper. It unpickles a cache
        # from a shared temporary folder unless it is given one; this one is the server's own.
        if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
            folder = self._data / "cache" / "escpos"
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for left in folder.glob("*.pickle"):
                left.unlink()  # half a file from a power cut would spoil every paper
            os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"] = str(folder)
        from devices.escpos.encoder import encode

        return encode(lines)


class DeskReaders:
    """`ports.CardDesk`: the card on a desk's reader."""

    def read(self, desk_id: bytes) -> Card | None:
        """The card that lies there now, or None; refuses for a desk without a reader."""
        desk = queries.desk(desk_id) if desk_id else None
        if desk is None:
            raise Refused("desks.no_desk")
        if desk.reader_kind == "none":
            raise Refused("desks.no_reader", name=desk.name)
        found = virtual_reader(desk.id).read(0)
        if found is None:
            return None
        born_on = found.born_on.isoformat() if found.born_on else ""
        return Card(found.kind, found.number, found.name, found.sex, born_on, found.address)


class ClinicDesks:
    """`ports.Desks`: the workstations for the sign-in page."""

    def choices(self) -> list[tuple[bytes, str]]:
        return [(desk.id, desk.name) for desk in queries.desks()]

    def of_browser(self, token: str) -> bytes | None:
        return queries.desk_of_browser(token)

    def of_lan_browser(self, token: str) -> bytes | None:
        return queries.desk_of_lan_browser(token)

    def pair(self, token: str, desk_id: bytes) -> None:
        """Nobody is signed in yet, so the clinic itself stands in the audit row."""
        with unit_of_work(SYSTEM) as uow:
            services.pair_browser(uow, desk_id, token)


def bind(config: Config) -> None:
    """Start nothing: a printer's process begins with its first paper."""
    global _data
    _data = config.data.resolve()
    ports.bound.printer = DeskPrinters(_data)
    ports.bound.cards = DeskReaders()
    ports.bound.desks = ClinicDesks()


def stop() -> None:
    """End the printers' processes; the workers have finished their papers by then."""
    if isinstance(ports.bound.printer, DeskPrinters):
        ports.bound.printer.close()


def virtual_printer(desk_id: bytes) -> VirtualPrinter:
    """The papers and the switch of a desk's virtual printer."""
    return VirtualPrinter(_data / "virtual-printer" / desk_id.hex())


def switch_virtual_printer(desk_id: bytes, state: State) -> None:
    """Switch a desk's virtual printer on, off or out of paper."""
    virtual_printer(desk_id).set_state(state)


def virtual_reader(desk_id: bytes) -> VirtualReader:
    return VirtualReader(_data / "virtual-card" / desk_id.hex())


def card_on_pad(desk_id: bytes) -> CardData | None:
    return virtual_reader(desk_id).read(0)


def place_card(desk_id: bytes, card: Card) -> None:
    """Lay a card on a desk's virtual reader; ValueError for one without number or name."""
    born_on = date.fromisoformat(card.born_on) if card.born_on else None
    kind: CardKind = "health_card" if card.kind == "health_card" else "id_card"
    virtual_reader(desk_id).place(CardData(kind, card.number, card.name, card.sex, born_on, card.address))


def picture(desk_id: bytes, sequence: int) -> bytes:
    """One paper of a virtual printer as a PNG; Missing when it was never printed or is no longer kept."""
    data = virtual_printer(desk_id).read(sequence)
    if data is None:
        raise Missing("desks.no_such_paper")
    return _drawn(data)


@lru_cache(maxsize=32)
def _drawn(data: bytes) -> bytes:
    from devices.escpos.decoder import decode
    from devices.escpos.picture import draw

    return draw(decode(data))
