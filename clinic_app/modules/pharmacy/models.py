"""Tables of the pharmacy (药房) that are written row by row; the lines of a dispense are written by constant SQL."""

from peewee import BlobField, IntegerField, Model, TextField

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
    """A sheet handed out (发药); `allergies` is what was known of the person at that moment, see `Allergy.as_kept`."""

    id = BlobField(primary_key=True)
    prescription_id = BlobField()
    bill_id = BlobField()
    visit_id = BlobField()
    patient_id = BlobField()
    prepared_by = BlobField()
    dispensed_by = BlobField()
    allergies = TextField()
    dispensed_at = IntegerField()
    dispensed_on = TextField()
