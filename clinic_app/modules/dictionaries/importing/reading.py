"""From the bytes of a list file to its lines: text in UTF-8 or GB18030, or a spreadsheet, with one header row."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clinic_app.kernel import i18n
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt
from clinic_app.modules.dictionaries.importing import headings
from clinic_app.modules.dictionaries.importing.sheet import NOTHING, Cell
from clinic_app.modules.dictionaries.importing.workbook import is_workbook, read_rows
from clinic_app.modules.dictionaries.queries import columns as words

LARGEST_BYTES = 32 * 1024 * 1024
MOST_ROWS = 100_000
DATED = ("_from", "_to", "_until", "_on")
"""Endings of the columns that hold days."""


@dataclass(frozen=True, slots=True)
class LineError:
    """One thing that is wrong, and where; `file` only when there are several."""

    line: int
    refused: Refused
    file: str = ""

    def text(self) -> str:
        """`第 7 行：…` in the reader's language."""
        told = {"line": self.line, "why": i18n.refusal(self._in_words()), "file": self.file}
        pattern = (
            i18n.gettext("%(file)s 第 %(line)s 行：%(why)s") if self.file else i18n.gettext("第 %(line)s 行：%(why)s")
        )
        return pattern % told

    def _in_words(self) -> Refused:
        """With the column as a screen calls it, beside its own name, which the file may use."""
        name = self.refused.facts.get("column")
        if name is None:
            return self.refused
        told = words.label(name)
        facts = {**self.refused.facts, "column": told if told == name else f"{told} {name}"}
        if "allowed" in facts:
            facts["allowed"] = " / ".join(words.word(one, name) for one in facts["allowed"].split(" / "))
        return Refused(self.refused.code, field=self.refused.field, **facts)


def read_file(path: Path) -> bytes:
    """The bytes of a file; Refused `dictionaries.no_such_file` or `dictionaries.file_too_large`."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise Refused("dictionaries.file_too_large", field="file", name=path.name, most=LARGEST_BYTES >> 20)
        return path.read_bytes()
    except (OSError, ValueError) as err:
        raise Refused("dictionaries.no_such_file", field="file", name=path.name) from err


def read_lines(data: bytes, columns: Sequence[str], errors: list[LineError]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, cells by column) of every filled row; rows that cannot be read are added to `errors`.

    Refused `dictionaries.not_text`, `.header_missing`, `.header_unknown`, `.empty_file`, `.too_many_rows`, or what is
    wrong with a spreadsheet as a whole.
    """
    if is_workbook(data):
        yield from _read_workbook(data, columns, errors)
        return
    reader = csv.reader(io.StringIO(_decoded(data), newline=""), strict=True)
    seen = 0
    try:
        header = headings.named(next(reader, []), columns)
        _check_header(header, columns)
        at = reader.line_num
        for cells in reader:
            line, at = at + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if (seen := seen + 1) > MOST_ROWS:
                raise Refused("dictionaries.too_many_rows", field="file", most=MOST_ROWS)
            if len(cells) != len(header):
                errors.append(LineError(line, Refused("dictionaries.cell_count", have=len(cells), want=len(header))))
                continue
            yield line, dict(zip(header, cells, strict=True))
    except csv.Error:
        errors.append(LineError(reader.line_num, Refused("dictionaries.bad_quotes")))
        return
    if not seen:
        raise Refused("dictionaries.empty_file", field="file")


def _read_workbook(
    data: bytes, columns: Sequence[str], errors: list[LineError]
) -> Iterator[tuple[int, dict[str, str]]]:
    rows = read_rows(data)
    header = headings.named((cell.text for cell in next(rows, (0, []))[1]), columns)
    _check_header(header, columns)
    seen = 0
    for line, cells in rows:
        if not any(cell.text.strip() or cell.kind != "text" for cell in cells):
            continue
        if (seen := seen + 1) > MOST_ROWS:
            raise Refused("dictionaries.too_many_rows", field="file", most=MOST_ROWS)
        if len(cells) > len(header):
            errors.append(LineError(line, Refused("dictionaries.cell_count", have=len(cells), want=len(header))))
            continue
        by_column = dict(zip(header, (*cells, *[NOTHING] * (len(header) - len(cells))), strict=True))
        if (refused := _typed_wrongly(by_column)) is not None:
            errors.append(LineError(line, refused))
            continue
        yield line, {name: cell.text for name, cell in by_column.items()}
    if not seen:
        raise Refused("dictionaries.empty_file", field="file")


def _typed_wrongly(cells: dict[str, Cell]) -> Refused | None:
    """A spreadsheet's own types that are no value of a list: a formula, an error, a text it took for a date."""
    for name, cell in cells.items():
        if cell.kind == "formula":
            return Refused("dictionaries.cell_formula", field=name, column=name)
        if cell.kind == "error":
            return Refused("dictionaries.cell_error", field=name, column=name, value=excerpt(cell.text))
        if cell.kind == "date" and not name.endswith(DATED):
            return Refused("dictionaries.cell_is_date", field=name, column=name, value=cell.text)
    return None


def _decoded(data: bytes) -> str:
    """Spreadsheets on Chinese Windows write GB18030, others UTF-8 with or without a mark."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused("dictionaries.not_text", field="file")


def _check_header(header: Sequence[str], columns: Sequence[str]) -> None:
    if missing := [name for name in columns if name not in header]:
        raise Refused("dictionaries.header_missing", field="file", columns=", ".join(missing))
    if unknown := [name for name in header if name not in columns]:
        raise Refused("dictionaries.header_unknown", field="file", columns=excerpt(", ".join(unknown)))
    if len(set(header)) != len(header):
        raise Refused("dictionaries.header_unknown", field="file", columns=", ".join(header)[:60])
