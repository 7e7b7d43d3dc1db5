"""One report from the specimen to the verified paper: collect, enter, verify, correct, cancel."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from clinic_app.kernel import installation, parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.laboratory import events, queries, rules
from clinic_app.modules.laboratory.services.texts import line, written

LONGEST = {"findings": 2000, "conclusion": 500}
_COLLECT = (
    "INSERT INTO report(id, report_no, version, corrects_id, correct_reason, request_id, line_id, visit_id, patient_id,"
    " panel, state, specimen, emergency_reason, collected_at, collected_by, findings, conclusion)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'collected', ?, ?, ?, ?, ?, ?)"
)
_VALUE = (
    "INSERT INTO report_value(report_id, code, value, flag, low, high, normal) VALUES(?, ?, ?, ?, ?, ?, ?)"
)
_CALL = (
    "INSERT INTO critical_call(id, report_id, code, value, found_at) VALUES(?, ?, ?, ?, ?)"
    " ON CONFLICT(report_id, code, value) DO UPDATE SET withdrawn_at = NULL WHERE told_at IS NULL"
)
_FORGET_CALLS = (
    "UPDATE critical_call SET withdrawn_at = ? WHERE report_id = ? AND told_at IS NULL AND withdrawn_at IS NULL"
)


def collect(uow: UnitOfWork, line_id: bytes, *, specimen: str = "", emergency_reason: str = "") -> dict[str, Any]:
    """Take the specimen (采样) or begin the examination of a paid line; returns `report_id`.

    Missing for what is no requested test; Refused `laboratory.not_paid` without an `emergency_reason`, `.withdrawn`;
    Stale `laboratory.collected_already`.
    """
    asked = queries.asked(line_id)
    if asked is None:
        raise Missing("laboratory.line_missing")
    if queries.live_report(line_id) is not None:
        raise Stale("laboratory.collected_already")
    if asked.withdrawn_at is not None:
        raise Refused("laboratory.withdrawn", item=asked.shown_item)
    is_paid = asked.is_paid
    reason = line(emergency_reason, field="emergency_reason", most=200)
    if not is_paid and not reason:
        raise Refused("laboratory.not_paid", field="emergency_reason", item=asked.shown_item)
    series = f"{installation.current().prefix()}B{uow.on:%y%m%d}"
    number, report_id = f"{series}{uow.number(f'laboratory.{series}'):04d}", new_id()
    uow.execute(
        _COLLECT,
        (report_id, number, 1, None, "", asked.request_id, line_id, asked.visit_id, asked.patient_id, asked.panel,
         line(specimen, field="specimen", most=40), "" if is_paid else reason, uow.at, uow.actor.person_id, "", ""),
    )  # fmt: skip
    uow.audit("laboratory.collect", report_id, patient_id=asked.patient_id, report_no=number)
    return {"report_id": report_id.hex(), "line_id": line_id.hex()}


def enter(
    uow: UnitOfWork, report_id: bytes, rev: int, values: Mapping[str, str], *, findings: str = "", conclusion: str = ""
) -> dict[str, Any]:
    """Enter the results, again as often as needed until they are verified; flags and critical values are worked out.

    Every analyte of the panel has a value, an examination has findings and a conclusion. Refused
    `laboratory.value_missing`, `.not_a_choice`, as `rules.number_of`, `.text_missing`; Stale
    `laboratory.report_changed`.
    """
    found = _report(report_id)
    if found.state not in ("collected", "entered") or rev != found.rev:
        raise Stale("laboratory.report_changed")
    told = {name: written(text, field=name, most=LONGEST[name])
            for name, text in (("findings", findings), ("conclusion", conclusion))}  # fmt: skip
    measured = queries.analytes(found.panel)
    if not measured and not (told["findings"] and told["conclusion"]):
        raise Refused("laboratory.text_missing", field="conclusion" if told["findings"] else "findings")
    rows = [_checked(one, values.get(one.code, ""), found, uow.on) for one in measured]
    uow.execute("DELETE FROM report_value WHERE report_id = ?", (report_id,))
    uow.execute(_FORGET_CALLS, (uow.at, report_id))
    for code, value, flag, limits in rows:
        kept = (limits.low, limits.high, limits.normal) if limits else ("", "", "")
        uow.execute(_VALUE, (report_id, code, value, flag, *kept))
        if flag in rules.CRITICAL:
            uow.execute(_CALL, (new_id(), report_id, code, value, uow.at))
    uow.change_one(
        "UPDATE report SET state = 'entered', entered_at = ?, entered_by = ?, findings = ?, conclusion = ?,"
        " rev = rev + 1 WHERE id = ? AND rev = ? AND state IN ('collected', 'entered')",
        (uow.at, uow.actor.person_id, told["findings"], told["conclusion"], report_id, rev),
        Stale("laboratory.report_changed"),
    )
    uow.audit("laboratory.enter", report_id, patient_id=found.patient_id, report_no=found.report_no)
    critical = sum(flag in rules.CRITICAL for _code, _value, flag, _limits in rows)
    return {"report_id": report_id.hex(), "line_id": found.line_id.hex(), "critical": critical}


def verify(uow: UnitOfWork, report_id: bytes, rev: int) -> dict[str, Any]:
    """Verify (审核) what was entered; by a second person where the clinic says so.

    Refused `laboratory.own_entry`; Stale `laboratory.report_changed`.
    """
    found = _report(report_id)
    if found.state != "entered" or rev != found.rev:
        raise Stale("laboratory.report_changed")
    if parameters.value("laboratory.two_persons", uow.on) and found.entered_by == uow.actor.person_id:
        raise Refused("laboratory.own_entry")
    values = queries.values_of(report_id)
    uow.change_one(
        "UPDATE report SET state = 'verified', verified_at = ?, verified_by = ?, rev = rev + 1"
        " WHERE id = ? AND state = 'entered' AND rev = ?",
        (uow.at, uow.actor.person_id, report_id, rev), Stale("laboratory.report_changed"),
    )  # fmt: skip
    uow.audit("laboratory.verify", report_id, patient_id=found.patient_id, report_no=found.report_no)
    uow.emit(
        events.REPORT_VERIFIED, report_id,
        {"report_id": report_id, "report_no": found.report_no, "version": found.version, "visit_id": found.visit_id,
         "patient_id": found.patient_id, "line_id": found.line_id, "panel": found.panel,
         "values": [{"code": one.code, "value": one.value, "flag": one.flag} for one in values],
         "conclusion": found.conclusion}, (found.visit_id,),
    )  # fmt: skip
    return {"report_id": report_id.hex(), "line_id": found.line_id.hex(), "visit_id": found.visit_id.hex()}


def correct(uow: UnitOfWork, report_id: bytes, reason: str) -> dict[str, Any]:
    """Begin a corrected version of a verified report; the one before stays readable. Returns the new `report_id`.

    Refused `laboratory.reason_missing`; Stale when it is not verified or a correction is on its way.
    """
    found = _report(report_id)
    why = line(reason, field="reason", most=200)
    if not why:
        raise Refused("laboratory.reason_missing", field="reason")
    newest = queries.live_report(found.line_id)
    if found.state != "verified" or newest is None or newest.id != report_id:
        raise Stale("laboratory.report_changed")
    made = new_id()
    uow.execute(
        _COLLECT,
        (made, found.report_no, found.version + 1, report_id, why, found.request_id, found.line_id, found.visit_id,
         found.patient_id, found.panel, found.specimen, found.emergency_reason, found.collected_at, found.collected_by,
         found.findings, found.conclusion),
    )  # fmt: skip
    for one in queries.values_of(report_id):
        uow.execute(_VALUE, (made, one.code, one.value, one.flag, one.low, one.high, one.normal))
    uow.audit("laboratory.correct", made, patient_id=found.patient_id, report_no=found.report_no, reason=why)
    return {"report_id": made.hex(), "line_id": found.line_id.hex()}


def cancel(uow: UnitOfWork, report_id: bytes, reason: str) -> dict[str, Any]:
    """Cancel before the report is verified (标本不合格、患者不做): the line may be collected anew, or paid back.

    Refused `laboratory.reason_missing`, `.correction_kept` for a correction; Stale `laboratory.report_changed`.
    """
    found = _report(report_id)
    why = line(reason, field="reason", most=200)
    if not why:
        raise Refused("laboratory.reason_missing", field="reason")
    if found.version > 1:
        raise Refused("laboratory.correction_kept")
    uow.execute(_FORGET_CALLS, (uow.at, report_id))
    uow.change_one(
        "UPDATE report SET state = 'cancelled', cancel_reason = ?, rev = rev + 1"
        " WHERE id = ? AND state IN ('collected', 'entered')",
        (why, report_id), Stale("laboratory.report_changed"),
    )  # fmt: skip
    uow.audit("laboratory.cancel", report_id, patient_id=found.patient_id, report_no=found.report_no, reason=why)
    return {"report_id": report_id.hex(), "line_id": found.line_id.hex()}


def _report(report_id: bytes) -> queries.Report:
    found = queries.report(report_id)
    if found is None:
        raise Missing("laboratory.report_missing")
    return found


def _checked(
    one: queries.Analyte, typed: str, found: queries.Report, on: date
) -> tuple[str, str, str, rules.Range | None]:
    """Code, value, flag and range of one analyte for this person on the day of the specimen."""
    if not typed.strip():
        raise Refused("laboratory.value_missing", field=one.code, name=one.shown_name)
    asked = queries.asked(found.line_id)
    assert asked is not None  # a foreign key holds it
    born = date.fromisoformat(asked.born_on) if asked.born_on else None
    limits = rules.range_for(queries.limits_of(one.code, on), asked.sex, rules.age_in_days(born, on))
    if one.kind == "choice":
        if typed not in one.options:
            raise Refused("laboratory.not_a_choice", field=one.code, name=one.shown_name)
        return one.code, typed, rules.flag_of(typed, limits), limits
    value = rules.number_of(typed, one.decimals, field=one.code, name=one.shown_name)
    return one.code, value, rules.flag_of(value, limits), limits
