"""The clinic of this database (机构): name, code, practice mode, epoch; written once when the clinic is made.

A restore begins a new epoch. What was numbered after the backup is on paper and not in the database, so the series go
on under a mark of four signs drawn for the epoch: no number is given twice, whatever was printed before.
"""

import secrets
from dataclasses import dataclass, replace

import apsw

from clinic_app.kernel import db
from clinic_app.kernel.ids import new_id

MARK_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is read as another
MARK_LENGTH = 4
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
    marks: tuple[str, ...] = ()
    """Of the epochs of this database, the newest last; empty before its first restore."""

    @property
    def name(self) -> str:
        return self.clinic_name

    @property
    def code(self) -> str:
        return self.clinic_code

    @property
    def full_code(self) -> str:
        """The clinic's code, X before it in practice."""
        return ("X" if self.is_practice else "") + self.clinic_code

    def prefix(self) -> str:
        """What every human number begins with: the full code, and after a restore the mark of the epoch."""
        return self.prefixes()[-1]

    def prefixes(self) -> tuple[str, ...]:
        """Those of all epochs, the oldest first."""
        return (self.full_code, *(self.full_code + mark for mark in self.marks))


def create(
    conn: apsw.Connection, *, name: str, code: str, division_code: str, is_practice: bool, key_mark: str, at: int
) -> None:
    """Write the one row; practice mode is a fact of the database and has no switch."""
    conn.execute(
        "INSERT INTO installation VALUES(1, ?, ?, ?, ?, ?, ?, ?, ?)",
        (new_id(), new_id(), name, code, division_code, is_practice, key_mark, at),
    )


def begin_epoch(conn: apsw.Connection, at: int) -> bytes:
    """A new epoch, after a restore: what is written and numbered from now on is told apart from what the lost database
    wrote. The mark is drawn, not counted: two restores of one backup know nothing of each other."""
    epoch, known, mark = new_id(), current().marks, ""
    while not mark or mark in known:
        mark = "".join(secrets.choice(MARK_SIGNS) for _ in range(MARK_LENGTH))
    conn.execute("UPDATE installation SET epoch = ?", (epoch,))
    conn.execute("INSERT INTO epoch_mark VALUES(?, ?, ?)", (epoch, mark, at))
    load()
    return epoch


def load() -> "Installation | None":
    """Read it again from the database just opened."""
    global _current
    found = db.read_one(
        Installation,
        "SELECT clinic_id, epoch, clinic_name, clinic_code, division_code, is_practice, key_mark, created_at"
        " FROM installation",
    )
    _current = replace(found, marks=_marks()) if found else None
    return _current


def _marks() -> tuple[str, ...]:
    """None in the database of an older schema, which an upgrade reads before its steps."""
    if not db.value("SELECT count(*) FROM sqlite_master WHERE name = 'epoch_mark'"):
        return ()
    return tuple(mark for (mark,) in db.rows("SELECT mark FROM epoch_mark ORDER BY began_at, epoch"))


def current() -> Installation:
    """The clinic served by this process."""
    if _current is None:
        raise RuntimeError("no clinic is open")
    return _current
