"""The general treatment fee (一般诊疗费): once in a course of treatment (VS-06)."""

from datetime import date


def is_covered(fee_on: date | None, on: date, course_days: int) -> bool:
    """Whether the fee taken on `fee_on` holds on `on`: its own day and the `course_days` - 1 after it.

    With `course_days` 0 every registration is charged.
    """
    return fee_on is not None and 0 <= (on - fee_on).days < course_days
