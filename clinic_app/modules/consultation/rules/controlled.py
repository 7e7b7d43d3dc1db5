"""How much of a controlled drug one sheet may hold (特殊管理药品, RX-07, RX-08, RX-09), and what a red sheet names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from clinic_app.kernel.errors import Refused

Form = Literal["injection", "slow", "other"]
Patient = Literal["ordinary", "pain", "adhd"]


@dataclass(frozen=True)
class Limit:
    """The most of one sheet: `most_days` days or `most_doses` doses; `may_be_longer` with a reason."""

    controlled_class: str
    substance: str
    patient: str
    form: str
    most_days: int | None
    most_doses: int | None
    may_be_longer: bool


@dataclass(frozen=True)
class Course:
    """What a row asks for: the class, substances and form of its drug, days, and doses in them."""

    controlled_class: str
    substances: frozenset[str]
    form: Form
    days: int
    doses: int


@dataclass(frozen=True)
class Registered:
    """A registered pain patient (疼痛患者登记): the day of the last re-check and when the next one is due."""

    checked_on: date
    due_on: date


def form_of(*, is_injected: bool, is_slow: bool) -> Form:
    """The column of the table of RX-07."""
    if is_injected:
        return "injection"
    return "slow" if is_slow else "other"


def limit_for(course: Course, patient: Patient, limits: Sequence[Limit]) -> Limit | None:
    """The row of the table: of the substance before that of its class, of the kind of patient before the ordinary."""
    mine = [one for one in limits if one.controlled_class == course.controlled_class and one.form == course.form]
    for kind in (patient, "ordinary"):
        for is_named in (True, False):
            for one in mine:
                fits = one.substance in course.substances if is_named else one.substance == ""
                if one.patient == kind and fits:
                    return one
    return None


def check_controlled(course: Course, patient: Patient, limits: Sequence[Limit], *, reason: str, drug: str) -> None:
    """Refused `consultation.controlled_never`, `.controlled_doses`, `.controlled_days` or, where a reason would do,
    `consultation.controlled_reason`; a class without a limit passes.
    """
    limit = limit_for(course, patient, limits)
    if limit is None:
        return
    if limit.most_days == 0:
        raise Refused("consultation.controlled_never", field="drug", drug=drug)
    if limit.most_doses is not None and course.doses > limit.most_doses:
        code = "consultation.controlled_doses"
        raise Refused(code, field="quantity", drug=drug, doses=course.doses, most=limit.most_doses)
    if limit.most_days is not None and course.days > limit.most_days:
        if limit.may_be_longer and reason.strip():
            return
        code = "consultation.controlled_reason" if limit.may_be_longer else "consultation.controlled_days"
        field = "reason" if limit.may_be_longer else "days"
        raise Refused(code, field=field, drug=drug, days=course.days, most=limit.most_days)


def check_register(register: Registered | None, on: date) -> None:
    """A register whose re-check is past due counts only after the re-check (RX-08): Refused `.recheck_due`."""
    if register is not None and on > register.due_on:
        raise Refused("consultation.recheck_due", field="drug", last=register.checked_on.isoformat())


def due_on(checked_on: date, months: int) -> date:
    """The last day before a re-check is due: so many months later, on the last day of a shorter month."""
    month = checked_on.month - 1 + months
    year, month = checked_on.year + month // 12, month % 12 + 1
    for day in (checked_on.day, 30, 29, 28):
        try:
            return date(year, month, min(day, checked_on.day))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def check_toxic(total: Fraction, most_daily: Decimal | None, days: int, *, unit: str, drug: str) -> None:
    """A sheet holds at most `days` days of the maximum dose of a toxic drug (毒性, RX-09).

    Refused `consultation.toxic_total`, and `.toxic_unknown` where no daily maximum is known.
    """
    if most_daily is None:
        raise Refused("consultation.toxic_unknown", field="drug", drug=drug)
    most = most_daily * days
    if total > Fraction(most):
        written = f"{Decimal(total.numerator) / Decimal(total.denominator):f} {unit}"
        raise Refused(
            "consultation.toxic_total", field="dose", drug=drug, total=written, most=f"{most.normalize():f} {unit}"
        )


def check_heading(*, patient_number: str, agent_name: str, agent_number: str) -> None:
    """A red sheet names the patient's identity number; who fetches it for the patient, name and number (RX-03).

    Refused `consultation.red_needs_patient_number`, `.red_needs_agent`.
    """
    if not patient_number:
        raise Refused("consultation.red_needs_patient_number", field="agent")
    if bool(agent_name.strip()) != bool(agent_number.strip()):
        raise Refused("consultation.red_needs_agent", field="agent")
