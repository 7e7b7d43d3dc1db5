"""Who consents for a child (监护人同意)."""

from collections.abc import Iterable
from datetime import date

from clinic_app.modules.patients.rules.age import Age

MAY_CONSENT = frozenset({"guardian", "mother", "father"})
"""Kinds of relatives who may consent in a child's place."""


def needs_guardian(born_on: str | None, on: date, *, under_years: int) -> bool:
    """Whether somebody else consents for this person: under the age that the parameter names, 14.

    A birth date nobody knows asks for none: care never waits for it.
    """
    if not born_on or born_on > on.isoformat():
        return False
    return Age.at(date.fromisoformat(born_on), on).years < under_years


def may_consent(kinds: Iterable[str]) -> bool:
    """Whether one of these relations lets a relative consent for a child."""
    return not MAY_CONSENT.isdisjoint(kinds)
