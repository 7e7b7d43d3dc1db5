"""Returns (退药): what a patient brings back is inspected pack by pack, accepted or refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic_app.kernel import installation
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.pharmacy import events, queries, rules
from clinic_app.modules.pharmacy.models import DrugReturn, DrugReturnLine
from clinic_app.modules.pharmacy.queries import GivenBatch, Sheet
from clinic_app.modules.pharmacy.services import checks, controlled, tracing
from clinic_app.modules.stock import services as stock

LONGEST_REASON = 100


@dataclass(frozen=True, slots=True)
class Brought:
    """What came back of one batch of a line: minimum units, `condition` sealed, opened or damaged."""

    line_id: bytes
    batch_id: bytes
    quantity: int
    condition: str
    is_accepted: bool


def return_drugs(
    uow: UnitOfWork, prescription_id: bytes, reason: str, brought: Sequence[Brought], *, traces: Sequence[str] = (),
    seen: str | None = None,
) -> dict[str, Any]:
    """Inspect what a patient brings back; a pharmacist does. Returns {"return_id", "return_no", "accepted"}.

    Unopened packs in date go back to the shelf, the rest of what is accepted waits to be scrapped, what is refused
    stays with the patient. The cashier refunds what was accepted (FE-09). Missing; Refused `pharmacy.nothing_brought`,
    `.brought_too_much`, `.no_condition`, those of trace codes; Stale `pharmacy.returned_meanwhile` by `seen`.
    """
    uow.require_sure_date()
    sheet = queries.sheet(prescription_id)
    if sheet is None or sheet.paid is None:
        raise Missing("pharmacy.missing")
    checks.check_grade(uow, "check")
    why = " ".join(reason.split())
    if not 2 <= len(why) <= LONGEST_REASON:
        raise Refused("pharmacy.text_length", field="reason", most=LONGEST_REASON)
    given = {(one.line_id, one.batch_id): one for one in queries.given_batches(sheet.id)}
    if seen is not None and seen != queries.given_mark(given.values()):
        raise Stale("pharmacy.returned_meanwhile", next_url=f"/pharmacy/sheets/{sheet.id.hex()}/return")
    outcomes = _outcomes(uow, given, brought)
    return_id, return_no = new_id(), _number(uow)
    DrugReturn.insert(
        id=return_id, return_no=return_no, prescription_id=sheet.id, bill_id=sheet.paid.bill_id,
        visit_id=sheet.visit_id, patient_id=sheet.patient_id, reason=why, inspected_by=uow.actor.person_id,
        returned_at=uow.at, returned_on=uow.on.isoformat(),
    ).execute()  # fmt: skip
    accepted = _store(uow, return_id, sheet, given, outcomes)
    tracing.free(uow, return_id, queries.traces_of_sheet(sheet.id), _accepted_by_line(outcomes), traces)
    if accepted:
        uow.emit(
            events.RETURNED, return_id,
            {"return_id": return_id, "prescription_id": sheet.id, "bill_id": sheet.paid.bill_id,
             "visit_id": sheet.visit_id, "patient_id": sheet.patient_id, "lines": accepted},
            parents=(sheet.id, sheet.paid.bill_id),
        )  # fmt: skip
    uow.audit(
        "pharmacy.return_drugs", return_id, patient_id=sheet.patient_id, return_no=return_no, lines=len(outcomes),
        accepted=len(accepted),
    )
    return {"return_id": return_id.hex(), "return_no": return_no, "accepted": len(accepted)}


def _outcomes(
    uow: UnitOfWork, given: dict[tuple[bytes, bytes], GivenBatch], brought: Sequence[Brought]
) -> list[tuple[Brought, str]]:
    """What becomes of each pack, after all of it was found to have been handed out and not come back yet."""
    if not brought:
        raise Refused("pharmacy.nothing_brought")
    found, so_far = [], dict.fromkeys(given, 0)
    for one in brought:
        batch = given.get((one.line_id, one.batch_id))
        if batch is None:
            raise Missing("pharmacy.missing")
        field = f"back-{one.line_id.hex()}-{one.batch_id.hex()[-8:]}"
        if one.condition not in rules.CONDITIONS:
            raise Refused("pharmacy.no_condition", field=field)
        so_far[one.line_id, one.batch_id] += one.quantity
        if one.quantity < 1 or so_far[one.line_id, one.batch_id] > batch.out:
            raise Refused(
                "pharmacy.brought_too_much", field=field, drug=dictionaries.named(batch.drug), out=batch.out,
                batch_no=batch.batch_no,
            )  # fmt: skip
        outcome = rules.outcome_of(
            one.condition, is_accepted=one.is_accepted, expires_on=date.fromisoformat(batch.expires_on),
            is_frozen=bool(batch.is_frozen), is_registered=batch.drug.controlled_class in rules.REGISTERED,
            today=uow.on,
        )  # fmt: skip
        found.append((one, outcome))
    return found


def _accepted_by_line(outcomes: Sequence[tuple[Brought, str]]) -> dict[bytes, tuple[int, bool]]:
    """How many units of each line were accepted, and whether all of them may be sold again."""
    found: dict[bytes, tuple[int, bool]] = {}
    for one, outcome in outcomes:
        if outcome != "refused":
            quantity, is_sellable = found.get(one.line_id, (0, True))
            found[one.line_id] = quantity + one.quantity, is_sellable and outcome == "stock"
    return found


def _store(
    uow: UnitOfWork, return_id: bytes, sheet: Sheet, given: dict[tuple[bytes, bytes], GivenBatch],
    outcomes: list[tuple[Brought, str]],
) -> list[dict[str, Any]]:
    """The lines of the return, the moves of what was accepted, and its entries in the controlled register."""
    accepted: list[dict[str, Any]] = []
    prices = dictionaries.prices_on((given[one.line_id, one.batch_id].drug.id for one, _outcome in outcomes), uow.on)
    for line_no, (one, outcome) in enumerate(outcomes, 1):
        held = given[one.line_id, one.batch_id]
        drug, now_e4 = held.drug, prices.get(held.drug.id) or held.price_e4
        difference = rules.difference_fen(held.price_e4, now_e4, one.quantity, drug.pack_size)
        DrugReturnLine.insert(
            return_id=return_id, line_no=line_no, line_id=one.line_id, drug_id=drug.id, batch_id=one.batch_id,
            quantity=one.quantity, condition=one.condition, outcome=outcome,
            difference_fen=0 if outcome == "refused" else difference,
        ).execute()  # fmt: skip
        if outcome == "refused":
            continue
        stock.take_back(
            uow, document_id=return_id, batch_id=one.batch_id, quantity=one.quantity, is_sellable=outcome == "stock"
        )
        if drug.controlled_class in rules.REGISTERED:
            controlled.register_returned(uow, return_id, sheet, one.line_id, drug.id, one.batch_id, one.quantity)
        accepted.append({
            "line_id": one.line_id, "drug_id": drug.id, "batch_id": one.batch_id, "quantity": one.quantity,
        })  # fmt: skip
    return accepted


def _number(uow: UnitOfWork) -> str:
    series = f"{installation.current().prefix()}T{uow.on:%y}"
    return f"{series}{uow.number(series):06d}"
