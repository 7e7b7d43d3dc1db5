"""Request and report on A5 read as their golden files."""

from tests.modules.laboratory.conftest import CBC, ECG, NORMAL_CBC
from tests.modules.laboratory.test_reports import asked_for, collect, enter, lines, verify
from tests.modules.treatments.papers import is_golden


def test_the_request_reads_as_the_golden_one(case, browser_as):
    one, _paid = asked_for(case, CBC)
    page = browser_as("doctor").get(f"/doctor/requests/{lines(one)[0].request_id.hex()}/print").text
    assert is_golden(page, "consultation.request")


def test_the_report_reads_as_the_golden_one(case, browser_as):
    one, _paid = asked_for(case, CBC)
    report = collect(one, lines(one)[0])
    nurse = browser_as("nurse")
    assert "还没审核" in nurse.get(f"/laboratory/reports/{report.id.hex()}/print").text
    enter(one, report, {**NORMAL_CBC, "wbc": "12.3", "plt": "28"})
    verify(one, report)
    assert is_golden(nurse.get(f"/laboratory/reports/{report.id.hex()}/print").text, "laboratory.report")


def test_an_examination_prints_its_words(case, browser_as):
    one, _paid = asked_for(case, ECG)
    report = collect(one, lines(one)[0])
    enter(one, report, {}, findings="窦性心律，72 次/分", conclusion="正常心电图")
    verify(one, report)
    page = browser_as("doctor").get(f"/laboratory/reports/{report.id.hex()}/print").text
    assert "检 查 报 告 单" in page and "正常心电图" in page
