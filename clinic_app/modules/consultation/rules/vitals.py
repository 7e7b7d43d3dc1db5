"""Vital signs (生命体征) as typed: exact decimals in plausible ranges; an empty one was not measured, not zero."""

import re
from collections.abc import Mapping
from decimal import Decimal

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import LONGEST_TYPED, excerpt, typed_number

CODES = {
    "temperature": "consultation.vital_temperature",
    "pulse": "consultation.vital_pulse",
    "respiration": "consultation.vital_respiration",
    "blood_pressure": "consultation.vital_blood_pressure",
    "spo2": "consultation.vital_spo2",
    "weight": "consultation.vital_weight",
    "glucose": "consultation.vital_glucose",
}
"""Each vital sign with the code of its refusal."""
_PLACES = {"temperature": 1, "pulse": 0, "respiration": 0, "spo2": 0, "weight": 2, "glucose": 1}
_NUMBER = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?")
_PRESSURE = re.compile(r"([0-9]{2,3})\s*[/\\、 ]\s*([0-9]{2,3})")


def parse_vitals(typed: Mapping[str, str], ranges: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Refused]]:
    """The readable vitals in one spelling, and one refusal for each that cannot be right.

    `ranges` hold `low-high` for each name, `systolic` and `diastolic` for the blood pressure. The
    refusals of `CODES` tell the limits.
    """
    good: dict[str, str] = {}
    wrong: dict[str, Refused] = {}
    for name, code in CODES.items():
        text = typed.get(name, "")
        number = typed_number(text) if len(text) <= LONGEST_TYPED else "?"
        if not number:
            good[name] = ""
            continue
        found = _pressure(number, ranges) if name == "blood_pressure" else _one(name, number, ranges[name])
        if found is None:
            low, high = ranges["systolic" if name == "blood_pressure" else name].split("-")
            wrong[name] = Refused(code, field=name, value=excerpt(text), low=low, high=high)
        else:
            good[name] = found
    return good, wrong


def _one(name: str, number: str, limits: str) -> str | None:
    if not _NUMBER.fullmatch(number):
        return None
    value = Decimal(number)
    low, high = (Decimal(limit) for limit in limits.split("-"))
    places = -int(value.normalize().as_tuple().exponent)
    if places > _PLACES[name] or not low <= value <= high:
        return None
    return f"{value.normalize():f}"


def _pressure(number: str, ranges: Mapping[str, str]) -> str | None:
    found = _PRESSURE.fullmatch(number)
    if not found:
        return None
    upper, lower = int(found[1]), int(found[2])
    for value, limits in ((upper, ranges["systolic"]), (lower, ranges["diastolic"])):
        low, high = (Decimal(limit) for limit in limits.split("-"))
        if not low <= value <= high:
            return None
    return f"{upper}/{lower}" if lower < upper else None
