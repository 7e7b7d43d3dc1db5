"""The releases of the program (发布版) that have served this clinic, each noted at its first start."""

from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest that has served; `floor` is the highest counter below which nothing may be installed any more."""

    counter: int = 0
    version: str = ""
    floor: int = 0


def newest() -> Newest:
    """From the open database, which may be that of an older program; zeros where no release is noted."""
    if not db.value("SELECT count(*) FROM sqlite_master WHERE name = 'release'"):
        return Newest()
    found = db.read_one(
        Newest,
        "SELECT counter, version, (SELECT max(least) FROM release) FROM release ORDER BY counter DESC LIMIT 1",
    )
    return found or Newest()


def is_noted(counter: int) -> bool:
    return bool(db.value("SELECT count(*) FROM release WHERE counter = ?", (counter,)))


def note(uow: UnitOfWork, counter: int, version: str, least: int) -> None:
    """This release serves from now on; audited."""
    uow.conn.execute("INSERT INTO release VALUES(?, ?, ?, ?)", (counter, version, least, uow.at))
    uow.audit("clinic.release", counter=counter, version=version)
