"""Tables of the checks (核对)."""

from peewee import BlobField, IntegerField, Model, TextField

from clinic_app.kernel import db


class CheckRun(Model):  # type: ignore[misc]  # peewee ships no types
    """One run over every page and every invariant; `findings` is what it found, None until it is through."""

    id = BlobField(primary_key=True)
    started_at = IntegerField()
    started_by = BlobField()
    finished_at = IntegerField(null=True)
    violations = IntegerField(null=True)
    findings = TextField(null=True)

    class Meta:
        database = db.database
        table_name = "check_run"
