"""Drugs and allergy groups in the reader's language: names, strengths, amounts (QT-08)."""

import re
from collections.abc import Callable
from typing import Protocol

from clinic_app.kernel import i18n
from clinic_app.kernel.quantity import packs, packs_in_english, packs_text, plural
from clinic_app.modules.dictionaries.queries.codes import allergy_groups

_CONTENTS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile("复方"), "compound "),
    (re.compile(r"每揿(.+?)，(\d+)揿"), r"\1 a puff, \2 puffs "),
    (re.compile(r"每(\d+)丸相当于饮片([\d.]+m?g)"), r"\2 of herbs in \1 pills "),
    (re.compile(r"(\d+)万单位"), lambda found: f"{int(found[1]) * 10_000:,} units "),
    (re.compile("国际单位"), " IU "),
    (re.compile("单位"), " units "),
)  # what a strength says in Chinese words, as the lists write it


ENGLISH_UNITS = {"μg": "mcg", "U": "units", "IU": "international units"}
"""Units of a dose that are written out in English."""


class Packed(Protocol):
    pack_size: int
    pack_unit: str
    min_unit: str
    pack_unit_en: str
    min_unit_en: str


class Strong(Protocol):
    strength_text: str
    pack_size: int
    min_unit_en: str


class Named(Protocol):
    name: str
    name_en: str


def is_source() -> bool:
    """Whether the request is in Chinese, the language of the dictionaries and of every paper."""
    return i18n.current() == i18n.SOURCE


def either(name: str, name_en: str) -> str:
    """The one of two names that is in the reader's language."""
    return name if is_source() or not name_en else name_en


def named(drug: Named) -> str:
    """The drug's name in the reader's language."""
    return either(drug.name, drug.name_en)


def amount(drug: Packed, quantity: int) -> str:
    """Minimum units of a drug as packs and a rest."""
    if is_source():
        return packs_text(packs(quantity, drug.pack_size, drug.pack_unit, drug.min_unit))
    return packs_in_english(packs(quantity, drug.pack_size, drug.pack_unit_en, drug.min_unit_en))


def pieces(drug: Packed, quantity: int) -> str:
    """Minimum units of a drug as they are counted one by one: `120粒`."""
    return f"{quantity}{drug.min_unit}" if is_source() else f"{quantity} {plural(drug.min_unit_en, quantity)}"


def strength(drug: Strong) -> str:
    """What stands small behind a drug's name: `0.25g×24粒`, in English `0.25g×24 capsules`."""
    if is_source() or "×" not in drug.strength_text:
        return drug.strength_text
    content = drug.strength_text.split("×")[0]
    for words, english in _CONTENTS:
        content = words.sub(english, content)
    return f"{content}×{drug.pack_size} {plural(drug.min_unit_en, drug.pack_size)}"


def group_names() -> dict[str, str]:
    """Every allergy group's name in the reader's language, by its code."""
    return {one.code: either(one.name, one.name_en) for one in allergy_groups()}
