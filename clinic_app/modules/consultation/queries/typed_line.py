"""A line as typed, what it is worked out with, and what comes of it."""

from dataclasses import dataclass
from fractions import Fraction

from clinic_app.modules.consultation.rules import controlled
from clinic_app.modules.consultation.rules.dose_range import DoseStop
from clinic_app.modules.dictionaries import queries as dictionaries


@dataclass(frozen=True)
class TypedLine:
    """A line as it stands in the grid; an empty `quantity` is worked out."""

    drug_id: bytes
    dose: str
    frequency: str
    days: str
    route: str
    quantity: str = ""
    most_per_day: str = ""
    note: str = ""
    reason: str = ""
    weekdays: str = ""
    is_long_term: bool = False


@dataclass(frozen=True)
class Situation:
    """What of patient and visit decides how much a row may ask for: no patient's name, so answers can be kept.

    `weight` in kg as measured today or empty; `patient` the column of the table of controlled drugs (RX-07).
    """

    limit_days: int
    is_child: bool = False
    age_months: int | None = None
    weight: str = ""
    patient: controlled.Patient = "ordinary"


@dataclass(frozen=True)
class Worked:
    """A line that can be stored: quantity in minimum units, amount in fen, `used_text` what the course takes.

    `lasts_days` is set when a typed quantity lasts fewer days than written (QT-09). `stops` are the dose limits that it
    goes beyond (RX-13): it may be stored, but not signed before the doctor decides.
    """

    drug: dictionaries.Drug
    dose_text: str
    frequency: dictionaries.Frequency
    days: int
    route: str
    quantity: int
    is_quantity_typed: bool
    most_per_day: int | None
    used_text: str
    lasts_days: int | None
    amount_fen: int
    weekdays: str
    stops: tuple[DoseStop, ...]
    sheet_class: str = ""
    is_long_term: bool = False
    units_per_day: Fraction = Fraction(0)
