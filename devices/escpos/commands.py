"""The ESC/POS commands that our receipts are made of, one function each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

INIT = b"\x1b@"
CHINESE = b"\x1c&"
LINE_END = b"\n"
PARTIAL_CUT = b"\x1dV\x01"
OPEN_DRAWER = b"\x1bp\x00\x19\xfa"  # pin 2, 50 ms on, 500 ms off; nothing happens without a drawer on the printer

QR_QUIET_MODULES = 8  # four white modules on either side
BARCODE_HEIGHT = 72
BARCODE_WIDTHS = (3, 2)
_ALIGN = {"left": 0, "center": 1, "right": 2}


def align(side: str) -> bytes:
    return b"\x1ba" + bytes([_ALIGN[side]])


def bold(on: bool) -> bytes:
    return b"\x1bE" + bytes([on])


def size(wide: int, high: int) -> bytes:
    """Character size factors 1 or 2; said twice because some printers size Latin by GS ! and Chinese by FS ! only."""
    latin = (wide - 1) << 4 | (high - 1)
    chinese = (wide - 1) << 2 | (high - 1) << 3
    return b"\x1d!" + bytes([latin]) + b"\x1c!" + bytes([chinese])


def spacing(dots: int) -> bytes:
    """Height of a row in dots."""
    return b"\x1b3" + bytes([dots])


def feed(lines: int) -> bytes:
    """Blank rows."""
    full, rest = divmod(lines, 255)
    return b"\x1bd\xff" * full + (b"\x1bd" + bytes([rest]) if rest else b"")


def qr(content: str, module: int, dots: int) -> bytes:
    """A QR code that the printer draws, `module` dots a module or fewer to fit `dots`; ValueError when it cannot fit.

    A code wider than the paper comes out as nothing at all on most printers, so it is measured before.
    """
    import segno

    content = content.encode("utf-8", "ignore").decode("utf-8")
    modules = segno.make_qr(content, error="m", mode="byte", boost_error=False).symbol_size()[0]
    fitting = min(module, dots // (modules + QR_QUIET_MODULES))
    if fitting < 1:
        raise ValueError("qr code wider than the paper")
    printer = _library()
    printer.qr(content, ec=1, size=fitting, native=True)
    return bytes(printer.output)


def barcode_module(text: str, dots: int) -> int | None:
    """Dots of a thin bar for this CODE128 text, or None when no readable width fits the paper."""
    modules = 11 * (len(text) + 3) + 2 + 20
    return next((width for width in BARCODE_WIDTHS if modules * width <= dots), None)


def barcode(text: str, module: int) -> bytes:
    """CODE128 set B of printable ASCII with the readable line below.

    Our own bytes: python-escpos prints a remark on standard output for every bar code.
    """
    body = b"{B" + text.encode("ascii").replace(b"{", b"{{")
    settings = b"\x1dh" + bytes([BARCODE_HEIGHT]) + b"\x1dw" + bytes([module]) + b"\x1df\x00\x1dH\x02"
    return settings + b"\x1dk\x49" + bytes([len(body)]) + body


def raster(picture: Image.Image) -> bytes:
    """A one-bit picture, black dots printed, as wide as it is."""
    printer = _library()
    printer.image(picture, impl="bitImageRaster")
    return bytes(printer.output)


def _library() -> Any:
    """python-escpos writing into memory; imported here because it costs half a second and 18 MB.

    The profile only tells it that 576 dots fit; without one it prints a warning for every picture.
    """
    from escpos.printer import Dummy

    return Dummy(profile="TM-T20II")
