"""What the pharmacy says to the cashier before money is taken for a sheet."""

from collections.abc import Mapping
from typing import Any

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.pharmacy import queries


def refuse_charging_expired(uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `charging.charge`: Refused `pharmacy.expired_unpaid` for a sheet past its validity (有效期, RX-10).

    Money for what nobody may hand out would only go back; the prescriber extends the sheet or writes it anew.
    """
    for prescription_id in facts["prescription_ids"]:
        sheet = queries.sheet(prescription_id)
        if sheet is not None and uow.on > (until := sheet.valid_until(uow.on)):
            raise Refused(
                "pharmacy.expired_unpaid", sheet=sheet.prescription_no, signed=sheet.signed_on,
                until=until.isoformat(), doctor=sheet.doctor_name,
            )  # fmt: skip
