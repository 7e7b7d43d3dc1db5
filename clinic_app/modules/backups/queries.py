"""Reads of the backups (备份): how old the copies are, the targets, what the last runs gave."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from clinic_app.kernel import db, installation, parameters, ports
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.kept import kept
from clinic_app.kernel.manifest import Chip
from clinic_app.kernel.rights import Actor
from clinic_app.modules.backups import rules

PAGE = "/backups/"
RUNS_SHOWN = 8
_RUN = (
    "SELECT id, kind, finished_at, made_at, file, size, total_ms, restore_ms, statements, broken, refusal, facts"
    " FROM backup_run"
)


@dataclass(frozen=True, slots=True)
class Target:
    """A place of copies 2 or 3; `last_at` is when the newest that is there was made, `trouble` why the last is not."""

    id: bytes
    kind: str
    place: str
    name: str
    copy_no: int
    last_at: int | None
    trouble: Refused | None
    is_there: bool


@dataclass(frozen=True, slots=True)
class Run:
    """One making: proved (`made_at`, `file`) or refused. Times in ms; `broken` are the invariants that did not hold."""

    id: bytes
    kind: str
    finished_at: int
    made_at: int | None
    file: str
    size: int
    total_ms: int
    restore_ms: int
    statements: int
    broken: tuple[str, ...]
    refused: Refused | None


@kept("backup_copy", "backup_target")
def newest_copies() -> Mapping[int, int]:
    """Copy number to when the newest backup of it was made; what lies on a target given up is no longer counted.

    Nor is one from the future: the clock was wrong when it was made, and it would be fresh until then.
    """
    sql = (
        "SELECT copy_no, max(made_at) FROM backup_copy WHERE refusal = '' AND made_at <= ?"
        " AND (copy_no = 1 OR target_id IN (SELECT id FROM backup_target WHERE ended_at IS NULL)) GROUP BY copy_no"
    )
    return MappingProxyType({copy_no: made_at for copy_no, made_at in db.rows(sql, (clock.read().at,))})


@kept("backup_target")
def copies_set_up() -> Mapping[int, int]:
    """The copies that have a target, to when the first of them was added."""
    sql = "SELECT copy_no, min(added_at) FROM backup_target WHERE ended_at IS NULL GROUP BY copy_no"
    return MappingProxyType({copy_no: added_at for copy_no, added_at in db.rows(sql)})


def _newest() -> Mapping[int, int]:
    """As `newest_copies`, that of this PC by the files that lie here: a restored database tells of another PC's."""
    maker = ports.bound.backups
    if maker is None:
        return newest_copies()
    elsewhere = {copy_no: at for copy_no, at in newest_copies().items() if copy_no != rules.HERE}
    now = clock.read().at
    here = max((one.made_at for one in maker.files() if one.made_at <= now), default=None)
    return elsewhere if here is None else {rules.HERE: here, **elsewhere}


def copy_ages() -> tuple[rules.CopyAge, ...]:
    """How the three copies stand now."""
    now = clock.read()
    return rules.copy_ages(
        now.at,
        installation.current().created_at,
        _newest(),
        copies_set_up(),
        red_hours=parameters.value("backups.red_hours", now.on),
        away_days=parameters.value("backups.away_days", now.on),
    )


def chips(actor: Actor) -> list[Chip]:
    """Red on every screen when the clinic's work is not safe; its age for those who look after it."""
    is_practice, looks_after = installation.current().is_practice, actor.may("backups.view")
    if is_practice and not looks_after:
        return []
    ages = copy_ages()
    worst = rules.worst(ages, is_practice=is_practice)
    if worst.state != rules.OFF and not looks_after:
        return []
    return [Chip(words(worst, ages), worst.state, PAGE if looks_after else "")]


