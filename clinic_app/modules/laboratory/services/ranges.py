"""Reference ranges (参考范围) of the clinic: another one holds from a day on, old reports keep theirs."""

from datetime import date, timedelta
from typing import Any

from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.laboratory import queries
from clinic_app.modules.laboratory.rules import Range, overlaps

_ADD = (
    "INSERT INTO reference_range(analyte, sex, from_days, to_days, low, high, critical_low, critical_high, normal,"
    " valid_from, valid_to, source, is_reviewed, recorded_by, recorded_at)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?)"
)


def set_range(
    uow: UnitOfWork, code: str, wanted: Range, *, replaces: int | None, valid_from: date, source: str, is_reviewed: bool
) -> dict[str, Any]:
    """Let a range hold from `valid_from` on, in place of the one with the id `replaces`, or beside the others.

    Missing for an unknown analyte or range; Stale `laboratory.range_changed` when a colleague replaced it meanwhile;
    Refused `laboratory.range_in_past` and `laboratory.range_overlaps`.
    """
    uow.require_sure_date()
    if queries.analyte(code) is None:
        raise Missing("laboratory.no_such_analyte")
    if valid_from < uow.on:
        raise Refused("laboratory.range_in_past", field="valid_from")
    dated = queries.ranges_of(code)
    if replaces is not None:
        _close(uow, {one.id: one for one in dated}, replaces, valid_from)
    for one in dated:
        if one.id != replaces and one.holds_from(valid_from) and overlaps(one.range, wanted):
            raise Refused("laboratory.range_overlaps", field="from_age")
    uow.execute(_ADD, (
        code, wanted.sex, wanted.from_days, wanted.to_days, wanted.low, wanted.high, wanted.critical_low,
        wanted.critical_high, wanted.normal, valid_from.isoformat(), source, int(is_reviewed), uow.actor.person_id,
        uow.at,
    ))  # fmt: skip
    range_id = uow.conn.last_insert_rowid()
    uow.audit("laboratory.set_range", analyte=code, range=range_id, replaces=replaces)
    return {"analyte": code, "range": range_id}


def end_range(uow: UnitOfWork, code: str, range_id: int) -> dict[str, Any]:
    """Take a range out of use from today on; raises as `set_range`."""
    uow.require_sure_date()
    _close(uow, {one.id: one for one in queries.ranges_of(code)}, range_id, uow.on)
    uow.audit("laboratory.end_range", analyte=code, range=range_id)
    return {"analyte": code}


def _close(uow: UnitOfWork, dated: dict[int, queries.DatedRange], range_id: int, from_day: date) -> None:
    if range_id not in dated:
        raise Missing("laboratory.no_such_range")
    uow.change_one(
        "UPDATE reference_range SET valid_to = ? WHERE id = ? AND valid_to IS NULL",
        ((from_day - timedelta(days=1)).isoformat(), range_id), Stale("laboratory.range_changed"),
    )  # fmt: skip
