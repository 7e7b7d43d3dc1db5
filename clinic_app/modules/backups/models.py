"""Tables of the backups (备份)."""

from peewee import BlobField, IntegerField, Model, TextField

from clinic_app.kernel import db


class _Table(Model):  # type: ignore[misc]  # peewee ships no types
    class Meta:
        database = db.database


class BackupTarget(_Table):
    """A place besides the data folder: a folder by its path, a volume by the mark on it."""

    id = BlobField(primary_key=True)
    kind = TextField()
    place = TextField()
    name = TextField()
    copy_no = IntegerField()
    added_at = IntegerField()
    added_by = BlobField()
    ended_at = IntegerField(null=True)

    class Meta:
        table_name = "backup_target"


class BackupRun(_Table):
    """One making: `made_at` and `file` when it was proved, `refusal` and its facts when it was not."""

    id = BlobField(primary_key=True)
    kind = TextField()
    finished_at = IntegerField()
    made_at = IntegerField(null=True)
    file = TextField()
    size = IntegerField()
    total_ms = IntegerField()
    restore_ms = IntegerField()
    statements = IntegerField()
    broken = TextField()
    refusal = TextField()
    facts = TextField()

    class Meta:
        table_name = "backup_run"


class BackupCopy(_Table):
    """Where a proved backup lies: copy 1 in the data folder (target of zeros), 2 and 3 on targets."""

    run_id = BlobField()
    copy_no = IntegerField()
    target_id = BlobField()
    made_at = IntegerField()
    refusal = TextField()
    facts = TextField()

    class Meta:
        table_name = "backup_copy"
        primary_key = False
