"""What the general treatment fee includes (一般诊疗费内含项目), VS-07."""

from collections.abc import Collection


def included(asked: Collection[str], components: Collection[str]) -> list[str]:
    """The asked item codes that the fee of the same day pays already; `components` is empty on a day without it."""
    return [code for code in asked if code in components]
