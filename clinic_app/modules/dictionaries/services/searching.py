"""What a search finds and in which order (检索): the words of entries, and how often each was used."""

import json
from collections.abc import Iterable, Mapping, Sequence

from clinic_app.kernel import db
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries.queries import stored
from clinic_app.modules.dictionaries.queries.search_words import words

EVERYBODY = b""
"""Stands for all persons of the clinic in `item_use`."""
_ADD_ENTRY = "INSERT INTO search_entry(no, item_id) VALUES(?, ?)"
_ADD_WORDS = "INSERT INTO search_word(rowid, whole, inside) VALUES(?, ?, ?)"
_RENEW = "UPDATE search_word SET whole = ?, inside = ? WHERE rowid = (SELECT no FROM search_entry WHERE item_id = ?)"
_FIRST = (
    "SELECT e.item_id FROM json_each(?) AS j JOIN search_entry AS e ON e.item_id = unhex(j.value)"
    " WHERE NOT EXISTS (SELECT 1 FROM item_use AS u WHERE u.item_id = e.item_id AND u.person_id = x'')"
)
_USE = (
    "INSERT INTO item_use(item_id, person_id, times, last_on) SELECT e.item_id, who.id, 1, :day"
    " FROM json_each(:ids) AS j JOIN search_entry AS e ON e.item_id = unhex(j.value)"
    " CROSS JOIN (SELECT :person AS id UNION ALL SELECT x'') AS who WHERE true"
    " ON CONFLICT DO UPDATE SET times = times + 1, last_on = max(last_on, excluded.last_on)"
)


def add(uow: UnitOfWork, item_ids: Sequence[bytes], found: Sequence[tuple[str, str]]) -> None:
    """Let new entries be found; of two that are found alike the one that stands first here is shown first."""
    last = db.value("SELECT coalesce(max(no), 0) FROM search_entry")
    uow.conn.executemany(_ADD_ENTRY, list(enumerate(item_ids, last + 1)))
    uow.conn.executemany(_ADD_WORDS, [(no, *one) for no, one in enumerate(found, last + 1)])


def renew(uow: UnitOfWork, kind: str, item_id: bytes, name: str, name_en: str, code: str) -> None:
    """Let an entry be found by its present names."""
    used = bool(db.value("SELECT 1 FROM item_use WHERE item_id = ? AND person_id = ?", (item_id, EVERYBODY)))
    uow.execute(_RENEW, (*words(kind, name, name_en, code, is_used=used), item_id))


def count_uses(uow: UnitOfWork, used: Mapping[str, Iterable[bytes]]) -> None:
    """The actor has used these entries, list -> ids: searches show them higher from now on.

    What no list knows is left out. Called by who signs, inside that command.
    """
    kind_of = {item_id: kind for kind, ids in used.items() for item_id in ids}
    if not kind_of:
        return
    ids = json.dumps([item_id.hex() for item_id in kind_of])
    for (item_id,) in db.rows(_FIRST, (ids,)):
        kind = kind_of[item_id]
        model = stored.MODELS[kind]
        name, name_en, code = (
            model.select(model.name, model.name_en, model.code).where(model.id == item_id).tuples().get()
        )
        uow.execute(_RENEW, (*words(kind, name, name_en, code, is_used=True), item_id))
    uow.execute(_USE, {"ids": ids, "person": uow.actor.person_id, "day": uow.on.isoformat()})
