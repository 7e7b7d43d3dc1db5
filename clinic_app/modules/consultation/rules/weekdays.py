"""The weekdays of a weekly frequency (QT-05): as typed, as kept, and the usual ones when nothing was typed."""

from datetime import date

from clinic_app.kernel.errors import Refused
from clinic_app.kernel.quantity import excerpt, half_width
from clinic_app.modules.consultation.rules.quantity import Frequency

DAYS = 7
_SPELLINGS = {**{str(day): str(day) for day in range(1, 8)}, **dict(zip("一二三四五六日天", "12345677", strict=True))}
_BETWEEN = frozenset(" ,，、.;；/-周星期")


def takes_weekdays(frequency: Frequency) -> bool:
    """Whether days of the week are chosen for it: some, but not all, of a week."""
    return frequency.cycle_days == DAYS and 0 < frequency.times < DAYS


def weekdays_of(typed: str, frequency: Frequency, starts_on: date) -> str:
    """The chosen ISO weekdays in order, `14` for Monday and Thursday; empty for a frequency that has none.

    Typed as `14`, `1 4`, `周一、周四` or `一四`. Nothing typed: spread over the week with the first dose on day 1.
    Refused `consultation.weekdays_unreadable`; too many or too few are refused by `quantity.required`.
    """
    if not takes_weekdays(frequency):
        return ""
    signs = [sign for sign in half_width(typed) if sign not in _BETWEEN]
    if not signs:
        first = starts_on.isoweekday() - 1
        after = (place * DAYS // frequency.times for place in range(frequency.times))
        return "".join(sorted(str((first + days) % DAYS + 1) for days in after))
    if any(sign not in _SPELLINGS for sign in signs):
        raise Refused("consultation.weekdays_unreadable", field="weekdays", value=excerpt(typed))
    return "".join(sorted({_SPELLINGS[sign] for sign in signs}))
