"""A sheet at the window and the people who sign it, for the tests of this folder."""

from typing import Any

import pytest

from clinic_app.kernel import db, parameters
from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.rights import Actor
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import services as charging
from clinic_app.modules.people import services as people
from clinic_app.modules.pharmacy import queries, services
from tests.conftest import Clinic
from tests.visit import ADULT, arrive, consult, pay


def paid(clinic: Clinic, *drugs: str) -> queries.Sheet:
    """A signed and paid sheet of these drugs."""
    arrived = arrive(clinic, ADULT)
    sheet_id = consult(clinic, arrived["visit_id"], drugs or ("D0011",))[0]
    pay(clinic, arrived["visit_id"])
    return again(sheet_id)


def again(sheet: queries.Sheet | bytes) -> queries.Sheet:
    """The sheet as it is now."""
    found = queries.sheet(sheet if isinstance(sheet, bytes) else sheet.id)
    assert found is not None
    return found


def lines(sheet: queries.Sheet) -> list[queries.Line]:
    return queries.lines_of(again(sheet), today())


def give(clinic: Clinic, sheet: queries.Sheet, actor: Actor | None = None, **more: Any) -> Any:
    """Every line ticked, handed out as the screen does."""
    shown = lines(sheet)
    return clinic.run(
        actor or clinic.actor("pharmacist"),
        lambda uow: services.dispense(
            uow, sheet.id, [line.id for line in shown], batches_seen=services.batch_mark(shown), **more
        ),
    )


def prepare(clinic: Clinic, sheet: queries.Sheet, actor: Actor) -> Any:
    return clinic.run(actor, lambda uow: services.prepare(uow, sheet.id, [line.id for line in lines(sheet)]))


def second_pharmacist(clinic: Clinic) -> Actor:
    """The practice assistant, a pharmacist by certificate from today on."""
    other = clinic.actor("pharmacist", 1)
    clinic.run(
        clinic.actor("administrator"),
        lambda uow: people.add_qualification(
            uow, other.person_id, kind="pharmacist", level="pharmacist", valid_from=today()
        ),
    )
    return other


def set_parameter(clinic: Clinic, name: str, value: Any) -> None:
    def change(uow: UnitOfWork) -> None:
        parameters.change(uow, name, value, uow.on, "test")
        uow.audit("parameters.change")

    clinic.run(clinic.actor("administrator"), change)


def refund(clinic: Clinic, sheet: queries.Sheet, line: queries.Line, quantity: int) -> None:
    """The cashier gives the money for so many minimum units of a line back."""
    charge_line, bill_id = db.row(
        "SELECT c.id, (SELECT b.id FROM bill_line m JOIN bill b ON b.id = m.bill_id WHERE m.charge_line_id = c.id"
        " ORDER BY b.paid_at DESC, b.receipt_no DESC LIMIT 1) FROM charge_line c"
        " WHERE c.source_line_id = ? AND c.state = 'billed'",
        (line.id,),
    )
    clinic.run(
        clinic.actor("cashier"),
        lambda uow: charging.refund_bill(uow, bill_id, [(charge_line, quantity)], reason="患者不要了"),
    )


def bring_back(
    clinic: Clinic, sheet: queries.Sheet, quantity: int, condition: str = "sealed", *, accepted: bool = True,
    **more: Any,
) -> Any:
    """The first pack of the sheet comes back to the window."""
    given = queries.given_batches(sheet.id)[0]
    brought = services.Brought(given.line_id, given.batch_id, quantity, condition, accepted)
    return clinic.run(
        clinic.actor("pharmacist"), lambda uow: services.return_drugs(uow, sheet.id, "医生换药了", [brought], **more)
    )


def code_of(call: Any) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def make_controlled(clinic: Clinic, code: str, controlled_class: str = "narcotic") -> None:
    """A practice drug becomes a controlled one, after the sheet was signed: no rule of prescribing is in the way."""
    clinic.raw("UPDATE drug SET controlled_class = ? WHERE code = ?", (controlled_class, code))


