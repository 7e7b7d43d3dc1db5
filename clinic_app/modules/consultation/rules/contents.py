"""What a note must hold before it is signed (病历内容), by the kind of visit and by its template."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime

from clinic_app.kernel.errors import Refused

MISSING = {
    "attended": "consultation.attended_missing",
    "chief_complaint": "consultation.complaint_missing",
    "onset": "consultation.onset_missing",
    "present_illness": "consultation.present_illness_missing",
    "past_history": "consultation.past_history_missing",
    "personal_history": "consultation.personal_history_missing",
    "family_history": "consultation.family_history_missing",
    "menstrual_history": "consultation.menstrual_history_missing",
    "examination": "consultation.examination_missing",
    "results": "consultation.results_missing",
    "plan": "consultation.plan_missing",
    "temperature": "consultation.temperature_missing",
    "pulse": "consultation.pulse_missing",
    "respiration": "consultation.respiration_missing",
    "blood_pressure": "consultation.blood_pressure_missing",
    "spo2": "consultation.spo2_missing",
    "weight": "consultation.weight_missing",
    "glucose": "consultation.glucose_missing",
    "diagnosis": "consultation.no_diagnosis",
}
"""Everything that a note can be asked for, in the order of the page, with the refusal that names it."""
BLANK = re.compile(r"_{3,}|＿{2,}")
"""A place that a template leaves to be filled."""
_CONTENTS = {"return": "return", "chronic": "return", "emergency": "emergency"}


def contents_of(visit_kind: str) -> str:
    """Whether a visit is written as `first`, `return` or `emergency` (OR-02 to OR-04)."""
    return _CONTENTS.get(visit_kind, "first")


def missing(
    fields: Mapping[str, str], required: Collection[str], now: str, *, diagnoses: int, is_emergency: bool
) -> dict[str, Refused]:
    """One refusal for each required field that is empty or still has a blank of its template (OR-02, OR-03).

    `required` are names of `MISSING`; complaint, time and diagnosis are always asked for. `now` as for `wrong_time`.
    """
    found: dict[str, Refused] = {}
    for name, code in MISSING.items():
        wanted = name in required or name in ("attended", "chief_complaint", "diagnosis")
        text = fields.get(name, "")
        empty = not diagnoses if name == "diagnosis" else not text.strip()
        if wanted and empty:
            found[name] = Refused(code, field=name)
        elif BLANK.search(text):
            found[name] = Refused("consultation.blank_left", field=name, text=_around(text))
    if "attended" not in found:
        wrong = wrong_time(fields["attended"], now, is_emergency=is_emergency)
        found = {"attended": wrong, **found} if wrong else found
    return found


def wrong_time(text: str, now: str, *, is_emergency: bool) -> Refused | None:
    """Why a time of attendance cannot stand: `2024-03-05` or `2024-03-05 02:47`, an emergency to the minute (OR-04).

    `now` is the present minute in the same form; nobody is seen later than that.
    """
    said = text.strip()
    has_minute = _is_minute(said)
    if not has_minute and not _is_day(said):
        return Refused("consultation.attended_unreadable", field="attended", value=said)
    if is_emergency and not has_minute:
        return Refused("consultation.attended_to_the_minute", field="attended", value=said)
    if said > now:
        return Refused("consultation.attended_later_than_now", field="attended", value=said)
    return None


def _is_minute(text: str) -> bool:
    try:
        return f"{datetime.strptime(text, '%Y-%m-%d %H:%M'):%Y-%m-%d %H:%M}" == text
    except ValueError:
        return False


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _around(text: str) -> str:
    """The blank with the words before and after it."""
    hit = BLANK.search(text)
    assert hit is not None  # asked only for a text that has one
    return text[max(0, hit.start() - 8) : hit.end() + 8].strip()
