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
