"""The papers of charging against their golden files; CLINIC_GOLDEN=write writes them anew, to be read then."""

import json
import os
from pathlib import Path

import pytest

from clinic_app.kernel import db, jobs
from clinic_app.kernel.printing import layout, render
from clinic_app.modules.charging.documents import ReceiptPaper, ShiftSlip
from devices.escpos.decoder import decode
from devices.escpos.encoder import encode

GOLDEN = Path(__file__).parents[2] / "golden"
RECEIPT = ReceiptPaper(
    clinic="青溪镇中心卫生院", receipt_no="XQX01R26000041", desk_cashier="收费 1号窗 赵晓梅",
    paid="2026-11-20 14:07:12",
    name="刘建国", sex_age="男 57岁", visit_no="XQX01M2611200021", place="二诊室 李志远",
    items=[
        {"item": "苯磺酸氨氯地平片", "quantity": "2盒", "amount": "25.20"},
        {"item": "头孢克肟分散片（铝塑包装，儿童适用规格）", "quantity": "3盒5片", "amount": "17.20"},
        {"item": "血常规", "quantity": "1次", "amount": "16.00"},
        {"item": "一般诊疗费", "quantity": "1次", "amount": "10.00"},
    ],
    categories=[
        {"category": "西药费", "sum": "42.40"}, {"category": "化验费", "sum": "16.00"},
        {"category": "一般诊疗费", "sum": "10.00"},
    ],
    count=4, total="68.40", waiver="", rounding="", scan="50.00", scan_references="WX202611200001", cash="18.40",
    tendered="20.00", change="1.60", fetch_drugs=True,
)  # fmt: skip
SLIP = ShiftSlip(
    clinic="青溪镇中心卫生院", cashier="赵晓梅", opened="2026-11-20 08:02", closed="2026-11-20 17:31",
    range="XQX01R26000001 到 XQX01R26000041", bills=41, voids=1,
    voided=[{"receipt_no": "XQX01R26000017", "amount": "28.70", "reason": "收错人"}],
    categories=[{"category": "一般诊疗费", "sum": "400.00"}, {"category": "西药费", "sum": "912.30"}],
    income="1,312.30", relief="", rounding="0.04", cash="812.34", scan="500.00", counted="812.30", difference="−0.04",
    closer="", witness="", reason="",
)  # fmt: skip


def golden(name, data):
    path = GOLDEN / name
    if os.environ.get("CLINIC_GOLDEN") == "write":
        path.write_bytes(data)
    return path.read_bytes()


@pytest.mark.parametrize(("document", "model"), [("charging.receipt", RECEIPT), ("charging.shift_slip", SLIP)])
def test_the_paper_is_the_golden_one(document, model):
    lines = render(layout(document), model.model(), copy_no=2, is_practice=True)
    text = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)
    assert text == golden(f"{document}.txt", text.encode()).decode()
    data = encode(lines, columns=48, dots=576)
    assert data == golden(f"{document}.escpos", data)


def test_the_golden_receipt_reads_as_the_mock_shows_it():
    paper = decode((GOLDEN / "charging.receipt.escpos").read_bytes())
    text = json.dumps(paper, ensure_ascii=False, default=str)
    for wanted in (
        "练习 · 不作凭证", "补打 1", "门诊收费小票", "XQX01R26000041", "刘建国", "68.40", "找零 1.60",
        "本小票不作报销凭证",
    ):  # fmt: skip
        assert wanted in text, wanted


@pytest.mark.parametrize(
    ("changed", "absent"), [({"scan": "", "scan_references": ""}, "扫码付"), ({"cash": ""}, "现金")]
)
def test_what_was_not_paid_so_has_no_line(changed, absent):
    model = {**RECEIPT.model(), **changed}
    texts = [json.dumps(line, ensure_ascii=False) for line in render(layout("charging.receipt"), model)]
    assert not any(absent in text for text in texts)


def test_the_receipt_of_a_real_bill_says_who_what_and_how_it_was_paid(window):
    visit = window.visit()
    window.sheet(visit, ("D0001", 30))
    paid = window.pay(visit, 5000, (1000, "WX000001"))
    model = jobs.model_of(db.value("SELECT payload FROM job WHERE document = 'charging.receipt'"))
    assert model["items"][0] == {"item": "阿莫西林胶囊", "quantity": "1盒6粒", "amount": "23.38"}
    assert (model["receipt_no"], model["total"], model["cash"], model["scan"]) == (
        paid["receipt_no"], "33.38", "23.38", "10.00",
    )  # fmt: skip
    assert (model["name"], model["sex_age"], model["change"]) == ("刘建国", "男 57岁", "26.62")
    assert model["desk_cashier"] == "收费 1号窗 赵晓梅" and model["place"] == "二诊室"
