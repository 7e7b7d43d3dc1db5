"""The manager's lists by keyboard alone: a drug changed, another disabled, a price for two people, a spreadsheet."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.browser.keyboard import Person

pytestmark = pytest.mark.browser
COLUMNS = ["code", "name", "name_en", "source", "reviewed"]


def spreadsheet(path: Path, *rows: list[str]) -> Path:
    book, out = Workbook(), io.BytesIO()
    for row in (COLUMNS, *rows):
        book.active.append(row)
    book.save(out)
    path.write_bytes(out.getvalue())
    return path


def finds(manager: Person, typed: str, name: str) -> None:
    """Search, go down into the list and open its first row."""
    manager.press("F2").type(typed)
    manager.page.wait_for_function("() => document.querySelectorAll('#rows tr').length < 20", timeout=8000)
    manager.settles()
    manager.press("ArrowDown").has_focus("#rows a").press("Enter").sees(name, "#item-h")


def test_a_drug_is_changed_and_another_disabled(person: Callable[..., Person]) -> None:
    manager = person("manager").opens("字典")
    finds(manager, "amoxilin", "阿莫西林胶囊")
    manager.press("Alt+m").has_focus("#f-name").goes_to("#f-shelf").press("Control+a").type("B-07-7").press("F9")
    manager.sees("已保存：阿莫西林胶囊", "#toast").sees("A-01-1 → B-07-7", "#versions")
    manager.press("Escape").has_focus("#q")
    finds(manager, "ＢＬＦ", "布洛芬")
    manager.press("Alt+m").has_focus("#f-name").press("Alt+x").sees("已停用", "#toast").sees("停用中", "#entry")
    assert manager.page.locator("#versions li").count() == 1


def test_a_price_takes_two_people(person: Callable[..., Person]) -> None:
    manager, administrator = person("manager").opens("字典"), person("administrator").opens("字典")
    finds(manager, "amxljn", "阿莫西林胶囊")
    manager.has_focus("#price").type("17.5").goes_to("#source").type("通知 3 号").press("F9")
    manager.sees("等另一个人批准", "#toast")
    manager.sees("18.70/盒", "#rows tr.on")
    administrator.opens("字典").press("Alt+p").sees("17.50", "#rows").press("F9")
    administrator.sees("批准了 1 个价格", "#toast").sees("没有价格在等批准").press("Escape").has_focus("#q")
    finds(administrator, "amxljn", "阿莫西林胶囊")
    administrator.sees("17.50/盒", "#rows tr.on")


def test_a_colleague_who_was_faster_is_not_overwritten(person: Callable[..., Person]) -> None:
    manager, administrator = person("manager"), person("administrator")
    for one in (manager, administrator):
        one.page.goto(one.url + "/dictionaries/lists/routes/po")
        one.has_focus("#f-name")
    manager.press("Control+a").type("口服给药").press("F9").sees("已保存", "#toast")
    administrator.press("Control+a").type("嘴里吃").press("F9").sees("还没有覆盖").sees("现在是：口服给药", "#entry")
    assert administrator.page.input_value("#f-name") == "嘴里吃"
    administrator.press("F9").sees("已保存", "#toast")
    administrator.sees("口服给药 → 嘴里吃", "#versions").sees("口服 → 口服给药", "#versions")


def test_a_spreadsheet_with_an_error_then_a_good_one(person: Callable[..., Person], tmp_path: Path) -> None:
    wrong = spreadsheet(tmp_path / "wrong.xlsx", ["Z98.001", "样例诊断甲", "Sample A", "practice", "no"],
                        ["Z98.002", "", "Sample B", "practice", "no"])  # fmt: skip
    good = spreadsheet(tmp_path / "good.xlsx", ["Z98.001", "样例诊断甲", "Sample A", "practice", "no"],
                       ["Z98.002", "样例诊断乙", "Sample B", "practice", "no"])  # fmt: skip
    manager = person("manager").opens("字典").press("Alt+i").has_focus("#kind")
    manager.page.locator("#kind").select_option("diagnoses")
    manager.goes_to("#file").page.locator("#file").set_input_files(wrong)
    manager.press("Alt+c").sees("第 3 行", "#preview").sees("一行都没有导入", "#preview")
    manager.goes_to("#file", "Shift+Tab").page.locator("#file").set_input_files(good)
    manager.press("Alt+c").sees("新增 2", "#preview").press("F9").sees("新增 2，修改 0，没变 0", "#toast")
    manager.press("Escape").opens("字典").page.goto(manager.url + "/dictionaries/diagnoses")
    manager.has_focus("#q").type("yanglizhenduan").sees("样例诊断乙", "#rows").sees("样例诊断甲", "#rows")


def test_a_long_list_shows_its_progress_and_is_whole(person: Callable[..., Person], tmp_path: Path) -> None:
    rows = [[f"Z97.{at:05d}", f"样例长表{at}", f"Long list {at}", "practice", "no"] for at in range(6_000)]
    file = spreadsheet(tmp_path / "long.xlsx", *rows)
    manager = person("manager").opens("字典").press("Alt+i").has_focus("#kind")
    manager.page.locator("#kind").select_option("diagnoses")
    manager.goes_to("#file").page.locator("#file").set_input_files(file)
    manager.press("Alt+c").sees("新增 6000", "#preview").press("F9").waits_for("#run")
    manager.page.locator("#run").filter(has_text="全部导入了").first.wait_for(timeout=60_000)
    manager.sees("新增 6000", "#run")


def test_an_item_on_no_invoice_line_is_proposed_and_saved(person: Callable[..., Person]) -> None:
    manager = person("manager")
    manager.page.goto(manager.url + "/dictionaries/lists/services/S0018")
    manager.has_focus("#f-name").goes_to("#f-invoice_category").press("Home").press("F9").sees("已保存", "#toast")
    manager.opens("字典").press("Alt+c").sees("心电图", "#items").sees("还没保存", "#items")
    manager.press("F9").sees("1 项归好类了", "#toast").sees("每一项都归好类了", "#items")
    manager.page.goto(manager.url + "/dictionaries/invoice-lines?category=examination")
    manager.sees("心电图", "#items")
