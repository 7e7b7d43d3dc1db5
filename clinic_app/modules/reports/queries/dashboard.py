"""The manager's figures (看板) of a period, beside those of the period before."""

from dataclasses import dataclass
from datetime import date

from clinic_app.modules.people import queries as people
from clinic_app.modules.reports.queries import income, sheets, visits
from clinic_app.modules.reports.rules import figures
from clinic_app.modules.reports.rules.periods import Period, weekdays_before

FORECAST_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts, fen and tenths of a percent; None where there is nothing to divide by (RP-09). `seen` are the visits that
    a doctor began."""

    visits: int
    seen: int
    income: income.Income
    sheets: int
    antimicrobial_sheets: int

    @property
    def average_fen(self) -> int | None:
        return figures.average_fen(self.income.total_fen, self.seen)

    @property
    def drug_share(self) -> int | None:
        return figures.per_mille(self.income.drugs_fen, self.income.total_fen)

    @property
    def antimicrobial_rate(self) -> int | None:
        return figures.per_mille(self.antimicrobial_sheets, self.sheets)


@dataclass(frozen=True, slots=True)
class DoctorLine:
    """One doctor's period (RP-05 to RP-07)."""

    id: bytes
    name: str
    visits: int
    seen: int
    income_fen: int
    drugs_fen: int
    sheets: int
    antimicrobial_sheets: int

    @property
    def average_fen(self) -> int | None:
        return figures.average_fen(self.income_fen, self.seen)

    @property
    def drug_share(self) -> int | None:
        return figures.per_mille(self.drugs_fen, self.income_fen)

    @property
    def antimicrobial_rate(self) -> int | None:
        return figures.per_mille(self.antimicrobial_sheets, self.sheets)


@dataclass(frozen=True, slots=True)
class Hour:
    """Visits of an hour, and in tenths the mean of the same weekday of the weeks before (RP-11)."""

    hour: int
    visits: int
    usual_tenths: int | None


def period_figures(period: Period) -> Figures:
    signed = sheets.by_doctor(period.first, period.last).values()
    return Figures(
        visits.count(period.first, period.last),
        visits.seen(period.first, period.last),
        income.income(period.first, period.last),
        sum(one for one, _with in signed),
        sum(with_one for _one, with_one in signed),
    )


def doctors(period: Period) -> list[DoctorLine]:
    """Everybody who saw somebody, earned or signed in the period, most visits first."""
    seen = visits.by_doctor(period.first, period.last)
    earned = income.by_doctor(period.first, period.last)
    signed = sheets.by_doctor(period.first, period.last)
    names = people.names({*seen, *earned, *signed})
    lines = [
        DoctorLine(one, name, *seen.get(one, (0, 0)), *earned.get(one, (0, 0)), *signed.get(one, (0, 0)))
        for one, name in names.items()
    ]
    return sorted(lines, key=lambda line: (-line.visits, line.name))


def hours(day: date, opens: int, closes: int) -> list[Hour]:
    """The opening hours of a day and any other hour in which somebody came."""
    today = visits.by_hour(day)
    before = [visits.by_hour(one) for one in weekdays_before(day, FORECAST_WEEKS)]
    known = [one for one in before if one]
    wanted = sorted({*range(opens, closes), *today, *(hour for one in known for hour in one)})
    return [Hour(hour, today.get(hour, 0), figures.mean_tenths([one.get(hour, 0) for one in known])) for hour in wanted]
