"""Counting everything again: in the background, one at a time, with a result that stays."""

from collections.abc import Callable, Iterator

import pytest

from clinic_app.kernel import db, invariants
from clinic_app.kernel.invariants import Result
from clinic_app.modules.checks import queries, services
from tests.conftest import Browser, Clinic
from tests.visit import one_visit

Browsers = Callable[..., Browser]
DEADLINE = 60


@pytest.fixture(autouse=True)
def through(clinic: Clinic) -> Iterator[None]:
    """No run outlives its test."""
    yield
    services.runner.wait(DEADLINE)


def check(clinic: Clinic, role: str = "manager") -> queries.Run:
    clinic.run(clinic.actor(role), services.start_run)
    services.runner.wait(DEADLINE)
    found = queries.newest_run()
    assert found is not None
    return found


def test_a_clinic_after_one_visit_is_sound(clinic: Clinic) -> None:
    one_visit(clinic)
    run = check(clinic)
    assert (run.violations, run.damaged, run.started_by) == (0, (), "郑国强")
    assert [one.id for one in run.statements] == [one.id for one in invariants.known()]
    assert all(one.holds for one in run.statements)
    assert services.runner.progress() is None


def test_what_is_broken_is_named_without_a_patient(clinic: Clinic) -> None:
    one_visit(clinic)
    clinic.drop_triggers("stock_move")
    clinic.raw("DELETE FROM stock_move WHERE id = (SELECT max(id) FROM stock_move)")
    run = check(clinic)
    wrong = {one.id: one.rows for one in run.statements if one.rows}
    assert "S2-moves" in wrong and run.violations == sum(len(rows) for rows in wrong.values())
    names = [name for (name,) in db.rows("SELECT name FROM patient")]
    assert not any(name in str(wrong) for name in names)


def test_starting_and_finishing_are_audited(clinic: Clinic) -> None:
    run = check(clinic)
    actions = [action for (action,) in db.rows("SELECT action FROM audit WHERE entity = ? ORDER BY seq", (run.id,))]
    assert actions == ["checks.start_run", "checks.finish_run"]
    with pytest.raises(Exception, match="only ends"):
        clinic.raw("UPDATE check_run SET violations = 0, finished_at = 5")


def test_a_second_person_joins_the_run_under_way(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    go = threading.Event()

    def slow() -> list[Result]:
        go.wait(DEADLINE)
        return []

    monkeypatch.setattr(invariants, "results", slow)
    first = clinic.run(clinic.actor("manager"), services.start_run)
    second = clinic.run(clinic.actor("auditor"), services.start_run)
    under_way = services.runner.progress()
    go.set()
    services.runner.wait(DEADLINE)
    assert first == second and under_way is not None and under_way.run_id.hex() == first["run_id"]
    assert db.value("SELECT count(*) FROM check_run") == 1


def test_a_run_that_breaks_off_is_told_and_can_be_repeated(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, browser_as: Browsers
) -> None:
    def broken() -> list[Result]:
        raise OSError("disk")

    with monkeypatch.context() as patched:
        patched.setattr(invariants, "results", broken)
        clinic.run(clinic.actor("manager"), services.start_run)
        services.runner.wait(DEADLINE)
    assert queries.newest_run() is None and queries.interrupted_since(0)
    assert "上一次核对没有做完" in browser_as("manager").get("/checks/").text
    assert check(clinic).violations == 0
    assert "上一次核对没有做完" not in browser_as("manager").get("/checks/").text


def test_a_run_is_broken_off_when_the_server_ends(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    begun = threading.Event()

    def endless() -> list[Result]:
        begun.set()
        db.rows("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")
        return []

    monkeypatch.setattr(invariants, "results", endless)
    clinic.run(clinic.actor("manager"), services.start_run)
    assert begun.wait(DEADLINE)
    services.runner.stop(10)
    assert services.runner.progress() is None and queries.newest_run() is None


def test_damaged_pages_are_shown(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, browser_as: Browsers) -> None:
    monkeypatch.setattr(db, "damaged_pages", lambda: ["page 7 is malformed"])
    assert check(clinic).damaged == ("page 7 is malformed",)
    html = browser_as("technician").get("/checks/").text
    assert "有数据页读不出来" in html and "page 7 is malformed" in html


def test_the_page_counts_in_the_background_and_polls_until_it_is_through(
    clinic: Clinic, browser_as: Browsers
) -> None:
    browser = browser_as("technician")
    before = browser.get("/checks/").text
    assert "还没有核对过" in before and "还没数" in before and "hx-trigger" not in before.split('id="statements"')[1]
    assert browser.post("/checks/run").status_code == 303
    services.runner.wait(DEADLINE)
    after = browser.get("/checks/run", **{"HX-Request": "true"}).text
    assert "全部相符" in after and 'hx-trigger="every 1s"' not in after
    assert after.count("相符</span>") == len(invariants.known()) + 1


def test_a_run_under_way_shows_its_progress(
    clinic: Clinic, browser_as: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    go, real = threading.Event(), invariants.results

    def slow() -> list[Result]:
        go.wait(DEADLINE)
        return real()

    monkeypatch.setattr(invariants, "results", slow)
    browser = browser_as("manager")
    browser.post("/checks/run")
    html = browser.get("/checks/run", **{"HX-Request": "true"}).text
    go.set()
    assert 'hx-trigger="every 1s"' in html and "<progress" in html


def test_every_title_is_plain_in_both_languages(clinic: Clinic, browser_as: Browsers) -> None:
    browser = browser_as("manager")
    assert all(one.title in browser.get("/checks/").text for one in invariants.known())
    browser.post("/language", {"language": "en", "next": "/checks/"})
    html = browser.get("/checks/").text
    assert [one.title for one in invariants.known() if one.title in html] == []


def test_only_those_who_look_after_the_clinic_see_the_checks(browser_as: Browsers) -> None:
    for role in ("registrar", "doctor", "nurse", "pharmacist", "cashier"):
        assert browser_as(role).get("/checks/").status_code == 403, role
        assert browser_as(role).post("/checks/run").status_code == 403, role
