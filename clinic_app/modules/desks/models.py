"""Tables of rooms, desks and paired browsers."""

from peewee import BlobField, IntegerField, Model, TextField

from clinic_app.kernel import db


class _Table(Model):
    class Meta:
        database = db.database


class RoomRow(_Table):
    id = BlobField(primary_key=True)
    code = TextField()
    name = TextField()
    speciality = TextField()
    is_open = IntegerField()
    created_at = IntegerField()

    class Meta:
        table_name = "room"


class DeskRow(_Table):
    """`place`: where it stands in lists, the order in which desks were made."""

    id = BlobField(primary_key=True)
    place = IntegerField()
    name = TextField()
    room_id = BlobField(null=True)
    printer_kind = TextField()
    printer_address = TextField()
    reader_kind = TextField()
    reader_address = TextField()
    is_open = IntegerField()
    created_at = IntegerField()

    class Meta:
        table_name = "desk"


class LanBrowser(_Table):
    """A browser on the LAN that a code made a desk; a pairing is ended, never removed. `token_hash` as below."""

    id = BlobField(primary_key=True)
    token_hash = BlobField()
    desk_id = BlobField()
    address = TextField()
    paired_at = IntegerField()
    ended_at = IntegerField(null=True)

    class Meta:
        table_name = "lan_browser"


class PairingCode(_Table):
    """`wrong`: how often something else was typed while it stood open."""

    id = BlobField(primary_key=True)
    code_hash = BlobField()
    desk_id = BlobField()
    made_by = BlobField()
    made_at = IntegerField()
    expires_at = IntegerField()
    wrong = IntegerField()
    browser_id = BlobField(null=True)
    ended_at = IntegerField(null=True)

    class Meta:
        table_name = "pairing_code"


class PairedBrowser(_Table):
    """`token_hash`: SHA-256 of the random cookie, so that a copy of the database makes nobody a desk."""

    token_hash = BlobField(primary_key=True)
    desk_id = BlobField()
    paired_at = IntegerField()

    class Meta:
        table_name = "paired_browser"
