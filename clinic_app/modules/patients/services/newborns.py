"""Newborns before they are named (新生儿): records of their own, called after the mother and linked to her (ID-08)."""

from dataclasses import replace
from datetime import date
from typing import Any

from clinic_app.kernel.errors import Missing, Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.patients import queries
from clinic_app.modules.patients.queries import Details
from clinic_app.modules.patients.rules.newborns import birth_orders, newborn_name
from clinic_app.modules.patients.services.data import PatientData
from clinic_app.modules.patients.services.details import write_details
from clinic_app.modules.patients.services.families import add_relation
from clinic_app.modules.patients.services.records import register_patient


def register_newborns(uow: UnitOfWork, mother_id: bytes, born_on: date, sexes: tuple[str, ...]) -> dict[str, Any]:
    """Make a record for each child born together, in the order of birth; returns `patient_ids`.

    The mother's phone, address and village go along. Refused `patients.birth_date_future`, `.birth_missing_sex`,
    `.birth_count`, `.mother_is_male`.
    """
    mother = queries.patient(mother_id)
    if mother is None:
        raise Missing("patients.missing")
    if mother.sex == "1":
        raise Refused("patients.mother_is_male", field="sex_1", name=mother.name)
    if born_on > uow.on:
        raise Refused("patients.birth_date_future", field="born_on", value=born_on.isoformat())
    village = queries.details(mother_id).village_code
    before = max(
        (one.birth_order or 0 for one in queries.relations_of(mother_id) if _is_twin(one, born_on)), default=0
    )
    made = []
    for sex, order in zip(sexes, birth_orders(len(sexes), before), strict=True):
        if sex not in ("0", "1", "2"):
            raise Refused("patients.birth_missing_sex", field="sex_1")
        data = PatientData(
            name=newborn_name(mother.name, sex), sex=sex, born_on=born_on, phone=mother.phone, address=mother.address
        )
        child = bytes.fromhex(register_patient(uow, data)["patient_id"])
        write_details(uow, child, replace(Details(), birth_order=order, village_code=village), Details())
        add_relation(uow, child, "mother", relative_id=mother_id)
        made.append(child.hex())
    return {"patient_id": mother_id.hex(), "patient_ids": made}


def _is_twin(relation: queries.Relation, born_on: date) -> bool:
    """Whether a child of the mother was born on the same day, so that the next one is its twin."""
    if not relation.is_reverse or relation.kind != "mother" or relation.relative_id is None:
        return False
    child = queries.patient(relation.relative_id)
    return child is not None and child.born_on == born_on.isoformat()
