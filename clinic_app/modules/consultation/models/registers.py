"""What stands around sheets as peewee models: answers that rules ask for, pain patients, destroyed paper."""

from peewee import BlobField, CompositeKey, IntegerField, Model, TextField

from clinic_app.kernel import db


class _Table(Model):  # type: ignore[misc]  # peewee ships no types
    class Meta:
        database = db.database


class PatientState(_Table):
    """An answer that a rule asked for in this visit (妊娠、哺乳、肾功能); never guessed, never carried on."""

    visit_id = BlobField()
    question = TextField()
    answer = TextField()
    answered_by = BlobField()
    answered_at = IntegerField()

    class Meta:
        table_name = "patient_state"
        primary_key = CompositeKey("visit_id", "question")


class PainPatient(_Table):
    """A registered long-term pain patient (疼痛患者登记, RX-08)."""

    patient_id = BlobField(primary_key=True)
    diagnosis = TextField()
    proof = TextField()
    has_consent = IntegerField()
    has_identity_copy = IntegerField()
    registered_on = TextField()
    registered_by = BlobField()
    ended_on = TextField(null=True)
    ended_by = BlobField(null=True)
    end_reason = TextField()

    class Meta:
        table_name = "pain_patient"


class PainCheck(_Table):
    """A re-check of a pain patient (复诊评估), due every three months."""

    patient_id = BlobField()
    checked_on = TextField()
    finding = TextField()
    checked_by = BlobField()
    recorded_at = IntegerField()

    class Meta:
        table_name = "pain_check"


class PaperDestruction(_Table):
    """A list of paper sheets to destroy (到期处方销毁, RX-19); the data stay."""

    id = BlobField(primary_key=True)
    reason = TextField()
    listed_by = BlobField()
    listed_at = IntegerField()
    approved_by = BlobField(null=True)
    approved_at = IntegerField(null=True)

    class Meta:
        table_name = "paper_destruction"


class DestroyedSheet(_Table):
    """A sheet on such a list; its paper is destroyed once the list is approved."""

    prescription_id = BlobField(primary_key=True)
    destruction_id = BlobField()

    class Meta:
        table_name = "destroyed_sheet"
