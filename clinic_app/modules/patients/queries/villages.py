"""Villages (村、居委会): the statistics code with the part that health-record numbers use for it (ID-15)."""

from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.kernel.search import normal, term_keys
from clinic_app.modules.dictionaries import queries as dictionaries

MOST_VILLAGES = 1000


@dataclass(frozen=True, slots=True)
class Village:
    """A village: `code` of 12 digits (ID-14), `record_part` for health-record numbers, the last serial given there."""

    code: str
    name: str
    record_part: str
    last_serial: int
    is_open: int
    source: str
    is_reviewed: int
    rev: int

    @property
    def area(self) -> str:
        """County and township, 9 digits."""
        return self.code[:9]


_VILLAGE = "SELECT code, name, record_part, last_serial, is_open, source, is_reviewed, rev FROM village"


def villages() -> list[Village]:
    """Every village of the list, closed ones too, by code."""
    return db.read(Village, f"{_VILLAGE} ORDER BY code LIMIT 1000")


def village(code: str) -> Village | None:
    """One village by its statistics code."""
    return db.read_one(Village, f"{_VILLAGE} WHERE code = ?", (code,))


def village_of_part(area: str, part: str) -> Village | None:
    """The village that a health-record number names."""
    return db.read_one(Village, f"{_VILLAGE} WHERE substr(code, 1, 9) = ? AND record_part = ?", (area, part))


def village_path(found: Village) -> str:
    """The whole address line: county and township as the divisions name them, then the village."""
    return dictionaries.division_path(found.area) + found.name


def villages_matching(text: str, limit: int = 8) -> list[Village]:
    """Open villages by name, pinyin initials or the beginning of the code."""
    typed = normal(text)
    if not typed:
        return []
    found = [
        one for one in villages()
        if one.is_open
        and (typed in normal(one.name) or one.code.startswith(typed)
             or any(key.startswith(typed) for key in term_keys(one.name)))
    ]  # fmt: skip
    return found[:limit]
