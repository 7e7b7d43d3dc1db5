"""The manager's page, the rows behind each figure, and what leaves the server as a table."""

import csv
import io
import re
from typing import Any

import pytest
from openpyxl import load_workbook

from clinic_app.kernel import db
from clinic_app.kernel.clock import today
from clinic_app.modules.charging import services as charging
from clinic_app.modules.reports.queries.rows import READS
from tests import visit


@pytest.fixture
def day(clinic: Any) -> dict[str, Any]:
    made = visit.arrive(clinic)
    visit.consult(clinic, made["visit_id"])
    return visit.pay(clinic, made["visit_id"])


def export(browser: Any, what: str = "visits", **typed: str) -> Any:
    form = {"first": "", "last": "", "form": "csv", "reason": "报卫健局月报", **typed}
    return browser.post(f"/reports/rows/{what}/export", form)


def test_every_figure_of_the_page_opens_rows_that_are_there(browser_as: Any, day: dict[str, Any]) -> None:
    manager = browser_as("manager")
    page = manager.get("/reports").text
    links = set(re.findall(r'href="(/reports/rows/[^"]+)"', page))
    assert len(links) >= 6
    for link in links:
        answer = manager.get(link.replace("&amp;", "&"))
        assert answer.status_code == 200, link
    assert day["receipt_no"] in manager.get("/reports/rows/income").text


@pytest.mark.rule("PR-03")
def test_names_are_masked_in_rows_and_in_tables(browser_as: Any, day: dict[str, Any]) -> None:
    manager = browser_as("manager")
    for text in (manager.get("/reports/rows/visits").text, export(manager).data.decode("utf-8-sig")):
        assert "赵春生" not in text and "赵**" in text


@pytest.mark.parametrize("what", sorted(READS))
def test_a_table_is_the_rows_as_csv_and_as_a_workbook(what: str, browser_as: Any, day: dict[str, Any]) -> None:
    manager = browser_as("manager")
    as_csv = export(manager, what)
    assert as_csv.status_code == 200 and "attachment" in as_csv.headers["Content-Disposition"]
    lines = list(csv.reader(io.StringIO(as_csv.data.decode("utf-8-sig"))))
    book = load_workbook(io.BytesIO(export(manager, what, form="xlsx").data))
    cells = [
        ["" if cell.value is None else f"{cell.value:{'.2f' if cell.number_format == '0.00' else ''}}" for cell in row]
        for row in book.active.iter_rows()
    ]
    assert cells == lines and len(lines) == 2


def test_what_was_taken_back_is_a_number_below_nothing_in_both_forms(
    clinic: Any, browser_as: Any, day: dict[str, Any]
) -> None:
    clinic.run(clinic.actor("cashier"), lambda uow: charging.void_bill(uow, day["bill_id"], "收错了人"))
    manager = browser_as("manager")
    lines = list(csv.reader(io.StringIO(export(manager, "income").data.decode("utf-8-sig"))))[1:]
    book = load_workbook(io.BytesIO(export(manager, "income", form="xlsx").data))
    sums = [[row[4].value for row in book.active.iter_rows(min_row=2)], [float(line[4]) for line in lines]]
    assert sums[0] == sums[1] and len(sums[0]) == 2 and sum(sums[0]) == 0 and min(sums[0]) < 0


def test_an_export_is_kept_with_who_what_and_why(browser_as: Any, day: dict[str, Any]) -> None:
    export(browser_as("manager"))
    (detail,) = db.row("SELECT detail FROM audit WHERE action = 'reports.export' ORDER BY seq DESC LIMIT 1")
    assert "报卫健局月报" in detail and today().isoformat() in detail and '"rows":1' in detail.replace(" ", "")


@pytest.mark.parametrize("reason", ["", " ", "x", "字" * 101, "a\x00b"])
def test_without_a_reason_nothing_leaves(reason: str, browser_as: Any, day: dict[str, Any]) -> None:
    answer = export(browser_as("manager"), reason=reason)
    assert answer.status_code == 422
    assert ("最多 100 个字" if len(reason) > 100 else "写一下拿去做什么") in answer.text
    assert db.value("SELECT count(*) FROM audit WHERE action = 'reports.export'") == 0


