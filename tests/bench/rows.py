"""The rows of one visit, recorded from the product, written again with ids and numbers of their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import apsw

STRIDE = 1_000  # between the integers of one copy and the next
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One row that a transaction inserted, changed or removed; rows that triggers touch come by themselves."""

    op: str
    table: str
    old: Row | None
    new: Row | None


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, those of the key, and the sets of columns that may not repeat."""

    columns: tuple[str, ...]
    key: tuple[int, ...]
    unique: tuple[tuple[int, ...], ...]
    integers: tuple[int, ...]  # columns that hold, or refer to, an integer key


def recorded(transactions: list[list[list[Any]]]) -> list[list[Change]]:
    """What `tracing.take_rows` sent, as rows again."""
    return [[Change(op, table, _row(old), _row(new)) for op, table, old, new in rows] for rows in transactions]


def tables(conn: apsw.Connection) -> dict[str, Table]:
    """The shape of every table of the product's own schema."""
    names = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: _table(conn, name) for name in names}


class Copier:
    """Writes a recorded visit again: copy n has fresh ids, and fresh numbers wherever a number may not repeat.

    Rows that were there before the visit (stock, series, the patient) are changed as they were, never copied.
    """

    def __init__(self, shapes: dict[str, Table], transactions: list[list[Change]]) -> None:
        self.shapes = shapes
        inserted = [one for rows in transactions for one in rows if one.op == "INSERT" and one.new]
        self.own = {(one.table, self.key(one.table, one.new)) for one in inserted if one.new}
        self.made = {
            one.new[0]
            for one in inserted
            if one.new and shapes[one.table].key == (0,) and isinstance(one.new[0], bytes) and len(one.new[0]) == 16
        }

    def copy(self, table: str, row: Row, n: int) -> Row:
        if (table, self.key(table, row)) not in self.own:
            return row
        shape = self.shapes[table]
        changed = [self._fresh(value, n) if value.__class__ is bytes and value in self.made else value for value in row]
        for at in shape.integers:
            if isinstance(row[at], int):
                changed[at] = row[at] + n * STRIDE
        for at in self.renumbered(table, row):
            changed[at] = row[at] + n * STRIDE if isinstance(row[at], int) else f"{row[at]}.{n}"
        return tuple(changed)

    def renumbered(self, table: str, row: Row) -> list[int]:
        """One column, a number if there is one, of each set that may not repeat and holds no fresh id or key."""
        shape = self.shapes[table]
        found = []
        for columns in shape.unique:
            if any(at in shape.integers or row[at] in self.made for at in columns):
                continue
            kinds = {type(row[at]): at for at in columns}
            if int in kinds or str in kinds:
                found.append(kinds.get(int, kinds.get(str, 0)))
        return found

    def statements(self, rows: list[Change], n: int) -> Iterator[tuple[str, Row]]:
        """The same changes as plain statements with their values."""
        for one in rows:
            shape = self.shapes[one.table]
            if one.op == "INSERT" and one.new:
                yield f"INSERT INTO {one.table} VALUES({_marks(one.new)})", self.copy(one.table, one.new, n)
            elif one.op == "UPDATE" and one.old and one.new:
                old, new = self.copy(one.table, one.old, n), self.copy(one.table, one.new, n)
                ats = [at for at in range(len(new)) if one.old[at] != one.new[at]]
                if ats:
                    sets = ", ".join(f"{shape.columns[at]} = ?" for at in ats)
                    where = " AND ".join(f"{shape.columns[at]} = ?" for at in shape.key)
                    values = (*(new[at] for at in ats), *(old[at] for at in shape.key))
                    yield f"UPDATE {one.table} SET {sets} WHERE {where}", values

    def last_states(self, transactions: list[list[Change]]) -> list[tuple[str, Row]]:
        """The rows that the visit made, as it left them."""
        last = {(one.table, self.key(one.table, one.new)): one.new for rows in transactions for one in rows if one.new}
        return [(table, row) for (table, key), row in last.items() if (table, key) in self.own]

    def key(self, table: str, row: Row) -> Row:
        return tuple(row[at] for at in self.shapes[table].key)

    @staticmethod
    def _fresh(value: bytes, n: int) -> bytes:
        return value[:8] + n.to_bytes(4, "big") + value[12:]


def _marks(row: Row) -> str:
    return ", ".join("?" * len(row))


def _row(values: list[Any] | None) -> Row | None:
    if values is None:
        return None
    return tuple(bytes.fromhex(value["hex"]) if isinstance(value, dict) else value for value in values)


def _table(conn: apsw.Connection, name: str) -> Table:
    info = conn.execute(f"PRAGMA table_info({name})").fetchall()
    columns = tuple(row[1] for row in info)
    key = tuple(row[0] for row in sorted(info, key=lambda row: row[5]) if row[5])
    unique = [key]
    for _seq, index, is_unique, *_ in conn.execute(f"PRAGMA index_list({name})").fetchall():
        if is_unique:
            found = tuple(row[1] for row in conn.execute(f"PRAGMA index_info({index})").fetchall())
            unique.append(found)
    integers = []
    if len(key) == 1 and info[key[0]][2] == "INTEGER":
        integers.append(key[0])
    for _id, _seq, table, mine, theirs, *_ in conn.execute(f"PRAGMA foreign_key_list({name})").fetchall():
        target = next(row for row in conn.execute(f"PRAGMA table_info({table})") if row[1] == (theirs or "id"))
        if target[2] == "INTEGER" and target[5]:
            integers.append(columns.index(mine))
    return Table(columns, key, tuple(dict.fromkeys(unique)), tuple(dict.fromkeys(integers)))
