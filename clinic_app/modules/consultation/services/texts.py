"""Free text of a note or a reason: bounded, without signs that nobody can see."""

import unicodedata

from clinic_app.kernel.errors import Refused


def written(text: str, *, field: str, most: int) -> str:
    """The text as typed, with line ends of one kind and no trailing space.

    Refused `consultation.text_too_long`, `consultation.text_unseen_sign`.
    """
    clean = text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    if len(clean) > most:
        raise Refused("consultation.text_too_long", field=field, have=len(clean), most=most)
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in clean if sign not in "\n\t"):
        raise Refused("consultation.text_unseen_sign", field=field)
    return clean


def one_line(text: str, *, field: str, most: int) -> str:
    """The same on one line, spaces at the ends gone."""
    return " ".join(written(text, field=field, most=most).split())
