"""What every table of the dictionaries shares."""

import peewee

from clinic_app.kernel import db


class Table(peewee.Model):  # type: ignore[misc]  # peewee ships no types
    class Meta:
        database = db.database
