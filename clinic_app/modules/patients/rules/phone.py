"""Phone numbers (电话): mobiles of 11 digits, and landlines with their area code."""

import re

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import LONGEST_TYPED, excerpt, half_width

MOBILE_DIGITS = 11


def parse_phone(text: str, *, field: str = "phone") -> str:
    """The number in digits alone, without spaces, hyphens and +86; a landline begins with 0 and has 10 to 12 digits.

    Refused `patients.phone_characters`, `patients.phone_length` (facts have, need), `patients.phone_start`.
    """
    typed = re.sub(r"[\s()-]", "", half_width(text)) if len(text) <= LONGEST_TYPED else excerpt(text)
    digits = re.sub(r"^(\+86|0086|86(?=1[0-9]{10}$))", "", typed)
    if re.search(r"[^0-9]", digits):
        raise Refused("patients.phone_characters", field=field, value=excerpt(text))
    if digits.startswith("0") and 10 <= len(digits) <= 12:
        return digits
    if len(digits) != MOBILE_DIGITS:
        raise Refused("patients.phone_length", field=field, have=len(digits), need=MOBILE_DIGITS)
    if not digits.startswith("1"):
        raise Refused("patients.phone_start", field=field, value=digits)
    return digits
