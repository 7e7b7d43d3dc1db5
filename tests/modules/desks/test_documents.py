"""The test page as it goes to the printer, line by line; tests/golden/desks.test.txt is its agreed state."""

import json
from pathlib import Path

from clinic_app.kernel import printing
from clinic_app.modules.desks.documents import TEST, TestPage

GOLDEN = Path(__file__).parents[2] / "golden" / "desks.test.txt"
PAGE = TestPage("青溪镇中心卫生院", "收费 1号窗", "网络打印机 192.168.1.50:9100", "罗强", "2026-11-20 14:05")


def test_the_test_page_is_the_agreed_one():
    lines = printing.render(printing.layout(TEST), PAGE.model(), is_practice=True)
    text = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)
    assert text == GOLDEN.read_text("utf-8")
