"""Keeping templates and phrases (病历模板、常用语), and putting one into a note."""

from collections.abc import Collection, Mapping
from typing import Any

from clinic_app.kernel import db, ids
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.search import normal, term_keys
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries import templates
from clinic_app.modules.consultation.rules.contents import MISSING
from clinic_app.modules.consultation.rules.filling import filled, with_phrase
from clinic_app.modules.consultation.services import notes
from clinic_app.modules.consultation.services.opening import writable
from clinic_app.modules.consultation.services.texts import one_line
from sync.wire.canonical import canonical

LONGEST_NAME = 40
MOST_OF_ONE = 150
KEPT = tuple(name for name in queries.WRITTEN if name != "attended")
"""What a template may hold: texts, never a time or a measured value."""
_ADD = (
    "INSERT INTO note_template(id, scope, owner_id, speciality, field, name, keys, content, required, version,"
    " changed_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)"
)
_CHANGE = (
    "UPDATE note_template SET content = ?, required = ?, owner_id = ?, version = version + 1, changed_at = ?"
    " WHERE id = ?"
)
_SAME_NAME = (
    "SELECT id, owner_id FROM note_template WHERE disabled_at IS NULL AND scope = ? AND speciality = ? AND field = ?"
    " AND name = ? AND (scope <> 'personal' OR owner_id = ?)"
)


def save_template(
    uow: UnitOfWork, *, name: str, scope: str, texts: Mapping[str, str], field: str = "", speciality: str = "",
    required: Collection[str] = (),
) -> dict[str, Any]:
    """Keep texts of a note under a name (存为模板); with `field` that text alone, as a phrase.

    The same name in the same place gives it a new version. Refused `consultation.template_name_missing`,
    `.template_empty`, `.template_too_many`; `.template_of_other` for a shared one that somebody else made.
    """
    called = one_line(name, field="name", most=LONGEST_NAME)
    if not called:
        raise Refused("consultation.template_name_missing", field="name")
    if scope not in ("personal", "department", "clinic") or (field and field not in KEPT):
        raise Missing("consultation.template_missing")
    content = {one: texts[one] for one in ((field,) if field else KEPT) if texts.get(one, "").strip()}
    if not content:
        raise Refused("consultation.template_empty", field="name")
    asked = " ".join(one for one in MISSING if one in required and not field and one != "diagnosis")
    place = (scope, speciality if scope == "department" else "", field, called)
    known = db.row(_SAME_NAME, (*place, uow.actor.person_id))
    text = canonical(content).decode()
    if known:
        _require_own(uow, scope, known[1])
        template_id: bytes = known[0]
        uow.execute(_CHANGE, (text, asked, uow.actor.person_id, uow.at, template_id))
    else:
        _require_room(uow)
        template_id = ids.new_id()
        keys = "\n".join(sorted({normal(called), *term_keys(called)}))
        uow.execute(
            _ADD,
            (template_id, scope, uow.actor.person_id, place[1], field, called, keys, text, asked, uow.at),
        )  # fmt: skip
    uow.audit("consultation.save_template", template_id, scope=scope, name=called)
    return {"template_id": template_id.hex()}


def disable_template(uow: UnitOfWork, template_id: bytes) -> dict[str, Any]:
    """Take one out of use (停用); notes made from it keep their texts and what it required."""
    found = templates.template(template_id)
    if found is None or (found.scope == "personal" and found.owner_id != uow.actor.person_id):
        raise Missing("consultation.template_missing")
    _require_own(uow, found.scope, found.owner_id)
    uow.execute("UPDATE note_template SET disabled_at = ? WHERE id = ?", (uow.at, template_id))
    uow.audit("consultation.disable_template", template_id, name=found.name)
    return {"template_id": template_id.hex(), "name": found.name}


def apply_template(
    uow: UnitOfWork, visit_id: bytes, template_id: bytes, fields: Mapping[str, str], rev: int,
    drawn: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Put a template or a phrase into the note over what was typed (`fields`); nothing that is written goes.

    Stale `consultation.note_changed` when another window wrote something that this page does not show.
    """
    opened = writable(uow, visit_id)
    found = templates.template(template_id)
    if found is None or (found.scope == "personal" and found.owner_id != uow.actor.person_id):
        raise Missing("consultation.template_missing")
    saved = notes.store(uow, opened, fields, rev, drawn)
    if saved.disputed:
        raise notes.changed()
    there = saved.note.fields()
    made = (
        {**there, found.field: with_phrase(there[found.field], found.content[found.field])}
        if found.field else filled(there, found.content)
    )  # fmt: skip
    made = {name: notes.checked(name, text) for name, text in made.items()}
    now = notes.overwrite(uow, saved.note, made)
    if not found.field:
        asked = " ".join(dict.fromkeys((*now.required.split(), *found.required)))
        uow.execute(
            "UPDATE note SET template_name = ?, required = ? WHERE visit_id = ?", (found.name, asked, visit_id)
        )
    return {"rev": now.rev, "name": found.name, "field": found.field or _first_open(made, found)}


def _first_open(made: Mapping[str, str], found: templates.Template) -> str:
    """Where the doctor goes on: the first required field that is empty, else the first text of the template."""
    return next((name for name in found.required if not made.get(name, "").strip()), next(iter(found.content)))


def _require_own(uow: UnitOfWork, scope: str, owner_id: bytes) -> None:
    if scope != "personal" and owner_id != uow.actor.person_id and "manager" not in uow.actor.roles:
        raise Refused("consultation.template_of_other")


def _require_room(uow: UnitOfWork) -> None:
    have = db.value(
        "SELECT count(*) FROM note_template WHERE owner_id = ? AND disabled_at IS NULL", (uow.actor.person_id,)
    )
    if have >= MOST_OF_ONE:
        raise Refused("consultation.template_too_many", most=MOST_OF_ONE)
