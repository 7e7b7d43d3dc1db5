"""Runbooks: a page for every check in every language, of one shape."""

import re

import pytest

from appliance.doctor import examination, runbook
from clinic_app.kernel import i18n
from clinic_app.kernel.i18n import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("check", examination.CHECKS, ids=lambda check: check.id)
def test_every_check_has_its_page(check: examination.Check, language: str) -> None:
    assert (runbook.FOLDER / language / f"{check.id}.md").exists()
    blocks = runbook.blocks(check.id, language)
    kinds = [kind for kind, _text in blocks]
    steps = kinds.count(runbook.STEP)
    assert kinds == ["title", "text", "heading", *["step"] * steps, "heading", "text"] and 3 <= steps <= 6
    assert all(text.strip() and not text.startswith("#") for _kind, text in blocks)
    assert any("一" <= char <= "鿿" for char in blocks[0][1]) is (language == "zh-CN")


def test_no_page_is_left_for_a_check_that_is_gone() -> None:
    known = {f"{check.id}.md" for check in examination.CHECKS}
    for language in LANGUAGES:
        assert {path.name for path in (runbook.FOLDER / language).iterdir()} == known


def test_what_a_page_names_is_on_a_screen() -> None:
    """Pages, buttons and checks stand in quotation marks, as the product calls them."""
    from babel.messages.pofile import read_po

    words = set()
    for path in i18n.LOCALES.glob("en/LC_MESSAGES/*.po"):
        with path.open("rb") as file:
            words |= {message.id for message in read_po(file) if isinstance(message.id, str)}
    named = [
        (path.name, name)
        for path in (runbook.FOLDER / "zh-CN").iterdir()
        for name in re.findall("“([^”]+)”", path.read_text("utf-8"))
    ]
    assert len(named) > 8 and [one for one in named if one[1] not in words] == []


@pytest.mark.parametrize("name", ["", "..", "../en/disk", "DISK", "disk.md", "nothing"])
def test_no_other_file_is_a_page(name: str) -> None:
    with pytest.raises(KeyError):
        runbook.blocks(name, "zh-CN")
