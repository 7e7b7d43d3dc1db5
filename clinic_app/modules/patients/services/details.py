"""Details of a person (详细资料) beside the record's face, and the history of its changes."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from clinic_app.kernel.errors import Invalid, Missing, Refused
from clinic_app.kernel.quantity import excerpt
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import events, queries
from clinic_app.modules.patients.queries import Details
from clinic_app.modules.patients.rules import texts

CODED = ("ethnicity", "marital", "occupation", "abo", "rh")
TEXTS = ("workplace", "birth_place", "marks")
FIELDS = (*CODED, *TEXTS, "birth_order", "village_code", "is_restricted")
_UPSERT = (
    "INSERT INTO patient_detail(patient_id, ethnicity, marital, occupation, workplace, abo, rh, birth_place,"
    " birth_order, marks, village_code, is_restricted) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT(patient_id) DO UPDATE SET ethnicity = excluded.ethnicity, marital = excluded.marital,"
    " occupation = excluded.occupation, workplace = excluded.workplace, abo = excluded.abo, rh = excluded.rh,"
    " birth_place = excluded.birth_place, birth_order = excluded.birth_order, marks = excluded.marks,"
    " village_code = excluded.village_code, is_restricted = excluded.is_restricted"
)


def checked_details(uow: UnitOfWork, wanted: Details, before: Details) -> Details:
    """The same details normalised; raises Invalid with a refusal for each code no list has and each text too long.

    A code that the record had already may stay when its list has dropped it.
    """
    wrong: dict[str, Refused] = {}
    for name in CODED:
        code = getattr(wanted, name)
        known = {one.code for one in queries.codes(name, uow.on)} | {"", getattr(before, name)}
        if code not in known:
            wrong[name] = Refused("patients.code_unknown", field=name, value=excerpt(code))
    normal = {}
    for name in TEXTS:
        try:
            normal[name] = texts.one_line(getattr(wanted, name), field=name, most=texts.LONGEST_ADDRESS)
        except Refused as err:
            wrong[name] = err
    village = queries.village(wanted.village_code) if wanted.village_code else None
    if wanted.village_code and (village is None or not (village.is_open or village.code == before.village_code)):
        wrong["village"] = Refused("patients.village_unknown", field="village", value=excerpt(wanted.village_code))
    if wrong:
        raise Invalid(wrong)
    return replace(wanted, **normal, village_code=wanted.village_code or None)


def write_details(uow: UnitOfWork, patient_id: bytes, wanted: Details, before: Details) -> None:
    """Store details that passed `checked_details`, with their history and event; nothing when nothing differs."""
    pairs = [(name, getattr(before, name), getattr(wanted, name)) for name in FIELDS]
    changed = [pair for pair in pairs if pair[1] != pair[2]]
    if not changed:
        return
    uow.execute(
        _UPSERT,
        (patient_id, wanted.ethnicity, wanted.marital, wanted.occupation, wanted.workplace, wanted.abo, wanted.rh,
         wanted.birth_place, wanted.birth_order, wanted.marks, wanted.village_code, wanted.is_restricted),
    )  # fmt: skip
    note_changes(uow, patient_id, changed)
    body = {name: "" if (value := getattr(wanted, name)) is None else value for name in FIELDS}
    uow.emit(events.DETAILS_CHANGED, patient_id, {"patient_id": patient_id, **body})


def note_changes(uow: UnitOfWork, patient_id: bytes, changed: Iterable[tuple[str, object, object]]) -> None:
    """Keep each field as it was and as it became (改动记录)."""
    uow.conn.executemany(
        "INSERT INTO patient_change(patient_id, field, before, after, changed_at, changed_by)"
        " VALUES(?, ?, ?, ?, ?, ?)",
        [
            (patient_id, field, _text(before), _text(after), uow.at, uow.actor.person_id)
            for field, before, after in changed
        ],
    )


def _text(value: object) -> str:
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def restrict(uow: UnitOfWork, patient_id: bytes, is_restricted: bool) -> dict[str, Any]:
    """Put a record under restriction (限制查阅), or lift it: outside the care of the day its face asks for a reason."""
    if queries.patient(patient_id) is None:
        raise Missing("patients.missing")
    before = queries.details(patient_id)
    write_details(uow, patient_id, replace(before, is_restricted=int(is_restricted)), before)
    uow.audit("patients.restrict", patient_id, patient_id=patient_id, is_restricted=is_restricted)
    return {"patient_id": patient_id.hex()}
