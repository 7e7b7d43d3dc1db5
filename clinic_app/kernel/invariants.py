"""Invariants (不变量): statements about the whole database that `clinic check` counts again."""

from collections.abc import Callable
from dataclasses import dataclass

from clinic_app.kernel import audit, db, outbox

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Invariant:
    """`sql` is constant and returns one row (what, why) per violation; `count` does it in Python where SQL cannot."""

    id: str
    title: str
    sql: str = ""
    count: Callable[[], list[tuple[str, str]]] | None = None


@dataclass(frozen=True, slots=True)
class Result:
    id: str
    title: str
    violations: list[tuple[str, str]]

    @property
    def holds(self) -> bool:
        return not self.violations


_registered: list[Invariant] = []

KERNEL = (
    Invariant("A1", "审计链完整", count=audit.broken_links),
    Invariant("A1-events", "业务事件链完整", count=outbox.broken_links),
    Invariant(
        "A1-together",
        "每个事件和命令都有同一事务的审计",
        "SELECT 'outbox ' || stream || ' ' || seq, 'no audit row of its transaction' FROM outbox"
        " WHERE hlc NOT IN (SELECT hlc FROM audit)"
        " UNION ALL SELECT 'command ' || hex(key), 'no audit row of its transaction' FROM once"
        " WHERE hlc NOT IN (SELECT hlc FROM audit)",
    ),
    Invariant(
        "T1",
        "时间只向前走",
        "SELECT 'audit ' || seq, 'hybrid time went back' FROM"
        " (SELECT seq, hlc, lag(hlc) OVER (ORDER BY seq) AS before FROM audit) WHERE hlc < before",
    ),
    Invariant(
        "P1",
        "每张单据只有一张首页，补打连续编号",
        "SELECT document || ' ' || hex(entity), 'copy numbers have a gap' FROM job GROUP BY document, entity"
        " HAVING min(copy_no) <> 1 OR max(copy_no) <> count(*)",
    ),
)


def register(found: Invariant) -> None:
    _registered.append(found)


def reset() -> None:
    _registered.clear()


def known() -> tuple[Invariant, ...]:
    return (*KERNEL, *_registered)


def results() -> list[Result]:
    """Count every invariant now; at most 20 violations of each are named."""
    return [result(one) for one in known()]


def results_in_older_schema() -> list[Result]:
    """Count those that can be counted in the schema of an older program: one may ask for what only the newer has."""
    found = []
    for one in known():
        try:
            found.append(result(one))
        except Exception as err:
            if not db.is_unknown(err):
                raise
    return found


def result(one: Invariant) -> Result:
    """Count this one now."""
    return Result(one.id, one.title, _violations(one)[:MOST_SHOWN])


def _violations(one: Invariant) -> list[tuple[str, str]]:
    """One that cannot be counted, because its pages are damaged, does not hold; the others are still counted."""
    try:
        found = one.count() if one.count else db.rows(one.sql)
    except db.DamagedPage as err:
        return [("database", f"not countable: {db.damage_named(err)}")]
    return [(str(what), str(why)) for what, why in found]
