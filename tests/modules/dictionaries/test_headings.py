"""Lists are imported from spreadsheets whose first row and choices are words of the screen."""

import csv
import io

import pytest
from openpyxl import load_workbook

from clinic_app.kernel import i18n
from clinic_app.modules.dictionaries.importing import headings
from clinic_app.modules.dictionaries.queries import columns as words
from clinic_app.modules.dictionaries.rules import cells
from clinic_app.modules.dictionaries.rules.cells import Column
from clinic_app.modules.dictionaries.rules.lists import LISTS
from tests.modules.dictionaries.test_importing import prepared, table

ALLOWED = {cells.flag: ("1", "0"), cells.reviewed: ("yes", "no")}


def allowed(column: Column) -> tuple[str, ...]:
    return column.parse.allowed if isinstance(column.parse, cells.Choice) else ()


def worded(kind: str, language: str) -> bytes:
    """A starter list as a clinic would write it: headings and choices in words."""
    columns = LISTS[kind].columns
    rows = table(kind)
    with i18n.using(language):
        told = {
            column.name: {one: words.word(one, column.name) for one in ALLOWED.get(column.parse, ()) or allowed(column)}
            for column in columns
        }
    out = io.StringIO()
    writer = csv.writer(out)
    with i18n.using(language):
        writer.writerow([words.label(name) for name in rows[0]])
        for row in rows:
            writer.writerow([told.get(name, {}).get(cell, cell) for name, cell in row.items()])
    return out.getvalue().encode("gb18030" if language == "zh-CN" else "utf-8")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("kind", sorted(LISTS))
def test_a_list_in_words_is_the_list_in_codes(clinic, kind, language):
    found = prepared(kind, worded(kind, language))
    assert (found.errors, found.new, found.changed, found.unchanged) == ((), 0, 0, len(table(kind)))


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("kind", sorted(LISTS))
def test_no_two_columns_of_a_list_are_called_alike(kind, language):
    with i18n.using(language):
        named = [words.label(name) for name in LISTS[kind].names]
    assert len(set(named)) == len(named) and not set(named) & set(LISTS[kind].names)


@pytest.mark.parametrize("kind", sorted(LISTS))
def test_the_empty_table_has_the_headings_that_the_import_knows(browser_as, kind):
    answer = browser_as("administrator").get(f"/dictionaries/import/{kind}/empty.xlsx")
    assert answer.status_code == 200 and f'filename="{kind}.xlsx"' in answer.headers["Content-Disposition"]
    (row,) = load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True)
    assert headings.named(row, LISTS[kind].names) == list(LISTS[kind].names)


def test_an_error_names_the_column_as_the_screen_does(clinic):
    rows = worded("drugs", "zh-CN").decode("gb18030").replace("9.60", "九块六", 1)
    (error,) = prepared("drugs", rows.encode()).errors
    assert "包装价 pack_price" in error.text()


def test_the_empty_table_offers_the_words_of_a_choice_in_its_cells(browser_as):
    answer = browser_as("administrator").get("/dictionaries/import/drugs/empty.xlsx")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    letters = {cell.value: cell.column_letter for cell in sheet[1]}
    offered = {str(one.sqref).split("2:")[0]: one.formula1 for one in sheet.data_validations.dataValidation}
    assert offered[letters["取整方式"]] == '"整疗程取整,每次取整,每天取整"'
    assert offered[letters["可以拆零"]] == '"是,否"' and letters["名称"] not in offered
    assert all(len(one) <= 255 for one in offered.values()), "more than a spreadsheet takes"


def test_the_page_lists_the_words_of_a_choice(browser_as):
    page = browser_as("administrator").get("/dictionaries/import?kind=drugs").text
    assert "整疗程取整 / 每次取整 / 每天取整" in page and "已审核 / 未审核" in page


def test_a_wrong_choice_is_told_with_the_words_to_choose_from_and_with_every_other_wrong_cell(clinic):
    header, first, *rest = csv.reader(io.StringIO(worded("drugs", "zh-CN").decode("gb18030")))
    for name, wrong in (("取整方式", "向上"), ("包装价", "九块六"), ("可以拆零", "大概")):
        first[header.index(name)] = wrong
    out = io.StringIO()
    csv.writer(out).writerows([header, first, *rest])
    errors = prepared("drugs", out.getvalue().encode()).errors
    assert [one.line for one in errors] == [2, 2, 2]
    told = " ".join(one.text() for one in errors)
    assert "整疗程取整 / 每次取整 / 每天取整" in told and "否 / 是" in told and "包装价" in told


def test_words_are_read_with_spaces_and_yes_for_reviewed(clinic):
    rows = worded("drugs", "zh-CN").decode("gb18030").replace("已审核", " 是 ", 1).replace("未审核", "否 ", 1)
    found = prepared("drugs", rows.encode())
    assert (found.errors, found.changed) == ((), 0)
