"""The queue of the window (待发): a sheet comes into it when it is paid and leaves it with its first hand-over."""

from collections.abc import Mapping
from typing import Any

from clinic_app.kernel.unit_of_work import UnitOfWork

_ADD = "INSERT INTO paid_sheet(paid_on, bill_id, prescription_id) VALUES(?, ?, ?)"


def add_paid(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """On `charging.bill_paid`: each sheet with drugs of this bill."""
    sheets = {
        line["source_id"]
        for line in event["lines"]
        if line["source_kind"] == "prescription" and line["item_kind"] == "drug"
    }
    for sheet in sorted(sheets):
        uow.execute(_ADD, (uow.on.isoformat(), event["bill_id"], sheet))


def drop_voided(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """On `charging.bill_voided`: what is to be paid again waits for that."""
    uow.execute("DELETE FROM paid_sheet WHERE bill_id = ?", (event["bill_id"],))


def drop_given(uow: UnitOfWork, prescription_id: bytes) -> None:
    """With its first part; what is owed of it has a list of its own."""
    uow.execute("DELETE FROM paid_sheet WHERE prescription_id = ?", (prescription_id,))
