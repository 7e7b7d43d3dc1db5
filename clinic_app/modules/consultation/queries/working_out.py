"""What one typed line means (自动算): dose, quantity and days, worked out by the rules; writes nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

from clinic_app.kernel import i18n, kept, parameters
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.i18n import gettext as _
from clinic_app.kernel.money import line_amount
from clinic_app.kernel.quantity import Dose, convertible, dose_text, parse_count, parse_dose, typed_number
from clinic_app.modules.consultation.queries import allowed, words
from clinic_app.modules.consultation.queries.typed_line import Situation, TypedLine, Worked
from clinic_app.modules.consultation.queries.typed_quantity import typed_quantity
from clinic_app.modules.consultation.rules.dose_range import DoseStop, dose_stops
from clinic_app.modules.consultation.rules.quantity import (
    Frequency,
    Pack,
    amount_of_dose,
    as_needed,
    coverage,
    outlasts_as_needed,
    required,
    units_of_dose,
)
from clinic_app.modules.consultation.rules.weekdays import weekdays_of
from clinic_app.modules.dictionaries import queries as dictionaries

MOST_DAYS = 366


@dataclass(frozen=True, eq=False)
class Lists:
    """The short code lists that every row needs; the same object until a list changes."""

    frequencies: Mapping[str, dictionaries.Frequency]
    routes: Mapping[str, dictionaries.Route]


@kept.worked_out
def lists() -> Lists:
    return Lists(
        {one.code: one for one in dictionaries.frequencies()}, {one.code: one for one in dictionaries.routes()}
    )


def work_out(
    typed: TypedLine, on: date, *, limit_days: int = 0, drug: dictionaries.Drug | None = None,
    situation: Situation | None = None,
) -> Worked:
    """The line with its quantity (QT-01 to QT-07, QT-09 to QT-11); the most without a reason (RX-05) is that of the
    `situation`, or `limit_days` for a caller without a patient.

    Refused with the field at fault: `consultation.drug_missing`, `.drug_disabled`, `.no_price`, `.frequency_missing`,
    `.frequency_disabled`, `.route_missing`, `.route_disabled`, `.quantity_unit`,
    `.whole_packs_only`, `.single_needs_reason`, and what the rules of days,
    controlled drugs and weight refuse. Chosen weekdays count from `on`, the day on which the course starts.
    """
    drug = drug or dictionaries.drug(typed.drug_id)
    if drug is None:
        raise Refused("consultation.drug_missing", field="drug")
    if drug.is_disabled:
        raise Refused("consultation.drug_disabled", field="drug", drug=words.named(drug.name, drug.name_en))
    price = dictionaries.price_on(drug.id, on)
    if price is None:
        raise Refused("consultation.no_price", field="drug", drug=words.named(drug.name, drug.name_en))
    key = replace(typed, note="", reason="given" if typed.reason.strip() else "")
    limits = dictionaries.dose_limits_on(drug.id, on)
    return _worked(key, drug, price, limits, on, situation or Situation(limit_days), i18n.current())


@kept.worked_out
def _worked(
    typed: TypedLine, drug: dictionaries.Drug, price: int, limits: dictionaries.DoseLimits | None, on: date,
    situation: Situation, _language: str,
) -> Worked:
    """Every row of a page is worked out again at each answer; nothing of it changes but by its arguments."""
    known = lists()
    dose = read_dose(typed.dose, drug)
    frequency = known.frequencies.get(typed.frequency)
    if frequency is None:
        raise Refused("consultation.frequency_missing", field="frequency")
    if frequency.is_disabled:
        named = words.named(frequency.name, frequency.name_en)
        raise Refused("consultation.frequency_disabled", field="frequency", frequency=named)
    days = 1 if frequency.is_single else parse_count(typed.days, field="days", maximum=MOST_DAYS)
    route = known.routes.get(typed.route)
    if route is None:
        raise Refused("consultation.route_missing", field="route")
    if route.is_disabled:
        raise Refused("consultation.route_disabled", field="route", route=words.named(route.name, route.name_en))
    may = allowed.Allowed(typed.reason, typed.is_long_term, drug, situation, on)
    may.check_length(days)
    pack = pack_of(drug)
    how_often = rule_frequency(frequency)
    may.check_child(pack, dose, how_often, limits, is_swallowed=route.slip == "oral")
    weekdays = weekdays_of(typed.weekdays, how_often, on)
    chosen = {int(day) for day in weekdays}
    quantity = typed_quantity(typed.quantity, drug)
    most = parse_count(typed.most_per_day, field="most_per_day") if typed.most_per_day.strip() else None
    lasts = None
    if frequency.needs_quantity:
        needed = as_needed(pack, quantity, most)
        if outlasts_as_needed(pack, needed, most or 1, may.free_days):
            may.check_length(needed.covered_days)
        handed_out, used = needed.dispensed_units, words.used(needed.minimum_units, drug.min_unit, drug.min_unit_en)
    else:
        course = required(pack, dose, how_often, days, weekdays=chosen, starts_on=on)
        handed_out, used = course.dispensed_units, used_text(drug, dose, course.doses, course.minimum_units)
        if quantity is not None and quantity != handed_out:
            _check_single(frequency, drug, quantity, handed_out, typed.reason)
            cover = coverage(
                pack, dose, how_often, days, quantity, limit_days=may.free_days, weekdays=chosen, starts_on=on
            )
            if cover.exceeds_limit:
                may.check_length(max(cover.days, days))
            lasts = cover.days if cover.is_short else None
            handed_out = quantity
    may.check_amount(pack, dose, days, handed_out, limits, is_injected=route.slip in ("injection", "infusion"))
    return Worked(
        drug, dose_text(dose), frequency, days, typed.route, handed_out, quantity is not None, most, used, lasts,
        line_amount(price, handed_out, drug.pack_size), weekdays,
        _dose_stops(pack, dose, how_often, limits, most, is_swallowed=route.slip == "oral"), may.sheet_class,
        typed.is_long_term, _units_per_day(pack, dose, how_often, most),
    )  # fmt: skip


def _units_per_day(pack: Pack, dose: Dose, frequency: Frequency, most: int | None) -> Fraction:
    """Minimum units of the busiest day, as written: what is summed over rows with one substance."""
    if frequency.needs_quantity:
        return Fraction(most or 0)
    times = 1 if frequency.is_single else ceil(Fraction(frequency.times, frequency.cycle_days))
    return amount_of_dose(pack, dose) / pack.strength * times


def _dose_stops(
    pack: Pack, dose: Dose, frequency: Frequency, limits: dictionaries.DoseLimits | None, most_per_day: int | None,
    *, is_swallowed: bool,
) -> tuple[DoseStop, ...]:
    if limits is None:
        return ()
    single, daily = limits.most_single_dose, limits.most_daily_dose
    return tuple(
        dose_stops(
            pack, dose, frequency, most_single=Decimal(single) if single else None,
            most_daily=Decimal(daily) if daily else None, most_units_per_day=most_per_day, is_swallowed=is_swallowed,
        )
    )  # fmt: skip


def days_limit(visit_kind: str, on: date) -> int:
    """Days a sheet of this kind of visit may cover without a reason (RX-05)."""
    return parameters.value(
        "consultation.emergency_days_limit" if visit_kind == "emergency" else "consultation.days_limit", on
    )


def read_dose(text: str, drug: dictionaries.Drug) -> Dose:
    """The dose typed; a bare number is in the drug's own dose unit."""
    bare = typed_number(text) if len(text) < 20 else text
    if re.fullmatch(r"[0-9.,]+", bare):
        text = f"{bare}{drug.dose_unit}"
    return parse_dose(text, field="dose")