@pytest.mark.parametrize("role", ["cashier", "doctor", "administrator", "auditor", "registrar"])
def test_nobody_else_sees_the_figures_or_takes_them_away(role: str, browser_as: Any) -> None:
    browser = browser_as(role)
    assert browser.get("/reports").status_code == 403
    assert browser.get("/reports/rows/income").status_code == 403
    assert export(browser).status_code == 403


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("first=2026-02-30", 422, "没有这一天"),
        ("first=-1&last=-2", 422, "早于开始"),
        ("first=20000101&last=0", 422, "366"),
        ("period=%00", 200, "门急诊"),
        ("first=" + "9" * 4000, 422, "看不懂这个日期"),
    ],
)
def test_days_that_cannot_be_are_told_above_todays_figures(asked: str, status: int, said: str, browser_as: Any) -> None:
    answer = browser_as("manager").get(f"/reports?{asked}")
    assert (answer.status_code, said in answer.text) == (status, True)


def test_unknown_tables_pages_and_doctors_are_no_error(browser_as: Any, day: dict[str, Any]) -> None:
    manager = browser_as("manager")
    assert manager.get("/reports/rows/none").status_code == 404
    assert manager.get("/reports/rows/visits?page=999999&doctor=zz").status_code == 200
    assert manager.get("/reports/rows/visits?doctor=" + "0" * 32).status_code == 200


def test_a_name_that_is_a_formula_stays_a_text(clinic: Any, browser_as: Any) -> None:
    from clinic_app.modules.patients.services import PatientData

    visit.arrive(clinic, PatientData("=CMD", "1", None, allergy_state="none"))
    (row,) = list(csv.reader(io.StringIO(export(browser_as("manager")).data.decode("utf-8-sig"))))[1:]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_the_way_it_was_paid_and_where_it_came_from_open_their_own_rows_and_their_sum(
    browser_as: Any, day: dict[str, Any]
) -> None:
    manager = browser_as("manager")
    page = manager.get("/reports").text
    for account, shown in (("cash", "现金"), ("income:general_fee", "一般诊疗费")):
        (link,) = re.findall(rf'href="(/reports/rows/income\?account={account}&amp;[^"]+)"[^>]*>([0-9.]+)<', page)
        text = manager.get(link[0].replace("&amp;", "&")).text
        assert day["receipt_no"] in text and f"· {shown}" in text and f'<td class="num">{link[1]}</td>' in text
    none = manager.get("/reports/rows/income?account=income:surgery").text
    assert day["receipt_no"] not in none
    assert manager.get("/reports/rows/income?account=drawer").status_code == 404
    (head, row) = csv.reader(io.StringIO(export(manager, "income", account="cash").data.decode("utf-8-sig")))
    assert head[-1] == "现金" and row[-1] == row[4]


def test_a_bar_opens_the_visits_of_its_hour(browser_as: Any, day: dict[str, Any]) -> None:
    manager = browser_as("manager")
    (link,) = re.findall(r'href="(/reports/rows/visits\?[^"]*hour=(\d+))"', manager.get("/reports").text)
    assert "赵**" in manager.get(link[0].replace("&amp;", "&")).text
    other = (int(link[1]) + 1) % 24
    assert "赵**" not in manager.get(f"/reports/rows/visits?hour={other}").text
    assert manager.get("/reports/rows/visits?hour=99").status_code == 200


@pytest.mark.parametrize("days", ["first=00010101&last=00010102", "first=99991230&last=99991231", "last=99991231"])
def test_days_that_nobody_can_count_on_from_are_told_and_not_an_error(browser_as: Any, days: str) -> None:
    manager = browser_as("manager")
    for page in ("/reports", "/reports/rows/visits", "/reports/rows/income", "/reports/rows/sheets"):
        answer = manager.get(f"{page}?{days}")
        assert answer.status_code == 422 and "没有" in answer.text, page
    told = manager.get("/charging/days?on=" + days.rpartition("=")[2])
    assert told.status_code == 200 and "日期要写成" in told.text
