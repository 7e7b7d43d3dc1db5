"""Whether somebody's blood pressure is to be measured (首诊测血压), VS-09."""

from datetime import date

from clinic_app.kernel import parameters
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits.rules.pressure import must_ask


def must_ask_pressure(born_on: str | None, on: date, *, measured: bool) -> bool:
    """Whether it is asked on that day; `measured` says that it stands in a record of the same year."""
    return must_ask(patients.completed_years(born_on, on), parameters.value("visits.pressure_from_years", on), measured)
