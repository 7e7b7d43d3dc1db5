"""Tables of staff and accounts."""

import peewee
from peewee import BlobField, CompositeKey, IntegerField, TextField

from clinic_app.kernel import db


class _Table(peewee.Model):
    class Meta:
        database = db.database


class PersonRow(_Table):
    id = BlobField(primary_key=True)
    staff_no = TextField()
    name = TextField()
    title = TextField()
    is_active = IntegerField()
    created_at = IntegerField()

    class Meta:
        table_name = "person"


class PersonRole(_Table):
    person_id = BlobField()
    role = TextField()

    class Meta:
        table_name = "person_role"
        primary_key = CompositeKey("person_id", "role")


class Account(_Table):
    """`password_hash` is empty from the hand-over of a one-time code until its owner sets a password."""

    person_id = BlobField(primary_key=True)
    password_hash = TextField(null=True)
    pin_hash = TextField(null=True)
    pin_failures = IntegerField()
    badge_no = TextField(null=True)
    password_on = TextField(null=True)
    created_at = IntegerField()
    closed_at = IntegerField(null=True)

    class Meta:
        table_name = "account"


class OneTimeCode(_Table):
    """`ended_at`: used, or replaced by a newer code; `shown`: administrators' sign-ins that told of a console reset."""

    id = BlobField(primary_key=True)
    person_id = BlobField()
    code_hash = TextField()
    is_console = IntegerField()
    shown = IntegerField()
    given_by = BlobField()
    created_at = IntegerField()
    expires_at = IntegerField()
    ended_at = IntegerField(null=True)

    class Meta:
        table_name = "one_time_code"


class SignInFailure(_Table):
    """`key` is a hash: a password typed into the staff number field must not be stored readable."""

    key = BlobField(primary_key=True)
    failures = IntegerField()
    last_at = IntegerField()

    class Meta:
        table_name = "sign_in_failure"
