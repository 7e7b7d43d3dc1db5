"""Skin tests (皮试): begun with the clock, read by two after it, and what a positive one does (ST-02, ST-03, ST-06)."""

from typing import Any

from clinic_app.kernel import parameters
from clinic_app.kernel.clock import local
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.quantity import parse_count
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients import services as patient_services
from clinic_app.modules.patients.services import AllergyEntry
from clinic_app.modules.people import queries as people
from clinic_app.modules.treatments import events, queries, rules
from clinic_app.modules.treatments.services.texts import short

MOST_MM, LONGEST_BATCH = 99, 40
_READ = (
    "UPDATE skin_test SET state = ?, before_mm = ?, after_mm = ?, growth_mm = ?, least_minutes = ?, read_at = ?,"
    " read_by = ?, second_by = ? WHERE id = ? AND state = 'started'"
)


def start_test(uow: UnitOfWork, test_id: bytes, *, batch_no: str = "", is_emergency: bool = False) -> dict[str, Any]:
    """Inject the test dose and start its clock; `batch_no` is the batch it was made from, as held for the sheet.

    Refused `treatments.test_not_paid` unless it is an emergency; Stale `treatments.test_changed`.
    """
    found = _test(test_id)
    if not found.is_paid and not is_emergency:
        raise Refused("treatments.test_not_paid", drug=dictionaries.named(found.drug))
    batch = short(batch_no, field="batch_no", most=LONGEST_BATCH)
    uow.change_one(
        "UPDATE skin_test SET state = 'started', started_at = ?, started_by = ?, batch_no = ?, is_emergency = ?"
        " WHERE id = ? AND state = 'ordered'",
        (uow.at, uow.actor.person_id, batch, int(is_emergency), test_id), Stale("treatments.test_changed"),
    )  # fmt: skip
    uow.audit("treatments.start_test", test_id, patient_id=found.patient_id, test_no=found.test_no)
    return {"test_id": test_id.hex(), "patient_id": found.patient_id.hex()}


def read_test(
    uow: UnitOfWork, test_id: bytes, *, before_mm: str, after_mm: str, second: str = ""
) -> dict[str, Any]:
    """Read the wheal (皮丘) in mm before and after; `second` is the staff number of the other reader where two sign.

    Refused `treatments.read_too_early` (ST-06), `.second_reader` (ST-02); Stale `treatments.test_changed`. A positive
    test records the allergy to the drug's class (ST-03). Returns `is_positive`.
    """
    found = _test(test_id)
    if found.state != "started" or found.started_at is None:
        raise Stale("treatments.test_changed")
    least = parameters.value("treatments.skin_test_minutes", uow.on)
    rules.check_reading_time(found.started_at, uow.at, least)
    before = parse_count(before_mm, field="before_mm", minimum=0, maximum=MOST_MM)
    after = parse_count(after_mm, field="after_mm", minimum=0, maximum=MOST_MM)
    other = _second_reader(uow, second)
    growth = parameters.value("treatments.skin_test_growth_mm", uow.on)
    is_positive = rules.is_positive(before, after, growth)
    uow.change_one(
        _READ,
        ("positive" if is_positive else "negative", before, after, growth, least, uow.at, uow.actor.person_id, other,
         test_id), Stale("treatments.test_changed"),
    )  # fmt: skip
    if is_positive:
        _record_allergy(uow, found)
    uow.audit(
        "treatments.read_test", test_id, patient_id=found.patient_id, test_no=found.test_no, before_mm=before,
        after_mm=after, is_positive=is_positive,
    )  # fmt: skip
    uow.emit(
        events.SKIN_TEST_READ, test_id,
        {"test_id": test_id, "test_no": found.test_no, "visit_id": found.visit_id, "patient_id": found.patient_id,
         "prescription_id": found.prescription_id, "drug_id": found.drug_id, "is_positive": is_positive,
         "before_mm": before, "after_mm": after}, (found.visit_id,),
    )  # fmt: skip
    return {"test_id": test_id.hex(), "is_positive": is_positive, "patient_id": found.patient_id.hex()}


def _test(test_id: bytes) -> queries.SkinTest:
    found = queries.skin_test(test_id)
    if found is None:
        raise Missing("treatments.test_missing")
    return found


def _second_reader(uow: UnitOfWork, staff_no: str) -> bytes | None:
    """Another member of staff who may execute; None where one signature is enough."""
    if not parameters.value("treatments.skin_test_two_staff", uow.on):
        return None
    found = people.find_by_staff_no(staff_no.strip()) if staff_no.strip() else None
    if found is None or not found.is_active or found.id == uow.actor.person_id or not found.roles & {
        "nurse", "doctor", "village_doctor",
    }:  # fmt: skip
        raise Refused("treatments.second_reader", field="second")
    return found.id


def _record_allergy(uow: UnitOfWork, test: queries.SkinTest) -> None:
    """The class of the drug, or the drug where it has none, becomes a known allergy beside those that stand there."""
    day = local(uow.at).strftime("%Y-%m-%d")
    note = f"皮试阳性 {day}，{test.drug.name}"
    groups = sorted(dictionaries.groups_of_drug(test.drug_id))
    new = [AllergyEntry("group", code, note=note) for code in groups] or [
        AllergyEntry("drug", test.drug.code, note=note)
    ]
    record = patients.survivor(test.patient_id)
    have = [AllergyEntry(one.kind, one.code, one.text, one.note) for one in patients.allergies_recorded(record)]
    known = {(one.kind, one.code) for one in have if one.code}
    added = [one for one in new if (one.kind, one.code) not in known]
    if added:
        patient_services.set_allergies(uow, record, "known", (*have, *added))
