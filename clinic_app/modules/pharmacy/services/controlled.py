"""The register of narcotics and psychotropics I (麻精药品专册), written with the movement (PH-16)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clinic_app.kernel import db
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.pharmacy import queries, rules
from clinic_app.modules.pharmacy.queries import Line, Sheet
from clinic_app.modules.pharmacy.services import checks
from clinic_app.modules.stock import queries as stock

_ENTRY = (
    "INSERT INTO controlled_entry(drug_id, batch_id, kind, quantity, balance, document_id, line_id, patient_id,"
    " first_person, second_person, at, entered_on) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_COUNTERSIGN = (
    "UPDATE controlled_entry SET second_person = ?1 WHERE id = ?2 AND second_person IS NULL AND first_person <> ?1"
)
_EMPTIES = "INSERT INTO empty_container(line_id, quantity, received_by, received_at) VALUES(?, ?, ?, ?)"
_CHECK_EMPTIES = (
    "UPDATE empty_container SET counted_by = ?1, counted_at = ?2 WHERE id = ?3 AND counted_by IS NULL"
    " AND received_by <> ?1"
)
_COUNT = (
    "INSERT INTO controlled_count(batch_id, counted_on, book, counted, counted_by, counted_at)"
    " VALUES(?, ?, ?, ?, ?, ?)"
)
_CHECK_COUNT = (
    "UPDATE controlled_count SET checked_by = ?1 WHERE id = ?2 AND checked_by IS NULL AND counted_by <> ?1"
)
MOST = 100_000


def register_dispensed(
    uow: UnitOfWork, dispense_id: bytes, sheet: Sheet, lines: Sequence[Line], told: Iterable[Mapping[str, Any]],
    preparer: bytes,
) -> None:
    """Enter what was handed out; the preparer and the one who checked stand beside it."""
    registered = {line.id for line in lines if line.drug.controlled_class in rules.REGISTERED}
    told = [one for one in told if one["line_id"] in registered]
    _open_moved(uow, told, -1)
    for one in told:
        _enter(
            uow, "dispense", one["drug_id"], one["batch_id"], -one["quantity"], dispense_id,
            line_id=one["line_id"], patient_id=sheet.patient_id, people=(preparer, uow.actor.person_id),
        )  # fmt: skip


def register_returned(
    uow: UnitOfWork, return_id: bytes, sheet: Sheet, line_id: bytes, drug_id: bytes, batch_id: bytes, quantity: int
) -> None:
    """Enter what a patient brought back; a second person countersigns."""
    _open(uow, drug_id, batch_id, quantity)
    _enter(
        uow, "return", drug_id, batch_id, quantity, return_id, line_id=line_id, patient_id=sheet.patient_id,
        people=(uow.actor.person_id, None),
    )  # fmt: skip


def register_goods_in(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """A delivery of registered drugs is entered at once; a second person countersigns (双人验收)."""
    drugs = dictionaries.drugs(line["drug_id"] for line in event["lines"])
    told = [line for line in event["lines"] if drugs[line["drug_id"]].controlled_class in rules.REGISTERED]
    _open_moved(uow, told, 1)
    for line in told:
        _enter(
            uow, "goods_in", line["drug_id"], line["batch_id"], line["quantity"], event["goods_in_id"],
            people=(uow.actor.person_id, None),
        )  # fmt: skip


def register_scrapped(uow: UnitOfWork, event: Mapping[str, Any]) -> None:
    """What was scrapped of registered drugs leaves the register; maker and approver signed it."""
    for line in event["lines"]:
        if queries.balance_of(line["batch_id"]) is not None:
            _enter(
                uow, "damage", line["drug_id"], line["batch_id"], -line["quantity"], event["damage_id"],
                people=(event["made_by"], event["approved_by"]),
            )  # fmt: skip


def countersign(uow: UnitOfWork, entry_id: int) -> dict[str, Any]:
    """The second person signs an entry; Refused `pharmacy.second_person` for the first one."""
    found = db.row("SELECT first_person, second_person FROM controlled_entry WHERE id = ?", (entry_id,))
    _check_second(uow, found)
    uow.change_one(_COUNTERSIGN, (uow.actor.person_id, entry_id), Stale("pharmacy.signed_meanwhile"))
    uow.audit("pharmacy.countersign", None, entry=entry_id)
    return {"entry": entry_id}


def receive_empties(uow: UnitOfWork, line_id: bytes, quantity: int) -> dict[str, Any]:
    """Take empty ampoules back (回收空安瓿), no more than were handed out; a second person counts them again."""
    found = queries.empties_of(line_id)
    if found is None:
        raise Missing("pharmacy.no_empties")
    if not 1 <= quantity <= found.open:
        raise Refused("pharmacy.empties_count", field=f"empties-{line_id.hex()}", open=found.open)
    uow.execute(_EMPTIES, (line_id, quantity, uow.actor.person_id, uow.at))
    uow.audit("pharmacy.receive_empties", line_id, patient_id=found.patient_id, quantity=quantity)
    return {"open": found.open - quantity}


def check_empties(uow: UnitOfWork, empties_id: int) -> dict[str, Any]:
    """The second person counted the empties too."""
    found = db.row("SELECT received_by, counted_by FROM empty_container WHERE id = ?", (empties_id,))
    _check_second(uow, found)
    uow.change_one(_CHECK_EMPTIES, (uow.actor.person_id, uow.at, empties_id), Stale("pharmacy.signed_meanwhile"))
    uow.audit("pharmacy.check_empties", None, empties=empties_id)
    return {"empties": empties_id}


def count_controlled(uow: UnitOfWork, counted: Mapping[bytes, int]) -> dict[str, Any]:
    """The count of the day (逐日清点): batch to minimum units found; a difference is stored beside the book, never
    corrected by it. Returns {"counted", "different"}."""
    if not counted:
        raise Refused("pharmacy.nothing_counted")
    different = 0
    for batch_id, quantity in counted.items():
        book = queries.balance_of(batch_id)
        if book is None:
            raise Missing("pharmacy.no_register")
        if not 0 <= quantity <= MOST:
            raise Refused("pharmacy.count_wrong", field=f"count-{batch_id.hex()}", most=MOST)
        different += book != quantity
        uow.execute(_COUNT, (batch_id, uow.on.isoformat(), book, quantity, uow.actor.person_id, uow.at))
    uow.audit("pharmacy.count_controlled", None, batches=len(counted), different=different)
    return {"counted": len(counted), "different": different}


def check_count(uow: UnitOfWork, count_id: int) -> dict[str, Any]:
    """The second person found the same."""
    found = db.row("SELECT counted_by, checked_by FROM controlled_count WHERE id = ?", (count_id,))
    _check_second(uow, found)
    uow.change_one(_CHECK_COUNT, (uow.actor.person_id, count_id), Stale("pharmacy.signed_meanwhile"))
    uow.audit("pharmacy.check_count", None, count=count_id)
    return {"count": count_id}


def _check_second(uow: UnitOfWork, found: tuple[bytes, bytes | None] | None) -> None:
    """Refused or Stale unless the actor may be the second of (first person, second person)."""
    if found is None:
        raise Missing("pharmacy.no_register")
    if found[1] is not None:
        raise Stale("pharmacy.signed_meanwhile")
    if found[0] == uow.actor.person_id:
        raise Refused("pharmacy.other_person", who=uow.actor.name)
    checks.check_grade(uow, "prepare")


def _open_moved(uow: UnitOfWork, moved: Sequence[Mapping[str, Any]], sign: int) -> None:
    """Open each batch of a document whose lines all moved already, however many of them are of one batch."""
    units: dict[tuple[bytes, bytes], int] = {}
    for one in moved:
        key = (one["drug_id"], one["batch_id"])
        units[key] = units.get(key, 0) + sign * one["quantity"]
    for (drug_id, batch_id), quantity in units.items():
        _open(uow, drug_id, batch_id, quantity)


def _open(uow: UnitOfWork, drug_id: bytes, batch_id: bytes, moved: int) -> None:
    """A batch that lay there before its drug was registered begins with what there was; `moved` is moved already."""
    before = stock.units_of_batch(batch_id) - moved
    if queries.balance_of(batch_id) is None and before > 0:
        people = (uow.actor.person_id, None)
        _enter(uow, "opening", drug_id, batch_id, before, batch_id, people=people)


def _enter(
    uow: UnitOfWork, kind: str, drug_id: bytes, batch_id: bytes, quantity: int, document_id: bytes, *,
    people: tuple[bytes, bytes | None], line_id: bytes | None = None, patient_id: bytes | None = None,
) -> None:
    balance = (queries.balance_of(batch_id) or 0) + quantity
    if balance < 0:
        raise Refused("pharmacy.register_short")
    uow.execute(
        _ENTRY,
        (drug_id, batch_id, kind, quantity, balance, document_id, line_id, patient_id, *people, uow.at,
         uow.on.isoformat()),
    )  # fmt: skip
