"""The self-check pages: the gravest first, a runbook for each, the monthly report, the bundle."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from appliance.doctor.examination import CHECKS
from appliance.doctor.room import ClinicSelfCheck
from clinic_app.kernel import db, installation, ports
from clinic_app.kernel.clock import clock
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.rights import SYSTEM
from clinic_app.kernel.unit_of_work import unit_of_work
from clinic_app.modules.selfcheck import queries, rules, services
from tests.conftest import Browser, Clinic


@pytest.fixture(autouse=True)
def bound(clinic: Clinic) -> None:
    ports.bound.selfcheck = ClinicSelfCheck(clinic.config)


def test_the_page_shows_the_gravest_first_and_one_next_step_each(browser_as: Callable[..., Browser]) -> None:
    page = browser_as("administrator").get("/self-check/").text
    assert page.index('id="c-backups"') < page.index('id="c-certificate"')
    assert page.count('class="btn sm" href') == page.count('id="c-') == len(CHECKS)
    assert "下载诊断包" in page and "没有核对过的备份" in page


@pytest.mark.parametrize(("role", "may"), [("technician", True), ("manager", False), ("auditor", False)])
def test_the_bundle_is_for_who_looks_after_the_pc(browser_as: Callable[..., Browser], role: str, may: bool) -> None:
    browser = browser_as(role)
    assert ("下载诊断包" in browser.get("/self-check/").text) is may
    answer = browser.post("/self-check/bundle")
    assert answer.status_code == (200 if may else 403)
    assert db.value("SELECT count(*) FROM audit WHERE action = 'selfcheck.make_bundle'") == int(may)
    if may:
        assert answer.headers["Content-Type"] == "application/zip"
        assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None


def test_a_missing_backup_leads_to_the_page_of_the_backups_for_who_may_see_it(
    browser_as: Callable[..., Browser]
) -> None:
    """Everybody else has the runbook."""
    for role, leads in (("administrator", True), ("technician", True), ("auditor", False)):
        page = browser_as(role).get("/self-check/").text
        row = page[page.index('id="c-backups"') :].split("</tr>")[0]
        assert ('href="/backups/"' in row) is leads and "/runbook/backups" in row, role


def test_a_doctor_has_no_self_check(browser_as: Callable[..., Browser]) -> None:
    assert browser_as("doctor").get("/self-check/").status_code == 403


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_runbook_is_read_in_the_readers_language(browser_as: Callable[..., Browser], language: str) -> None:
    browser = browser_as("technician")
    browser.post("/language", {"language": language})
    page = browser.get("/self-check/runbook/clock").text
    assert ("Look at date and time on a telephone." if language == "en" else "对着手机看现在的日期和时间。") in page
    assert '<span class="badge">1</span>' in page and '<span class="badge">0</span>' not in page


@pytest.mark.parametrize("name", ["nothing", "..%2fclock", "x" * 41])
def test_an_unknown_runbook_is_not_found(browser_as: Callable[..., Browser], name: str) -> None:
    assert browser_as("technician").get(f"/self-check/runbook/{name}").status_code == 404


def settle(clinic: Clinic, hours: int = 24) -> None:
    """The clinic was made so long ago."""
    clinic.raw("UPDATE installation SET created_at = ?", (clock.read().at - hours * 3_600_000,))
    installation.load()


def test_a_clinic_made_today_has_no_report_of_what_is_not_set_up_yet(clinic: Clinic) -> None:
    for hours, count in ((0, 0), (23, 0), (24, 1)):
        settle(clinic, hours)
        with unit_of_work(SYSTEM) as uow:
            services.write_due_report(uow)
        assert len(queries.reports()) == count


def test_each_month_has_one_report_by_itself_which_is_audited_and_never_changed(clinic: Clinic) -> None:
    settle(clinic)
    for _hour in range(3):
        with unit_of_work(SYSTEM) as uow:
            services.write_due_report(uow)
    (found,) = queries.reports()
    assert {one.id for one in found.lines} == {
        "backups", "disk", "clock", "key_files", "set_aside", "folder_rights", "accounts", "desks", "certificate",
            "log_size",
    }  # fmt: skip
    assert found.worst == "fault" and found.made_by == SYSTEM.person_id
    detail = json.loads(db.value("SELECT detail FROM audit WHERE action = 'selfcheck.write_report'"))
    assert detail["worst"] == "fault" and detail["backups"] == "fault"
    for sql in ("UPDATE security_report SET worst = 'ok'", "DELETE FROM security_report"):
        with pytest.raises(Exception, match="report"):
            clinic.raw(sql)


def test_nobody_waits_for_the_write_lock_while_the_report_is_looked_for(
    clinic: Clinic, browser_as: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty milliseconds for each account's password are seconds for a clinic."""
    settle(clinic)
    held: list[bool] = []
    bound = ports.bound.selfcheck
    assert bound is not None
    look = bound.results

    def results(*, only_security: bool = False) -> object:
        held.append(db._writer != 0)
        return look(only_security=only_security)

    monkeypatch.setattr(bound, "results", results)
    browser_as("security_officer").post("/self-check/reports")
    with unit_of_work(SYSTEM) as uow:
        held.append(db._writer != 0)
        monkeypatch.setattr(services.queries, "has_report_of", lambda _month: False)
        services.write_due_report(uow)
    assert held == [False, True, False]


