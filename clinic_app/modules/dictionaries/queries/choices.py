"""What a field of an entry may be picked from, and what a typed text finds in any list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clinic_app.kernel.search import normal, spelled, spelled_term, term_keys
from clinic_app.modules.dictionaries.queries import items, stored
from clinic_app.modules.dictionaries.queries.drugs import drugs_matching
from clinic_app.modules.dictionaries.queries.naming import either, strength

LONG = ("drugs", "services", "diagnoses")
SHORT = 40
"""Lists up to this length are shown whole, longer ones are searched."""


@dataclass(frozen=True, slots=True)
class Pick:
    """One entry as a suggestion: `detail` stands small behind the name."""

    code: str
    name: str
    name_en: str
    is_disabled: bool
    detail: str = ""

    @property
    def told(self) -> str:
        return either(self.name, self.name_en)


def picks_matching(kind: str, text: str, on: date, limit: int = 8) -> list[Pick]:
    """Entries of any list by name, pinyin initials, spelling, English name or code; disabled ones last."""
    if not normal(text):
        return []
    if kind == "drugs":
        found = drugs_matching(text, on, limit)
        return [Pick(one.code, one.name, one.name_en, bool(one.is_disabled), strength(one)) for one in found]
    if kind == "services":
        services = items.services_matching(text, on, limit)
        return [Pick(one.code, one.name, one.name_en, bool(one.is_disabled), one.code) for one in services]
    if kind == "diagnoses":
        return [Pick(one.code, one.name, one.name_en, False, one.code) for one in items.diagnoses_matching(text, limit)]
    ranked = [(rank, one) for one in _short(kind) if (rank := _rank(one, text)) is not None]
    ranked.sort(key=lambda found: (found[1].is_disabled, found[0]))
    return [one for _, one in ranked[:limit]]


def all_of(kind: str) -> list[Pick]:
    """The offered entries of a short list, in its order; empty for a list that is searched."""
    if kind in LONG:
        return []
    found = [one for one in _short(kind) if not one.is_disabled]
    return found if len(found) <= SHORT else []


def pick_of(kind: str, code: str) -> Pick | None:
    """One entry by its code, disabled or not."""
    return next((one for one in _short(kind, code) if one.code == code), None)


def _short(kind: str, code: str = "") -> Iterable[Pick]:
    rows = [stored.stored_row(kind, code, date.min)] if code else list(stored.stored_rows(kind, date.min).values())
    return [Pick(row["code"], *_name_of(row), bool(row.get("is_disabled")), row["code"]) for row in rows if row]


def _name_of(row: dict[str, object]) -> tuple[str, str]:
    return str(row.get("name", row["code"])), str(row.get("name_en", row["code"]))


def _rank(one: Pick, text: str) -> int | None:
    """0 whole, 1 begins so, 2 somewhere inside; None for no match."""
    typed, letters = normal(text), spelled(text)
    whole = {normal(one.name), normal(one.name_en), normal(one.code), *term_keys(one.name)}
    parts = spelled_term(one.name)
    if typed in whole or (letters and letters in parts[:1]):
        return 0
    if any(key.startswith(typed) for key in whole) or (letters and parts and parts[0].startswith(letters)):
        return 1
    if any(typed in key for key in whole) or (letters and any(key.startswith(letters) for key in parts)):
        return 2
    return None
