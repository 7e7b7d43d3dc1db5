"""How long paper sheets are kept before they may be destroyed (处方保存, RX-18, RX-19)."""

from datetime import date

CLASS_OF = {
    "ordinary": "ordinary", "emergency": "ordinary", "paediatric": "ordinary", "herbal": "ordinary",
    "toxic": "psychotropic_2", "psychotropic_2": "psychotropic_2", "narcotic": "narcotic",
    "psychotropic_1": "narcotic",
}  # fmt: skip
"""Kind of sheet to the kind whose years hold for it."""


def destroyable_from(signed_on: date, years: int) -> date:
    """The first day on which a sheet of `years` may be destroyed: 2022-03-05 and 2 years are 2024-03-05."""
    try:
        return signed_on.replace(year=signed_on.year + years)
    except ValueError:
        return date(signed_on.year + years, 3, 1)
