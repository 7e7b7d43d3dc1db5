"""Numbers of resident health records (居民健康档案编号): 17 digits, county, township, village part, serial (ID-15)."""

import re
from dataclasses import dataclass

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt, half_width

LAST_SERIAL = 99_999


@dataclass(frozen=True)
class HealthRecordNumber:
    """A number in its parts: `area` is county and township, 9 digits; `part` the village part of the record number."""

    area: str
    part: str
    serial: int

    def __str__(self) -> str:
        return f"{self.area}{self.part}{self.serial:05d}"


def next_number(area: str, part: str, last_serial: int) -> HealthRecordNumber:
    """The number after the last one given in that village; Refused `patients.village_full` after 99999."""
    if last_serial >= LAST_SERIAL:
        raise Refused("patients.village_full", field="village_code", part=part)
    return HealthRecordNumber(area, part, last_serial + 1)


def parse_health_record(text: str, *, field: str = "health_record_no") -> HealthRecordNumber:
    """A number from an older paper record; Refused `patients.health_record_form` unless 17 digits."""
    digits = re.sub(r"[\s-]", "", half_width(text[:60]))
    if not re.fullmatch(r"[0-9]{17}", digits) or digits[12:] == "00000":
        raise Refused("patients.health_record_form", field=field, value=excerpt(text), have=len(digits))
    return HealthRecordNumber(digits[:9], digits[9:12], int(digits[12:]))


def check_part(text: str, *, field: str = "record_part") -> str:
    """The village part as the record numbers of the township use it (001-099, 101-199, 901-999).

    It is not the village part of the statistics code, hence the mapping table. Refused `patients.record_part`.
    """
    part = re.sub(r"\s", "", half_width(text[:20]))
    known = re.fullmatch(r"[0-9]{3}", part) and (1 <= int(part) <= 199 or 901 <= int(part) <= 999) and part != "100"
    if not known:
        raise Refused("patients.record_part", field=field, value=excerpt(text))
    return part
