"""Table of the self-check (自检)."""

from peewee import BlobField, IntegerField, Model, TextField

from clinic_app.kernel import db


class SecurityReport(Model):  # type: ignore[misc]  # peewee ships no types
    """One security self-check; `findings` as JSON: id, title, state and sentence of each check, in Chinese."""

    id = BlobField(primary_key=True)
    month = TextField()
    made_at = IntegerField()
    made_by = BlobField()
    worst = TextField()
    findings = TextField()

    class Meta:
        database = db.database
        table_name = "security_report"
