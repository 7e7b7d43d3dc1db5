"""Ordering skin tests (开皮试): which drugs need one, and when an earlier one still counts (ST-01, ST-04, ST-05)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from clinic_app.kernel import installation, parameters
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import services as charging_services
from clinic_app.modules.consultation import queries as consultation
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.treatments import queries

_TEST = (
    "INSERT INTO skin_test(id, test_no, visit_id, patient_id, prescription_id, line_id, drug_id, is_charged, state,"
    " ordered_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, 'ordered', ?)"
)


def order_test(uow: UnitOfWork, event: Mapping[str, Any], line: consultation.PrescriptionLine) -> None:
    """Order and charge a test for a line that needs one and has neither a valid result nor a source of one."""
    drug = dictionaries.drug(line.drug_id)
    if drug is None or line.untested_because or not needs_test(drug, line.route, uow.on):
        return
    hours = parameters.value("treatments.skin_test_lapse_hours", uow.on)
    if queries.test_that_counts(event["patient_id"], drug.id, uow.at, lapse_hours=hours) is not None:
        return
    item = dictionaries.service_by_code(parameters.value("treatments.skin_test_item", uow.on))
    is_charged = item is not None and not item.is_disabled
    test_id, series = new_id(), f"{installation.current().prefix()}P{uow.on:%y%m%d}"
    number = f"{series}{uow.number(f'treatments.{series}'):03d}"
    uow.execute(
        _TEST,
        (test_id, number, event["visit_id"], event["patient_id"], line.prescription_id, line.id, drug.id,
         int(is_charged), uow.at),
    )  # fmt: skip
    if item is not None and is_charged:
        charging_services.open_lines(
            uow, event["visit_id"], event["patient_id"], "skin_test", test_id, [(item.id, "service", item.id, 1)]
        )


def needs_test(drug: dictionaries.Drug, route: str, on: date) -> bool:
    """Whether nobody gets the drug before a negative test (ST-01); by mouth the clinic decides."""
    if not drug.needs_skin_test:
        return False
    slip = next((one.slip for one in dictionaries.routes() if one.code == route), "")
    return slip != "oral" or bool(parameters.value("treatments.skin_test_by_mouth", on))
