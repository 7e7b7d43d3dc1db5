"""The laboratory over HTTP: specimen, results, critical call, verifying, the doctor's results, wrong roles."""

import re

import pytest

from clinic_app.modules.laboratory import queries
from tests.conftest import hidden
from tests.modules.laboratory.conftest import CBC, ECG, NORMAL_CBC
from tests.modules.laboratory.test_reports import asked_for, collect, enter, lines, verify

HOSTILE = "<script>alert(1)</script>"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_whole_way_of_a_critical_value(case, browser_as, language):
    one, _paid = asked_for(case, CBC)
    line = lines(one)[0].id.hex()
    nurse, doctor = browser_as("nurse"), browser_as("doctor")
    for who in (nurse, doctor):
        who.client.set_cookie("language", language)
    assert nurse.get("/laboratory/").status_code == 200
    assert nurse.post(f"/laboratory/lines/{line}/collect", {"specimen": HOSTILE}).status_code == 303
    page = nurse.get(f"/laboratory/?line={line}").text
    assert HOSTILE not in page and 'name="wbc"' in page
    report = queries.live_report(lines(one)[0].id)
    url = f"/laboratory/reports/{report.id.hex()}"
    form = {**NORMAL_CBC, "plt": "28", "rev": hidden(page, "rev")}
    assert nurse.post(f"{url}/enter", {**form, "wbc": "x"}).status_code == 422
    assert nurse.post(f"{url}/enter", form, once="the-same-command").status_code == 303
    assert nurse.post(f"{url}/enter", form, once="the-same-command").status_code == 303
    assert nurse.post(f"{url}/enter", form).status_code == 409  # a stale form
    assert re.findall(r'id="(\w+)"[^>]* autofocus', nurse.get(f"/laboratory/?line={line}").text) == ["told"]
    shown = doctor.get(f"/laboratory/?line={line}").text
    assert "28" in shown and 'id="call"' in shown
    assert nurse.post(f"{url}/call", {"told": "0002", "is_read_back": "1"}).status_code == 303
    assert doctor.post(f"{url}/verify", {"rev": hidden(shown, "rev")}).status_code == 303
    results = doctor.get(f"/laboratory/visits/{one.visit_id.hex()}/results").text
    assert "28" in results and "↓↓" in results
    assert doctor.get(f"{url}/correct").status_code == 200
    assert doctor.post(f"{url}/correct", {"reason": "录入错误"}).status_code == 303
    assert doctor.get(f"/laboratory/?line={line}").status_code == 200


def test_a_template_fills_an_examination(case, browser_as):
    one, _paid = asked_for(case, ECG)
    collect(one, lines(one)[0])
    template = queries.templates("ecg")[0]
    page = browser_as("nurse").get(f"/laboratory/?line={lines(one)[0].id.hex()}&template={template.id}").text
    assert template.findings in page and template.conclusion in page


def test_roles_that_do_not_report_are_kept_out(case, browser_as):
    one, _paid = asked_for(case, CBC)
    report = collect(one, lines(one)[0])
    enter(one, report)
    verify(one, report)
    for role in ("registrar", "cashier", "pharmacist", "auditor"):
        assert browser_as(role).get(f"/laboratory/reports/{report.id.hex()}/print").status_code == 403
        url = f"/laboratory/reports/{report.id.hex()}/correct"
        assert browser_as(role).post(url, {"reason": "x"}).status_code == 403
