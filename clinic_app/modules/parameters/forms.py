"""What the form of a parameter says."""

from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from clinic_app.kernel.dates import typed_day


@dataclass(frozen=True, slots=True)
class ChangeForm:
    text: str
    valid_from: date | None
    source: str
    seen: str


def read(form: MultiDict[str, str], today: date) -> ChangeForm:
    """An empty first day means today; a day that cannot be read is refused at its field."""
    typed = form.get("valid_from", "").strip()
    day = typed_day(typed, today, field="valid_from") if typed else None
    return ChangeForm(form.get("value", ""), day, form.get("source", ""), form.get("seen", ""))
