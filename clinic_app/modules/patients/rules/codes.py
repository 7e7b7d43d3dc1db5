"""Codes of a person's data (ID-12, ID-13): words of other systems' lists made codes, and rows of a dated list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt, half_width

_SEX_WORDS = {
    "男": "1", "男性": "1", "m": "1", "male": "1", "女": "2", "女性": "2", "f": "2", "female": "2",
    "未知": "0", "不详": "0", "未说明": "9",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Code:
    """One row of a code list, with its days and where it comes from."""

    code: str
    name: str
    name_en: str
    valid_from: str
    valid_to: str
    source: str
    is_reviewed: bool


def valid_on(rows: Iterable[Code], on: date) -> tuple[Code, ...]:
    """The rows of a list that hold on a day, in the order of the list."""
    day = on.isoformat()
    return tuple(one for one in rows if one.valid_from <= day and (not one.valid_to or day <= one.valid_to))


def sex_code(text: str, *, field: str = "sex") -> str:
    """Code 0 unknown, 1 male, 2 female, 9 unstated for a word or code of an import; empty is 0.

    Refused `patients.sex_unknown_code`.
    """
    typed = half_width(text[:40]).strip().lower()
    if typed in ("", "0", "1", "2", "9"):
        return typed or "0"
    if typed not in _SEX_WORDS:
        raise Refused("patients.sex_unknown_code", field=field, value=excerpt(text))
    return _SEX_WORDS[typed]
