"""What the general treatment fee includes (一般诊疗费内含项目), VS-07."""

from collections.abc import Collection


def included(asked: Collection[str], components: Collection[str], has_fee_today: bool) -> list[str]:
    """The asked item codes that the fee of the same day pays already; none on a day without the fee."""
    return [code for code in asked if has_fee_today and code in components]
