"""What speaks against a drug beside other drugs, diagnoses, states and ages (用药安全): stop, look or quiet.

A stop blocks until the doctor takes it away or keeps it with a reason; a look is one amber line; a quiet one is told on
asking. Rules are data; here they are only held against a row.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Tier = Literal["stop", "look", "quiet"]
PAIRED = frozenset({"pair", "herbal"})
STATES = {"pregnancy": "pregnant", "lactation": "nursing", "renal": "weak"}
"""Kind of rule to the answer that makes it hold."""
QUESTION = {"pregnancy": "childbearing", "lactation": "childbearing", "renal": "kidneys"}
"""Kind of rule to the question that it needs answered."""
_LOWER: Mapping[str, Tier] = {"stop": "look", "look": "quiet", "quiet": "quiet"}
_ORDER = {"stop": 0, "look": 1, "quiet": 2}


@dataclass(frozen=True)
class Rule:
    """One rule with classes already taken apart: `subject` and `object` are substances, or beginnings of codes."""

    code: str
    kind: str
    subject: frozenset[str]
    object: frozenset[str]
    tier: Tier
    age_from_months: int | None = None
    age_to_months: int | None = None


@dataclass(frozen=True)
class Taken:
    """A drug that the patient takes or will take: `key` tells it from others, `where` row, sheet or earlier."""

    key: str
    substances: frozenset[str]
    where: Literal["row", "sheet", "earlier"] = "row"


@dataclass(frozen=True)
class Patient:
    """What rules ask of the patient; `answers` by question, one not asked yet is missing. Ages in completed months."""

    age_months: int | None
    diagnoses: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    may_be_pregnant: bool = False
    allergens: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Finding:
    """One thing that speaks against a row: `rule` its code, `other` the key of the drug beside it or empty.

    `asks` names a question that was not answered yet: then nothing is known, and nothing is guessed.
    """

    rule: str
    kind: str
    tier: Tier
    other: str = ""
    told: str = ""
    asks: str = ""

    @property
    def code(self) -> str:
        """What a kept reason belongs to: never another rule, drug or amount."""
        return ":".join(part for part in (self.rule, self.told or self.other) if part)


class Book:
    """The rules of a day, found by a substance; built once and held against many rows."""

    def __init__(
        self, rules: Iterable[Rule], duplicates: Mapping[str, frozenset[str]] | None = None,
        may_repeat: Collection[str] = (),
    ):
        self.duplicates, self.may_repeat = dict(duplicates or {}), frozenset(may_repeat)
        self._of: dict[str, list[tuple[Rule, frozenset[str]]]] = {}
        for rule in rules:
            sides = [(rule.subject, rule.object)]
            if rule.kind in PAIRED:
                sides.append((rule.object, rule.subject))
            for mine, theirs in sides:
                for substance in mine:
                    self._of.setdefault(substance, []).append((rule, theirs))

    def about(self, substances: Iterable[str]) -> list[tuple[Rule, frozenset[str]]]:
        """The rules that speak of any of the substances, each once, with what it is held against."""
        found: dict[tuple[str, frozenset[str]], tuple[Rule, frozenset[str]]] = {}
        for substance in substances:
            for rule, theirs in self._of.get(substance, ()):
                found[rule.code, theirs] = (rule, theirs)
        return list(found.values())


def findings(row: Taken, others: Sequence[Taken], patient: Patient, book: Book) -> list[Finding]:
    """What speaks against a row, stops first. A pair is told at the later of two rows, once (`others` stand before)."""
    found: list[Finding] = []
    for rule, theirs in book.about(sorted(row.substances)):
        if rule.kind in PAIRED:
            found += [
                Finding(rule.code, rule.kind, rule.tier, other.key)
                for other in others if other.key != row.key and not theirs.isdisjoint(other.substances)
            ]  # fmt: skip
        elif (one := _about_patient(rule, theirs, patient)) is not None:
            found.append(one)
    found += duplicates(row, others, book)
    return sorted(_once(found), key=lambda one: _ORDER[one.tier])


def _about_patient(rule: Rule, theirs: frozenset[str], patient: Patient) -> Finding | None:
    if rule.kind == "diagnosis":
        hit = next((code for code in patient.diagnoses if code.startswith(tuple(theirs))), None)
        return Finding(rule.code, rule.kind, rule.tier, told=hit) if hit else None
    if rule.kind == "cross_allergy":
        hit = next(iter(sorted(theirs & patient.allergens)), None)
        return Finding(rule.code, rule.kind, rule.tier, told=hit) if hit else None
    if rule.kind == "age":
        return Finding(rule.code, rule.kind, rule.tier) if _is_of_age(rule, patient.age_months) else None
    return _about_state(rule, patient)


def _is_of_age(rule: Rule, months: int | None) -> bool:
    """An unknown age is told for nobody: the age limit of the drug itself says so already."""
    if months is None:
        return False
    return (rule.age_from_months is None or months >= rule.age_from_months) and (
        rule.age_to_months is None or months <= rule.age_to_months
    )


def _about_state(rule: Rule, patient: Patient) -> Finding | None:
    question = QUESTION[rule.kind]
    if question == "childbearing" and not patient.may_be_pregnant:
        return None
    answer = dict(patient.answers).get(question, "")
    if not answer:
        return Finding(rule.code, rule.kind, rule.tier, asks=question)
    if answer == "unclear":
        return Finding(rule.code, rule.kind, _LOWER[rule.tier], told=answer)
    return Finding(rule.code, rule.kind, rule.tier) if answer == STATES[rule.kind] else None


def duplicates(row: Taken, others: Sequence[Taken], book: Book) -> list[Finding]:
    """The same substance, else two of one class, in another row, sheet or running course (重复用药): amber lines."""
    found = []
    for other in others:
        same = sorted((row.substances & other.substances) - book.may_repeat)
        if same:
            found.append(Finding("same_substance", "duplicate", "look", told=f"{other.key}/{same[0]}"))
            continue
        for code, members in book.duplicates.items():
            if not members.isdisjoint(row.substances) and not members.isdisjoint(other.substances):
                found.append(Finding("same_class", "duplicate", "look", told=f"{other.key}/{code}"))
                break
    return found


def _once(found: list[Finding]) -> list[Finding]:
    return list({one.code: one for one in reversed(found)}.values())[::-1]


def for_village(rule: Rule, tier: Tier | None) -> Rule:
    """The rule in the tier of a village doctor where that differs."""
    return rule if tier is None else replace(rule, tier=tier)


def over_daily(
    taken: Sequence[tuple[str, Mapping[str, Fraction]]], limits: Mapping[str, Decimal]
) -> dict[str, list[Finding]]:
    """Rows whose substances together pass the most of a day (同成分合计), by row; amounts and limits in one unit.

    Told at the last row with the substance. A substance of one row alone is that row's own dose limit (RX-13).
    """
    rows: dict[str, list[tuple[str, Fraction]]] = {}
    for key, amounts in taken:
        for substance, amount in amounts.items():
            rows.setdefault(substance, []).append((key, amount))
    found: dict[str, list[Finding]] = {}
    for substance, parts in rows.items():
        most, total = limits.get(substance), sum((amount for _key, amount in parts), Fraction(0))
        if most is None or len(parts) < 2 or total <= Fraction(most):
            continue
        told = f"{substance}={_written(total)}/{most.normalize():f}"
        found.setdefault(parts[-1][0], []).append(Finding("daily_sum", "sum", "stop", told=told))
    return found


def _written(amount: Fraction) -> str:
    return f"{(Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(Decimal('0.0001')).normalize():f}"
