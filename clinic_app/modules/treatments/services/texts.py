"""Short remarks of the treatment room: one line, bounded, without signs that nobody can see."""

import unicodedata

from clinic_app.kernel.errors import Refused


def short(text: str, *, field: str, most: int) -> str:
    """The text on one line; Refused `treatments.text_too_long`, `.text_unseen_sign`."""
    clean = " ".join(text.split())
    if len(clean) > most:
        raise Refused("treatments.text_too_long", field=field, have=len(clean), most=most)
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in clean):
        raise Refused("treatments.text_unseen_sign", field=field)
    return clean
