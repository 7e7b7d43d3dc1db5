"""One entry of a list (条目): added, changed, taken out of use, offered again; each leaves a version."""

from typing import Any

from clinic_app.kernel.errors import Invalid, Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries.events import ENTRY_CHANGED
from clinic_app.modules.dictionaries.queries import stored
from clinic_app.modules.dictionaries.queries.versions import rev_of
from clinic_app.modules.dictionaries.rules.difference import Change, Row, changed_columns, refusal
from clinic_app.modules.dictionaries.rules.hierarchy import circle
from clinic_app.modules.dictionaries.rules.lists import LISTS
from clinic_app.modules.dictionaries.services import rows, versions
from clinic_app.modules.dictionaries.services.under_way import refuse_while_imported

_KINDS = {"drug": "drugs", "service": "services"}


def add_entry(uow: UnitOfWork, kind: str, row: Row) -> dict[str, Any]:
    """Add one entry, parsed by `rules.lists`; a drug's or service's first price holds from today.

    Invalid with `dictionaries.code_taken`, `.unknown_code` or `.group_in_itself` at its field.
    """
    refuse_while_imported(kind)
    if stored.stored_row(kind, row["code"], uow.on) is not None:
        raise Invalid({"code": Refused("dictionaries.code_taken", field="code", value=row["code"])})
    _check_references(kind, row)
    whole = {**row, "position": stored.last_position(kind) + 1} if LISTS[kind].is_ordered else row
    rows.add_rows(uow, rows.ready(kind, [whole]))
    versions.write_version(uow, kind, row["code"], "added", {name: (None, row[name]) for name in row})
    return _told(uow, kind, row["code"], "added")


def change_entry(uow: UnitOfWork, kind: str, row: Row, *, rev: int) -> dict[str, Any]:
    """Change one entry to what `row` says; its price is left as it is. `rev` is the version that the person saw.

    Missing; Stale `dictionaries.entry_changed`; Invalid as `add_entry` or with `dictionaries.frozen_column`. Nothing is
    written when nothing differs.
    """
    code = row["code"]
    before = _at(uow, kind, code, rev)
    columns = changed_columns(row, before)
    if (refused := refusal(LISTS[kind], row, before, columns)) is not None:
        raise Invalid({refused.field or "code": refused})
    _check_references(kind, row)
    if not columns:
        uow.audit("dictionaries.entry_unchanged", None, kind=kind, code=code, rev=rev)
        return {"kind": kind, "code": code, "rev": rev}
    rows.change_row(uow, kind, Change(row, columns, before), "changed")
    return _told(uow, kind, code, "changed")


def set_disabled(uow: UnitOfWork, kind: str, code: str, is_disabled: bool, *, rev: int) -> dict[str, Any]:
    """Take an entry out of use (停用) or offer it again (启用); what names it stays readable.

    Raises as `change_entry`.
    """
    before = _at(uow, kind, code, rev)
    if "is_disabled" not in before:
        raise Refused("dictionaries.never_disabled")
    return _disable(uow, kind, code, is_disabled)


def disable(uow: UnitOfWork, item_kind: str, item_id: bytes) -> dict[str, Any]:
    """Take a drug or service out of use by its id."""
    return _disable(uow, *_by_id(item_kind, item_id), True)


def enable(uow: UnitOfWork, item_kind: str, item_id: bytes) -> dict[str, Any]:
    """Offer a disabled drug or service again."""
    return _disable(uow, *_by_id(item_kind, item_id), False)


def _disable(uow: UnitOfWork, kind: str, code: str, is_disabled: bool) -> dict[str, Any]:
    refuse_while_imported(kind)
    model = stored.MODELS[kind]
    changed = (
        model.update(is_disabled=int(is_disabled))
        .where((model.code == code) & (model.is_disabled == int(not is_disabled)))
        .execute()
    )
    act = "disabled" if is_disabled else "enabled"
    if changed:
        versions.write_version(uow, kind, code, act, {"is_disabled": (int(not is_disabled), int(is_disabled))})
    return _told(uow, kind, code, act)


def _by_id(item_kind: str, item_id: bytes) -> tuple[str, str]:
    kind = _KINDS.get(item_kind)
    model = stored.MODELS.get(kind or "")
    code = model.select(model.code).where(model.id == item_id).scalar() if model else None
    if kind is None or code is None:
        raise Missing("dictionaries.no_such_item")
    return kind, code


def _at(uow: UnitOfWork, kind: str, code: str, rev: int) -> Row:
    refuse_while_imported(kind)
    before = stored.stored_row(kind, code, uow.on)
    if before is None:
        raise Missing("dictionaries.no_such_item")
    if rev_of(kind, code) != rev:
        raise Stale("dictionaries.entry_changed", field="rev")
    return before


def _check_references(kind: str, row: Row) -> None:
    """Every code that the entry names is known, and a group does not end up inside itself."""
    refused: dict[str, Refused] = {}
    for column, other in LISTS[kind].refers:
        named = row[column] if isinstance(row[column], tuple) else (row[column],)
        for code in filter(None, named):
            if code not in stored.stored_codes(other):
                refused[column] = Refused("dictionaries.unknown_code", field=column, column=column, value=code)
    if not refused and kind == "allergy_groups":
        parents = {**stored.stored_parents(), row["code"]: row["parent"]}
        if circle(parents) is not None:
            refused["parent"] = Refused("dictionaries.group_in_itself", field="parent", value=row["code"])
    if refused:
        raise Invalid(refused)


def _id_of(kind: str, code: str) -> bytes | None:
    """Of an entry that has an id beside its code, so that the audit trail can name it."""
    model = stored.MODELS[kind]
    if "id" not in model._meta.fields:
        return None
    found = model.select(model.id).where(model.code == code).tuples().first()
    return bytes(found[0]) if found else None


def _told(uow: UnitOfWork, kind: str, code: str, act: str) -> dict[str, Any]:
    rev = rev_of(kind, code)
    uow.emit(ENTRY_CHANGED, new_id(), {"kind": kind, "code": code, "act": act, "rev": rev})
    uow.audit(f"dictionaries.entry_{act}", _id_of(kind, code), kind=kind, code=code, rev=rev)
    return {"kind": kind, "code": code, "rev": rev}
