"""The state of a receipt printer between two commands: where it reads, how it writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from devices.escpos.paper import Element, Line, Run

POWER_ON_SPACING = 30
T = TypeVar("T")


class NotReceipt(ValueError):
    """Bytes that our printers' tables do not explain, with their offset."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(f"{reason} at byte {offset}")
        self.offset = offset


@dataclass
class Settings:
    align: str = "left"
    bold: bool = False
    spacing: int = POWER_ON_SPACING
    chinese: bool = False
    latin_size: tuple[int, int] = (1, 1)
    chinese_size: tuple[int, int] = (1, 1)
    bar_height: int = 162
    bar_module: int = 3
    readable: str = "off"
    qr_module: int = 3
    qr_level: str = "L"
    qr_content: bytes | None = None
    runs: list[Run] = field(default_factory=list)


class PrintHead:
    def __init__(self, data: bytes) -> None:
        self.data, self.offset = data, 0
        self.now = Settings()
        self.elements: list[Element] = []

    def take(self) -> int:
        return self.take_many(1)[0]

    def take_many(self, count: int) -> bytes:
        if self.offset + count > len(self.data):
            raise NotReceipt("unfinished command", len(self.data))
        self.offset += count
        return self.data[self.offset - count : self.offset]

    def choose(self, table: dict[int, T]) -> T:
        value = self.take()
        if value not in table:
            raise NotReceipt(f"value {value} outside its table", self.offset - 1)
        return table[value]

    def double_byte(self, first: int) -> str:
        pair = bytes([first, self.take()])
        try:
            return pair.decode("gbk")
        except UnicodeDecodeError:
            raise NotReceipt(f"{pair.hex(' ')} is no character of the printer's font", self.offset - 2) from None

    def put(self, char: str, size: tuple[int, int]) -> None:
        look = Run(char, *size, self.now.bold)
        runs = self.now.runs
        if runs and (runs[-1].wide, runs[-1].high, runs[-1].bold) == (look.wide, look.high, look.bold):
            look = Run(runs.pop().text + char, *size, self.now.bold)
        runs.append(look)

    def end_line(self) -> None:
        runs = tuple(self.now.runs)
        tallest = max((run.high for run in runs), default=1)
        self.elements.append(Line(runs, self.now.align, max(self.now.spacing, 24 * tallest)))
        self.now.runs.clear()

    def at_line_start(self) -> None:
        if self.now.runs:
            raise NotReceipt("a command for the start of a line inside one", self.offset)
