"""Tables of charging written outside the hot path; bills, lines and ledger are written by constant SQL in services."""

from peewee import BlobField, IntegerField, Model, TextField

from clinic_app.kernel.db import database


class Table(Model):  # type: ignore[misc]  # peewee ships no types
    class Meta:
        database = database
        legacy_table_names = False


class Shift(Table):
    """A cashier's period (班), open until its day-close; the sums are those of its ledger at that moment.

    `closed_by`, `counted_with` and `reason` only when somebody else closed it for the cashier (代交班).
    """

    id = BlobField(primary_key=True)
    cashier_id = BlobField()
    desk_id = BlobField(null=True)
    opened_at = IntegerField()
    closed_at = IntegerField(null=True)
    cash_fen = IntegerField(null=True)
    float_fen = IntegerField(default=0)
    noncash_fen = IntegerField(null=True)
    drawer_fen = IntegerField(null=True)
    counted_fen = IntegerField(null=True)
    difference_reason = TextField(default="")
    closed_by = BlobField(null=True)
    counted_with = BlobField(null=True)
    reason = TextField(default="")

    class Meta:
        table_name = "shift"


class BillVoid(Table):
    """A void (作废) of a bill; a bill without one counts."""

    bill_id = BlobField(primary_key=True)
    reason = TextField()
    voided_at = IntegerField()
    voided_by = BlobField()
    voucher_id = IntegerField()

    class Meta:
        table_name = "bill_void"
