"""Everything that the rows of one visit are held against (用药检查), looked up once and only when a row needs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from clinic_app.kernel import parameters
from clinic_app.modules.consultation.queries import notes, rule_book, safety, states
from clinic_app.modules.consultation.queries.working_out import Situation, Worked, days_limit
from clinic_app.modules.consultation.rules.controlled import check_register
from clinic_app.modules.consultation.rules.interactions import Finding, Patient, Taken, findings, over_daily
from clinic_app.modules.consultation.rules.rights import Asked, Prescriber, check_right
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.people import queries as people
from clinic_app.modules.visits import queries as visits


@dataclass(frozen=True)
class Held:
    """A row as the rules see it: its drug and route, and worked out where it can be."""

    key: bytes
    drug: dictionaries.Drug
    route: str
    worked: Worked | None = None


class Setting:
    """A visit with its patient and prescriber on a day. Doors that nobody opens cost nothing."""

    def __init__(
        self, visit: visits.Visit, on: date, doctor_id: bytes | None, *, found: safety.Safety | None = None,
        note: notes.Note | None = None,
    ):
        self.visit, self.on, self.doctor_id = visit, on, doctor_id
        self._found, self._note = found, note
        self.days: dict[str, str] = {}
        self.drugs: dict[str, dictionaries.Drug] = {}

    @cached_property
    def found(self) -> safety.Safety:
        return self._found or safety.safety_of(self.visit.patient_id)

    @cached_property
    def note(self) -> notes.Note | None:
        return self._note or notes.note(self.visit.id)

    @cached_property
    def age_months(self) -> int | None:
        age = patients.age_at(self.found.born_on, self.on)
        return None if age is None else 12 * age.years + age.months

    @cached_property
    def is_child(self) -> bool:
        """Whether the patient may be a child; without a birth date that is not ruled out."""
        return not self.found.takes_usual_dose(self.on)

    @cached_property
    def _facts(self) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
        return states.facts_of(self.visit.id)

    @property
    def diagnoses(self) -> tuple[str, ...]:
        return self._facts[1]

    @property
    def answers(self) -> tuple[tuple[str, str], ...]:
        return self._facts[0]

    @cached_property
    def prescriber(self) -> Prescriber:
        held = people.qualification(self.doctor_id, self.on) if self.doctor_id else None
        if held is None:
            return Prescriber(None, False, "none")
        return Prescriber(held.doctor_level, held.narcotic, held.antimicrobial)

    def situation(self, drug: dictionaries.Drug | None = None) -> Situation:
        """What `work_out` needs of this patient; the register is asked only for a controlled drug."""
        limit, weight = days_limit(self.visit.kind, self.on), self.note.weight if self.note else ""
        months = self.age_months
        if drug is None or drug.controlled_class is None:
            return Situation(limit, self.is_child, months if self.is_child else None, weight if self.is_child else "")
        kind = "ordinary"
        if drug.controlled_class in ("narcotic", "psychotropic_1"):
            register = states.registered(states.pain_patient(self.visit.patient_id), self.on)
            check_register(register, self.on)
            kind = "pain" if register else "adhd" if self._has_adhd() else "ordinary"
        return Situation(limit, self.is_child, months, weight, kind)  # type: ignore[arg-type]

    def _has_adhd(self) -> bool:
        """A child with the diagnosis of this visit (RX-07, methylphenidate)."""
        below = parameters.value("consultation.adhd_below_years", self.on)
        wanted = tuple(parameters.value("consultation.adhd_diagnoses", self.on).split())
        is_young = self.age_months is not None and self.age_months < 12 * below
        return is_young and any(code.startswith(wanted) for code in self.diagnoses)

    def check_right(self, worked: Worked, reason: str) -> None:
        """Refused as `rules.rights.check_right` when the prescriber may not write this row (RX-16, RX-17)."""
        fact = dictionaries.prescribing_fact(worked.drug.code)
        row = Asked(
            dictionaries.named(worked.drug), worked.drug.controlled_class, worked.drug.antimicrobial_grade,
            bool(fact and fact.is_village_listed), worked.route in ("iv", "ivgtt"), worked.days, reason,
        )  # fmt: skip
        check_right(
            self.prescriber, row, is_emergency=self.visit.kind == "emergency",
            village_vein=parameters.value("consultation.village_vein_antimicrobials", self.on),
            overstep_days=parameters.value("consultation.overstep_days", self.on),
        )  # fmt: skip

    @cached_property
    def book(self) -> rule_book.Book:
        return rule_book.book_of(self.on, self.prescriber.level == "village")

    @cached_property
    def patient(self) -> Patient:
        low, high = map(Decimal, parameters.value("consultation.childbearing_years", self.on).split("-"))
        months = self.age_months
        fertile = self.found.sex == "2" and months is not None and low * 12 <= months < (high + 1) * 12
        allergens = {one for allergy in self.found.allergies for one in allergy.substances}
        return Patient(months, self.diagnoses, self.answers, fertile, frozenset(allergens))

    @cached_property
    def earlier(self) -> list[Taken]:
        """Courses that still run, one for each drug."""
        found = {}
        for one in states.running_courses(self.visit.patient_id, self.visit.id, self.on):
            drug = dictionaries.drug(one.drug_id)
            if drug is not None and self.is_systemic(one.route) and drug.code not in found:
                self.drugs[drug.code], self.days[drug.code] = drug, one.signed_on
                found[drug.code] = Taken(drug.code, drug.substances, "earlier")
        return list(found.values())

    def is_systemic(self, route: str) -> bool:
        """Whether what is given this way acts on the whole body; rules speak of nothing else."""
        return route not in self._local_routes

    @cached_property
    def _local_routes(self) -> list[str]:
        return parameters.value("consultation.local_routes", self.on).split()

    def check(self, rows: Sequence[Held], signed: Sequence[Held] = ()) -> dict[bytes, list[Finding]]:
        """What speaks against each row, by its key: rows before it, sheets of this visit, courses that still run."""
        sums = self._sums([*signed, *rows]) if rows else {}
        found: dict[bytes, list[Finding]] = {}
        before = [Taken(one.drug.code, one.drug.substances, "sheet") for one in signed if self.is_systemic(one.route)]
        self.drugs.update({one.drug.code: one.drug for one in signed})
        for row in rows:
            self.drugs[row.drug.code] = row.drug
            if not row.drug.substances or not self.is_systemic(row.route):
                continue
            mine, known = Taken(row.drug.code, row.drug.substances), {one.key for one in before}
            others = [*before, *(one for one in self.earlier if one.key not in known)]
            told = [*sums.get(row.drug.code, ()), *findings(mine, others, self.patient, self.book)]
            if told:
                found[row.key] = told
            before.append(mine)
        return found

    def _sums(self, rows: Sequence[Held]) -> Mapping[str, list[Finding]]:
        """Daily amounts in g of each substance over the rows (QT-01, RX-13)."""
        if len(rows) < 2:
            return {}
        taken: list[tuple[str, Mapping[str, Fraction]]] = []
        for row in rows:
            if row.worked is not None and self.is_systemic(row.route):
                units = row.worked.units_per_day
                amounts = {code: grams * units for code, grams in rule_book.contents_of(row.drug).items()}
                taken.append((row.drug.code, amounts))
        return over_daily(taken, rule_book.daily_limits(self.on))
