"""Shares, averages and changes; without a denominator there is no figure, never zero (RP-09)."""

from collections.abc import Sequence

from clinic_app.kernel.money import round_half_up


def per_mille(part: int, whole: int) -> int | None:
    """A share in tenths of a percent, half up; None of nothing (RP-06, RP-07, RP-09)."""
    return round_half_up(part * 1000, whole) if whole > 0 else None


def average_fen(total_fen: int, count: int) -> int | None:
    """What one of them comes to, in fen, half up (RP-05); None of nothing."""
    return round_half_up(total_fen, count) if count > 0 else None


def change_per_mille(now: int | None, then: int | None) -> int | None:
    """How much more than then, in tenths of a percent; None where either is missing or then was nothing."""
    return round_half_up((now - then) * 1000, then) if now is not None and then else None


def mean_tenths(values: Sequence[int]) -> int | None:
    """The mean in tenths, half up: the forecast of an hour from the same weekdays before (RP-11)."""
    return round_half_up(sum(values) * 10, len(values)) if values else None
