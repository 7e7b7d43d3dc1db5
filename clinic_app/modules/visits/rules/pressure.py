"""Blood pressure at the first visit of a year (首诊测血压), VS-09."""


def must_ask(years: int | None, from_years: int, measured_this_year: bool) -> bool:
    """Whether somebody of `years` completed years is asked: from `from_years` on, until measured once in the year."""
    return years is not None and years >= from_years and not measured_this_year
