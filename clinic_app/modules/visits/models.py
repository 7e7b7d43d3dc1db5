"""The table of the visits (就诊)."""

from peewee import BlobField, BooleanField, IntegerField, Model, TextField

from clinic_app.kernel.db import database


class Visit(Model):  # type: ignore[misc]  # peewee ships no types
    """One coming of a patient (就诊), with its queue number of the day; cancelled ones keep their number."""

    id = BlobField(primary_key=True)
    visit_no = TextField()
    visit_on = TextField()
    queue_no = IntegerField()
    patient_id = BlobField()
    room_id = BlobField()
    doctor_id = BlobField(null=True)
    kind = TextField()
    payer = TextField()
    with_number = BooleanField()
    state = TextField()
    registered_at = IntegerField()
    registered_by = BlobField()
    called_at = IntegerField(null=True)
    started_at = IntegerField(null=True)
    finished_at = IntegerField(null=True)
    cancelled_at = IntegerField(null=True)
    cancelled_by = BlobField(null=True)
    cancel_reason = TextField()

    class Meta:
        database = database
        table_name = "visit"
