"""Texts of reports: bounded, without signs that nobody can see."""

import unicodedata

from clinic_app.kernel.errors import Refused


def written(text: str, *, field: str, most: int) -> str:
    """The text with line ends of one kind; Refused `laboratory.text_too_long`, `.text_unseen_sign`."""
    clean = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(clean) > most:
        raise Refused("laboratory.text_too_long", field=field, have=len(clean), most=most)
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in clean if sign not in "\n\t"):
        raise Refused("laboratory.text_unseen_sign", field=field)
    return clean


def line(text: str, *, field: str, most: int) -> str:
    """The same on one line."""
    return " ".join(written(text, field=field, most=most).split())
