"""Certificates (诊断证明、病休证明) and referral letters (转诊单): what each must say."""

from collections.abc import Mapping
from datetime import date, timedelta

from clinic_app.kernel.errors import Invalid, Refused

KINDS = ("diagnosis", "sick_leave", "referral")
FIELDS = {
    "diagnosis": ("opinion",),
    "sick_leave": ("opinion", "leave_from", "leave_days"),
    "referral": ("direction", "to_clinic", "to_department", "reason", "summary", "treatment"),
}
"""What the doctor writes for each kind; the rest comes from the signed note."""
_NEEDED = {
    "opinion": "consultation.opinion_missing",
    "to_clinic": "consultation.to_clinic_missing",
    "reason": "consultation.referral_reason_missing",
    "summary": "consultation.summary_missing",
}


def checked(kind: str, typed: Mapping[str, str], on: date, most_days: int) -> dict[str, str]:
    """The fields of one kind, ready to be signed; a sick leave says its last day (`leave_to`), both days included.

    Invalid names each wrong field: missing ones, a leave that begins after today or more than `most_days` ago, or that
    is longer than `most_days`.
    """
    made = {name: typed.get(name, "").strip() for name in FIELDS[kind]}
    wrong = {name: Refused(code, field=name) for name, code in _NEEDED.items() if name in made and not made[name]}
    if kind == "referral" and made["direction"] not in ("up", "down"):
        wrong["direction"] = Refused("consultation.direction_missing", field="direction")
    if kind == "sick_leave":
        first, days = _day(made["leave_from"]), _count(made["leave_days"])
        if first is None or not on - timedelta(days=most_days) <= first <= on + timedelta(days=1):
            wrong["leave_from"] = Refused("consultation.leave_from_wrong", field="leave_from", value=made["leave_from"])
        if days is None or not 1 <= days <= most_days:
            wrong["leave_days"] = Refused(
                "consultation.leave_days_wrong", field="leave_days", value=made["leave_days"], most=most_days
            )
        if not wrong and first is not None and days is not None:
            made |= {"leave_days": str(days), "leave_to": (first + timedelta(days=days - 1)).isoformat()}
    if wrong:
        raise Invalid(wrong)
    return made


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else None
