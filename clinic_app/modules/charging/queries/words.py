"""Dictionary data in the language of the request."""

from clinic_app.modules.dictionaries.queries.naming import either as named
from clinic_app.modules.dictionaries.queries.naming import is_source

__all__ = ["is_source", "named"]
