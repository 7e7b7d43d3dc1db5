"""Lists are imported from spreadsheets whose first row and choices are words of the screen."""

import csv
import io

import pytest
from openpyxl import load_workbook

from clinic_app.kernel import i18n
from clinic_app.modules.dictionaries.importing import headings
from clinic_app.modules.dictionaries.queries import columns as words
from clinic_app.modules.dictionaries.rules.lists import LISTS
from tests.modules.dictionaries.test_importing import prepared, table


def worded(kind: str, language: str) -> bytes:
    """A starter list as a clinic would write it: headings and choices in words."""
    columns = LISTS[kind].columns
    rows = table(kind)
    told = {name: {code: word for word, code in one.items()} for name, one in headings.choices(columns).items()}
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
