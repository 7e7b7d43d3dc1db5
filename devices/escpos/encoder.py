"""Line dicts to the bytes of a receipt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from devices.escpos import commands
from devices.escpos.width import char_width, clean, native_bytes
from devices.escpos.wrapping import Cell, compose, wrap

SIZES = {"normal": (1, 1), "tall": (1, 2), "double": (2, 2)}
ROW_HEIGHT = {1: 34, 2: 60}  # dots, by height factor; the printer's own 30 is too tight for Chinese
FEED_BEFORE_CUT = 4  # rows between the print head and the knife


def encode(lines: Iterable[Mapping[str, Any]], *, columns: int = 48, dots: int = 576) -> bytes:
    """The bytes that print `lines` on paper of `columns` half-width columns and `dots` dots.

    Text is data: no character of it can become a command. Text is folded, never cut; a row with a character the printer
    lacks goes as a picture. ValueError for a line that is not of the agreed form, a QR code too large for the paper or
    a bar code outside ASCII.
    """
    receipt = _Receipt(columns, dots)
    for line in lines:
        receipt.add(line)
    return bytes(receipt.data)


class _Receipt:
    def __init__(self, columns: int, dots: int) -> None:
        self.columns, self.dots, self.cell_dots = columns, dots, dots // columns
        self.data = bytearray(commands.INIT + commands.CHINESE + commands.spacing(ROW_HEIGHT[1]))
        self.align, self.bold, self.size = "left", False, (1, 1)

    def add(self, line: Mapping[str, Any]) -> None:
        writers = {
            "text": self._text,
            "columns": self._columns,
            "rule": self._rule,
            "qr": self._qr,
            "barcode": self._barcode,
            "feed": self._feed,
            "cut": self._cut,
            "drawer": self._drawer,
        }
        kind = next((key for key in writers if key in line), None)
        if kind is None:
            raise ValueError(f"a line with none of {', '.join(writers)}")
        writers[kind](line)

    def _text(self, line: Mapping[str, Any]) -> None:
        self._style(line, line.get("align", "left"))
        for row in wrap(clean(str(line["text"])), self.columns // self.size[0]):
            self._row(row)

    def _columns(self, line: Mapping[str, Any]) -> None:
        self._style(line, "left")
        self._fits(line["columns"])
        cells = [
            Cell(clean(str(cell["text"])), int(cell["width"]) // self.size[0], cell.get("align", "left"))
            for cell in line["columns"]
        ]
        for row in compose(cells):
            self._row(row)

    def _fits(self, cells: list[Mapping[str, Any]]) -> None:
        widths = [int(cell["width"]) for cell in cells]
        if not widths or min(widths) < 2 * self.size[0] or sum(widths) > self.columns:
            raise ValueError(f"column widths {widths} on paper of {self.columns} columns")
        if any(cell.get("align", "left") not in ("left", "right") for cell in cells):
            raise ValueError("a column is aligned left or right")

    def _rule(self, line: Mapping[str, Any]) -> None:
        self._style(line, "left")
        mark = clean(str(line["rule"]))[:1]
        if not mark or not char_width(mark):
            raise ValueError("a rule needs a character with a width")
        self._row(mark * (self.columns // self.size[0] // char_width(mark)))

    def _qr(self, line: Mapping[str, Any]) -> None:
        module = int(line.get("size", 4))
        if not 1 <= module <= 8:
            raise ValueError("qr size is 1 to 8")
        self._aligned("center")
        self.data += commands.qr(str(line["qr"]), module, self.dots)

    def _barcode(self, line: Mapping[str, Any]) -> None:
        text = str(line["barcode"])
        if not text or not all(" " <= char <= "~" for char in text):
            raise ValueError("a bar code holds printable ASCII")
        module = commands.barcode_module(text, self.dots)
        if module is None:  # the number is what counts: too long for bars, it is printed in letters
            self._text({"text": text, "align": "center"})
            return
        self._aligned("center")
        self.data += commands.barcode(text, module)

    def _feed(self, line: Mapping[str, Any]) -> None:
        self._style({}, self.align)
        self.data += commands.feed(max(int(line["feed"]), 0))

    def _cut(self, line: Mapping[str, Any]) -> None:
        if line["cut"]:
            self._feed({"feed": FEED_BEFORE_CUT})
            self.data += commands.PARTIAL_CUT

    def _drawer(self, line: Mapping[str, Any]) -> None:
        if line["drawer"]:
            self.data += commands.OPEN_DRAWER

    def _aligned(self, side: str) -> None:
        if side not in ("left", "center", "right"):
            raise ValueError(f"unknown alignment {side!r}")
        if side != self.align:
            self.data += commands.align(side)
            self.align = side

    def _style(self, line: Mapping[str, Any], side: str) -> None:
        self._aligned(side)
        size, bold = SIZES.get(line.get("size", "normal")), bool(line.get("bold", False))
        if size is None:
            raise ValueError(f"unknown size {line['size']!r}")
        if size != self.size:
            self.data += commands.size(*size) + commands.spacing(ROW_HEIGHT[size[1]])
            self.size = size
        if bold != self.bold:
            self.data += commands.bold(bold)
            self.bold = bold

    def _row(self, row: str) -> None:
        parts = [native_bytes(char) for char in row]
        if None not in parts:
            self.data += b"".join(part for part in parts if part) + commands.LINE_END
            return
        from devices.escpos.raster import raster_row

        wide, high = self.size
        picture = raster_row(
            row, dots=self.dots, height=ROW_HEIGHT[high], align=self.align,
            wide=wide, high=high, bold=self.bold, cell_dots=self.cell_dots,
        )  # fmt: skip
        self.data += commands.raster(picture)
