"""What stands on a printed paper, as the decoder reads it and the picture draws it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one look; `wide` and `high` are size factors 1 to 8."""

    text: str
    wide: int = 1
    high: int = 1
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row of text; `height` in dots from this row to the next."""

    runs: tuple[Run, ...]
    align: str
    height: int

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Raster:
    """Dots as printed: rows of `width` / 8 bytes, a set bit is black."""

    width: int
    height: int
    bits: bytes
    align: str


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code; `module` in dots, `level` one of L M Q H."""

    content: bytes
    module: int
    level: str
    align: str


@dataclass(frozen=True, slots=True)
class Barcode:
    """CODE128 set B; `height` and `module` in dots, `readable` where the text stands."""

    text: str
    height: int
    module: int
    readable: str
    align: str


@dataclass(frozen=True, slots=True)
class Feed:
    """White paper, in dots."""

    dots: int


@dataclass(frozen=True, slots=True)
class Cut:
    partial: bool


@dataclass(frozen=True, slots=True)
class Drawer:
    """The pulse that opens the cash drawer (钱箱)."""

    pin: int


Element = Line | Raster | Qr | Barcode | Feed | Cut | Drawer
