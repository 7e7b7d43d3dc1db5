"""The papers of charging against their golden files; CLINIC_GOLDEN=write writes them anew, to be read then."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from clinic_app.kernel import db, jobs
from clinic_app.kernel.printing import layout, render
from clinic_app.modules.charging.documents import ReceiptPaper, ShiftSlip
from devices.escpos.decoder import decode
from devices.escpos.encoder import encode

GOLDEN = Path(__file__).parents[2] / "golden"
RECEIPT = ReceiptPaper(
    clinic="青溪镇中心卫生院", title="门诊收费小票", receipt_no="XQX01R26000041", invoice_no="", origin="", reason="",
    desk_cashier="收费 1号窗 赵晓梅",
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
    count=4, total="68.40", waiver="", waived_by="", rounding="",
    payments=[
        {"method": "微信", "amount": "50.00", "reference": "WX202611200001"},
        {"method": "现金", "amount": "18.40", "reference": ""},
    ],
    owed="", back=[], tendered="20.00", change="1.60", fetch_drugs=True,
)  # fmt: skip
SLIP = ShiftSlip(
    clinic="青溪镇中心卫生院", cashier="赵晓梅", opened="2026-11-20 08:02", closed="2026-11-20 17:31",
    range="XQX01R26000001 到 XQX01R26000041", bills=41, voids=1, reds=1,
    red=[{"receipt_no": "XQX01R26000040", "corrects": "XQX01R26000012", "amount": "−27.70", "reason": "患者不要了"}],
    invoices=[{"range": "甘A12301 到 甘A12341", "count": "41 张，作废 1 张"}],
    voided=[{"receipt_no": "XQX01R26000017", "amount": "28.70", "reason": "收错人"}],
    categories=[{"category": "一般诊疗费", "sum": "400.00"}, {"category": "西药费", "sum": "912.30"}],
    income="1,312.30", relief="", rounding="0.04", arrears="", methods=[{"method": "微信", "amount": "500.00"}],
    cash="812.34", float="200.00", drawer=[{"what": "取出", "reason": "换零钱", "amount": "−50.00"}], should="962.34",
    pieces=[{"note": "100.00", "count": "9", "amount": "900.00"}, {"note": "50.00", "count": "1", "amount": "50.00"}],
    counted="962.30", difference="−0.04", difference_reason="找零少了 4 分", hand_in="762.30",
    closer="", witness="", reason="",
)  # fmt: skip


def golden(name, data):
    path = GOLDEN / name
    if os.environ.get("CLINIC_GOLDEN") == "write":
        path.write_bytes(data)
    return path.read_bytes()


RED = replace(
    RECEIPT, title="门诊退费小票（红字）", receipt_no="XQX01R26000042", origin="XQX01R26000041", reason="患者不要了",
    items=[{**one, "amount": f"−{one['amount']}"} for one in RECEIPT.items],
    categories=[{**one, "sum": f"−{one['sum']}"} for one in RECEIPT.categories], total="−68.40",
    payments=[{**one, "amount": f"−{one['amount']}"} for one in RECEIPT.payments],
    back=[{"method": "现金", "amount": "12.40"}], tendered="", change="0.00", fetch_drugs=False,
)
REST = replace(
    RECEIPT, title="门诊收费小票（退费后）", receipt_no="XQX01R26000043", origin="XQX01R26000041", waiver="−1.00",
    waived_by="周明", owed="5.00", items=RECEIPT.items[:1], tendered="", change="0.00", fetch_drugs=False,
)


@pytest.mark.rule("FE-08")
@pytest.mark.parametrize(
    ("document", "model", "name"),
    [
        ("charging.receipt", RECEIPT, "charging.receipt"), ("charging.receipt", RED, "charging.receipt.red"),
        ("charging.receipt", REST, "charging.receipt.rest"), ("charging.shift_slip", SLIP, "charging.shift_slip"),
    ],
)  # fmt: skip
def test_the_paper_is_the_golden_one(document, model, name):
    lines = render(layout(document), model.model(), copy_no=2, is_practice=True)
    text = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)
    assert text == golden(f"{name}.txt", text.encode()).decode()
    data = encode(lines, columns=48, dots=576)
    assert data == golden(f"{name}.escpos", data)


def test_the_golden_receipt_reads_as_the_mock_shows_it():
    paper = decode((GOLDEN / "charging.receipt.escpos").read_bytes())
    text = json.dumps(paper, ensure_ascii=False, default=str)
    for wanted in (
        "练习 · 不作凭证", "补打 1", "门诊收费小票", "XQX01R26000041", "刘建国", "68.40", "找零 1.60",
        "本小票不作报销凭证",
    ):  # fmt: skip
        assert wanted in text, wanted


@pytest.mark.parametrize(
    ("changed", "absent"),
    [({"payments": RECEIPT.payments[1:]}, "微信"), ({"payments": RECEIPT.payments[:1]}, "现金")],
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
    assert (model["receipt_no"], model["total"]) == (paid["receipt_no"], "33.38")
    assert [(one["method"], one["amount"]) for one in model["payments"]] == [("扫码付", "10.00"), ("现金", "23.38")]
    assert (model["name"], model["sex_age"], model["change"]) == ("刘建国", "男 57岁", "26.62")
    assert model["desk_cashier"] == "收费 1号窗 赵晓梅" and model["place"] == "二诊室"
