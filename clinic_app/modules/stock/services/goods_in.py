"""Goods-in (入库): a delivery becomes batches and movements from the supplier (PH-03)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic_app.kernel import db, installation
from clinic_app.kernel.errors import Invalid, Missing, Refused
from clinic_app.kernel.ids import new_id
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.stock import models
from clinic_app.modules.stock.events import GOODS_RECEIVED
from clinic_app.modules.stock.rules.goods import check_line
from clinic_app.modules.stock.services.cost_prices import follow_costs
from clinic_app.modules.stock.services.moves import SUPPLIER, move

MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """One batch of a delivery: `quantity` in minimum units, `cost_e4` the purchase price of one pack."""

    drug_id: bytes
    batch_no: str
    expires_on: date
    quantity: int
    cost_e4: int


def receive_goods(
    uow: UnitOfWork, *, place_id: bytes, supplier: str, document_no: str, lines: Sequence[GoodsLine]
) -> dict[str, Any]:
    """Take a delivery in: all lines or none. Returns {"goods_in_id", "goods_in_no", "prices"}: how many drugs cost
    something else from tomorrow on, because the clinic sells at purchase price (PH-09).

    Raises Invalid keyed `lines-<n>` (n from 0) with `stock.line_incomplete` and the like, so that each line at fault is
    named (PH-03). Batches already past their last day are taken: opening stock has such; the screen refuses them.
    """
    uow.require_sure_date()
    if db.value("SELECT is_external FROM place WHERE id = ?", (place_id,)) != 0:
        raise Missing("stock.no_such_place")
    if not supplier.strip():
        raise Refused("stock.supplier_missing", field="supplier")
    if not lines or len(lines) > MOST_LINES:
        raise Refused("stock.no_lines" if not lines else "stock.too_many_lines", field="lines", most=MOST_LINES)
    batches = _checked(lines)
    goods_in_id = new_id()
    goods_in_no = _document_number(uow)
    models.GoodsIn.insert(
        id=goods_in_id,
        goods_in_no=goods_in_no,
        place_id=place_id,
        supplier=supplier.strip(),
        document_no=document_no.strip(),
        person_id=uow.actor.person_id,
        received_on=uow.on.isoformat(),
        at=uow.at,
    ).execute()
    told = []
    for number, line in enumerate(lines, 1):
        batch_id = batches.get((line.drug_id, line.batch_no)) or _new_batch(line)
        batches[line.drug_id, line.batch_no] = batch_id
        models.GoodsInLine.insert(
            goods_in_id=goods_in_id, line_no=number, batch_id=batch_id, quantity=line.quantity, cost_e4=line.cost_e4
        ).execute()
        move(uow, "goods_in", batch_id, SUPPLIER, place_id, line.quantity, goods_in_id)
        told.append({
            "drug_id": line.drug_id, "batch_id": batch_id, "batch_no": line.batch_no,
            "expires_on": line.expires_on.isoformat(), "quantity": line.quantity, "cost_e4": line.cost_e4,
        })  # fmt: skip
    uow.emit(GOODS_RECEIVED, goods_in_id, {
        "goods_in_id": goods_in_id, "goods_in_no": goods_in_no, "place_id": place_id, "supplier": supplier.strip(),
        "document_no": document_no.strip(), "lines": told,
    })  # fmt: skip
    uow.audit("stock.receive_goods", goods_in_id, goods_in_no=goods_in_no, lines=len(lines))
    prices = follow_costs(uow, {line.drug_id: line.cost_e4 for line in lines}, goods_in_no)
    return {"goods_in_id": goods_in_id.hex(), "goods_in_no": goods_in_no, "prices": prices}


def _checked(lines: Sequence[GoodsLine]) -> dict[tuple[bytes, str], bytes]:
    """The batches that exist already; Invalid when a line is incomplete or tells another expiry of a known batch."""
    drugs = dictionaries.drugs(line.drug_id for line in lines)
    refused: dict[str, Refused] = {}
    known: dict[tuple[bytes, str], bytes] = {}
    expiry: dict[tuple[bytes, str], str] = {}
    for at, line in enumerate(lines):
        key = (line.drug_id, line.batch_no)
        try:
            drug = drugs.get(line.drug_id)
            check_line(at + 1, dictionaries.named(drug) if drug else "", line.batch_no, line.quantity, line.cost_e4)
            if key not in expiry and (found := db.row(
                "SELECT id, expires_on FROM batch WHERE drug_id = ? AND batch_no = ?", key
            )):  # fmt: skip
                known[key], expiry[key] = found
            if expiry.setdefault(key, line.expires_on.isoformat()) != line.expires_on.isoformat():
                raise Refused(
                    "stock.batch_other_expiry", field="expires_on", line=at + 1, batch_no=line.batch_no,
                    known=expiry[key], value=line.expires_on.isoformat(),
                )  # fmt: skip
        except Refused as err:
            refused[f"lines-{at}"] = err
    if refused:
        raise Invalid(refused)
    return known


def _new_batch(line: GoodsLine) -> bytes:
    batch_id = new_id()
    models.Batch.insert(
        id=batch_id, drug_id=line.drug_id, batch_no=line.batch_no, expires_on=line.expires_on.isoformat()
    ).execute()
    return batch_id


def _document_number(uow: UnitOfWork) -> str:
    series = f"{installation.current().prefix()}G{uow.on:%y}"
    return f"{series}{uow.number(series):06d}"
