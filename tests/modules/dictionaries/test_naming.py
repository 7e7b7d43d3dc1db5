"""Drugs in the reader's language: what stands small behind a name."""

import re
from types import SimpleNamespace

import pytest

from clinic_app.kernel import i18n
from clinic_app.modules.dictionaries import queries
from tests.conftest import Clinic


@pytest.mark.parametrize(
    ("text", "unit", "size", "told"),
    [
        ("0.25g×24粒", "capsule", 24, "0.25g×24 capsules"),
        ("80万单位×50瓶", "vial", 50, "800,000 units ×50 vials"),
        ("0.75ml:1500国际单位×10支", "ampoule", 10, "0.75ml:1500 IU ×10 ampoules"),
        ("3ml:300单位×1支", "cartridge", 1, "3ml:300 units ×1 cartridge"),
        ("复方×24片", "tablet", 24, "compound ×24 tablets"),
        ("每揿50μg，60揿×1瓶", "bottle", 1, "50μg a puff, 60 puffs ×1 bottle"),
        ("每8丸相当于饮片3g×200丸", "pill", 200, "3g of herbs in 8 pills ×200 pills"),
    ],
)
def test_a_strength_is_told_in_the_readers_language(text: str, unit: str, size: int, told: str) -> None:
    drug = SimpleNamespace(strength_text=text, min_unit_en=unit, pack_size=size)
    i18n.use("en")
    try:
        assert queries.strength(drug) == told
    finally:
        i18n.use(i18n.SOURCE)
    assert queries.strength(drug) == text


def test_no_strength_of_the_starter_list_stays_chinese_in_english(clinic: Clinic) -> None:
    i18n.use("en")
    try:
        told = [queries.strength(one) for one in queries.all_drugs()]
    finally:
        i18n.use(i18n.SOURCE)
    assert len(told) == 200 + 28 and [one for one in told if re.search("[\u4e00-\u9fff]", one)] == []
