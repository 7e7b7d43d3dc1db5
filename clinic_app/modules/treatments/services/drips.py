"""The drip rate of a bottle from the volumes written on its lines (滴速, IN-03)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import convert, convertible, parse_dose
from clinic_app.modules.treatments.rules import drops_per_minute


def drops_of(dose_texts: Sequence[str], minutes: int | None, on: date) -> int | None:
    """Drops per minute, None without minutes or without a volume; what is not measured in ml has no volume."""
    volume = sum((_millilitres(text) for text in dose_texts), Decimal(0))
    if not minutes or not volume:
        return None
    return drops_per_minute(volume, parameters.value("treatments.drop_factor", on), minutes)


def _millilitres(text: str) -> Decimal:
    try:
        dose = parse_dose(text)
    except Refused:
        return Decimal(0)
    return convert(dose, "ml").amount if convertible(dose.unit, "ml") else Decimal(0)
