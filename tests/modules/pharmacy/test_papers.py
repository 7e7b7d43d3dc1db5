"""Labels of 60 x 40 mm and the pick list, against their golden files; CLINIC_GOLDEN=write writes them anew."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from clinic_app.kernel import i18n
from clinic_app.kernel.clock import today
from clinic_app.modules.pharmacy import documents, queries
from tests.conftest import Browser, Clinic
from tests.modules.pharmacy.window import lines, paid

GOLDEN = Path(__file__).parents[2] / "golden"


def text_of(html: str) -> str:
    articles = "\n--\n".join(re.findall(r"<article.*?</article>", html, re.DOTALL))
    marked = re.sub(r"</(div|p|h1|i)>", "\n", articles)
    rows = [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in marked.splitlines()]
    shown = "\n".join(row for row in rows if row)
    for pattern, name in (
        (r"X\w+?C\d+", "<number>"), (r"\d+岁", "<age>"), (r"\d{4}-\d\d-\d\d \d\d:\d\d", "<time>"),
        (r"\d{4}-\d\d-\d\d", "<day>"), (r"26\d{4}", "<batch>"),
    ):  # fmt: skip
        shown = re.sub(pattern, name, shown)
    return shown + "\n"


def golden(name: str, text: str) -> str:
    path = GOLDEN / name
    if os.environ.get("CLINIC_GOLDEN") == "write":
        path.write_text(text, "utf-8")
    return path.read_text("utf-8")


def test_the_labels_read_as_the_golden_ones(clinic: Clinic, browser_as: Callable[..., Browser]) -> None:
    sheet = paid(clinic, "D0001", "D0016")
    text = text_of(browser_as("pharmacist").get(f"/pharmacy/sheets/{sheet.id.hex()}/labels").text)
    assert text == golden("pharmacy.labels.txt", text)


def test_the_use_is_the_largest_text_of_a_label(clinic: Clinic, browser_as: Callable[..., Browser]) -> None:
    sheet = paid(clinic, "D0001")
    html = browser_as("pharmacist").get(f"/pharmacy/sheets/{sheet.id.hex()}/labels").text
    assert '<p class="use">每次 0.5 g（2粒），每日3次，口服，3 天</p>' in html.replace("\u00a0", " ")
    css = (Path(__file__).parents[3] / "clinic_app" / "web" / "static" / "clinic.css").read_text("utf-8")
    sizes = {name: float(size) for name, size in re.findall(r"\.plab ?(\.use|h1)?\{[^}]*?font-size:([0-9.]+)px", css)}
    assert sizes[".use"] == max(sizes.values()) and len(sizes) == 3


def test_labels_are_chinese_on_an_english_screen(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    i18n.use("en")
    made = documents.labels(sheet, lines(sheet))
    assert (made[0].drug, made[0].quantity, i18n.current()) == ("阿莫西林胶囊", "18粒", "en")
    assert made[-1].quantity == "1 种药", "the last one is for the bag"


@pytest.mark.rule("PH-15")
def test_the_pick_list_walks_along_the_shelves(clinic: Clinic, browser_as: Callable[..., Browser]) -> None:
    sheets = [paid(clinic, "D0038", "D0011"), paid(clinic, "D0016")]
    clinic.raw("UPDATE drug SET shelf = 'A-03-2' WHERE code = 'D0011'")
    clinic.raw("UPDATE drug SET shelf = 'A-01-4' WHERE code = 'D0016'")
    clinic.raw("UPDATE drug SET shelf = '' WHERE code = 'D0038'")
    found = documents.pick_list([one for s in sheets if (one := queries.sheet(s.id))], today())
    assert [one.shelf for one in found] == ["A-01-4", "A-03-2", ""]
    text = text_of(browser_as("pharmacist").get("/pharmacy/pick-list").text)
    assert text == golden("pharmacy.pick_list.txt", text)
