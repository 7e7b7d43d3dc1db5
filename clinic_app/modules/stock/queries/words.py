"""Amounts of a drug in the reader's language: `3盒5粒`, `3 boxes 5 capsules` (QT-08)."""

from typing import Protocol

from clinic_app.kernel import i18n
from clinic_app.kernel.quantity import packs, packs_text


class Packed(Protocol):
    pack_size: int
    pack_unit: str
    min_unit: str
    pack_unit_en: str
    min_unit_en: str


class Named(Protocol):
    name: str
    name_en: str


def named(drug: Named) -> str:
    """The drug's name in the reader's language."""
    return drug.name if i18n.current() == i18n.SOURCE or not drug.name_en else drug.name_en


def amount(drug: Packed, quantity: int) -> str:
    """Minimum units of a drug as packs and a rest."""
    split = packs(quantity, drug.pack_size, drug.pack_unit, drug.min_unit)
    if i18n.current() == i18n.SOURCE:
        return packs_text(split)
    parts = [(split.packs, drug.pack_unit_en), (split.loose, drug.min_unit_en)]
    return (
        " ".join(f"{count} {_plural(unit, count)}" for count, unit in parts if count)
        or f"0 {_plural(drug.min_unit_en, 0)}"
    )


def _plural(word: str, count: int) -> str:
    if count == 1:
        return word
    return f"{word}es" if word.endswith(("x", "ch", "sh", "s")) else f"{word}s"
