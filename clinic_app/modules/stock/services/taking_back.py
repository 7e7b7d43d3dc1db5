"""Drugs that patients bring back (退药入库)."""

from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.stock import queries
from clinic_app.modules.stock.services.moves import DAMAGED, PATIENT, move


def take_back(uow: UnitOfWork, *, document_id: bytes, batch_id: bytes, quantity: int, is_sellable: bool) -> None:
    """Take minimum units of a batch back from a patient: onto the shelf, or to what waits to be scrapped."""
    place_id = queries.pharmacy_place().id if is_sellable else DAMAGED
    move(uow, "return", batch_id, PATIENT, place_id, quantity, document_id)
