"""What the pages of the checks send: a narrowed trail, a typed moment."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from clinic_app.kernel.search import normal

LARGEST_ROW = 2**62


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """`action` matches by its beginning, `staff_no` one person, `before` a row number."""

    action: str
    staff_no: str
    before: int


@dataclass(frozen=True, slots=True)
class ClockForm:
    moment: str = ""
    again: str = ""


def trail_filter(args: MultiDict[str, str]) -> TrailFilter:
    before = args.get("before", "")
    is_number = before.isascii() and before.isdigit() and 0 < int(before[:19]) < LARGEST_ROW
    return TrailFilter(
        normal(args.get("action", "")[:60]), args.get("staff_no", "").strip()[:20],
        int(before[:19]) if is_number else LARGEST_ROW,
    )  # fmt: skip


def clock_form(form: MultiDict[str, str]) -> ClockForm:
    return ClockForm(form.get("moment", "")[:40], form.get("again", "")[:40])
