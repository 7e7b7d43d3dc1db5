"""What stands around the note as peewee models: templates, sets of drugs, approvals, co-signatures, certificates."""

from peewee import BlobField, CompositeKey, IntegerField, Model, TextField

from clinic_app.kernel import db


class _Table(Model):  # type: ignore[misc]  # peewee ships no types
    class Meta:
        database = db.database


class NoteTemplate(_Table):
    """A template of a note (病历模板), or with `field` a phrase for that field (常用语)."""

    id = BlobField(primary_key=True)
    scope = TextField()
    owner_id = BlobField()
    speciality = TextField()
    field = TextField()
    name = TextField()
    keys = TextField()
    content = TextField()
    required = TextField()
    version = IntegerField()
    changed_at = IntegerField()
    disabled_at = IntegerField(null=True)

    class Meta:
        table_name = "note_template"


class DrugSet(_Table):
    """A set of drugs (协定处方、常用组套) as its lines would be typed."""

    id = BlobField(primary_key=True)
    scope = TextField()
    owner_id = BlobField()
    name = TextField()
    keys = TextField()
    lines = TextField()
    changed_at = IntegerField()
    disabled_at = IntegerField(null=True)

    class Meta:
        table_name = "drug_set"


class AmendmentRequest(_Table):
    """A doctor asks to amend a signed note (申请修改病历); somebody else decides."""

    id = BlobField(primary_key=True)
    visit_id = BlobField()
    asked_by = BlobField()
    asked_at = IntegerField()
    reason = TextField()
    state = TextField()
    decided_by = BlobField(null=True)
    decided_at = IntegerField(null=True)
    remark = TextField()

    class Meta:
        table_name = "amendment_request"


class NoteCosign(_Table):
    """What a registered doctor decided on a trainee's version (审签)."""

    visit_id = BlobField()
    version = IntegerField()
    decision = TextField()
    cosigned_by = BlobField()
    cosigned_at = IntegerField()
    remark = TextField()

    class Meta:
        table_name = "note_cosign"
        primary_key = CompositeKey("visit_id", "version")


class Certificate(_Table):
    """A certificate or a referral letter (诊断证明、病休证明、转诊单): canonical content and its SHA-256."""

    id = BlobField(primary_key=True)
    certificate_no = TextField()
    kind = TextField()
    visit_id = BlobField()
    patient_id = BlobField()
    doctor_id = BlobField()
    content = TextField()
    content_hash = BlobField()
    signed_at = IntegerField()
    signed_on = TextField()
    voided_at = IntegerField(null=True)
    voided_by = BlobField(null=True)
    void_reason = TextField()

    class Meta:
        table_name = "certificate"


class CertificateCopy(_Table):
    """A printed copy of a certificate; the second and later ones are marked (补打)."""

    certificate_id = BlobField()
    copy_no = IntegerField()
    printed_by = BlobField()
    printed_at = IntegerField()

    class Meta:
        table_name = "certificate_copy"
        primary_key = CompositeKey("certificate_id", "copy_no")
