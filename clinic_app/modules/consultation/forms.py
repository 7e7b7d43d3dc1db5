"""What the doctor's pages post, parsed; meaning is the services' business."""

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from clinic_app.kernel.errors import Refused, Stale
from clinic_app.kernel.ids import NOTHING, read_id
from clinic_app.kernel.quantity import typed_number
from clinic_app.modules.consultation.queries import VITALS, WRITTEN
from clinic_app.modules.consultation.queries.working_out import TypedLine
from clinic_app.modules.consultation.rules.merging import mark

NOTE_FIELDS = (*WRITTEN, *VITALS)
LINE_FIELDS = (
    "drug", "drug_id", "dose", "frequency", "days", "route", "quantity", "most_per_day", "note", "reason", "weekdays",
    "long_term",
)  # fmt: skip
ITEM_FIELDS = ("item", "item_id", "item_quantity", "item_note")
SUBMITTED = ("request_rev", *NOTE_FIELDS, *LINE_FIELDS, *ITEM_FIELDS)
_TYPED = ("drug", "dose", "days", "quantity", "most_per_day", "note", "reason")

_AGE_UNITS = {
    "": "years", "岁": "years", "y": "years", "月": "months", "个月": "months", "m": "months", "天": "days",
    "d": "days",
}  # fmt: skip


def id_of(text: str) -> bytes:
    """A record id from a hidden field; what is none becomes an id that nothing has."""
    return read_id(text) or NOTHING


def rev_of(form: Mapping[str, str], name: str) -> int:
    """The revision a form was drawn with; a missing one is stale."""
    text = form.get(name, "")
    if not text.isdecimal() or len(text) > 9:
        raise Stale("consultation.sheet_changed")
    return int(text)


def note_fields(form: MultiDict[str, str]) -> dict[str, str]:
    """The texts and vitals that were posted."""
    return {name: form[name] for name in NOTE_FIELDS if name in form}


def drawn_with(form: MultiDict[str, str]) -> dict[str, str]:
    """The marks of the texts that the note's form was drawn with, by field; empty when there are none.

    A field that really took in what another window wrote says so itself (`taken`), for the page may have kept it.
    """
    marks = form.get("note_drawn", "").split(" ")
    if len(marks) != len(NOTE_FIELDS):
        return {}
    drawn = dict(zip(NOTE_FIELDS, marks, strict=True))
    for said in (*form.getlist("note_taken"), *form.getlist("note_mine")):
        since, _space, now = said.rpartition(" ")
        rev, _space, was = since.partition(" ")
        for name, before in drawn.items():
            if rev == form.get("note_rev") and was == f"{name} {before}":
                drawn[name] = now
                break
    return drawn


def taken(rev: int, name: str, before: str, text: str) -> str:
    """What a field posts after `text` was put in its place: it holds until the marks or the rev of the page go on."""
    return f"{rev} {name} {before} {mark(text)}"


def marks_of(texts: Mapping[str, str]) -> str:
    """What `drawn_with` reads back: one mark for each field of the note, in their order."""
    return " ".join(mark(texts[name]) for name in NOTE_FIELDS)


def diagnoses_seen(form: Mapping[str, str]) -> list[str]:
    """The marks of the diagnoses that a page showed, in their order; a form that does not say so is stale."""
    seen = form.get("dx_seen")
    if seen is None:
        raise Stale("consultation.diagnoses_changed", field="diagnosis")
    return seen.split()


def typed_line(form: Mapping[str, str]) -> TypedLine:
    return TypedLine(
        id_of(form.get("drug_id", "")), form.get("dose", ""), form.get("frequency", ""), form.get("days", ""),
        form.get("route", ""), form.get("quantity", ""), form.get("most_per_day", ""), form.get("note", ""),
        form.get("reason", ""), form.get("weekdays", ""), form.get("long_term") == "1",
    )  # fmt: skip


def refuse_unstored_row(form: Mapping[str, str]) -> None:
    """A row that was typed but not stored would be lost at signing (输了一半的药); a full one needs one Enter more."""
    refuse_unstored_item(form)
    if any(form.get(name, "").strip() for name in _TYPED):
        is_full = all(form.get(name, "").strip() for name in ("drug_id", "dose", "frequency", "days", "route"))
        raise Refused("consultation.row_not_stored", field="last_cell" if is_full else "drug")


def refuse_unstored_item(form: Mapping[str, str]) -> None:
    """The same for a request (输了一半的申请)."""
    if form.get("item", "").strip():
        raise Refused("consultation.item_not_stored", field="item")


def age_of(text: str) -> tuple[int, str]:
    """An age as said: `45`, `45岁`, `8月`, `20天`, `8m`, `20d` -> (8, "months").

    Refused `consultation.age_unreadable`; at most 130 years, 36 months, 90 days.
    """
    typed = typed_number(text).lower() if len(text) <= 12 else ""
    digits = typed.rstrip("岁月个天ymd ")
    found = _AGE_UNITS.get(typed[len(digits) :].strip())
    most = {"years": 130, "months": 36, "days": 90}
    if found is None or not digits.isdecimal() or len(digits) > 3 or int(digits) > most[found]:
        raise Refused("consultation.age_unreadable", field="age", value=text[:12])
    return int(digits), found
