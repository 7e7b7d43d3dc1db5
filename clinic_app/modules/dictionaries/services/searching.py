"""What a search finds and in which order (检索): the words of entries, and how often each was used."""

from collections.abc import Iterable, Sequence

from clinic_app.kernel import db
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries.queries import stored
from clinic_app.modules.dictionaries.rules.search_words import words

EVERYBODY = b""
"""Stands for all persons of the clinic in `item_use`."""
_ADD_ENTRY = "INSERT INTO search_entry(no, item_id) VALUES(?, ?)"
_ADD_WORDS = "INSERT INTO search_words(rowid, whole, inside) VALUES(?, ?, ?)"
_RENEW = "UPDATE search_words SET whole = ?, inside = ? WHERE rowid = (SELECT no FROM search_entry WHERE item_id = ?)"
_USE = (
    "INSERT INTO item_use(item_id, person_id, times, last_on) VALUES(?, ?, 1, ?)"
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


def count_use(uow: UnitOfWork, kind: str, item_ids: Iterable[bytes]) -> None:
    """The actor has used these entries (drugs, services or diagnoses): searches show them higher from now on.

    What is no entry of the list is left out. Called by who signs, inside that command.
    """
    model = stored.MODELS[kind]
    for item_id in dict.fromkeys(item_ids):
        is_first = not db.value("SELECT 1 FROM item_use WHERE item_id = ? AND person_id = ?", (item_id, EVERYBODY))
        if is_first:
            row = model.select(model.name, model.name_en, model.code).where(model.id == item_id).tuples().first()
            if row is None:
                continue
            uow.execute(_RENEW, (*words(kind, *row, is_used=True), item_id))
        for person_id in (uow.actor.person_id, EVERYBODY):
            uow.execute(_USE, (item_id, person_id, uow.on.isoformat()))
