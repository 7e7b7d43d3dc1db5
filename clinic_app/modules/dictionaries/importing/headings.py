"""The first row and the choices of a list file in words (表头): whoever keeps a spreadsheet writes no codes of ours."""

import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from clinic_app.kernel import i18n
from clinic_app.modules.dictionaries.queries import columns as words
from clinic_app.modules.dictionaries.rules import cells
from clinic_app.modules.dictionaries.rules.cells import Choice, Column

LAST_OFFERED = 5000
"""Down to which row the cells of an empty table offer the words of a choice."""


def named(header: Iterable[str], columns: Sequence[str]) -> list[str]:
    """The column that each heading means: its own name or what a screen calls it, in any language of the product."""
    known = _headings(tuple(columns))
    return [known.get(_folded(heading), heading.strip()) for heading in header]


def choices(columns: Iterable[Column]) -> dict[str, dict[str, str]]:
    """By column, the words that a screen shows for a choice, folded, and what they mean; 是 and 否 for 已审核 too."""
    return {column.name: found for column in columns if (found := _meant(column))}


def choices_told(columns: Iterable[Column]) -> list[tuple[str, list[str]]]:
    """The columns that take a few words only, and those words, in the reader's language."""
    return [
        (words.label(column.name), [words.word(one, column.name) for one in found])
        for column in columns if (found := [one for one in _allowed(column) if one])
    ]  # fmt: skip


def empty_table(columns: Sequence[Column]) -> bytes:
    """A workbook with the headings alone, as the reader's screen calls them; its cells offer the words of a choice."""
    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    sheet.append([words.label(column.name) for column in columns])
    offered = dict(choices_told(columns))
    for cell in sheet[1]:
        if cell.value in offered:
            listed = ",".join(offered[cell.value])
            offer = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
            offer.add(f"{cell.column_letter}2:{cell.column_letter}{LAST_OFFERED}")
            sheet.add_data_validation(offer)
    done = io.BytesIO()
    book.save(done)
    return done.getvalue()


def told_plainly(row: Mapping[str, str], known: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """The row with choices that were written in words as the list keeps them."""
    meant = {name: code for name, told in known.items() if (code := told.get(_folded(row.get(name, ""))))}
    return {**row, **meant} if meant else row


def _allowed(column: Column) -> tuple[str, ...]:
    if column.parse is cells.flag:
        return ("1", "0")
    if column.parse is cells.reviewed:
        return ("yes", "no")
    return column.parse.allowed if isinstance(column.parse, Choice) else ()


def _meant(column: Column) -> dict[str, str]:
    found: dict[str, str] = {}
    allowed = [one for one in _allowed(column) if one]
    for language in i18n.LANGUAGES:
        with i18n.using(language):
            found |= {_folded(words.word(one, column.name)): one for one in allowed}
    if column.parse is cells.reviewed:
        with i18n.using(i18n.SOURCE):
            found |= {_folded(words.word(flag)): one for flag, one in (("1", "yes"), ("0", "no"))}
    return found


@lru_cache(maxsize=32)
def _headings(columns: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for language in i18n.LANGUAGES:
        with i18n.using(language):
            found |= {_folded(words.label(one)): one for one in columns}
    return found | {_folded(one): one for one in columns}


def _folded(heading: str) -> str:
    return "".join(unicodedata.normalize("NFKC", heading).casefold().split())
