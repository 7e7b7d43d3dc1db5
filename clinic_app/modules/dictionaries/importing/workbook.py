"""The cells of a spreadsheet file (.xlsx), read as a stream and within bounds.

Of the format only what a list needs is read: sheets, shared texts, which number formats are dates, rows. openpyxl takes
three times as long for 100,000 rows and expands entities; calamine is faster, but asks at once for the memory of the
rectangle between the first and the last cell, 512 GB for a file of a kilobyte, and then ends the whole process, and it
does not tell a formula from a value. Here a document type, a formula and a sheet without end are refused.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from xml.parsers import expat

from clinic_app.kernel.errors import Refused
from clinic_app.modules.dictionaries.importing.sheet import Cell, Rows, Told

LARGEST_UNPACKED = 512 * 1024 * 1024
LARGEST_TEXTS = 96 * 1024 * 1024
MOST_PARTS = 2_000
_CHUNK = 256 * 1024
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_OF_THE_DATE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


@dataclass(slots=True)
class _Sheet:
    name: str
    path: str


@dataclass(slots=True)
class _Parts:
    """What the workbook says of itself before its rows."""

    sheets: list[_Sheet] = field(default_factory=list)
    told: Told = field(default_factory=Told)


_BROKEN = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, LookupError, ValueError, EOFError, OSError, RuntimeError,
    ArithmeticError,
)  # fmt: skip


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are a packed file or an old or locked spreadsheet, rather than text."""
    return data[:4] == b"PK\x03\x04" or data[:8] == _OLD_OR_LOCKED


