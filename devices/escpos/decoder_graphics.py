"""The command table's pictures: raster, CODE128 and QR."""

from __future__ import annotations

from collections.abc import Callable

from devices.escpos.paper import Barcode, Qr, Raster
from devices.escpos.printhead import NotReceipt, PrintHead

READABLE = {0: "off", 1: "above", 2: "below", 3: "both", 48: "off", 49: "above", 50: "below", 51: "both"}
QR_LEVELS = {48: "L", 49: "M", 50: "Q", 51: "H"}


def raster(head: PrintHead) -> None:
    head.at_line_start()
    if head.take() != 0x30 or head.take() != 0:
        raise NotReceipt("a raster that is not GS v 0 in full density", head.offset - 1)
    across, down = (int.from_bytes(head.take_many(2), "little") for _ in range(2))
    if not across or not down:
        raise NotReceipt("an empty raster", head.offset)
    head.elements.append(Raster(across * 8, down, head.take_many(across * down), head.now.align))


def readable(head: PrintHead) -> None:
    head.now.readable = head.choose(READABLE)


def readable_font(head: PrintHead) -> None:
    head.choose({0: "A", 48: "A"})


def bar_height(head: PrintHead) -> None:
    head.now.bar_height = head.choose({n: n for n in range(1, 256)})


def bar_module(head: PrintHead) -> None:
    head.now.bar_module = head.choose({n: n for n in range(2, 7)})


def bar_code(head: PrintHead) -> None:
    head.at_line_start()
    head.choose({73: "CODE128"})
    body = head.take_many(head.take())
    if not body.startswith(b"{B") or len(body) < 3:
        raise NotReceipt("CODE128 outside set B", head.offset)
    plain = body[2:].replace(b"{{", b"\x00")
    if b"{" in plain or not all(byte == 0 or 0x20 <= byte <= 0x7E for byte in plain):
        raise NotReceipt("a code change or control character in CODE128", head.offset)
    text = plain.replace(b"\x00", b"{").decode("ascii")
    now = head.now
    head.elements.append(Barcode(text, now.bar_height, now.bar_module, now.readable, now.align))


def two_dimensional(head: PrintHead) -> None:
    if head.take() != 0x6B:
        raise NotReceipt("a group of GS ( other than k", head.offset - 1)
    body = head.take_many(int.from_bytes(head.take_many(2), "little"))
    kind, function, rest = body[:1], body[1:2], body[2:]
    if kind == b"\x31" and function in QR_TABLE and QR_TABLE[function](head, rest):
        return
    raise NotReceipt(f"GS ( k {body[:3].hex(' ')}", head.offset)


def _qr_model(head: PrintHead, rest: bytes) -> bool:
    return rest == b"2\x00"


def _qr_module(head: PrintHead, rest: bytes) -> bool:
    head.now.qr_module = rest[0] if len(rest) == 1 else 0
    return 1 <= head.now.qr_module <= 16


def _qr_level(head: PrintHead, rest: bytes) -> bool:
    head.now.qr_level = QR_LEVELS.get(rest[0], "") if len(rest) == 1 else ""
    return bool(head.now.qr_level)


def _qr_store(head: PrintHead, rest: bytes) -> bool:
    head.now.qr_content = rest[1:]
    return rest[:1] == b"0" and len(rest) > 1


def _qr_print(head: PrintHead, rest: bytes) -> bool:
    head.at_line_start()
    if rest != b"0" or head.now.qr_content is None:
        return False
    head.elements.append(Qr(head.now.qr_content, head.now.qr_module, head.now.qr_level, head.now.align))
    return True


QR_TABLE: dict[bytes, Callable[[PrintHead, bytes], bool]] = {
    b"A": _qr_model,
    b"C": _qr_module,
    b"E": _qr_level,
    b"P": _qr_store,
    b"Q": _qr_print,
}
