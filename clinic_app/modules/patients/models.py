"""Tables of the patients (患者)."""

from peewee import BlobField, BooleanField, IntegerField, Model, TextField

from clinic_app.kernel.db import database


class Table(Model):  # type: ignore[misc]  # peewee ships no types
    class Meta:
        database = database
        legacy_table_names = False


class Patient(Table):
    """One record of a person (患者档案); a merge links two of them, none is ever removed."""

    id = BlobField(primary_key=True)
    person_no = TextField()
    name = TextField()
    name_form = TextField()
    sex = TextField()
    born_on = TextField(null=True)
    is_birth_estimated = BooleanField()
    phone = TextField()
    address = TextField()
    allergy_state = TextField()
    is_temporary = BooleanField()
    last_visit_on = TextField(null=True)
    rev = IntegerField()
    registered_at = IntegerField()
    changed_at = IntegerField()
    changed_by = BlobField()

    class Meta:
        table_name = "patient"


class PatientIdentifier(Table):
    """A document or card number (证件号码); `tail` is the value read backwards, so the last digits are its prefix."""

    patient_id = BlobField()
    kind = TextField()
    value = TextField()
    tail = TextField()
    original = TextField()
    source = TextField()
    recorded_at = IntegerField()
    recorded_by = BlobField()
    ended_at = IntegerField(null=True)
    ended_by = BlobField(null=True)

    class Meta:
        table_name = "patient_identifier"


class Allergy(Table):
    """One recorded allergy (过敏); ended when it is taken back."""

    patient_id = BlobField()
    kind = TextField()
    code = TextField()
    text = TextField()
    note = TextField()
    recorded_at = IntegerField()
    recorded_by = BlobField()
    ended_at = IntegerField(null=True)
    ended_by = BlobField(null=True)

    class Meta:
        table_name = "allergy"


class PatientLink(Table):
    """A merge (合并): `from_id` is the person of `to_id`; waits while `approved_at` is null, ends at `undone_at`."""

    id = BlobField(primary_key=True)
    from_id = BlobField()
    to_id = BlobField()
    linked_by = BlobField()
    linked_at = IntegerField()
    approved_by = BlobField(null=True)
    approved_at = IntegerField(null=True)
    undone_by = BlobField(null=True)
    undone_at = IntegerField(null=True)

    class Meta:
        table_name = "patient_link"


class PatientAlias(Table):
    """Another name of the person (别名); ended when it is taken back."""

    patient_id = BlobField()
    kind = TextField()
    name = TextField()
    name_form = TextField()
    recorded_at = IntegerField()
    recorded_by = BlobField()
    ended_at = IntegerField(null=True)
    ended_by = BlobField(null=True)

    class Meta:
        table_name = "patient_other_name"


class PatientHistory(Table):
    """What the person or the family went through before (既往史); ended when it is taken back."""

    patient_id = BlobField()
    kind = TextField()
    text = TextField()
    since = TextField()
    recorded_at = IntegerField()
    recorded_by = BlobField()
    ended_at = IntegerField(null=True)
    ended_by = BlobField(null=True)

    class Meta:
        table_name = "patient_history"


class PatientRelation(Table):
    """A relative (家庭成员): another record, or somebody who is only named."""

    patient_id = BlobField()
    kind = TextField()
    relative_id = BlobField(null=True)
    name = TextField()
    phone = TextField()
    recorded_at = IntegerField()
    recorded_by = BlobField()
    ended_at = IntegerField(null=True)
    ended_by = BlobField(null=True)

    class Meta:
        table_name = "patient_relation"


class PatientConsent(Table):
    """A consent (知情同意) to a purpose in one version; `relation_id` names who gave it for a child."""

    patient_id = BlobField()
    purpose = TextField()
    version = IntegerField()
    relation_id = IntegerField(null=True)
    given_at = IntegerField()
    recorded_by = BlobField()
    withdrawn_at = IntegerField(null=True)
    withdrawn_by = BlobField(null=True)

    class Meta:
        table_name = "patient_consent"


class Village(Table):
    """A village (村): statistics code, part of its health-record numbers and the last serial given there."""

    code = TextField(primary_key=True)
    name = TextField()
    record_part = TextField()
    last_serial = IntegerField()
    is_open = BooleanField()
    source = TextField()
    is_reviewed = BooleanField()
    rev = IntegerField()
    changed_at = IntegerField()
    changed_by = BlobField()

    class Meta:
        table_name = "village"


class ChartOpening(Table):
    """A closed chart opened with a reason (紧急查看), and its review."""

    id = BlobField(primary_key=True)
    patient_id = BlobField()
    person_id = BlobField()
    reason = TextField()
    opened_at = IntegerField()
    open_until = IntegerField()
    reviewed_at = IntegerField(null=True)
    reviewed_by = BlobField(null=True)
    verdict = TextField(null=True)
    review_note = TextField(default="")

    class Meta:
        table_name = "chart_opening"
