"""What speaks against a drug for this patient (过敏), and what could be given instead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db, parameters
from clinic_app.modules.consultation.rules.allergy import Allergy, Stop, allergy_stops
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.stock import queries as stock

_OF_GROUPS = (
    "SELECT DISTINCT d.id, g.group_code, d.form, d.code, d.minimum_age_years FROM json_each(:groups) j"
    " JOIN drug_allergy_group g ON g.group_code = j.value JOIN drug d ON d.id = g.drug_id"
    " WHERE d.is_disabled = 0 AND d.route = :route ORDER BY d.code"
)


@dataclass(frozen=True)
class Safety:
    """The allergies of one person, ready to be held against drugs. `state` unknown, none or known."""

    state: str
    allergies: tuple[Allergy, ...]
    notes: Mapping[tuple[str, str], str]
    parents: Mapping[str, str | None]
    born_on: str | None
    sex: str = ""

    def findings(self, drug: dictionaries.Drug, groups: Iterable[str]) -> list[Stop]:
        """Stops and amber lines for one drug, stops first."""
        if not self.allergies:
            return []
        return allergy_stops(frozenset(groups), drug.code, self.allergies, self.parents, drug.substances)

    def is_old_enough(self, drug: dictionaries.Drug, on: date) -> bool:
        """Whether the patient has the least age of a drug; not certain without a birth date, and then False."""
        return _is_old_enough(drug.minimum_age_years, self.born_on, on)

    def takes_usual_dose(self, on: date) -> bool:
        """Whether the patient is certainly no child: a usual dose is an adult's and is never stored unseen (QT-10)."""
        return _is_old_enough(parameters.value("consultation.paediatric_below_years", on), self.born_on, on)

    def with_all_above(self, groups: Iterable[str]) -> list[str]:
        """The groups and every group above them, sorted: what a signed line keeps of the dictionary."""
        found: set[str] = set()
        for group in groups:
            above: str | None = group
            while above is not None and above not in found:
                found.add(above)
                above = self.parents.get(above)
        return sorted(found)


def safety_of(patient_id: bytes) -> Safety:
    """The allergies of the person, those of linked records too."""
    person = patients.patient(patient_id)
    known = patients.allergies_of(patient_id)
    state = "known" if known else person.allergy_state if person else "unknown"
    allergies = tuple(
        Allergy(one.kind, one.code or one.text, one.text, *(_contents_of(one.code) if one.kind == "drug" else ()))
        for one in known
    )
    notes = {(one.kind, one.code or one.text): one.note for one in known if one.note}
    parents = dictionaries.group_parents()
    return Safety(state, allergies, notes, parents, person.born_on if person else None, person.sex if person else "")


def _contents_of(drug_code: str) -> tuple[frozenset[str], ...]:
    """Groups and substances of the drug that an allergy names."""
    drug = dictionaries.drug_by_code(drug_code)
    return (dictionaries.groups_of_drug(drug.id), drug.substances) if drug else ()


def replacement_of(drug_id: bytes, safety: Safety, on: date) -> dictionaries.Drug | None:
    """What may be given instead of the drug of a row, or None."""
    drug = dictionaries.drug(drug_id)
    return replacement_for(drug, dictionaries.groups_of_drug(drug_id), safety, on) if drug else None


def replacement_for(
    drug: dictionaries.Drug, groups: frozenset[str], safety: Safety, on: date
) -> dictionaries.Drug | None:
    """A drug of the same use and route that is in stock and that no allergy speaks against, or None.

    Groups of one use stand together in the parameter `consultation.same_use_groups`; nothing is suggested beyond them.
    """
    families = [family.split() for family in parameters.value("consultation.same_use_groups", on).split(";")]
    family = next((one for one in families if groups & set(one)), [])
    listed = "[" + ",".join(f'"{code}"' for code in family if code not in groups) + "]"
    found = db.rows(_OF_GROUPS, {"groups": listed, "route": drug.route})
    candidates = [row for row in found if _is_old_enough(row[4], safety.born_on, on)]
    candidates.sort(key=lambda row: (family.index(row[1]), row[2] != drug.form))
    available = stock.available_of([row[0] for row in candidates], on) if candidates else {}
    for drug_id, *_ in candidates:
        other = dictionaries.drug(drug_id) if available.get(drug_id, 0) > 0 else None
        if other is None or dictionaries.price_on(drug_id, on) is None:
            continue
        if not safety.findings(other, dictionaries.groups_of_drug(drug_id)):
            return other
    return None


def _is_old_enough(minimum_years: int | None, born_on: str | None, on: date) -> bool:
    if minimum_years is None:
        return True
    years = patients.completed_years(born_on, on)
    return years is not None and years >= minimum_years
