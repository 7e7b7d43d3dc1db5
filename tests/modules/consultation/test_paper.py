"""The A5 prescription, line by line as in tests/golden/consultation.prescription.txt."""

import re
from pathlib import Path

import pytest

from clinic_app.modules.consultation import services
from clinic_app.modules.consultation.documents import prescription_paper
from tests.modules.consultation.conftest import ALLERGIC, AMBROXOL, AMLODIPINE, AMOXICILLIN, LORATADINE, PRN_SALTS

GOLDEN = Path(__file__).parents[2] / "golden" / "consultation.prescription.txt"


def _written(writing):
    one = writing(ALLERGIC)
    one.write()
    one.add(AMBROXOL)
    one.add(AMLODIPINE, days="28", reason="高血压长期用药")
    one.add(PRN_SALTS, quantity="6", most_per_day="3", note="温水冲服")
    line = one.add(AMOXICILLIN)
    one.draft(services.keep_stop, line, "皮试阴性", one.sheet_rev)
    one.sign()
    return one


def _text(html):
    article = re.search(r"<article.*?</article>", html, re.DOTALL).group(0)
    marked = re.sub(r"</(div|p|h1|i)>", "\n", article)
    lines = [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in marked.splitlines()]
    shown = "\n".join(line for line in lines if line)
    shown = re.sub(r"X\w+?[VC]\d+", "<number>", shown)
    shown = re.sub(r"\d+岁", "<age>", shown)
    shown = re.sub(r"(再签：\S+) \d\d:\d\d", r"\1 <time>", shown)
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "<time>", shown) + "\n"


def test_the_paper_reads_as_the_golden_one(browser_as, writing):
    one = _written(writing)
    html = browser_as("doctor").get(f"/doctor/visits/{one.visit_id.hex()}/print").text
    assert _text(html) == GOLDEN.read_text("utf-8")


def test_the_paper_is_chinese_on_an_english_screen(writing):
    from clinic_app.kernel import i18n

    one = _written(writing)
    i18n.use("en")
    paper = prescription_paper(one.signed[0].id)
    assert (paper.sex, paper.kind, i18n.current()) == ("女", "普通", "en")
    i18n.use("zh-CN")


def test_a_voided_sheet_says_so_on_paper(browser_as, writing):
    one = _written(writing)
    sheet = one.signed[0]
    one.clinic.run(one.clinic.actor("doctor"), lambda uow: services.void_prescription(uow, sheet.id, "开错药"))
    assert "已作废：开错药" in browser_as("doctor").get(f"/doctor/prescriptions/{sheet.id.hex()}/print").text


@pytest.mark.rule("RX-03", "OR-06")
def test_an_amendment_does_not_change_the_diagnoses_of_a_signed_paper(writing):
    one = writing()
    one.write()
    one.add(LORATADINE)
    one.sign()
    sheet, doctor = one.signed[0], one.clinic.actor("doctor")
    assert prescription_paper(sheet.id).diagnoses == ("急性上呼吸道感染",)
    one.clinic.run(doctor, lambda uow: services.amend(uow, one.visit_id, "检查结果回来"))
    one.draft(services.add_diagnosis, wording="肺炎")
    assert prescription_paper(sheet.id).diagnoses == ("急性上呼吸道感染",)
    one.add(AMOXICILLIN)
    one.sign()
    papers = [prescription_paper(one.id).diagnoses for one in one.signed]
    assert papers == [("急性上呼吸道感染",), ("急性上呼吸道感染", "肺炎")]
