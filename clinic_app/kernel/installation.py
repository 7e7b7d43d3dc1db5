"""The clinic of this database (机构): name, code, practice mode, epoch; written once when the clinic is made."""

from dataclasses import dataclass

import apsw

from clinic_app.kernel import db
from clinic_app.kernel.ids import new_id

_current: "Installation | None" = None


@dataclass(frozen=True, slots=True)
class Installation:
    clinic_id: bytes
    epoch: bytes
    clinic_name: str
    clinic_code: str
    division_code: str
    is_practice: bool
    key_mark: str
    created_at: int

    @property
    def name(self) -> str:
        return self.clinic_name

    @property
    def code(self) -> str:
        return self.clinic_code

    def prefix(self) -> str:
        """What every human number begins with: the clinic's code, X before it in practice."""
        return ("X" if self.is_practice else "") + self.clinic_code


def create(
    conn: apsw.Connection, *, name: str, code: str, division_code: str, is_practice: bool, key_mark: str, at: int
) -> None:
    """Write the one row; practice mode is a fact of the database and has no switch."""
    conn.execute(
        "INSERT INTO installation VALUES(1, ?, ?, ?, ?, ?, ?, ?, ?)",
        (new_id(), new_id(), name, code, division_code, is_practice, key_mark, at),
    )


def load() -> "Installation | None":
    """Read it again from the database just opened."""
    global _current
    _current = db.read_one(
        Installation,
        "SELECT clinic_id, epoch, clinic_name, clinic_code, division_code, is_practice, key_mark, created_at"
        " FROM installation",
    )
    return _current


def current() -> Installation:
    """The clinic served by this process."""
    if _current is None:
        raise RuntimeError("no clinic is open")
    return _current
