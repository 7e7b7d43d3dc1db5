"""Records that may be the person at the desk (疑似重复档案), shown before a new one is saved."""

import json
from dataclasses import dataclass

from clinic_app.kernel import db
from clinic_app.kernel.quantity import half_width
from clinic_app.kernel.search import name_keys, normal, prefix_range
from clinic_app.modules.patients.queries.records import Patient
from clinic_app.modules.patients.queries.searching import Hit, covered, hit
from clinic_app.modules.patients.rules.resemblance import (
    Likeness,
    is_same_name,
    number_likeness,
    swapped_numbers,
    years_of_like_age,
)

CANDIDATES = 200
_AREA_AND_BIRTH = 14
# Estimated birth dates fall on the same days, so the names are compared before any record is read.
_NAMED = (
    " WHERE EXISTS (SELECT 1 FROM json_each(:keys) j JOIN name_key k ON k.key = j.value AND k.patient_id = p.id)"
    f" LIMIT {CANDIDATES}"
)
_BORN = f"SELECT p.id FROM (SELECT id FROM patient WHERE born_on = :value LIMIT 5000) p{_NAMED}"
_PHONE = f"SELECT p.id FROM (SELECT id FROM patient WHERE phone <> '' AND phone = :value LIMIT 5000) p{_NAMED}"
# Only who is written the same: among initials an age that was only said would name half the village.
_NAMESAKES = (
    "SELECT p.id FROM (SELECT patient_id FROM name_key WHERE key = :name LIMIT 2000) k"
    " JOIN patient p ON p.id = k.patient_id WHERE p.name_form = :name AND p.born_on BETWEEN :low AND :high"
    f" AND (:is_estimated OR p.is_birth_estimated) LIMIT {CANDIDATES}"
)
_NUMBER_RANGE = (
    "SELECT patient_id FROM patient_identifier WHERE value >= ? AND value < ? AND ended_at IS NULL AND kind = '01'"
    f" LIMIT {CANDIDATES}"
)
_NUMBERS = (
    "SELECT i.patient_id FROM json_each(?) j JOIN patient_identifier i ON i.value = j.value"
    " WHERE i.ended_at IS NULL AND i.kind = '01'"
)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A record that may be the same person, with what agrees."""

    hit: Hit
    likeness: Likeness
    is_address_same: bool


def possible_duplicates(
    *, name: str, born_on: str | None, is_birth_estimated: bool = False, identity_number: str = "", phone: str = "",
    address: str = "", but: bytes | None = None, limit: int = 5,
) -> list[Duplicate]:
    """Records with the same name and birth date, a like identity number (two places swapped), or same phone and name.

    Names are the same when they share a search key, so 王秀蘭 meets 王秀兰. Where a birth date is estimated, a namesake
    within two years is one too. `identity_number` may be as typed, even with a wrong check digit. Likeliest first;
    merged records are left out.
    """  # fmt: skip
    namesakes = _namesakes(normal(name), born_on, is_birth_estimated)
    number = "".join(half_width(identity_number).split()).upper()
    keys = {normal(name), *name_keys(name)} - {""}
    found = []
    for patient_id in (_candidates(keys, born_on, number, phone) | namesakes) - {but}:
        one = hit(patient_id)
        if one is None or one.merged_into is not None:
            continue
        likeness = Likeness(
            is_name_same=bool(keys) and is_same_name(keys, {normal(one.name), *name_keys(one.name)}),
            is_birth_same=born_on is not None and one.born_on == born_on,
            is_phone_same=bool(phone) and one.phone == phone,
            number=number_likeness(number, one.identity_number),
            is_namesake_of_like_age=patient_id in namesakes,
        )
        if likeness.is_suspect:
            same_address = bool(address.strip()) and normal(address) == normal(one.address)
            found.append(Duplicate(covered(one), likeness, same_address))
    found.sort(key=lambda one: (one.likeness.rank, one.hit.person_no))
    return found[:limit]


def differences(one: Patient, other: Patient) -> frozenset[str]:
    """What speaks against one person in two records: `sex`, `born_on`, `identity_number` known in both and unlike."""
    found = {
        name
        for name in ("born_on", "identity_number")
        if getattr(one, name) and getattr(other, name) and getattr(one, name) != getattr(other, name)
    }
    return frozenset(found | ({"sex"} if {one.sex, other.sex} == {"1", "2"} else set()))


def _namesakes(name: str, born_on: str | None, is_estimated: bool) -> set[bytes]:
    if not name or not born_on:
        return set()
    low, high = years_of_like_age(born_on)
    return {
        row[0]
        for row in db.rows(_NAMESAKES, {"name": name, "low": low, "high": high, "is_estimated": int(is_estimated)})
    }


def _candidates(keys: set[str], born_on: str | None, number: str, phone: str) -> set[bytes]:
    ids: set[bytes] = set()
    listed = json.dumps(sorted(keys))
    if born_on:
        ids.update(row[0] for row in db.rows(_BORN, {"value": born_on, "keys": listed}))
    if phone:
        ids.update(row[0] for row in db.rows(_PHONE, {"value": phone, "keys": listed}))
    if len(number) == 18 and number.isascii() and number.isalnum():
        ids.update(row[0] for row in db.rows(_NUMBER_RANGE, prefix_range(number[:_AREA_AND_BIRTH])))
        tried = ",".join(f'"{one}"' for one in (number, *swapped_numbers(number)))
        ids.update(row[0] for row in db.rows(_NUMBERS, (f"[{tried}]",)))
    return ids
