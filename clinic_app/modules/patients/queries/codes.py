"""Code lists of a person's data (ID-12, ID-13) and the texts people consent to: dated rows of `data/`."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from clinic_app.kernel import i18n
from clinic_app.modules.patients.rules.codes import Code, valid_on

_DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """What somebody agrees to, in one version."""

    purpose: str
    version: int
    text: str
    text_en: str
    valid_from: str
    valid_to: str
    is_reviewed: bool


def codes(name: str, on: date) -> tuple[Code, ...]:
    """The rows of a list that hold on a day; the lists are named in `data/codes.csv`."""
    return valid_on(_lists()[name], on)


def choices(name: str, on: date) -> list[tuple[str, str]]:
    """Code and name of each row, in the language of the request, for a form."""
    is_source = i18n.current() == i18n.SOURCE
    return [(one.code, one.name if is_source else one.name_en) for one in codes(name, on)]


def code_name(name: str, code: str, *, in_source: bool = False) -> str:
    """The name of a code, also of one that no longer holds; empty for none."""
    found = next((one for one in _lists()[name] if one.code == code), None)
    if found is None:
        return ""
    return found.name if in_source or i18n.current() == i18n.SOURCE else found.name_en


def consent_text(purpose: str, on: date) -> ConsentText | None:
    """The newest version of a consent that holds on a day."""
    day = on.isoformat()
    held = [
        one for one in _consents()
        if one.purpose == purpose and one.valid_from <= day and (not one.valid_to or day <= one.valid_to)
    ]  # fmt: skip
    return max(held, key=lambda one: one.version, default=None)


@lru_cache(maxsize=1)
def _lists() -> dict[str, tuple[Code, ...]]:
    found: dict[str, list[Code]] = {}
    for row in _rows("codes"):
        found.setdefault(row["list"], []).append(
            Code(row["code"], row["name"], row["name_en"], row["valid_from"], row["valid_to"], row["source"],
                 row["reviewed"] == "yes")
        )  # fmt: skip
    return {name: tuple(rows) for name, rows in found.items()}


@lru_cache(maxsize=1)
def _consents() -> tuple[ConsentText, ...]:
    return tuple(
        ConsentText(row["purpose"], int(row["version"]), row["text"], row["text_en"], row["valid_from"],
                    row["valid_to"], row["reviewed"] == "yes")
        for row in _rows("consent_texts")
    )  # fmt: skip


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