def words(age: rules.CopyAge, ages: Sequence[rules.CopyAge]) -> str:
    """The chip in a few words: the worst of the copies, with an eye on the others."""
    if age.state == rules.OK:
        return _("备份 %d 小时前") % age.hours if age.hours else _("备份刚做")
    if not age.is_set_up:
        is_elsewhere = any(one.made_at is not None for one in ages if one.copy_no != rules.HERE)
        return _("院里另一块盘没有备份") if is_elsewhere else _("备份只在本机")
    if age.made_at is None:
        return _("还没有备份") if age.copy_no == rules.HERE else _("备份盘还没有备份")
    if age.copy_no == rules.HERE:
        return _("备份停了 %d 小时") % age.hours
    return _("备份盘 %d 小时没备份") % age.hours if age.hours < 48 else _("备份盘 %d 天没备份") % (age.hours // 24)


def targets() -> list[Target]:
    """The targets in use, with what is on them and whether they are there."""
    sql = (
        "SELECT t.id, t.kind, t.place, t.name, t.copy_no,"
        " (SELECT max(c.made_at) FROM backup_copy c WHERE c.target_id = t.id AND c.refusal = '')"
        " FROM backup_target t WHERE t.ended_at IS NULL ORDER BY t.copy_no, t.added_at LIMIT 20"
    )
    return [
        Target(*row, _trouble_of(row[0]), ports.bound.backups is None or ports.bound.backups.is_there(row[1], row[2]))
        for row in db.rows(sql)
    ]


def places_in_use() -> frozenset[str]:
    """How the targets in use are found again: marks of volumes, paths of folders."""
    return frozenset(place for (place,) in db.rows("SELECT place FROM backup_target WHERE ended_at IS NULL"))


def _trouble_of(target_id: bytes) -> Refused | None:
    row = db.row(
        "SELECT refusal, facts FROM backup_copy WHERE target_id = ? ORDER BY made_at DESC LIMIT 1", (target_id,)
    )
    return refused(row[0], row[1]) if row else None


def runs() -> list[Run]:
    """The last makings, the newest first."""
    return [_run(row) for row in db.rows(f"{_RUN} ORDER BY finished_at DESC LIMIT ?", (RUNS_SHOWN,))]


def last_drill() -> Run | None:
    """The newest one that was read back and restored into a scratch folder: every proved one is."""
    row = db.row(f"{_RUN} WHERE made_at IS NOT NULL AND restore_ms > 0 ORDER BY finished_at DESC LIMIT 1")
    return _run(row) if row else None


def newest_failure() -> Run | None:
    """The last making, where it failed."""
    row = db.row(f"{_RUN} ORDER BY finished_at DESC LIMIT 1")
    found = _run(row) if row else None
    return found if found is not None and found.refused is not None else None


def known_files() -> frozenset[str]:
    """Names of the backups that this database knows of."""
    return frozenset(name for (name,) in db.rows("SELECT file FROM backup_run WHERE file <> ''"))


def copies_of_file(name: str) -> frozenset[bytes]:
    """The targets of which it is known how they fared with a backup."""
    sql = "SELECT c.target_id FROM backup_copy c JOIN backup_run r ON r.id = c.run_id WHERE r.file = ?"
    return frozenset(bytes(target) for (target,) in db.rows(sql, (name,)))


def newest_of_kind(kind: str, now: int) -> int | None:
    """When the newest proved backup of a kind was made; one from after `now` was made while the clock was wrong."""
    found: int | None = db.value("SELECT max(made_at) FROM backup_run WHERE kind = ? AND made_at <= ?", (kind, now))
    return found


def newest_run(now: int) -> Run | None:
    """The newest proved one that was not made after `now`."""
    row = db.row(f"{_RUN} WHERE made_at <= ? ORDER BY made_at DESC LIMIT 1", (now,))
    return _run(row) if row else None


def _run(row: tuple[Any, ...]) -> Run:
    *plain, broken, refusal, facts = row
    return Run(*plain, tuple(broken.split()), refused(refusal, facts))


def refused(code: str, facts: str) -> Refused | None:
    """A refusal as it was stored."""
    return Refused(code, **json.loads(facts)) if code else None
