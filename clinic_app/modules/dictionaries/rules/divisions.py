"""Administrative divisions (行政区划) as the public data writes them: codes that begin with their parent's code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Division:
    code: str
    parent: str | None
    name: str
    level: int


@dataclass(frozen=True, slots=True)
class DivisionFile:
    """One file of the data: its columns, the column that names the parent, the length of its codes."""

    name: str
    level: int
    digits: int
    parent_column: str | None
    columns: tuple[str, ...]

    def parse(self, row: Mapping[str, str | None]) -> Division:
        """One row as a division; Refused names the cell that is wrong."""
        code, name = (row.get("code") or "").strip(), (row.get("name") or "").strip()
        if not re.fullmatch(rf"[0-9]{{{self.digits}}}", code):
            raise Refused("dictionaries.bad_division_code", field="code", value=excerpt(code), digits=self.digits)
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise Refused("dictionaries.cell_missing", field="name", column="name")
        parent = (row.get(self.parent_column) or "").strip() if self.parent_column else None
        return Division(code, parent, name, self.level)


FILES = (
    DivisionFile("provinces", 1, 2, None, ("code", "name")),
    DivisionFile("cities", 2, 4, "provinceCode", ("code", "name", "provinceCode")),
    DivisionFile("areas", 3, 6, "cityCode", ("code", "name", "cityCode", "provinceCode")),
    DivisionFile("streets", 4, 9, "areaCode", ("code", "name", "areaCode", "provinceCode", "cityCode")),
)
