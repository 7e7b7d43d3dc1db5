"""Deliveries taken in (入库单), their suppliers and costs."""

from collections.abc import Iterable
from dataclasses import dataclass

from clinic_app.kernel import db


@dataclass(frozen=True, slots=True)
class GoodsIn:
    id: bytes
    goods_in_no: str
    supplier: str
    document_no: str
    received_on: str
    at: int
    lines: int


def goods_in(goods_in_id: bytes) -> GoodsIn | None:
    return db.read_one(
        GoodsIn,
        "SELECT id, goods_in_no, supplier, document_no, received_on, at,"
        " (SELECT count(*) FROM goods_in_line WHERE goods_in_id = goods_in.id) FROM goods_in WHERE id = ?",
        (goods_in_id,),
    )


def latest_goods_in(limit: int = 8) -> list[GoodsIn]:
    """The last deliveries taken in, newest first."""
    return db.read(
        GoodsIn,
        "SELECT id, goods_in_no, supplier, document_no, received_on, at,"
        " (SELECT count(*) FROM goods_in_line WHERE goods_in_id = goods_in.id) FROM goods_in ORDER BY id DESC LIMIT ?",
        (limit,),
    )


def last_costs(drug_ids: Iterable[bytes]) -> dict[bytes, int]:
    """What a pack of each drug cost at its last goods-in, in 1/10000 yuan; drugs never bought are left out."""
    found = {
        drug_id: db.value(
            "SELECT l.cost_e4 FROM batch AS b JOIN goods_in_line AS l ON l.batch_id = b.id WHERE b.drug_id = ?"
            " ORDER BY l.goods_in_id DESC LIMIT 1",
            (drug_id,),
        )
        for drug_id in dict.fromkeys(drug_ids)
    }
    return {drug_id: cost for drug_id, cost in found.items() if cost is not None}
