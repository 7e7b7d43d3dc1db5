"""The search behind every pick: what a person typed, and which entries stand first (CFG-10).

Order: what equals the typed text, what the person used lately, what the clinic uses most, what begins so, what contains
it; short names before long ones. Who knows the stock puts what is there before what is not.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from clinic_app.kernel import clock, db, parameters
from clinic_app.modules.dictionaries.queries.search_words import asked

Row = TypeVar("Row")
NOBODY = b"\0"
"""For searches that no one person's use should sort."""
_TIER = (
    "SELECT * FROM (SELECT i.id AS item_id, {rank} AS rank FROM search_word AS w"
    " CROSS JOIN search_entry AS e ON e.no = w.rowid CROSS JOIN {table} AS i ON i.id = e.item_id{which}"
    " WHERE search_word MATCH :{words} ORDER BY w.rowid LIMIT {most})"
)
_SEARCH = (
    "SELECT {columns} FROM (SELECT item_id, min(rank) AS rank FROM ({tiers}) GROUP BY item_id) AS hit"
    " JOIN {table} AS i ON i.id = hit.item_id"
    " LEFT JOIN item_use AS own ON own.item_id = i.id AND own.person_id = :person AND own.last_on >= :since"
    " LEFT JOIN item_use AS clinic ON clinic.item_id = i.id AND clinic.person_id = x''"
    " ORDER BY {order} LIMIT :most"
)
_TIERS = (("exact", 0, 64), ("begins", 1, 32), ("used", 3, 128), ("inside", 2, 32))
FOUND_IN = (
    "SELECT e.item_id FROM search_word CROSS JOIN search_entry AS e ON e.no = search_word.rowid"
    " WHERE search_word MATCH :anywhere"
)
"""Ids of all entries that a typed text finds, for the pages of the lists."""


@dataclass(frozen=True, slots=True)
class Search:
    """Constant statements: one for what equals the text, begins so or is in use, one for what contains it too."""

    likely: str
    whole: str


def search(columns: str, table: str, order: str, which: str = "") -> Search:
    """Rows `i` of the table with these columns of `i` and `hit.rank`; `which` narrows `i`, so that what cannot be
    picked does not take the place of what can."""
    condition = f" AND {which}" if which else ""
    tiers = [
        _TIER.format(table=table, which=condition, words=words, rank=rank, most=most) for words, rank, most in _TIERS
    ]
    likely, whole = (
        _SEARCH.format(columns=columns, table=table, order=order, tiers=" UNION ALL ".join(some))
        for some in (tiers[:3], tiers)
    )
    return Search(likely, whole)


def find(cls: type[Row], wanted: Search, given: dict[str, Any]) -> list[Row]:
    """What contains the text somewhere is looked for only where what begins so is too little."""
    likely = db.read(cls, wanted.likely, given)
    enough = sum(not getattr(one, "is_disabled", False) for one in likely) >= given["most"]
    return likely if enough else db.read(cls, wanted.whole, given)


ORDER = "hit.rank > 0, coalesce(own.times, 0) DESC, coalesce(clinic.times, 0) DESC, hit.rank"


def typed_words(kind: str, text: str, person_id: bytes = NOBODY) -> dict[str, Any] | None:
    """What a `Search` and `FOUND_IN` are asked with; None for a text that finds nothing."""
    wanted = asked(kind, text)
    if wanted is None:
        return None
    today = clock.today()
    days = int(parameters.value("dictionaries.recent_use_days", today))
    return {
        "exact": wanted.exact, "begins": wanted.begins, "inside": wanted.inside, "used": wanted.used,
        "anywhere": wanted.anywhere, "person": person_id, "since": (today - timedelta(days=days)).isoformat(),
    }  # fmt: skip
