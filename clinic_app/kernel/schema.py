"""Migrations (结构升级): numbered steps per subject, applied in registry order, checked by content."""

import hashlib
import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.kernel.errors import Refused

TABLE = """CREATE TABLE IF NOT EXISTS migration(
    subject TEXT NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL, PRIMARY KEY (subject, name)
) WITHOUT ROWID"""


@dataclass(frozen=True, slots=True)
class Step:
    """One file of a subject's migrations folder: `SQL` is its whole content, never edited after release."""

    subject: str
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def steps_of(subject: str, package: str) -> list[Step]:
    """The steps of `package.migrations` in the order of their numbers; none when the folder is missing."""
    try:
        folder = importlib.import_module(f"{package}.migrations")
    except ModuleNotFoundError as err:
        if err.name == f"{package}.migrations":
            return []
        raise
    names = sorted(found.name for found in pkgutil.iter_modules(folder.__path__))
    return [Step(subject, name, importlib.import_module(f"{folder.__name__}.{name}").SQL) for name in names]


def applied() -> dict[tuple[str, str], str]:
    """(subject, name) to the checksum of every step that the open database has."""
    if not db.value("SELECT count(*) FROM sqlite_master WHERE name = 'migration'"):
        return {}
    return {(subject, name): checksum for subject, name, checksum in db.rows("SELECT * FROM migration")}


def digest(known: Mapping[tuple[str, str], str]) -> str:
    """One short text for a set of steps: equal for equal schemas."""
    lines = [f"{subject}.{name} {checksum}" for (subject, name), checksum in sorted(known.items())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def migrate(steps: Sequence[Step]) -> list[Step]:
    """Bring the schema up to these steps, all in one transaction; returns the steps that ran.

    So a power cut leaves the schema of the former program or of this one, and the former one can be put back as long
    as this one has not started. Refuses a database with steps this program does not know (a newer program made them)
    or with changed ones.
    """
    with db.write_transaction() as conn:
        conn.execute(TABLE)
    to_do = missing(steps)
    if to_do:
        with db.write_transaction() as conn:
            for step in to_do:
                conn.execute(step.sql)
                conn.execute("INSERT INTO migration VALUES(?, ?, ?)", (step.subject, step.name, step.checksum))
    return to_do


def missing(steps: Sequence[Step]) -> list[Step]:
    """The steps that the open database has not had; refuses what `migrate` refuses."""
    present = applied()
    known = {(step.subject, step.name): step.checksum for step in steps}
    if newer := sorted(set(present) - set(known)):
        raise Refused("schema.newer", step=".".join(newer[0]))
    if changed := [key for key, checksum in present.items() if known[key] != checksum]:
        raise Refused("schema.changed", step=".".join(changed[0]))
    return [step for step in steps if (step.subject, step.name) not in present]