def pack_of(drug: dictionaries.Drug) -> Pack:
    fact = dictionaries.prescribing_fact(drug.code)
    return Pack(
        Fraction(drug.strength_dose), drug.dose_unit, drug.min_unit, drug.pack_size, drug.is_splittable,
        drug.rounding,  # type: ignore[arg-type]  # the dictionary's CHECK holds the three roundings
        fact.opened_days if fact else None,
    )  # fmt: skip


def rule_frequency(one: dictionaries.Frequency) -> Frequency:
    return Frequency(one.code, one.times, one.cycle_days, one.is_single, one.needs_quantity)


def used_text(drug: dictionaries.Drug, dose: Dose, doses: int, units: int) -> str:
    """What the course takes: minimum units, or the volume where the minimum unit is a whole container (QT-04)."""
    if drug.pack_size == 1 and not drug.is_splittable and dose.unit != drug.min_unit:
        return words.dose(dose_text(Dose(dose.amount * doses, dose.unit)), drug)
    return words.used(units, drug.min_unit, drug.min_unit_en)


def per_dose_text(text: str, drug: dictionaries.Drug) -> str:
    """`3袋/次`: the minimum units that a measured dose takes; empty where it is counted in them, poured from one whole
    container (QT-04) or no hundredth of a unit."""
    try:
        dose = parse_dose(text)
    except Refused:
        return ""
    if dose.unit == drug.min_unit or not convertible(dose.unit, drug.dose_unit):
        return ""
    count = units_of_dose(pack_of(drug), dose)
    if (drug.pack_size == 1 and not drug.is_splittable) or 100 % count.denominator:
        return ""
    whole, hundredths = divmod(int(count * 100), 100)
    shown = f"{whole}.{hundredths:02d}".rstrip("0").rstrip(".")
    unit = drug.min_unit if words.is_source() else f" {words.plural(drug.min_unit_en, 1 if count == 1 else 2)}"
    return _("%(count)s/次") % {"count": f"{shown}{unit}"}


def _check_single(
    frequency: dictionaries.Frequency, drug: dictionaries.Drug, quantity: int, needed: int, reason: str
) -> None:
    """st and sos are one dose (QT-06): more than it takes needs a reason."""
    if frequency.is_single and quantity > needed and not reason.strip():
        need = words.in_packs(needed, drug)
        raise Refused("consultation.single_needs_reason", field="reason", frequency=frequency.code, need=need)


__all__ = ["Lists", "Situation", "TypedLine", "Worked", "days_limit", "lists", "pack_of", "work_out"]
