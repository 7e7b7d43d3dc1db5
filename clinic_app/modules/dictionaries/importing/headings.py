"""The first row and the choices of a list file in words (表头): whoever keeps a spreadsheet writes no codes of ours."""

import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from clinic_app.kernel import i18n
from clinic_app.modules.dictionaries.queries import columns as words
from clinic_app.modules.dictionaries.rules import cells
from clinic_app.modules.dictionaries.rules.cells import Choice, Column


def named(header: Iterable[str], columns: Sequence[str]) -> list[str]:
    """The column that each heading means: its own name or what a screen calls it, in any language of the product."""
    known = _headings(tuple(columns))
    return [known.get(_folded(heading), heading.strip()) for heading in header]


def choices(columns: Iterable[Column]) -> dict[str, dict[str, str]]:
    """By column, the words that a screen shows for a choice, and what they mean."""
    return {column.name: found for column in columns if (found := _meant(column))}


def empty_table(columns: Iterable[Column]) -> bytes:
    """A workbook with the headings alone, as the reader's screen calls them."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.create_sheet().append([words.label(column.name) for column in columns])
    done = io.BytesIO()
    book.save(done)
    return done.getvalue()


def told_plainly(row: Mapping[str, str], known: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """The row with choices that were written in words as the list keeps them."""
    meant = {name: code for name, told in known.items() if (code := told.get(row.get(name, "").strip()))}
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
            found |= {words.word(one, column.name): one for one in allowed}
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
