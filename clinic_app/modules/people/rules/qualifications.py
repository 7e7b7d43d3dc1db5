"""What a member of staff may do by certificate (资格), on which days (SF-01, SF-02, RX-15 to RX-17)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from clinic_app.kernel.errors import Refused

LEVELS = {
    "doctor": ("physician", "assistant", "village", "trainee"),
    "pharmacist": ("pharmacist", "assistant"),
    "nurse": ("registered",),
    "narcotic": ("granted",),
    "antimicrobial": ("non_restricted", "restricted", "special"),
}
"""Kinds of qualification with their levels; of `antimicrobial` each level covers those before it."""
LONGEST_DOCUMENT_NO = 40


@dataclass(frozen=True, slots=True)
class Held:
    """One certificate or right as recorded; valid from the first through the last day, both included."""

    kind: str
    level: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Qualification:
    """What somebody may do on a day; without a valid certificate nothing (SF-02).

    `doctor_level`: physician 执业医师, assistant 执业助理医师, village 乡村医生, trainee 试用期 (signs with another).
    `pharmacist_level`: pharmacist 药师 and above, assistant 药士. `narcotic`: may prescribe narcotics and
    psychotropics I. `antimicrobial`: none, or the highest grade that may be prescribed.
    """

    doctor_level: str | None = None
    pharmacist_level: str | None = None
    nurse: bool = False
    narcotic: bool = False
    antimicrobial: str = "none"


def on_day(held: Iterable[Held], on: date, grace_days: int = 0) -> Qualification:
    """What holds on a day; a certificate serves `grace_days` past its last day. The newest of a kind counts."""
    found: dict[str, Held] = {}
    for one in held:
        last = one.valid_to and one.valid_to + timedelta(days=grace_days)
        if one.valid_from <= on and (last is None or on <= last):
            known = found.get(one.kind)
            if known is None or known.valid_from < one.valid_from:
                found[one.kind] = one
    level = {kind: one.level for kind, one in found.items()}
    return Qualification(
        doctor_level=level.get("doctor"),
        pharmacist_level=level.get("pharmacist"),
        nurse="nurse" in level,
        narcotic="narcotic" in level,
        antimicrobial=level.get("antimicrobial", "none"),
    )


def is_due(one: Held, on: date, notice_days: int) -> bool:
    """Whether its renewal must be asked for now (SF-01): the last day is at most `notice_days` away, or past."""
    return one.valid_to is not None and (one.valid_to - on).days <= notice_days


def checked(kind: str, level: str, document_no: str, valid_from: date, valid_to: date | None) -> tuple[Held, str]:
    """A qualification to be recorded and its certificate number.

    Refused `people.qualification_unknown`, `people.qualification_days` (ends before it begins), `people.text_long`.
    """
    if level not in LEVELS.get(kind, ()):
        raise Refused("people.qualification_unknown", field="qualification")
    number = document_no.strip()
    if len(number) > LONGEST_DOCUMENT_NO:
        raise Refused("people.text_long", field="document_no", most=LONGEST_DOCUMENT_NO, have=len(number))
    if not number.isprintable():
        raise Refused("people.text_control", field="document_no")
    if valid_to is not None and valid_to < valid_from:
        raise Refused("people.qualification_days", field="valid_to", first=valid_from.isoformat())
    return Held(kind, level, valid_from, valid_to), number
