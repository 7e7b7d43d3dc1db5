"""The villages of the township and the numbers of resident health records given in them (ID-14, ID-15)."""

from typing import Any

from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import events, queries
from clinic_app.modules.patients.models import Village
from clinic_app.modules.patients.rules import health_record, texts
from clinic_app.modules.patients.rules.divisions import parse_village_code
from clinic_app.modules.patients.services.data import Identifier
from clinic_app.modules.patients.services.identifiers import add_identifier

LONGEST_NAME = 60
OWN_SOURCE = "clinic"


def add_village(
    uow: UnitOfWork, *, code: str, name: str, record_part: str, last_serial: int = 0, source: str = ""
) -> dict[str, Any]:
    """Put a village on the list with the part of its record numbers; `last_serial` that the papers have reached.

    Refused `patients.village_code`, `.village_known`, `.village_name`, `.record_part`, `.record_part_taken`,
    `.village_serial`.
    """
    parts = parse_village_code(code)
    full = parts.county + parts.town + parts.village
    if queries.village(full) is not None:
        raise Refused("patients.village_known", field="code", value=full)
    called, part = _name(name), health_record.check_part(record_part)
    _check_free(full, part)
    _check_serial(last_serial, 0)
    said = texts.one_line(source, field="source", most=texts.LONGEST_NOTE) or OWN_SOURCE
    Village.insert(
        code=full, name=called, record_part=part, last_serial=last_serial, is_open=True, source=said,
        is_reviewed=bool(source.strip()), rev=1, changed_at=uow.at, changed_by=uow.actor.person_id,
    ).execute()  # fmt: skip
    uow.audit("patients.add_village", code=full, part=part, last_serial=last_serial)
    return {"code": full}


def change_village(
    uow: UnitOfWork, code: str, *, name: str, record_part: str, last_serial: int, is_open: bool, rev: int
) -> dict[str, Any]:
    """Change the name or close a village; its record part only while no number was given there.

    Refused as `add_village` and `patients.record_part_used`; raises Stale when somebody was faster.
    """
    before = queries.village(code)
    if before is None:
        raise Missing("patients.village_missing")
    called, part = _name(name), health_record.check_part(record_part)
    if part != before.record_part and before.last_serial:
        raise Refused("patients.record_part_used", field="record_part", part=before.record_part)
    if part != before.record_part:
        _check_free(code, part)
    _check_serial(last_serial, before.last_serial)
    changed = (
        Village.update(
            name=called, record_part=part, last_serial=last_serial, is_open=is_open, rev=rev + 1, changed_at=uow.at,
            changed_by=uow.actor.person_id,
        )
        .where((Village.code == code) & (Village.rev == rev))
        .execute()
    )  # fmt: skip
    if changed != 1:
        raise Stale("patients.village_changed", field="rev", name=before.name)
    uow.audit("patients.change_village", code=code, part=part, last_serial=last_serial, is_open=is_open)
    return {"code": code}


def give_health_record(uow: UnitOfWork, patient_id: bytes, village_code: str, number: str = "") -> dict[str, Any]:
    """Give the person the next health-record number of a village, or note the `number` an older paper shows.

    The number is never given again, even after death or moving away. Refused `patients.health_record_has`,
    `.village_unknown`, `.village_full`, `.health_record_form`, `.health_record_village`, `.health_record_used`.
    """
    if queries.patient(patient_id) is None:
        raise Missing("patients.missing")
    held = [one.value for one in queries.identifiers_of(patient_id) if one.kind == "health_record"]
    if held:
        raise Refused("patients.health_record_has", field="health_record_no", number=held[0])
    found = queries.village(village_code)
    if found is None or not found.is_open:
        raise Refused("patients.village_unknown", field="village_code", value=village_code[:20])
    if number.strip():
        given = health_record.parse_health_record(number)
        if (given.area, given.part) != (found.area, found.record_part):
            raise Refused(
                "patients.health_record_village", field="health_record_no", begins=found.area + found.record_part,
                name=found.name,
            )  # fmt: skip
        if queries.health_record_ever(str(given)):
            raise Refused("patients.health_record_used", field="health_record_no", number=str(given))
    else:
        given = health_record.next_number(found.area, found.record_part, found.last_serial)
    uow.change_one(
        "UPDATE village SET last_serial = max(last_serial, ?) WHERE code = ? AND last_serial = ?",
        (given.serial, found.code, found.last_serial),
        Stale("patients.village_changed", field="village_code", name=found.name),
    )
    add_identifier(uow, patient_id, Identifier("health_record", str(given)))
    uow.audit("patients.give_health_record", patient_id, patient_id=patient_id, number=str(given))
    uow.emit(
        events.HEALTH_RECORD_NUMBERED, patient_id,
        {"patient_id": patient_id, "number": str(given), "village_code": found.code},
    )  # fmt: skip
    return {"patient_id": patient_id.hex(), "number": str(given)}


def _name(text: str) -> str:
    name = texts.one_line(text, field="village_name", most=LONGEST_NAME)
    if not name:
        raise Refused("patients.village_name", field="village_name")
    return name


def _check_free(code: str, part: str) -> None:
    taken = queries.village_of_part(code[:9], part)
    if taken is not None:
        raise Refused("patients.record_part_taken", field="record_part", part=part, name=taken.name)


def _check_serial(serial: int, before: int) -> None:
    if not before <= serial <= health_record.LAST_SERIAL:
        raise Refused("patients.village_serial", field="last_serial", least=before, most=health_record.LAST_SERIAL)
