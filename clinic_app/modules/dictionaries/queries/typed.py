"""The search behind every pick: what a person typed, and which entries stand first (CFG-10).

Order: what equals the typed text, what the person used lately, what the clinic uses most, what begins so, what contains
it; short names before long ones. Who knows the stock puts what is there before what is not.
"""

from datetime import timedelta
from typing import Any

from clinic_app.kernel import clock, parameters
from clinic_app.modules.dictionaries.rules.search_words import asked

NOBODY = b"\0"
"""For searches that no one person's use should sort."""
_TIER = (
    "SELECT * FROM (SELECT i.id AS item_id, {rank} AS rank FROM search_words AS w"
    " CROSS JOIN search_entry AS e ON e.no = w.rowid CROSS JOIN {table} AS i ON i.id = e.item_id{which}"
    " WHERE search_words MATCH :{words} ORDER BY w.rowid LIMIT {most})"
)
_TIERS = (("exact", 0, 64), ("begins", 1, 32), ("inside", 2, 32), ("used", 3, 128))
FOUND_IN = (
    "SELECT e.item_id FROM search_words CROSS JOIN search_entry AS e ON e.no = search_words.rowid"
    " WHERE search_words MATCH :anywhere"
)
"""Ids of all entries that a typed text finds, for the pages of the lists."""


def hits(table: str, which: str = "") -> str:
    """The part of a constant statement after its columns: rows `i` of the table that are found, `rank` and uses.

    `which` narrows `i`, so that what cannot be picked does not take the place of what can.
    """
    condition = f" AND {which}" if which else ""
    tiers = " UNION ALL ".join(
        _TIER.format(table=table, which=condition, words=words, rank=rank, most=most) for words, rank, most in _TIERS
    )
    return (
        f" FROM (SELECT item_id, min(rank) AS rank FROM ({tiers}) GROUP BY item_id) AS hit"
        f" JOIN {table} AS i ON i.id = hit.item_id"
        " LEFT JOIN item_use AS own ON own.item_id = i.id AND own.person_id = :person AND own.last_on >= :since"
        " LEFT JOIN item_use AS clinic ON clinic.item_id = i.id AND clinic.person_id = x''"
    )


ORDER = "hit.rank > 0, coalesce(own.times, 0) DESC, coalesce(clinic.times, 0) DESC, hit.rank"


def typed_words(kind: str, text: str, person_id: bytes = NOBODY) -> dict[str, Any] | None:
    """What `hits` and `FOUND_IN` are asked with; None for a text that finds nothing."""
    wanted = asked(kind, text)
    if wanted is None:
        return None
    today = clock.today()
    days = int(parameters.value("dictionaries.recent_use_days", today))
    return {
        "exact": wanted.exact, "begins": wanted.begins, "inside": wanted.inside, "used": wanted.used,
        "anywhere": wanted.anywhere, "person": person_id, "since": (today - timedelta(days=days)).isoformat(),
    }  # fmt: skip
