"""Tables of the consultation (接诊) as peewee models; `migrations/` holds their checks and triggers."""

from peewee import BlobField, CompositeKey, IntegerField, Model, TextField

from clinic_app.kernel import db
from clinic_app.modules.consultation.models.aids import (
    AmendmentRequest,
    Certificate,
    CertificateCopy,
    DrugSet,
    NoteCosign,
    NoteTemplate,
)
from clinic_app.modules.consultation.models.registers import (
    DestroyedSheet,
    PainCheck,
    PainPatient,
    PaperDestruction,
    PatientState,
)


class _Table(Model):  # type: ignore[misc]  # peewee ships no types
    class Meta:
        database = db.database


class Note(_Table):
    """The note of one visit (病历) as it is being written; what was signed stands in its versions."""

    visit_id = BlobField(primary_key=True)
    patient_id = BlobField()
    doctor_id = BlobField()
    state = TextField()
    amend_reason = TextField()
    rev = IntegerField()
    opened_at = IntegerField()
    saved_at = IntegerField()
    attended = TextField()
    chief_complaint = TextField()
    onset = TextField()
    present_illness = TextField()
    past_history = TextField()
    personal_history = TextField()
    family_history = TextField()
    menstrual_history = TextField()
    examination = TextField()
    results = TextField()
    plan = TextField()
    temperature = TextField()
    pulse = TextField()
    respiration = TextField()
    blood_pressure = TextField()
    spo2 = TextField()
    weight = TextField()
    glucose = TextField()
    template_name = TextField()
    required = TextField()

    class Meta:
        table_name = "note"


class NoteVersion(_Table):
    """One signed version (病历版本): canonical content and its SHA-256."""

    visit_id = BlobField()
    version = IntegerField()
    content = TextField()
    content_hash = BlobField()
    reason = TextField()
    signed_by = BlobField()
    signed_at = IntegerField()
    needs_cosign = IntegerField()

    class Meta:
        table_name = "note_version"
        primary_key = CompositeKey("visit_id", "version")


class VisitDiagnosis(_Table):
    """A diagnosis of a visit (诊断); free wording has no dictionary row and no code (OR-08)."""

    visit_id = BlobField()
    position = IntegerField()
    diagnosis_id = BlobField(null=True)
    code = TextField()
    name = TextField()
    kind = TextField()
    is_suspected = IntegerField()
    removed_at = IntegerField(null=True)

    class Meta:
        table_name = "visit_diagnosis"


class PrescriptionSheet(_Table):
    """A sheet (处方): draft, signed or voided; `allergies` as they were known at signing."""

    id = BlobField(primary_key=True)
    visit_id = BlobField()
    patient_id = BlobField()
    doctor_id = BlobField()
    state = TextField()
    rev = IntegerField()
    kind = TextField()
    prescription_no = TextField(null=True)
    allergies = TextField()
    signed_at = IntegerField(null=True)
    signed_on = TextField(null=True)
    voided_at = IntegerField(null=True)
    voided_by = BlobField(null=True)
    void_reason = TextField()
    valid_days = IntegerField()
    is_long_term = IntegerField()
    patient_number = TextField()
    agent_name = TextField()
    agent_number = TextField()
    herb_doses = IntegerField()
    herb_form = TextField()
    herb_boiled = TextField()
    herb_use = TextField()
    patient_state = TextField()
    signed_twice_at = IntegerField(null=True)

    class Meta:
        table_name = "prescription"


class PrescriptionRow(_Table):
    """A line of a sheet; what its drug was called and contained and which doses it went beyond, as at signing.

    `weekdays` are the chosen ISO weekdays of a weekly frequency, `14` Monday and Thursday.
    """

    id = BlobField(primary_key=True)
    prescription_id = BlobField()
    line_no = IntegerField()
    drug_id = BlobField()
    dose_text = TextField()
    frequency = TextField()
    days = IntegerField()
    route = TextField()
    quantity = IntegerField()
    is_quantity_typed = IntegerField()
    most_per_day = IntegerField(null=True)
    note = TextField()
    reason = TextField()
    weekdays = TextField()
    drug_groups = TextField()
    drug_substances = TextField()
    dose_stops = TextField()
    rule_stops = TextField()
    is_long_term = IntegerField()
    drug_name = TextField()
    drug_name_en = TextField()
    strength_text = TextField()
    strength_dose = TextField()
    dose_unit = TextField()
    min_unit = TextField()
    min_unit_en = TextField()
    pack_unit = TextField()
    pack_unit_en = TextField()
    pack_size = IntegerField(null=True)
    deleted_at = IntegerField(null=True)
    group_no = IntegerField(null=True)
    is_own = IntegerField()
    untested_because = TextField()
    minutes = IntegerField(null=True)

    class Meta:
        table_name = "prescription_line"


class KeptStop(_Table):
    """A stop of an allergy or of a dose above its limit that the doctor kept with a reason (仍要开)."""

    line_id = BlobField()
    kind = TextField()
    code = TextField()
    text = TextField()
    reason = TextField()
    kept_by = BlobField()
    kept_at = IntegerField()

    class Meta:
        table_name = "kept_stop"


__all__ = [
    "AmendmentRequest", "Certificate", "CertificateCopy", "DestroyedSheet", "DrugSet", "KeptStop", "Note",
    "NoteCosign", "NoteTemplate", "NoteVersion", "PainCheck", "PainPatient", "PaperDestruction", "PatientState",
    "PrescriptionRow", "PrescriptionSheet", "VisitDiagnosis",
]  # fmt: skip
