"""The safety rules of a day ready to be held against rows (用药安全规则), built once until a list changes."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from clinic_app.kernel import kept
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import Dose, convert, convertible, parse_dose
from clinic_app.modules.consultation.rules.interactions import Book, Rule
from clinic_app.modules.dictionaries import queries as dictionaries


@kept.worked_out
def book_of(on: date, is_village: bool) -> Book:
    """The rules in the tiers of a doctor, or of a village doctor where those differ."""
    classes = {one.code: one.substances for one in dictionaries.substance_classes()}
    rules = [
        Rule(
            one.code, one.kind, _apart(one.subject, classes),
            _apart(one.object, {} if one.kind == "diagnosis" else classes),
            (one.tier_village if is_village and one.tier_village else one.tier),  # type: ignore[arg-type]  # CHECK
            one.age_from_months, one.age_to_months,
        )
        for one in dictionaries.safety_rules(on)
    ]  # fmt: skip
    duplicates = {one.code: one.substances for one in dictionaries.substance_classes() if one.is_duplicate}
    return Book(rules, duplicates, [one.code for one in dictionaries.substances(on) if one.may_repeat])


def _apart(codes: str, classes: Mapping[str, frozenset[str]]) -> frozenset[str]:
    found: set[str] = set()
    for code in filter(None, codes.split(";")):
        found |= classes.get(code, frozenset({code}))
    return frozenset(found)


@kept.worked_out
def texts_of(on: date) -> Mapping[str, dictionaries.SafetyRule]:
    """The rules by code, for their words and sources."""
    return MappingProxyType({one.code: one for one in dictionaries.safety_rules(on)})


@kept.worked_out
def named_substances(on: date) -> Mapping[str, tuple[str, str]]:
    """Names of substances and classes by code, Chinese and English."""
    found = {one.code: (one.name, one.name_en) for one in dictionaries.substance_classes()}
    found.update({one.code: (one.name, one.name_en) for one in dictionaries.substances(on)})
    return MappingProxyType(found)


@kept.worked_out
def daily_limits(on: date) -> Mapping[str, Decimal]:
    """The most of a day in g for each substance that has one."""
    limits = {one.code: _grams(one.most_daily) for one in dictionaries.substances(on) if one.most_daily}
    return MappingProxyType({code: most for code, most in limits.items() if most is not None})


@kept.worked_out
def contents_of(drug: dictionaries.Drug) -> Mapping[str, Fraction]:
    """Grams of each substance in one minimum unit: as its facts say, else its strength where it has one substance."""
    fact = dictionaries.prescribing_fact(drug.code)
    if fact is not None and fact.contents:
        pairs = (one.partition("=") for one in fact.contents.split(";"))
        read = {code: _grams(amount) for code, _equals, amount in pairs}
    elif len(drug.substances) == 1:
        read = {next(iter(drug.substances)): _grams(f"{drug.strength_dose} {drug.dose_unit}")}
    else:
        read = {}
    return MappingProxyType({code: Fraction(grams) for code, grams in read.items() if grams is not None})


def _grams(text: str) -> Decimal | None:
    """A mass as grams; None for what is no mass, such as ml, units or pieces."""
    try:
        dose = parse_dose(text)
    except Refused:
        return None
    return convert(Dose(dose.amount, dose.unit), "g").amount if convertible(dose.unit, "g") else None
