"""Who may sign which step at the window, and when two must (RX-09, RX-15, PH-16)."""

from collections.abc import Iterable

from clinic_app.kernel.errors import Refused

REGISTERED = frozenset({"narcotic", "psychotropic_1"})
TWICE_SIGNED = REGISTERED | {"toxic"}
_LEVELS = {"prepare": ("assistant", "pharmacist"), "review": ("pharmacist",), "check": ("pharmacist",)}


def check_grade(step: str, level: str | None, *, who: str) -> None:
    """Refused unless the grade suffices: reviewer and checker pharmacist or above, preparer assistant or above."""
    if level in _LEVELS[step]:
        return
    if level is None:
        raise Refused("pharmacy.no_grade", who=who)
    raise Refused("pharmacy.pharmacist_only", who=who)


def needs_two(controlled_classes: Iterable[str | None], *, is_single_sign: bool) -> bool:
    """Whether another than the preparer must check: always for narcotic, psychotropic I and toxic drugs."""
    return not is_single_sign or not TWICE_SIGNED.isdisjoint(controlled_classes)
