"""What the pharmacy says to voids and refunds of the cashier (FE-09), and to a doctor who voids a sheet."""

from collections.abc import Mapping
from typing import Any

from clinic_app.kernel import db
from clinic_app.kernel.clock import local, local_text
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.pharmacy import queries, rules
from clinic_app.modules.stock import services as stock

_REFUNDED = "INSERT INTO refunded_line(refund_id, line_id, quantity, from_returned, at) VALUES(?, ?, ?, ?, ?)"


def refuse_voiding_dispensed_bill(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `charging.void_bill`: Refused `pharmacy.already_dispensed` once any sheet of the bill is handed out."""
    found = queries.bill_is_dispensed(facts["bill_id"])
    if found is not None:
        sheet, at, who = found
        raise Refused("pharmacy.already_dispensed", sheet=sheet, at=local(at).strftime("%H:%M"), who=who)


def refuse_voiding_given_sheet(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `consultation.void_prescription`: Refused `pharmacy.sheet_given` once something of it was handed out.

    What came back and was paid back does not undo that: the sheet stays as the ground of what was given.
    """
    found = queries.first_dispense(facts["prescription_id"])
    if found is not None:
        sheet, at, who = found
        raise Refused("pharmacy.sheet_given", sheet=sheet, at=local_text(at), who=who)


def refuse_refund_of_given(_uow: UnitOfWork, facts: Mapping[str, Any]) -> None:
    """Guard of `charging.refund`: Refused `pharmacy.not_returned` for drugs that the patient still holds (FE-09)."""
    for line in facts["lines"]:
        given = queries.given_of(line["source_line_id"]) if line["source_kind"] == "prescription" else None
        if given is not None:
            drug = dictionaries.drug(line["item_id"])
            rules.check_refund(given, line["quantity"], drug=dictionaries.named(drug) if drug else "")


def release_refunded(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """A refund gives back what was held for it, and remembers what of it had come back from the patient."""
    for line in event["lines"]:
        line_id = line["source_line_id"]
        before = queries.given_of(line_id) if line["source_kind"] == "prescription" else None
        if before is None:
            continue
        from_returned, from_owed = rules.split_refund(before, line["quantity"])
        uow.execute(_REFUNDED, (event["refund_id"], line_id, line["quantity"], from_returned, uow.at))
        for source_id, _quantity in db.rows(
            "SELECT source_id, sum(quantity) FROM reservation WHERE line_id = ? AND state = 'live' GROUP BY 1",
            (line_id,),
        ):
            stock.keep_at_most(uow, source_id, line_id, rules.owed(before) - from_owed)
