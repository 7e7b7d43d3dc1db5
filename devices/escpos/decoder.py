"""The bytes of a receipt read back as a printer would, from the printers' command tables and apart from the encoder.

A byte that no command of the table explains is an error here: on paper it would be rubbish.
"""

from __future__ import annotations

from collections.abc import Callable

from devices.escpos import decoder_graphics as graphics
from devices.escpos.paper import Cut, Drawer, Element, Feed
from devices.escpos.printhead import POWER_ON_SPACING, NotReceipt, PrintHead, Settings

__all__ = ["NotReceipt", "decode"]

ALIGNMENTS = {0: "left", 1: "center", 2: "right", 48: "left", 49: "center", 50: "right"}


def decode(data: bytes) -> list[Element]:
    """The paper that `data` prints; NotReceipt for an unknown byte or value or an unfinished command."""
    head = PrintHead(data)
    while head.offset < len(head.data):
        start = head.offset
        first = head.take()
        if first == 0x0A:
            head.end_line()
        elif first in (0x1B, 0x1C, 0x1D):
            command = bytes([first, head.take()])
            if command not in TABLE:
                raise NotReceipt(f"unknown command {command.hex(' ')}", start)
            TABLE[command](head)
        elif 0x20 <= first <= 0x7E:
            head.put(chr(first), head.now.latin_size)
        elif head.now.chinese and 0x81 <= first <= 0xFE:
            head.put(head.double_byte(first), head.now.chinese_size)
        else:
            raise NotReceipt(f"unknown byte {first:02x}", start)
    if head.now.runs:
        raise NotReceipt("text without the end of its line", head.offset)
    return head.elements


def _reset(head: PrintHead) -> None:
    # Text of an unfinished line is lost by ESC @ on a real printer, so it may not happen.
    head.at_line_start()
    head.now = Settings()


def _align(head: PrintHead) -> None:
    head.at_line_start()
    head.now.align = head.choose(ALIGNMENTS)


def _bold(head: PrintHead) -> None:
    head.now.bold = bool(head.take() & 1)


def _print_mode(head: PrintHead) -> None:
    mode = head.take()
    if mode & ~0b00111000:
        raise NotReceipt(f"print mode {mode:02x}", head.offset - 1)
    head.now.bold = bool(mode & 8)
    head.now.latin_size = head.now.chinese_size = (1 + (mode >> 5 & 1), 1 + (mode >> 4 & 1))


def _size(head: PrintHead) -> None:
    value = head.take()
    if value & 0x88:
        raise NotReceipt(f"size {value:02x}", head.offset - 1)
    head.now.latin_size = head.now.chinese_size = ((value >> 4) + 1, (value & 7) + 1)


def _chinese_mode(head: PrintHead) -> None:
    mode = head.take()
    if mode & ~0b00001100:
        raise NotReceipt(f"Chinese print mode {mode:02x}", head.offset - 1)
    head.now.chinese_size = (1 + (mode >> 2 & 1), 1 + (mode >> 3 & 1))


def _chinese_quadruple(head: PrintHead) -> None:
    head.now.chinese_size = (2, 2) if head.take() & 1 else (1, 1)


def _enter_chinese(head: PrintHead) -> None:
    head.now.chinese = True


def _leave_chinese(head: PrintHead) -> None:
    head.now.chinese = False


def _default_spacing(head: PrintHead) -> None:
    head.now.spacing = POWER_ON_SPACING


def _spacing(head: PrintHead) -> None:
    head.now.spacing = head.take()


def _feed_lines(head: PrintHead) -> None:
    if head.now.runs:
        head.end_line()
    head.elements.append(Feed(head.take() * head.now.spacing))


def _feed_dots(head: PrintHead) -> None:
    head.at_line_start()
    head.elements.append(Feed(head.take()))


def _cut(head: PrintHead) -> None:
    head.at_line_start()
    mode = head.choose({0: "full", 48: "full", 1: "partial", 49: "partial", 65: "feed full", 66: "feed partial"})
    if mode.startswith("feed"):
        head.elements.append(Feed(head.take()))
    head.elements.append(Cut(partial=mode.endswith("partial")))


def _drawer(head: PrintHead) -> None:
    pin = head.choose({0: 2, 1: 5, 48: 2, 49: 5})
    head.take_many(2)
    head.elements.append(Drawer(pin))


TABLE: dict[bytes, Callable[[PrintHead], None]] = {
    b"\x1b@": _reset,
    b"\x1b!": _print_mode,
    b"\x1b2": _default_spacing,
    b"\x1b3": _spacing,
    b"\x1bE": _bold,
    b"\x1bJ": _feed_dots,
    b"\x1ba": _align,
    b"\x1bd": _feed_lines,
    b"\x1bp": _drawer,
    b"\x1c!": _chinese_mode,
    b"\x1c&": _enter_chinese,
    b"\x1c.": _leave_chinese,
    b"\x1cW": _chinese_quadruple,
    b"\x1d!": _size,
    b"\x1d(": graphics.two_dimensional,
    b"\x1dH": graphics.readable,
    b"\x1dV": _cut,
    b"\x1df": graphics.readable_font,
    b"\x1dh": graphics.bar_height,
    b"\x1dk": graphics.bar_code,
    b"\x1dv": graphics.raster,
    b"\x1dw": graphics.bar_module,
}
