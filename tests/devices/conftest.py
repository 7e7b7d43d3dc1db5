import pytest


def _item(name, price, count, amount, **look):
    cells = ((name, 22, "left"), (price, 8, "right"), (count, 6, "right"), (amount, 12, "right"))
    return {"columns": [{"text": text, "width": width, "align": side} for text, width, side in cells], **look}


@pytest.fixture
def receipt_lines():
    """A whole clinic receipt with every kind of line."""
    return [
        {"text": "青溪镇中心卫生院", "align": "center", "size": "double", "bold": True},
        {"text": "门诊收费收据", "align": "center", "size": "tall"},
        {"text": "练习 · 不作凭证", "align": "center", "bold": True},
        {"feed": 1},
        {"text": "姓名 沈月琴   女   42 岁"},
        {"rule": "-"},
        _item("项目", "单价", "数量", "金额", bold=True),
        _item("复方甘草口服溶液 180ml/瓶（无糖型）", "8.50", "1", "8.50"),
        _item("阿莫西林胶囊", "12.60", "2", "25.20"),
        {"rule": "─"},
        {"text": "合计 ¥33.70", "align": "right", "size": "double", "bold": True},
        {"qr": "https://clinic.invalid/r/0f3c2a7788e1", "size": 5},
        {"barcode": "XQX2026-000127"},
        {"cut": True},
    ]
