"""The lists that a clinic may import (字典清单): their columns, what they refer to and what may never change."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import COUNTING_UNITS, parse_dose
from clinic_app.modules.dictionaries.rules import cells
from clinic_app.modules.dictionaries.rules.cells import Column


@dataclass(frozen=True, slots=True)
class List:
    """One kind of list.

    `refers`: (column, kind whose codes it names). `frozen`: columns that an existing code keeps for ever, because
    stock, prescriptions and prices are counted in them.
    """

    kind: str
    columns: tuple[Column, ...]
    refers: tuple[tuple[str, str], ...] = ()
    frozen: tuple[str, ...] = ()
    is_ordered: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def wrong_cells(self, row: Mapping[str, str | None]) -> list[Refused]:
        """Every cell of a row that cannot be read, in the order of the columns."""
        found = []
        for column in self.columns:
            try:
                cells.value(column, row)
            except Refused as err:
                found.append(err)
        return found

    def parse(self, row: Mapping[str, str | None]) -> dict[str, Any]:
        """The typed values of one row; Refused names the first cell that is wrong."""
        values = {column.name: cells.value(column, row) for column in self.columns}
        if self.kind == "drugs":
            _check_doses(values)
        if self.kind == "frequencies":
            _check_cycle(values)
        if "reviewed" in values:
            values["is_reviewed"] = values.pop("reviewed")
        if "price" in values:
            values["price_e4"] = values.pop("price")
        if "pack_price" in values:
            values["price_e4"] = values.pop("pack_price")
        return values


def _check_doses(drug: Mapping[str, Any]) -> None:
    """A strength and a usual dose must be countable (QT-01); a counted dose unit is the minimum unit itself.

    The usual dose is not above the most of one dose or of a day, and the most of one dose not above that of a day.
    """
    unit = drug["dose_unit"]
    if unit in COUNTING_UNITS and (unit != drug["min_unit"] or drug["strength_dose"] != "1"):
        raise Refused("dictionaries.dose_unit_of_pieces", field="dose_unit", unit=unit, min_unit=drug["min_unit"])
    parse_dose(f"{drug['usual_dose']} {unit}", field="dose_unit")
    single, daily = "most_single_dose", "most_daily_dose"
    for less, more in (("usual_dose", single), ("usual_dose", daily), (single, daily)):
        if drug[less] and drug[more] and Decimal(drug[less]) > Decimal(drug[more]):
            raise Refused(
                "dictionaries.dose_above_limit", field=more, column=more, value=drug[more], other=less, dose=drug[less]
            )


def _check_cycle(frequency: Mapping[str, Any]) -> None:
    """Doses are counted over the cycle (QT-05), so it has a day and, unless the doctor writes the quantity, a dose.

    A daily frequency with default times has one for each of its doses.
    """
    for name in ("cycle_days",) if frequency["needs_quantity"] else ("times", "cycle_days"):
        if frequency[name] < 1:
            raise Refused("dictionaries.bad_number", field=name, column=name, value=str(frequency[name]))
    slots = frequency["slots"]
    if slots and frequency["cycle_days"] == 1 and len(slots.split(";")) != frequency["times"]:
        raise Refused("dictionaries.slots_and_times", field="slots", value=slots, times=frequency["times"])


ANTIMICROBIAL_GRADES = ("non_restricted", "restricted", "special")
"""Who may prescribe an antimicrobial (抗菌药物分级, RX-17); empty for every other drug."""
CONTROLLED_CLASSES = ("narcotic", "psychotropic_1", "psychotropic_2", "toxic")
"""What the law controls specially (特殊管理药品, RX-01, RX-07, RX-09); empty for every other drug."""
SERVICE_KINDS = ("treatment", "examination", "laboratory", "fee", "material", "other")
"""What a service is: the first three are requested by a doctor and executed, fees are only charged."""
EXECUTING_ROOMS = ("treatment", "laboratory", "ecg", "ultrasound", "radiology")
"""Where a requested service is executed (执行科室); empty for what is executed nowhere."""


def _english(column: str) -> Column:
    return Column(f"{column}_en", cells.text, instead=column)


CODE, NAME, NAME_EN = Column("code", cells.code), Column("name", cells.text), _english("name")
ORIGIN = (Column("source", cells.text), Column("reviewed", cells.reviewed))

INVOICE_CATEGORIES = List("invoice_categories", (CODE, NAME, NAME_EN, *ORIGIN), is_ordered=True)
ALLERGY_GROUPS = List(
    "allergy_groups",
    (CODE, Column("parent", cells.code, True, None), NAME, NAME_EN, *ORIGIN),
    refers=(("parent", "allergy_groups"),),
)
FREQUENCIES = List(
    "frequencies",
    (
        CODE, NAME, NAME_EN, Column("times", cells.whole), Column("cycle_days", cells.whole),
        Column("is_single", cells.flag), Column("needs_quantity", cells.flag),
        Column("slots", cells.times_of_day, True), *ORIGIN,
    ),
    frozen=("times", "cycle_days", "is_single", "needs_quantity"),
    is_ordered=True,
)  # fmt: skip
ROUTES = List(
    "routes",
    (
        CODE, NAME, NAME_EN, Column("slip", cells.choice("oral", "injection", "infusion", "treatment")),
        Column("fee_item", cells.code, True, ""), Column("next_fee_item", cells.code, True, ""), *ORIGIN,
    ),
    is_ordered=True,
)
SERVICES = List(
    "services",
    (
        CODE, NAME, NAME_EN, Column("unit", cells.text), _english("unit"),
        Column("invoice_category", cells.code, True, None), Column("price", cells.price),
        Column("kind", cells.choice(*SERVICE_KINDS), True, "other"),
        Column("executing_room", cells.choice(*EXECUTING_ROOMS), True, ""),
        Column("panel", cells.code, True, ""), *ORIGIN,
    ),
    refers=(("invoice_category", "invoice_categories"),),
    frozen=("unit",),
)  # fmt: skip
SUPPLIERS = List(
    "suppliers",
    (
        CODE, NAME, NAME_EN, Column("licence_no", cells.text, True), Column("licence_until", cells.day, True, None),
        Column("phone", cells.text, True), *ORIGIN,
    ),
)  # fmt: skip
DIAGNOSES = List("diagnoses", (CODE, NAME, NAME_EN, *ORIGIN))
TCM_TERMS = List(
    "tcm_terms", (CODE, Column("kind", cells.choice("disease", "syndrome")), NAME, NAME_EN, *ORIGIN), frozen=("kind",)
)
DRUGS = List(
    "drugs",
    (
        CODE, NAME, NAME_EN, Column("form", cells.text), _english("form"),
        Column("strength_text", cells.text), Column("strength_dose", cells.amount), Column("dose_unit", cells.text),
        Column("min_unit", cells.text), _english("min_unit"), Column("pack_unit", cells.text),
        _english("pack_unit"), Column("pack_size", cells.count), Column("is_splittable", cells.flag),
        Column("rounding", cells.choice("total", "per_dose", "per_day")), Column("route", cells.code),
        Column("frequency", cells.code), Column("usual_dose", cells.amount),
        Column("usual_days", cells.count, True, None), Column("invoice_category", cells.code, True, None),
        Column("allergy_groups", cells.codes, True, ()), Column("maker", cells.text),
        Column("shelf", cells.text, True), Column("pack_price", cells.price),
        Column("minimum_age_years", cells.count, True, None), Column("substances", cells.code_list, True),
        Column("most_single_dose", cells.amount, True, None), Column("most_daily_dose", cells.amount, True, None),
        Column("antimicrobial_grade", cells.choice(*ANTIMICROBIAL_GRADES), True, None),
        Column("controlled_class", cells.choice(*CONTROLLED_CLASSES), True, None),
        Column("needs_skin_test", cells.flag, True, 0),
        *ORIGIN,
    ),
    refers=(
        ("route", "routes"), ("frequency", "frequencies"), ("invoice_category", "invoice_categories"),
        ("allergy_groups", "allergy_groups"),
    ),
    frozen=("strength_dose", "dose_unit", "min_unit", "pack_size"),
)  # fmt: skip
DATED = (Column("valid_from", cells.day), Column("valid_to", cells.day, True, None))
RULE_KINDS = ("pair", "diagnosis", "pregnancy", "lactation", "renal", "age", "cross_allergy", "herbal")
TIERS = ("stop", "look", "quiet")
SUBSTANCE_CLASSES = List(
    "substance_classes",
    (CODE, NAME, NAME_EN, Column("substances", cells.code_list), Column("is_duplicate", cells.flag), *ORIGIN),
)
SUBSTANCES = List(
    "substances",
    (
        CODE, NAME, NAME_EN, Column("most_daily", cells.text, True), Column("may_repeat", cells.flag), *DATED, *ORIGIN,
    ),
)  # fmt: skip
SAFETY_RULES = List(
    "safety_rules",
    (
        CODE, Column("kind", cells.choice(*RULE_KINDS)), Column("subject", cells.code_list),
        Column("object", cells.code_list, True), Column("age_from_months", cells.whole, True, None),
        Column("age_to_months", cells.whole, True, None), Column("tier", cells.choice(*TIERS)),
        Column("tier_village", cells.choice(*TIERS), True, None), Column("text", cells.text),
        _english("text"), *DATED, *ORIGIN,
    ),
    frozen=("kind", "subject", "object", "age_from_months", "age_to_months", "tier", "tier_village", "valid_from"),
)  # fmt: skip
CONTROLLED_LIMITS = List(
    "controlled_limits",
    (
        CODE, Column("controlled_class", cells.choice(*CONTROLLED_CLASSES)), Column("substance", cells.code, True),
        Column("patient", cells.choice("ordinary", "pain", "adhd")),
        Column("form", cells.choice("injection", "slow", "other")), Column("most_days", cells.whole, True, None),
        Column("most_doses", cells.whole, True, None), Column("may_be_longer", cells.flag), *DATED, *ORIGIN,
    ),
    frozen=("controlled_class", "substance", "patient", "form", "most_days", "most_doses", "may_be_longer",
            "valid_from"),
)  # fmt: skip
PRESCRIBING = List(
    "prescribing",
    (
        CODE, Column("is_slow_release", cells.flag), Column("is_village_listed", cells.flag),
        Column("daily_per_kg", cells.amount, True, None), Column("opened_days", cells.count, True, None),
        Column("contents", cells.contents, True), *ORIGIN,
    ),
    refers=(("code", "drugs"),),
)  # fmt: skip
LISTS = {
    one.kind: one
    for one in (
        INVOICE_CATEGORIES, ALLERGY_GROUPS, FREQUENCIES, ROUTES, SERVICES, DIAGNOSES, TCM_TERMS, DRUGS,
        SUBSTANCE_CLASSES, SUBSTANCES, SAFETY_RULES, CONTROLLED_LIMITS, PRESCRIBING, SUPPLIERS,
    )
}  # fmt: skip
"""In an order in which each list finds the codes that it refers to."""