def test_a_month_without_a_report_gets_one(clinic: Clinic) -> None:
    """Negative control: an older report does not count for this month."""
    settle(clinic)
    clinic.raw(
        "INSERT INTO security_report VALUES(?, '2020-01', 1577836800000, ?, 'ok', '[]')", (bytes(16), bytes(16))
    )
    with unit_of_work(SYSTEM) as uow:
        services.write_due_report(uow)
    assert [one.month == "2020-01" for one in queries.reports()] == [False, True]


def test_somebody_may_have_one_made_now_and_read_it_later(browser_as: Callable[..., Browser]) -> None:
    officer = browser_as("security_officer")
    made = officer.post("/self-check/reports", once="a-key-of-one-report")
    assert made.status_code == 303
    assert officer.post("/self-check/reports", once="a-key-of-one-report").location == made.location
    page = officer.get(made.location).text
    assert "没有核对过的备份" in page and "吴刚" in page
    assert "吴刚" in officer.get("/self-check/reports").text
    assert browser_as("manager").post("/self-check/reports").status_code == 403


def test_an_unknown_report_is_not_found(browser_as: Callable[..., Browser]) -> None:
    assert browser_as("auditor").get(f"/self-check/reports/{'0' * 32}").status_code == 404


def test_without_the_appliance_it_says_so(clinic: Clinic, browser_as: Callable[..., Browser]) -> None:
    ports.bound.selfcheck = None
    answer = browser_as("technician").get("/self-check/")
    assert answer.status_code == 422 and "不能自检" in answer.text
    with pytest.raises(Refused):
        services.look_closely()
    with unit_of_work(SYSTEM) as uow:
        services.write_due_report(uow)
    assert queries.reports() == []


@pytest.mark.parametrize(
    ("states", "worst"), [((), "ok"), (("ok", "notice"), "notice"), (("fault", "warning", "ok"), "fault")]
)
def test_the_gravest_of_several(states: tuple[str, ...], worst: str) -> None:
    assert rules.worst(states) == worst


def test_the_sections_of_a_safe_start_lead_here(browser_as: Callable[..., Browser], app: Any) -> None:
    from clinic_app.kernel import condition

    condition.set_standing(condition.SAFE, True)
    try:
        assert 'href="/self-check/"' in browser_as("technician").get("/").text
        cashier = browser_as("cashier").get("/").text
        assert "安全模式" in cashier and "/self-check/" not in cashier
    finally:
        condition.clear()
