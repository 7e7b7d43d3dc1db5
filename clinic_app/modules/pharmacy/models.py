"""Tables of the pharmacy (药房) that are written row by row; the lines of a dispense are written by constant SQL."""

from peewee import BlobField, CompositeKey, IntegerField, Model, TextField

from clinic_app.kernel import db


class _Table(Model):  # type: ignore[misc]  # peewee ships no types
    class Meta:
        database = db.database


class Preparation(_Table):
    """A sheet put together by one person for another to check and hand out (配药); it ends when batches change."""

    id = IntegerField(primary_key=True)
    prescription_id = BlobField()
    bill_id = BlobField()
    prepared_by = BlobField()
    prepared_at = IntegerField()
    ended_at = IntegerField(null=True)


class Dispense(_Table):
    """A sheet, or part `part_no` of it, handed out (发药); `allergies` is what was known of the person at that moment,
    see `Allergy.as_kept`; `short_reason` says why something stayed owed."""

    id = BlobField(primary_key=True)
    prescription_id = BlobField()
    part_no = IntegerField()
    bill_id = BlobField()
    visit_id = BlobField()
    patient_id = BlobField()
    reviewed_by = BlobField()
    prepared_by = BlobField()
    dispensed_by = BlobField()
    allergies = TextField()
    short_reason = TextField()
    dispensed_at = IntegerField()
    dispensed_on = TextField()


class DrugReturn(_Table):
    """What a patient brought back at one time (退药单)."""

    id = BlobField(primary_key=True)
    return_no = TextField()
    prescription_id = BlobField()
    bill_id = BlobField()
    visit_id = BlobField()
    patient_id = BlobField()
    reason = TextField()
    inspected_by = BlobField()
    returned_at = IntegerField()
    returned_on = TextField()

    class Meta:
        table_name = "drug_return"


class DrugReturnLine(_Table):
    """One pack brought back: `outcome` stock, damaged or refused; quantity in minimum units.

    `difference_fen` is what it is worth at the price of its day less what the patient paid for it (PH-11).
    """

    return_id = BlobField()
    line_no = IntegerField()
    line_id = BlobField()
    drug_id = BlobField()
    batch_id = BlobField()
    quantity = IntegerField()
    condition = TextField()
    outcome = TextField()
    difference_fen = IntegerField()

    class Meta:
        table_name = "drug_return_line"
        primary_key = CompositeKey("return_id", "line_no")
