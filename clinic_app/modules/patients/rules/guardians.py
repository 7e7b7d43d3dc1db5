"""Who consents for a child (监护人同意)."""

from collections.abc import Iterable

MAY_CONSENT = frozenset({"guardian", "mother", "father"})
"""Kinds of relatives who may consent in a child's place."""


def needs_guardian(years: int | None, *, under_years: int) -> bool:
    """Whether somebody else consents for this person: under the age that the parameter names, 14.

    An age nobody knows asks for none: care never waits for it.
    """
    return years is not None and years < under_years


def may_consent(kinds: Iterable[str]) -> bool:
    """Whether one of these relations lets a relative consent for a child."""
    return not MAY_CONSENT.isdisjoint(kinds)