def read_rows(data: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """(row number as the spreadsheet shows it, cells) of each row that holds anything, of the one filled sheet.

    Refused `dictionaries.workbook_old`, `.workbook_broken`, `.workbook_too_large`, `.workbook_sheets` or
    `.workbook_merged`; the last two only once the rows are read.
    """
    if data[:8] == _OLD_OR_LOCKED:
        raise Refused("dictionaries.workbook_old", field="file")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            _check_size(packed)
            parts = _parts(packed)
            yield from _of_one_sheet(packed, parts)
    except _BROKEN as err:
        raise Refused("dictionaries.workbook_broken", field="file") from err


def _check_size(packed: zipfile.ZipFile) -> None:
    """What the directory of the archive promises; what is really there is counted again while it is unpacked."""
    entries = packed.infolist()
    if len(entries) > MOST_PARTS or sum(one.file_size for one in entries) > LARGEST_UNPACKED:
        raise _too_large()


def _too_large() -> Refused:
    return Refused("dictionaries.workbook_too_large", field="file", most=LARGEST_UNPACKED >> 20)


def _of_one_sheet(packed: zipfile.ZipFile, parts: _Parts) -> Iterator[tuple[int, list[Cell]]]:
    filled: str | None = None
    for sheet in parts.sheets:
        rows = Rows(parts.told)
        parser = parser_of(rows.start, rows.end, rows.data)
        parser.StartElementHandler = lambda name, given, rows=rows: rows.start(local(name), given)
        for chunk in _chunks(packed, sheet.path, LARGEST_UNPACKED):
            parser.Parse(chunk, not chunk)
            if rows.found and filled is None:
                filled = sheet.name
            if rows.found and filled != sheet.name:
                raise Refused("dictionaries.workbook_sheets", field="file", first=filled[:40], second=sheet.name[:40])
            yield from rows.found
            rows.found.clear()
        if filled == sheet.name and rows.merged:
            raise Refused("dictionaries.workbook_merged", field="file", cells=rows.merged[:20])


def _parts(packed: zipfile.ZipFile) -> _Parts:
    parts = _Parts()
    targets: dict[str, str] = {}
    named: list[tuple[str, str]] = []

    def relation(name: str, given: dict[str, str]) -> None:
        if name == "Relationship":
            targets[given.get("Id", "")] = given.get("Target", "")

    def book(name: str, given: dict[str, str]) -> None:
        if name == "sheet" and given.get("state", "visible") == "visible":
            named.append((given.get("name", ""), given.get("id", "")))
        elif name == "workbookPr" and given.get("date1904") in ("1", "true"):
            parts.told.first_day = date(1904, 1, 1)

    _walk(packed, "xl/_rels/workbook.xml.rels", relation)
    _walk(packed, "xl/workbook.xml", book)
    if "xl/styles.xml" in packed.NameToInfo:
        parts.told.dates = _date_styles(packed)
    if "xl/sharedStrings.xml" in packed.NameToInfo:
        parts.told.texts = _shared_texts(packed)
    for name, relation_id in named:
        target = targets[relation_id]
        parts.sheets.append(_Sheet(name, target.lstrip("/") if target.startswith("/") else f"xl/{target}"))
    return parts


def _date_styles(packed: zipfile.ZipFile) -> frozenset[int]:
    """The places of the cell styles that show a number as a date."""
    formats: dict[int, str] = {}
    styles: list[int] = []
    inside: list[str] = []

    def style(name: str, given: dict[str, str]) -> None:
        if name in ("cellXfs", "cellStyleXfs", "dxfs"):
            inside[:] = [name]
        elif name == "numFmt":
            formats[int(given["numFmtId"])] = given.get("formatCode", "")
        elif name == "xf" and inside == ["cellXfs"]:
            styles.append(int(given.get("numFmtId", "0")))

    _walk(packed, "xl/styles.xml", style)
    return frozenset(at for at, number in enumerate(styles) if _is_date(number, formats.get(number, "")))


def _is_date(number: int, code: str) -> bool:
    """Built-in numbers, or a format of the workbook's own that shows a year or a day."""
    if code:
        return bool(re.search("[yd年日]", _NOT_OF_THE_DATE.sub("", code.split(";")[0]).lower()))
    return number in _DATE_FORMATS


def _shared_texts(packed: zipfile.ZipFile) -> list[str]:
    texts: list[str] = []
    found: list[str] = []
    state = {"text": False, "reading": False}

    def start(name: str, _given: dict[str, str]) -> None:
        if name == "si":
            found.clear()
        state["reading"] = state["reading"] or name == "rPh"  # how a Japanese word is read: no part of the text
        state["text"] = name == "t" and not state["reading"]

    def end(name: str) -> None:
        state["text"] = False
        if name == "rPh":
            state["reading"] = False
        elif name == "si":
            texts.append("".join(found))

    def text(part: str) -> None:
        if state["text"]:
            found.append(part)

    _walk(packed, "xl/sharedStrings.xml", start, end, text, most=LARGEST_TEXTS)
    return texts


def _chunks(packed: zipfile.ZipFile, path: str, most: int) -> Iterator[bytes]:
    """The unpacked bytes of one part; a part that grows past its bound is a bomb."""
    unpacked = 0
    with packed.open(path) as part:
        while chunk := part.read(_CHUNK):
            if (unpacked := unpacked + len(chunk)) > most:
                raise _too_large()
            yield chunk
    yield b""


def _walk(
    packed: zipfile.ZipFile,
    path: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    most: int = 16 * 1024 * 1024,
) -> None:
    parser = parser_of(start, end, text)
    for chunk in _chunks(packed, path, most):
        parser.Parse(chunk, not chunk)


def parser_of(
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None,
    text: Callable[[str], None] | None,
) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, given: start(local(name), {local(key): given[key] for key in given})
    if end is not None:
        parser.EndElementHandler = lambda name: end(local(name))
    if text is not None:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def local(name: str) -> str:
    """The name without its namespace's prefix: some programs write `x:row`."""
    return name if ":" not in name else name.rpartition(":")[2]


def _refuse_doctype(*_given: object) -> None:
    raise ValueError("a spreadsheet has no document type")
