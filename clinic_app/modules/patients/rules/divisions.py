"""Codes of villages (行政区划代码): 6 digits county, 3 township, 3 village or neighbourhood (ID-14)."""

import re
from dataclasses import dataclass
from typing import Literal

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt, half_width

Kind = Literal["neighbourhood", "village", "other"]


@dataclass(frozen=True)
class VillageCode:
    """A statistics code of 12 digits in its parts."""

    county: str
    town: str
    village: str

    @property
    def kind(self) -> Kind:
        """Neighbourhoods (居委会) run 001 to 199, villages (村委会) 200 to 399."""
        number = int(self.village)
        if 1 <= number <= 199:
            return "neighbourhood"
        return "village" if 200 <= number <= 399 else "other"


def parse_village_code(text: str, *, field: str = "code") -> VillageCode:
    """The typed code in its parts, spaces and full-width digits taken; Refused `patients.village_code`."""
    digits = re.sub(r"\s", "", half_width(text[:60]))
    if not re.fullmatch(r"[0-9]{12}", digits):
        raise Refused("patients.village_code", field=field, value=excerpt(text), have=len(digits))
    return VillageCode(digits[:6], digits[6:9], digits[9:])
