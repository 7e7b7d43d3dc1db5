"""Rules of dispensing (发药): how long a sheet may be filled, in which order shelves are walked, what is unchecked."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import COUNTING_UNITS, convert, convertible, half_width, parse_dose

_PART = re.compile(r"[0-9]+|[^0-9]+")
_SHOWN_PARTS = 4  # of a tablet: quarters are told, thirds are not


@dataclass(frozen=True, slots=True)
class Part:
    """Minimum units of one batch held for a line; `expires_on` is its last day of use."""

    batch_no: str
    expires_on: date
    quantity: int


def last_valid_day(signed_on: date, valid_days: int) -> date:
    """The last day on which a sheet may be filled, the day of issue being day 1 (RX-10)."""
    return signed_on + timedelta(days=valid_days - 1)


def check_valid(signed_on: date, today: date, *, valid_days: int) -> None:
    """Refused `pharmacy.sheet_expired` after the last day of validity (有效期, RX-10)."""
    until = last_valid_day(signed_on, valid_days)
    if today > until:
        raise Refused(
            "pharmacy.sheet_expired", signed=signed_on.isoformat(), until=until.isoformat(), valid_days=valid_days
        )


def shelf_order(shelf: str) -> tuple[bool, list[tuple[bool, int, str]]]:
    """Sort key of a shelf code (货位): A-01-4 before A-03-2 and A-3 before A-10, no code last (PH-15)."""
    parts = _PART.findall(half_width(shelf).strip().upper())
    return not parts, [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def unchecked(wanted: Sequence[bytes], seen: Collection[bytes]) -> list[bytes]:
    """The lines that were not ticked, in their order; ValueError when a line was ticked that is not there."""
    if set(seen) - set(wanted):
        raise ValueError("a line that is not on the sheet")
    return [line_id for line_id in wanted if line_id not in seen]


def expired_parts(parts: Sequence[Part], today: date) -> list[Part]:
    """The batches that may no longer be handed out: used through their last day, not after it (PH-04)."""
    return [part for part in parts if part.expires_on < today]


def is_whole(parts: Sequence[Part], ordered: int) -> bool:
    """Whether the batches held for a line add up to what was ordered and paid."""
    return sum(part.quantity for part in parts) == ordered


def units_per_dose(dose_text: str, strength_dose: str, strength_unit: str) -> str:
    """How many minimum units one measured dose is, `2` or `0.5`; empty when it is counted already or is no quarter."""
    try:
        dose = parse_dose(dose_text)
    except Refused:
        return ""
    if dose.unit in COUNTING_UNITS or not strength_dose or not convertible(dose.unit, strength_unit):
        return ""
    strength = Fraction(strength_dose)
    count = Fraction(convert(dose, strength_unit).amount) / strength if strength > 0 else Fraction(0)
    if count <= 0 or _SHOWN_PARTS % count.denominator:
        return ""
    whole, hundredths = divmod(int(count * 100), 100)
    return f"{whole}.{hundredths:02d}".rstrip("0").rstrip(".")


def check_extension(now_days: int, wanted_days: int, most_days: int) -> None:
    """Refused `pharmacy.extension_days` unless it is longer than now and at most `most_days` in all (RX-10)."""
    if not now_days < wanted_days <= most_days:
        raise Refused("pharmacy.extension_days", field="valid_days", now=now_days, most=most_days)
