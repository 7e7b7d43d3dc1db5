"""What a sheet is held against: rules, substances and their classes, limits of controlled drugs, facts of a drug."""

from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db
from clinic_app.kernel.kept import kept

_ON = " WHERE is_disabled = 0 AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day) ORDER BY code"


@dataclass(frozen=True, slots=True)
class SafetyRule:
    """One rule as stored: `subject` and `object` name substances, classes or, for a diagnosis, beginnings of codes.

    `tier` stop, look or quiet; `tier_village` that of a village doctor where it differs.
    """

    code: str
    kind: str
    subject: str
    object: str
    age_from_months: int | None
    age_to_months: int | None
    tier: str
    tier_village: str | None
    text: str
    text_en: str
    source: str
    is_reviewed: int


@dataclass(frozen=True, slots=True)
class SubstanceClass:
    """A class of substances; two of an `is_duplicate` class are duplicate therapy."""

    code: str
    name: str
    name_en: str
    substances: frozenset[str]
    is_duplicate: bool


@dataclass(frozen=True, slots=True)
class Substance:
    """A substance; `most_daily` a dose such as `4 g` or empty; `may_repeat` for carriers that often stand twice."""

    code: str
    name: str
    name_en: str
    most_daily: str
    may_repeat: int
    source: str
    is_reviewed: int


@dataclass(frozen=True, slots=True)
class ControlledLimit:
    """The most that one sheet may hold of a controlled class, or of one substance of it (RX-07)."""

    code: str
    controlled_class: str
    substance: str
    patient: str
    form: str
    most_days: int | None
    most_doses: int | None
    may_be_longer: int
    source: str


@dataclass(frozen=True, slots=True)
class PrescribingFact:
    """What a prescriber must know of a drug; `daily_per_kg` in its dose unit, `contents` of one minimum unit."""

    code: str
    is_slow_release: int
    is_village_listed: int
    daily_per_kg: str | None
    opened_days: int | None
    contents: str


@kept("safety_rule")
def safety_rules(day: date) -> tuple[SafetyRule, ...]:
    """The rules that hold on a day."""
    sql = (
        "SELECT code, kind, subject, object, age_from_months, age_to_months, tier, tier_village, text, text_en, source,"
        " is_reviewed FROM safety_rule"
    )
    return tuple(db.read(SafetyRule, sql + _ON, {"day": day.isoformat()}))


@kept("substance_class")
def substance_classes() -> tuple[SubstanceClass, ...]:
    found = db.rows(
        "SELECT code, name, name_en, substances, is_duplicate FROM substance_class WHERE is_disabled = 0 ORDER BY code"
    )
    return tuple(SubstanceClass(*one[:3], frozenset(one[3].split(";")), bool(one[4])) for one in found)


@kept("substance")
def substances(day: date) -> tuple[Substance, ...]:
    """The substances with their limits of a day."""
    sql = "SELECT code, name, name_en, most_daily, may_repeat, source, is_reviewed FROM substance"
    return tuple(db.read(Substance, sql + _ON, {"day": day.isoformat()}))


@kept("controlled_limit")
def controlled_limits(day: date) -> tuple[ControlledLimit, ...]:
    """The limits of controlled drugs that hold on a day."""
    sql = (
        "SELECT code, controlled_class, substance, patient, form, most_days, most_doses, may_be_longer, source"
        " FROM controlled_limit"
    )
    return tuple(db.read(ControlledLimit, sql + _ON, {"day": day.isoformat()}))


@kept("prescribing_fact")
def prescribing_fact(code: str) -> PrescribingFact | None:
    """The facts of the drug with that code."""
    return db.read_one(
        PrescribingFact,
        "SELECT code, is_slow_release, is_village_listed, daily_per_kg, opened_days, contents FROM prescribing_fact"
        " WHERE code = ? AND is_disabled = 0",
        (code,),
    )


def safety_rule(code: str) -> SafetyRule | None:
    """One rule, one that holds no more too, for its source."""
    return db.read_one(
        SafetyRule,
        "SELECT code, kind, subject, object, age_from_months, age_to_months, tier, tier_village, text, text_en, source,"
        " is_reviewed FROM safety_rule WHERE code = ?",
        (code,),
    )
