"""Reads of the patients (患者); the subject's face for others together with `services`."""

from clinic_app.modules.patients.queries.banner import Banner, age_text, banner, sex_text
from clinic_app.modules.patients.queries.duplicates import Duplicate, differences, possible_duplicates
from clinic_app.modules.patients.queries.links import (
    Link,
    link,
    link_rows,
    open_link_from,
    same_person,
    survivor,
    tiles,
    waiting_links,
)
from clinic_app.modules.patients.queries.records import (
    Allergy,
    Holder,
    Identifier,
    LinkedAllergy,
    Patient,
    allergies_linked,
    allergies_of,
    allergies_recorded,
    allergy_name,
    holder_of,
    identifiers_of,
    names,
    patient,
)
from clinic_app.modules.patients.queries.searching import Hit, hit, scanned, search
from clinic_app.modules.patients.rules.masking import mask_identity_number, mask_name

__all__ = [
    "Allergy",
    "Banner",
    "Duplicate",
    "Hit",
    "Holder",
    "Identifier",
    "Link",
    "LinkedAllergy",
    "Patient",
    "age_text",
    "allergies_linked",
    "allergies_of",
    "allergies_recorded",
    "allergy_name",
    "banner",
    "differences",
    "hit",
    "holder_of",
    "identifiers_of",
    "link",
    "link_rows",
    "mask_identity_number",
    "mask_name",
    "names",
    "open_link_from",
    "patient",
    "possible_duplicates",
    "same_person",
    "scanned",
    "search",
    "sex_text",
    "survivor",
    "tiles",
    "waiting_links",
]  # fmt: skip
