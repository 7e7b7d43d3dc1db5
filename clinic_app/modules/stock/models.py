"""Tables of the stock (库存) written row by row; moves, balances and reservations are written by constant SQL."""

import peewee
from peewee import BlobField, CompositeKey, IntegerField, TextField

from clinic_app.kernel import db


class _Table(peewee.Model):  # type: ignore[misc]  # peewee ships no types
    class Meta:
        database = db.database


class Place(_Table):
    """Where stock lies (库位): a room of the clinic, or one of the places outside it."""

    id = BlobField(primary_key=True)
    code = TextField()
    name = TextField()
    is_external = IntegerField()


class Batch(_Table):
    """A batch of a drug (批号) with its last day of use."""

    id = BlobField(primary_key=True)
    drug_id = BlobField()
    batch_no = TextField()
    expires_on = TextField()
    is_frozen = IntegerField(default=0)
    frozen_reason = TextField(default="")


class GoodsIn(_Table):
    """A delivery taken in (入库单)."""

    id = BlobField(primary_key=True)
    goods_in_no = TextField()
    place_id = BlobField()
    supplier = TextField()
    document_no = TextField()
    person_id = BlobField()
    received_on = TextField()
    at = IntegerField()

    class Meta:
        table_name = "goods_in"


class GoodsInLine(_Table):
    """One batch of a delivery; `quantity` in minimum units, `cost_e4` for one pack."""

    goods_in_id = BlobField()
    line_no = IntegerField()
    batch_id = BlobField()
    quantity = IntegerField()
    cost_e4 = IntegerField()

    class Meta:
        table_name = "goods_in_line"
        primary_key = CompositeKey("goods_in_id", "line_no")
