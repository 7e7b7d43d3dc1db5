"""From the bytes of a list file to its lines: UTF-8 or GB18030, one header row, line numbers as in an editor."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clinic_app.kernel import i18n
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt

LARGEST_BYTES = 32 * 1024 * 1024
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class LineError:
    """One thing that is wrong, and where; `file` only when there are several."""

    line: int
    refused: Refused
    file: str = ""

    def text(self) -> str:
        """`第 7 行：…` in the reader's language."""
        told = {"line": self.line, "why": i18n.refusal(self.refused), "file": self.file}
        pattern = (
            i18n.gettext("%(file)s 第 %(line)s 行：%(why)s") if self.file else i18n.gettext("第 %(line)s 行：%(why)s")
        )
        return pattern % told


def read_file(path: Path) -> bytes:
    """The bytes of a file; Refused `dictionaries.no_such_file` or `dictionaries.file_too_large`."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise Refused("dictionaries.file_too_large", field="file", name=path.name, most=LARGEST_BYTES >> 20)
        return path.read_bytes()
    except (OSError, ValueError) as err:
        raise Refused("dictionaries.no_such_file", field="file", name=path.name) from err


def read_lines(data: bytes, columns: Sequence[str], errors: list[LineError]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, cells by column) of every filled row; rows of a wrong width are added to `errors`.

    Refused `dictionaries.not_text`, `.header_missing`, `.header_unknown`, `.empty_file` or `.too_many_rows`.
    """
    reader = csv.reader(io.StringIO(_decoded(data), newline=""), strict=True)
    seen = 0
    try:
        header = [name.strip() for name in next(reader, [])]
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
