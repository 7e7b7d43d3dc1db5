"""Groups of a sheet (组): solvent and additives of one bottle have one route, frequency and number of days (IN-01)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from clinic_app.kernel.errors import Refused

_VOLUME = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)\s*ml", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Member:
    """One row as far as its bottle goes; `slip` is what its route prints, `volume_ml` what one container holds."""

    line_no: int
    name: str
    group_no: int | None
    route: str
    frequency: str
    days: int
    slip: str
    volume_ml: Decimal = Decimal(0)

    @property
    def given(self) -> tuple[str, str, int]:
        return self.route, self.frequency, self.days


def joined(members: Sequence[Member], line_no: int) -> dict[int, int | None]:
    """Line number to group number after the row joins the one above it, or leaves the group that it shares with it.

    Only rows that change are named. Refused `consultation.group_alone` or `.group_differs`.
    """
    at = next(place for place, one in enumerate(members) if one.line_no == line_no)
    this, above = members[at], members[at - 1] if at else None
    if above is None or this.slip not in ("injection", "infusion"):
        raise Refused("consultation.group_alone", drug=this.name)
    if this.group_no is not None and this.group_no == above.group_no:
        rest = [one for one in members if one.group_no == this.group_no and one is not this]
        alone = [rest[0].line_no] if len(rest) == 1 else []
        return dict.fromkeys([line_no, *alone])
    if this.given != above.given:
        raise Refused("consultation.group_differs", drug=this.name, other=above.name)
    if above.group_no is not None:
        return {line_no: above.group_no}
    group_no = max((one.group_no or 0 for one in members), default=0) + 1
    return {above.line_no: group_no, line_no: group_no}


def volume_of(strength: str) -> Decimal:
    """The ml of one container by its strength, `250ml:2.25g×1袋`; 0 where it begins with no volume."""
    found = _VOLUME.match(strength)
    return Decimal(found[1]) if found else Decimal(0)


def drips_without_fluid(members: Sequence[Member], least_ml: int) -> set[int]:
    """Line numbers of the infused rows whose bottle holds no container of at least `least_ml`: nothing carries them."""
    carried = {one.group_no for one in members if one.group_no is not None and one.volume_ml >= least_ml}
    return {
        one.line_no for one in members
        if one.slip == "infusion" and one.volume_ml < least_ml and one.group_no not in carried
    }  # fmt: skip


def check_groups(members: Sequence[Member]) -> None:
    """Refused `consultation.group_differs` for the first row that differs from its bottle."""
    firsts: dict[int, Member] = {}
    for one in members:
        if one.group_no is None:
            continue
        first = firsts.setdefault(one.group_no, one)
        if one.given != first.given:
            raise Refused("consultation.group_differs", field="frequency", drug=one.name, other=first.name)
