"""Versions of an entry (版本): who changed what, when, from what to what; appended, never edited."""

import json
from collections.abc import Mapping
from typing import Any

from clinic_app.kernel.unit_of_work import UnitOfWork

ACTS = ("added", "changed", "imported", "classified", "disabled", "enabled")
_WRITE = (
    "INSERT INTO entry_version(kind, code, rev, act, changes, person_id, at) SELECT :kind, :code,"
    " coalesce(max(rev), 0) + 1, :act, :changes, :person, :at FROM entry_version WHERE kind = :kind AND code = :code"
)


def write_version(uow: UnitOfWork, kind: str, code: str, act: str, changes: Mapping[str, tuple[Any, Any]]) -> None:
    """`changes`: column -> (before, after)."""
    told = {name: [_told(before), _told(after)] for name, (before, after) in changes.items()}
    uow.execute(_WRITE, {
        "kind": kind, "code": code, "act": act, "changes": json.dumps(told, ensure_ascii=False),
        "person": uow.actor.person_id, "at": uow.at,
    })  # fmt: skip


def _told(value: Any) -> Any:
    return ";".join(value) if isinstance(value, tuple) else value
