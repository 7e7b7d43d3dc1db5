"""The rows of one sheet of a spreadsheet file, as its XML comes in."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Context
from functools import lru_cache
from typing import NamedTuple

from clinic_app.kernel.errors import Refused

MOST_COLUMNS = 200
_SHOWN = Context(prec=15)
"""A spreadsheet keeps binary numbers and shows 15 places of them: 18.699999999999999 was typed as 18.7."""
_LETTERS = re.compile("[A-Z]{1,3}")


class Cell(NamedTuple):
    """`kind` is text, number, date, formula or error; a date is written `2026-11-20`."""

    text: str
    kind: str


NOTHING = Cell("", "text")


@dataclass(slots=True)
class Told:
    """What the workbook keeps apart from the rows: shared texts, styles that show a date, the day 0 of dates."""

    texts: list[str] = field(default_factory=list)
    dates: frozenset[int] = frozenset()
    first_day: date = date(1899, 12, 30)


class Rows:
    """Handlers of the XML; `found` holds (row number, cells) of the rows read and not taken away yet.

    A wide list has millions of cells, so each handler does the least that its element needs.
    """

    def __init__(self, told: Told):
        self.found: list[tuple[int, list[Cell]]] = []
        self.merged = ""
        self._told = told
        self._row, self._column = 0, 0
        self._cells: list[Cell] = []
        self._type, self._is_date, self._has_formula, self._takes = "n", False, False, False
        self._reading = False
        self._text = ""

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            self._column = _place(given.get("r", "").rstrip("0123456789")) or self._column + 1
            if self._column > MOST_COLUMNS:
                raise Refused("dictionaries.workbook_too_wide", field="file", most=MOST_COLUMNS)
            self._type = given.get("t", "n")
            self._is_date = self._type == "n" and int(given.get("s", "0")) in self._told.dates
            self._has_formula = self._takes = self._reading = False
            self._text = ""
        elif name == "v" or (name == "t" and not self._reading):
            self._takes = True
        elif name == "f":
            self._has_formula = True
        elif name == "rPh":
            self._reading = True
        elif name == "row":
            self._row = int(given["r"]) if "r" in given else self._row + 1
            self._column, self._cells = 0, []
        elif name == "mergeCell" and not self.merged:
            self.merged = given.get("ref", "?")

    def data(self, text: str) -> None:
        if self._takes:
            self._text += text

    def end(self, name: str) -> None:
        if name == "v" or name == "t":
            self._takes = False
        elif name == "c":
            cell = self._cell()
            if cell.text or cell.kind != "text":
                if (missing := self._column - 1 - len(self._cells)) > 0:
                    self._cells += [NOTHING] * missing
                self._cells.append(cell)
        elif name == "row":
            if self._cells:
                self.found.append((self._row, self._cells))
        elif name == "rPh":
            self._reading = False

    def _cell(self) -> Cell:
        text, kind = self._text, self._type
        if self._has_formula:
            return Cell(text, "formula")
        if kind == "s":
            return Cell(self._told.texts[int(text)], "text") if text else NOTHING
        if kind == "str" or kind == "inlineStr":
            return Cell(text, "text")
        if kind == "e":
            return Cell(text, "error")
        if kind == "b" or not text:
            return Cell(text, "text")
        if kind == "d":
            return Cell(text[:10], "date")
        if not self._is_date:
            return _number(text)
        return Cell((self._told.first_day + timedelta(days=int(_SHOWN.create_decimal(text)))).isoformat(), "date")


@lru_cache(maxsize=4_096)
def _number(text: str) -> Cell:
    number = _SHOWN.create_decimal(text)
    return Cell(f"{number.normalize():f}", "number") if abs(number) < 10**15 else Cell(text, "text")


@lru_cache(maxsize=1_024)
def _place(letters: str) -> int:
    """A is 1, AA is 27; 0 for what names no column."""
    if not _LETTERS.fullmatch(letters):
        return 0
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number
