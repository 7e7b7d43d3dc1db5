"""Deciding on a stop (拦截) of an allergy or a dose: keep with a reason, or take the suggested drug instead."""

from collections.abc import Collection
from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.queries import safety, words
from clinic_app.modules.consultation.queries.findings import in_source
from clinic_app.modules.consultation.queries.rows import held_of, signed_of
from clinic_app.modules.consultation.queries.working_out import TypedLine
from clinic_app.modules.consultation.services import lines
from clinic_app.modules.consultation.services.opening import LONGEST_REASON, Opened, writable
from clinic_app.modules.consultation.services.texts import one_line
from clinic_app.modules.dictionaries import queries as dictionaries


def keep_stop(
    uow: UnitOfWork, visit_id: bytes, line_id: bytes, reason: str, rev: int, *, seen: Collection[str] | None = None
) -> dict[str, Any]:
    """Prescribe in spite of the stops of a row (仍要开): the reason is stored for each one and printed (RX-13).

    `seen` are the allergies and dose limits the doctor read when deciding, each `kind:code`; None for a caller without
    a page. Refused `consultation.stop_reason_missing`; Stale `consultation.stop_more` when another one came up since,
    and `consultation.sheet_changed` when there is no stop any more.
    """
    opened = writable(uow, visit_id)
    line = lines.draft_line(visit_id, line_id)
    why = one_line(reason, field="stop_reason", most=LONGEST_REASON)
    if not why:
        raise Refused("consultation.stop_reason_missing", field="stop_reason")
    lines.touch(uow, opened, rev)
    stops = _stops_of(uow, opened, line)
    if not stops:
        raise Stale("consultation.sheet_changed")
    kept = {(one.kind, one.code) for one in queries.kept_stops_of(line_id)}
    stops = {key: text for key, text in stops.items() if key not in kept}
    if seen is not None and not {f"{kind}:{code}" for kind, code in stops} <= set(seen):
        raise Stale("consultation.stop_more", field="stop_reason")
    for (kind, code), text in stops.items():
        uow.execute(
            "INSERT INTO kept_stop(line_id, kind, code, text, reason, kept_by, kept_at) VALUES(?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT(line_id, kind, code) DO NOTHING",
            (line_id, kind, code, text, why, uow.actor.person_id, uow.at),
        )
    return {"line_id": line_id.hex(), "stops": len(stops)}


def _stops_of(uow: UnitOfWork, opened: Opened, line: queries.PrescriptionLine) -> dict[tuple[str, str], str]:
    """What stops a stored row, in words: allergies, then doses; a row that cannot be worked out has no dose to keep."""
    drug = dictionaries.drug(line.drug_id)
    if drug is None:
        return {}
    found = safety.safety_of(opened.visit.patient_id).findings(drug, dictionaries.groups_of_drug(line.drug_id))
    stops = {(one.allergy.kind, one.allergy.code): one.allergy.shown for one in found if one.tier == "stop"}
    setting = lines.setting_of(uow, opened)
    rows, told = held_of(setting, queries.lines_of(line.prescription_id), signed_of(setting))
    worked = next((one.worked for one in rows if one.key == line.id), None)
    if worked is not None:
        stops |= {("dose", one.code): words.beyond_in_source(one) for one in worked.stops}
    asked = [one for one in told.get(line.id, ()) if one.tier == "stop" and not one.asks]
    return stops | {("rule", one.code): in_source(one, setting) for one in asked}


def replace_line(
    uow: UnitOfWork, visit_id: bytes, line_id: bytes, rev: int, typed: TypedLine | None = None
) -> dict[str, Any]:
    """Take the suggested drug in the same place, as `typed` or with its own usual use; returns the new `line_id`.

    Refused `consultation.child_dose` when nothing was typed and the patient may be a child (QT-10), and as rows are;
    Stale `consultation.no_replacement` when the suggestion, or the drug that was typed for, is not offered any more.
    """
    opened = writable(uow, visit_id)
    line = lines.draft_line(visit_id, line_id)
    sheet_id = lines.touch(uow, opened, rev)
    found = safety.safety_of(opened.visit.patient_id)
    other = safety.replacement_of(line.drug_id, found, uow.on)
    if other is None or (typed is not None and typed.drug_id != other.id):
        raise Stale("consultation.no_replacement")
    if typed is None:
        if not found.takes_usual_dose(uow.on):
            years = parameters.value("consultation.paediatric_below_years", uow.on)
            raise Refused("consultation.child_dose", field="dose", years=years)
        days = str(other.usual_days or line.days)
        typed = TypedLine(other.id, f"{other.usual_dose}{other.dose_unit}", other.frequency, days, other.route)
    uow.execute("UPDATE prescription_line SET deleted_at = ? WHERE id = ?", (uow.at, line_id))
    made = lines.insert(uow, opened, sheet_id, typed, line.line_no, queries.lines_of(sheet_id))
    return {"line_id": made.hex(), "drug_id": other.id.hex()}
