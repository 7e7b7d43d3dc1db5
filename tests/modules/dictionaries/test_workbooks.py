"""A list as a spreadsheet file: what people really make of one, and what nobody should be able to do with one."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Refused
from clinic_app.modules.dictionaries import importing
from clinic_app.modules.dictionaries.importing import workbook
from tests.modules.dictionaries.test_importing import bring_in, codes, prepared, state, table, told

COLUMNS = ["code", "name", "name_en", "source", "reviewed"]
ROW = ["Z99.998", "样例诊断", "Sample", "practice", "no"]


def packed(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def written(*rows, title="诊断", columns=COLUMNS) -> bytes:
    book = Workbook()
    book.active.title = title
    for row in (columns, *rows):
        book.active.append(row)
    return packed(book)


def of_list(kind: str) -> bytes:
    rows = table(kind)
    return written(*(list(row.values()) for row in rows), columns=list(rows[0]))


def repacked(data: bytes, name: str, body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            if one != name:
                new.writestr(one, old.read(one))
        new.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize("kind", sorted(set(importing.KINDS) - {importing.DIVISIONS}))
def test_every_list_comes_from_a_spreadsheet_as_from_text(clinic, kind):
    found = prepared(kind, of_list(kind))
    assert (found.errors, found.new, found.changed) == ((), 0, 0) and found.unchanged == len(table(kind))


def test_numbers_typed_as_numbers_are_exact(clinic):
    rows = table("drugs")
    numeric = ("pack_size", "is_splittable", "pack_price", "usual_dose", "strength_dose")
    cells = [[float(row[one]) if one in numeric else row[one] for one in row] for row in rows]
    assert prepared("drugs", written(*cells, columns=list(rows[0]))).unchanged == 200
    cells = b"<c><v>18.699999999999999</v></c><c><v>1E-3</v></c>"
    body = b"<worksheet><sheetData><row>" + cells + b"</row></sheetData></worksheet>"
    (row,) = workbook.read_rows(repacked(written(ROW), "xl/worksheets/sheet1.xml", body))
    assert row == (1, [("18.7", "number"), ("0.001", "number")])


def test_errors_carry_the_row_numbers_of_the_spreadsheet_and_nothing_comes_in(clinic):
    book = Workbook()
    sheet = book.active
    sheet.append(COLUMNS)
    for at, cells in ((3, ROW), (7, [*ROW[:4], "maybe"]), (9, ["Z99.997", None, "x", "x", "no"])):
        for column, cell in enumerate(cells, 1):
            sheet.cell(at, column, cell)
    before = state()
    found = prepared("diagnoses", packed(book))
    assert codes(found) == [(7, "dictionaries.not_a_choice"), (9, "dictionaries.cell_missing")]
    assert told(found)[0].startswith("第 7 行：")
    with pytest.raises(importing.ImportRefused):
        bring_in(clinic, found)
    assert state() == before


def test_a_rerun_of_a_spreadsheet_changes_nothing(clinic):
    assert bring_in(clinic, prepared("diagnoses", written(ROW)))["new"] == 1
    before = state()
    assert bring_in(clinic, prepared("diagnoses", written(ROW)))["unchanged"] == 1
    assert state() == before


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("=1+1", "dictionaries.cell_formula"),
        ('=HYPERLINK("http://x","y")', "dictionaries.cell_formula"),
        (date(2026, 11, 20), "dictionaries.cell_is_date"),
        (datetime(2026, 11, 20, 8, 30), "dictionaries.cell_is_date"),
        ("#N/A", "dictionaries.cell_error"),
        ("甲" * 40_000, "dictionaries.cell_unreadable"),
        ("甲\n乙", "dictionaries.cell_unreadable"),
    ],
)
def test_a_cell_that_is_no_value_is_named_with_its_row(clinic, cell, code):
    found = prepared("diagnoses", written([ROW[0], cell, *ROW[2:]]))
    assert codes(found) == [(2, code)]


def test_a_filled_cell_beyond_the_header_is_named(clinic):
    assert codes(prepared("diagnoses", written([*ROW, "note"]))) == [(2, "dictionaries.cell_count")]


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        importing.prepare("diagnoses", data, "list.xlsx", clock.today())
    return refused.value.code


def test_two_filled_sheets_are_refused_and_empty_or_hidden_ones_are_not(clinic):
    book = Workbook()
    book.active.append(COLUMNS)
    book.active.append(ROW)
    book.create_sheet("Sheet2")
    hidden = book.create_sheet("旧")
    hidden.append(["x"])
    hidden.sheet_state = "hidden"
    assert prepared("diagnoses", packed(book)).new == 1
    book.create_sheet("另一张").append(["x"])
    assert refusal(packed(book)) == "dictionaries.workbook_sheets"


def test_merged_cells_are_refused_by_name(clinic):
    book = Workbook()
    book.active.append(COLUMNS)
    book.active.append(ROW)
    book.active.merge_cells("A2:B2")
    assert refusal(packed(book)) == "dictionaries.workbook_merged"


def test_a_spreadsheet_that_unpacks_without_end_is_refused(clinic, monkeypatch):
    monkeypatch.setattr(workbook, "LARGEST_UNPACKED", 1 << 20)
    bomb = repacked(written(ROW), "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * (4 << 20) + b"</worksheet>")
    assert len(bomb) < 64 << 10
    assert refusal(bomb) == "dictionaries.workbook_too_large"


def test_an_archive_that_lies_about_its_size_is_refused(clinic, monkeypatch):
    monkeypatch.setattr(workbook, "LARGEST_UNPACKED", 1 << 20)
    monkeypatch.setattr(workbook, "_check_size", lambda packed: None)
    bomb = repacked(written(ROW), "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * (4 << 20) + b"</worksheet>")
    assert refusal(bomb) == "dictionaries.workbook_too_large"


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet><sheetData/></worksheet>',
        b'<!DOCTYPE x SYSTEM "file:///etc/hostname"><worksheet/>',
        b"<worksheet><sheetData><row><c t='s'><v>99999</v></c></row></sheetData></worksheet>",
        b"<worksheet><sheetData><row r='x'/></sheetData></worksheet>",
        b"<worksheet><sheetData>",
        b"<worksheet><sheetData><row><c><v>1e999999999</v></c></row></sheetData></worksheet>",
        b"",
    ],
)
def test_a_sheet_with_entities_or_nonsense_is_refused_with_a_sentence(clinic, body):
    assert refusal(repacked(written(ROW), "xl/worksheets/sheet1.xml", body)) in (
        "dictionaries.workbook_broken", "dictionaries.header_missing",
    )  # fmt: skip


def test_a_sheet_of_endless_columns_is_refused(clinic):
    body = b"<worksheet><sheetData><row r='1'><c r='XFD1' t='str'><v>x</v></c></row></sheetData></worksheet>"
    assert refusal(repacked(written(ROW), "xl/worksheets/sheet1.xml", body)) == "dictionaries.workbook_too_wide"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "dictionaries.workbook_old"),
        (b"PK\x03\x04" + bytes(100), "dictionaries.workbook_broken"),
        (written(ROW)[:2000], "dictionaries.workbook_broken"),
        (written(), "dictionaries.empty_file"),
        (written(columns=["code", "name"]), "dictionaries.header_missing"),
    ],
)
def test_a_file_that_is_no_usable_spreadsheet_is_refused(clinic, data, code):
    assert refusal(data) == code


def test_a_packed_file_that_is_no_spreadsheet_is_refused(clinic):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
    assert refusal(out.getvalue()) == "dictionaries.workbook_broken"
