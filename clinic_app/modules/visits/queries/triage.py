"""Triage (预检分诊): the questions, what was found, the room for fever."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clinic_app.kernel import db, i18n, parameters
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.visits.rules.triage import degrees

QUESTIONS = "triage_questions"
"""Under which the versions of the questions are kept."""
_EVERY = "SELECT code, text, text_en, is_reviewed, source, is_disabled FROM triage_question"


@dataclass(frozen=True, slots=True)
class Question:
    """A question about exposure (流行病学史); unreviewed ones say so on screen."""

    code: str
    text: str
    text_en: str
    is_reviewed: int
    source: str = ""
    is_disabled: int = 0

    @property
    def shown(self) -> str:
        return self.text_en if i18n.current() == "en" and self.text_en else self.text


@dataclass(frozen=True, slots=True)
class Triage:
    """The newest triage of a visit; `exposures` are codes with a space between."""

    visit_id: bytes
    level: int
    temperature_tenths: int | None
    exposures: str
    triaged_at: int

    @property
    def temperature(self) -> str:
        """`38.2`, or nothing."""
        return degrees(self.temperature_tenths)

    def has_fever(self, fever_tenths: int) -> bool:
        return self.temperature_tenths is not None and self.temperature_tenths >= fever_tenths


def triage_questions() -> list[Question]:
    return db.read(
        Question, "SELECT code, text, text_en, is_reviewed FROM triage_question WHERE is_disabled = 0 ORDER BY position"
    )


def all_questions() -> list[Question]:
    """Those that are asked and those that no longer are."""
    return db.read(Question, f"{_EVERY} ORDER BY is_disabled, position")


def question(code: str) -> Question | None:
    return db.read_one(Question, f"{_EVERY} WHERE code = ?", (code,))


def triage_of(visit_ids: Iterable[bytes]) -> dict[bytes, Triage]:
    """The newest triage of each of these visits; those without one are left out."""
    ids = list(visit_ids)
    marks = ", ".join("?" * len(ids))
    found = db.read(
        Triage,
        "SELECT visit_id, level, temperature_tenths, exposures, triaged_at FROM triage"
        f" WHERE visit_id IN ({marks}) ORDER BY id",
        ids,
    )
    return {one.visit_id: one for one in found}


def fever_room(on: date) -> desks.Room | None:
    """The room of fever patients (发热诊室); None where the clinic has none open."""
    code = parameters.value("visits.fever_room", on)
    return next((room for room in desks.rooms() if code and room.code == code and room.is_open), None)
