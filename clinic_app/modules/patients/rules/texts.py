"""Free text (自由文本) of a person's record: an address, an allergy, a note."""

import unicodedata

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt

LONGEST_ADDRESS, LONGEST_ALLERGY, LONGEST_NOTE = 200, 60, 200
# As in names: signs that nobody sees can hide or turn around what stands beside them on a paper.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def one_line(text: str, *, field: str, most: int) -> str:
    """The text as typed without the spaces around it, at most `most` characters; empty is allowed.

    Refused `patients.address_too_long`, else `patients.text_too_long` (facts have, most), `patients.text_unseen_sign`.
    """
    line = text.strip()
    if len(line) > most and field == "address":
        raise Refused("patients.address_too_long", field=field, have=len(line), most=most)
    if len(line) > most:
        raise Refused("patients.text_too_long", field=field, have=len(line), most=most)
    for position, letter in enumerate(line, start=1):
        if unicodedata.category(letter) in _UNSEEN:
            raise Refused("patients.text_unseen_sign", field=field, position=position, shown=excerpt(line))
    return line
