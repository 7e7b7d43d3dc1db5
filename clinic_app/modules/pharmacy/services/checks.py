"""What must hold before a sheet is put together or handed out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from clinic_app.kernel.clock import local
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.people import queries as people
from clinic_app.modules.pharmacy import queries, rules
from clinic_app.modules.pharmacy.queries import Line, Payment, Review, Sheet, Standing, words
from clinic_app.modules.pharmacy.rules.steps import ASKED, CHANGE

_REVIEWED = (
    "INSERT INTO sheet_review(prescription_id, outcome, reason, reviewed_by, reviewed_at) VALUES(?, 'passed', '', ?, ?)"
)


def batch_mark(lines: Sequence[Line]) -> str:
    """What batches and quantities a page showed, for the server to compare when the form comes back."""
    return ".".join(
        [str(sum(line.given for line in lines))]
        + [f"{batch.batch_id.hex()[-8:]}x{batch.quantity}" for line in lines for batch in line.batches]
    )


def to_hand_out(uow: UnitOfWork, prescription_id: bytes, seen_parts: int | None = None) -> tuple[Sheet, Payment]:
    """The sheet with the bill that paid it, when it may be handed out today and nobody said no.

    `seen_parts` is how often something of it had been handed out when the page was drawn.
    """
    uow.require_sure_date()
    sheet = queries.sheet(prescription_id)
    if sheet is None:
        raise Missing("pharmacy.missing")
    paid = sheet.paid
    if paid is not None and paid.dispensed_at is not None and (
        not paid.left or (seen_parts is not None and seen_parts != paid.parts)
    ):
        raise Stale(
            "pharmacy.dispensed_meanwhile", sheet=sheet.prescription_no, who=paid.dispenser,
            at=local(paid.dispensed_at).strftime("%H:%M"), next_url="/pharmacy",
        )  # fmt: skip
    if paid is None or sheet.state != "signed":
        raise Refused("pharmacy.not_paid", sheet=sheet.prescription_no, next_url="/pharmacy")
    if not paid.left:
        raise Refused("pharmacy.refunded", sheet=sheet.prescription_no, next_url="/pharmacy")
    if not sheet.is_owed:
        rules.check_valid(date.fromisoformat(sheet.signed_on), uow.on, valid_days=sheet.valid_days(uow.on))
    elif uow.on > (until := sheet.valid_until(uow.on)):
        raise Refused("pharmacy.owed_too_long", until=until.isoformat())
    return sheet, paid


def check_standing(sheet: Sheet) -> Standing:
    """Refused while a question is open, the doctor is about to change the sheet, or it was sent back (RX-18)."""
    standing = queries.standing(sheet.id)
    last = standing.last
    if last is None or not standing.is_blocked:
        return standing
    if last.what == ASKED:
        raise Refused("pharmacy.question_open", doctor=sheet.doctor_name, question=last.text)
    if last.what == CHANGE:
        raise Refused("pharmacy.doctor_changes", doctor=last.person, answer=last.text)
    raise Refused("pharmacy.sent_back", who=last.person, reason=last.text)


def check_grade(uow: UnitOfWork, step: str) -> None:
    """Refused unless the actor's certificate of today suffices for the step (RX-15, SF-02)."""
    level = people.qualification(uow.actor.person_id, uow.on).pharmacist_level
    rules.check_grade(step, level, who=uow.actor.name)


def reviewer(uow: UnitOfWork, sheet: Sheet, standing: Standing) -> bytes:
    """Who reviewed the sheet (审核): as recorded, else the actor if a pharmacist, which is recorded now.

    Refused `pharmacy.not_reviewed` for others.
    """
    if standing.passed is not None:
        return standing.passed.person_id
    if people.qualification(uow.actor.person_id, uow.on).pharmacist_level != "pharmacist":
        raise Refused("pharmacy.not_reviewed", who=uow.actor.name)
    uow.execute(_REVIEWED, (sheet.id, uow.actor.person_id, uow.at))
    return uow.actor.person_id


def wanted(lines: Sequence[Line], quantities: Mapping[str, int] | None) -> dict[bytes, int]:
    """Minimum units to hand out now by line: all that is left unless told otherwise; lines of 0 are left out."""
    told = quantities or {}
    found = {}
    for line in lines:
        quantity = told.get(line.id.hex(), line.left)
        rules.check_given(quantity, line.left, field=f"given-{line.id.hex()}", drug=words.drug_name(line))
        if quantity:
            found[line.id] = quantity
    if not found:
        raise Refused("pharmacy.nothing_given")
    return found


def check_seen(
    lines: Sequence[Line], wanted_ids: Iterable[bytes], line_ids_seen: Iterable[bytes | str], batches_seen: str | None
) -> None:
    """Stale when the page showed other lines or batches; Refused `pharmacy.lines_unchecked` names what lacks a tick."""
    known, needed = {line.id for line in lines}, set(wanted_ids)
    try:
        seen = {one if isinstance(one, bytes) else bytes.fromhex(one) for one in line_ids_seen}
        if seen - known:
            raise ValueError("a line that is not on the sheet")
    except ValueError:
        raise Stale("pharmacy.sheet_changed") from None
    missing = rules.unchecked([line.id for line in lines if line.id in needed], seen & needed)
    if batches_seen is not None and batches_seen != batch_mark(lines):
        raise Stale("pharmacy.batches_changed")
    if missing:
        names = words.listed(words.drug_name(line) for line in lines if line.id in missing)
        raise Refused("pharmacy.lines_unchecked", field=f"line-{missing[0].hex()}", count=len(missing), names=names)


def check_review(sheet: Sheet, paid: Payment, lines: Sequence[Line]) -> Review:
    """Refuse a drug that a known allergy speaks against and that no doctor kept with a reason (O3)."""
    review = queries.review(sheet, lines)
    if review.unanswered:
        first = review.unanswered[0]
        raise Refused(
            "pharmacy.allergy_unanswered", field=f"line-{first.line_id.hex()}", drug=first.drug, allergy=first.allergy,
            doctor=sheet.doctor_name, receipt_no=paid.receipt_no,
        )  # fmt: skip
    return review


def check_batches(uow: UnitOfWork, sheet: Sheet, lines: Sequence[Line], given: Mapping[bytes, int]) -> None:
    """Refuse what is held in batches that may not go out, or not held at all."""
    for line in lines:
        if line.id not in given:
            continue
        field = f"line-{line.id.hex()}"
        if expired := line.expired(uow.on):
            raise Refused(
                "pharmacy.batch_expired", field=field, drug=words.drug_name(line), batch_no=expired[0].batch_no,
                expires_on=expired[0].expires_on.isoformat(), next_url=f"/pharmacy/sheets/{sheet.id.hex()}",
            )  # fmt: skip
        if line.held < given[line.id] or line.held > line.left:
            raise Refused("pharmacy.not_reserved", field=field, drug=words.drug_name(line))
