"""Visits on hold at the window (挂起)."""

import json
from dataclasses import dataclass
from typing import Any

from clinic_app.kernel import db


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a visit waits, and what was ticked and typed for it."""

    visit_id: bytes
    note: str
    form: dict[str, Any]
    holder_name: str
    at: int


def hold(visit_id: bytes) -> Hold | None:
    found = db.row(
        "SELECT h.visit_id, h.note, h.form, u.name, h.at FROM visit_hold h JOIN person u ON u.id = h.held_by"
        " WHERE h.visit_id = ?", (visit_id,),
    )  # fmt: skip
    return Hold(found[0], found[1], json.loads(found[2]), found[3], found[4]) if found else None
