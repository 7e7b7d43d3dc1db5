"""Names of persons (姓名) as they are, in any script of the country (ID-16)."""

import unicodedata

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt

LONGEST_NAME = 100
# Invisible and steering signs would make two equal-looking names differ or turn a line of a receipt around.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def person_name(text: str, *, field: str = "name") -> str:
    """The name exactly as typed without the spaces around it; nothing is normalised, search does that for itself.

    Rare characters, private-use ones of old GB 18030 papers included, are kept. Refused `patients.name_missing`,
    `patients.name_too_long`, `patients.name_unseen_sign`.
    """
    name = text.strip()
    if not name:
        raise Refused("patients.name_missing", field=field)
    if len(name) > LONGEST_NAME:
        raise Refused("patients.name_too_long", field=field, have=len(name), most=LONGEST_NAME)
    for position, letter in enumerate(name, start=1):
        if unicodedata.category(letter) in _UNSEEN or _is_noncharacter(letter):
            raise Refused("patients.name_unseen_sign", field=field, position=position, shown=excerpt(name))
    if all(_is_variation(letter) or letter.isspace() for letter in name):  # the look of a letter that is not there
        raise Refused("patients.name_unseen_sign", field=field, position=1, shown=excerpt(name))
    return name


def _is_variation(letter: str) -> bool:
    return 0xFE00 <= ord(letter) <= 0xFE0F or 0xE0100 <= ord(letter) <= 0xE01EF


def _is_noncharacter(letter: str) -> bool:
    return ord(letter) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(letter) <= 0xFDEF
