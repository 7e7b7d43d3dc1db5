"""The table of the visits (就诊)."""

from peewee import BlobField, BooleanField, IntegerField, Model, TextField

from clinic_app.kernel.db import database


class Visit(Model):  # type: ignore[misc]  # peewee ships no types
    """One coming of a patient (就诊), with its queue number of the day; cancelled ones keep their number.

    `rank` and `rank_at` are the place in line, `passed_at` a call that nobody answered (过号) and that nobody put back
    into the line yet, `away_at` gone for results, `returned_at` back with them (回诊) and waiting for the same doctor.
    """

    id = BlobField(primary_key=True)
    visit_no = TextField()
    visit_on = TextField()
    queue_no = IntegerField()
    patient_id = BlobField()
    room_id = BlobField()
    session_id = BlobField(null=True)
    doctor_id = BlobField(null=True)
    kind = TextField()
    payer = TextField()
    with_number = BooleanField()
    with_fee = BooleanField()
    state = TextField()
    rank = IntegerField()
    rank_at = IntegerField()
    registered_at = IntegerField()
    registered_by = BlobField()
    first_called_at = IntegerField(null=True)
    called_at = IntegerField(null=True)
    passed_at = IntegerField(null=True)
    passes = IntegerField()
    started_at = IntegerField(null=True)
    away_at = IntegerField(null=True)
    returned_at = IntegerField(null=True)
    returns = IntegerField()
    finished_at = IntegerField(null=True)
    cancelled_at = IntegerField(null=True)
    cancelled_by = BlobField(null=True)
    cancel_reason = TextField()

    class Meta:
        database = database
        table_name = "visit"
