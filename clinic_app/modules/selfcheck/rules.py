"""Rules of the self-check (自检)."""

from collections.abc import Iterable
from datetime import date

STATES = ("ok", "notice", "warning", "fault")
SETTLING_MS = 86_400_000


def worst(states: Iterable[str]) -> str:
    """The gravest state; ok where there is none."""
    return max(states, key=STATES.index, default="ok")


def has_settled(created_at: int, now: int) -> bool:
    """Whether a clinic has had a day to add its desks and make its first backup; both in ms UTC."""
    return now - created_at >= SETTLING_MS


def month_of(day: date) -> str:
    """The month that a report belongs to: 2026-11."""
    return f"{day:%Y-%m}"
