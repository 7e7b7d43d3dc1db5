"""Keys that belong to the browser, the chat program or the input method are given to nothing of ours."""

import re

from tests.house.source import ROOT

TAKEN = r"""["'](?:Alt\+(?:[ADEF]|Arrow\w+)|F5|F6|F7|F11|F12|Ctrl\+(?!Enter)\w+)["']"""


def test_no_template_binds_a_key_that_others_own() -> None:
    pages = sorted((ROOT / "clinic_app").rglob("*.html"))
    found = [f"{page.name}: {hit}" for page in pages for hit in re.findall(TAKEN, page.read_text(encoding="utf-8"))]
    assert len(pages) > 100 and found == []
