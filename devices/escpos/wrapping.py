"""Texts and columns folded into rows of paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from devices.escpos.width import char_width, text_width


@dataclass(frozen=True, slots=True)
class Cell:
    """One cleaned text of a table row; `width` in half-width columns, at least 2."""

    text: str
    width: int
    align: str = "left"


def wrap(text: str, columns: int) -> Iterator[str]:
    """Rows of at most `columns` columns that together hold every character but the spaces a row ends or begins with."""
    row, used = "", 0
    for char in text:
        width = char_width(char)
        if used + width > columns:
            row, rest = _break(row, char)
            yield row.rstrip(" ")
            row, used = rest, text_width(rest)
            if char == " " and not row:
                continue
        row, used = row + char, used + width
    yield row.rstrip(" ")


def _break(row: str, char: str) -> tuple[str, str]:
    """Where a full row ends: before a Latin word or number that would be torn, unless the row is that one word."""
    if not _in_word(char) or not row or not _in_word(row[-1]):
        return row, ""
    start = len(row)
    while start and _in_word(row[start - 1]):
        start -= 1
    return (row[:start], row[start:]) if row[:start].strip(" ") else (row, "")


def _in_word(char: str) -> bool:
    return char.isascii() and char not in " "


def compose(cells: list[Cell]) -> list[str]:
    """Rows of a table line: a cell too long for its width continues below itself, never in its neighbour's place."""
    folded = [list(wrap(cell.text, cell.width)) for cell in cells]
    rows = []
    for number in range(max(map(len, folded))):
        parts = [part[number] if number < len(part) else "" for part in folded]
        padded = [_pad(part, cell) for part, cell in zip(parts, cells, strict=True)]
        rows.append("".join(padded).rstrip(" "))
    return rows


def _pad(part: str, cell: Cell) -> str:
    space = " " * (cell.width - text_width(part))
    return space + part if cell.align == "right" else part + space
