"""Quick switch by PIN, lock and unlock."""

import json
from typing import Any

import pytest

from clinic_app.kernel import db, ports, sessions
from clinic_app.modules.people import queries, services
from tests.modules.people.signing import PASSWORD, PIN, cookie, move_clock, post, sign_in

HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(app: Any, clinic: Any) -> bytes:
    """A desk of this clinic, as the sign-in page offers it."""
    assert ports.bound.desks
    return ports.bound.desks.choices()[0][0]


@pytest.fixture
def paired(app: Any, desk: bytes) -> Any:
    """A browser at a desk where doctor 0002 signed in by password today; registrar 0001 is there now."""
    client = app.test_client()
    sign_in(client, "0002", desk=desk.hex())
    post(client, "/", "/sign-out")
    sign_in(client, "0001")
    return client


def switch(client: Any, staff_no: str, pin: str = PIN) -> Any:
    return post(client, "/switch", "/switch", staff_no=staff_no, pin=pin)


def test_the_desk_chosen_at_sign_in_stays_with_the_browser(paired: Any, desk: bytes) -> None:
    session = sessions.find(cookie(paired, "session"))
    assert session and session.desk_id == desk


def test_a_colleague_takes_over_by_pin_in_a_new_session(paired: Any, desk: bytes) -> None:
    before = cookie(paired, "session")
    assert switch(paired, "0002").location == "/doctor"  # the daily work, not the home page
    session = sessions.find(cookie(paired, "session"))
    doctor = queries.find_by_staff_no("0002")
    assert session and doctor and (session.person_id, session.desk_id) == (doctor.id, desk)
    assert sessions.find(before) is None


def test_refuses_a_pin_before_that_days_password(paired: Any) -> None:
    assert switch(paired, "0003").status_code == 422
    session = sessions.find(cookie(paired, "session"))
    registrar = queries.find_by_staff_no("0001")
    assert session and registrar and session.person_id == registrar.id


def test_refuses_yesterdays_password(paired: Any, clinic: Any) -> None:
    clinic.raw("UPDATE account SET password_on = '2020-01-01'")
    assert switch(paired, "0002").status_code == 422


def test_refuses_a_pin_where_no_desk_is_paired(app: Any) -> None:
    client = app.test_client()
    sign_in(client, "0002")
    answer = post(client, "/password", "/switch", staff_no="0002", pin=PIN)
    assert "还没有定工位" in answer.get_data(as_text=True)


def test_five_wrong_pins_and_only_the_password_helps(paired: Any, monkeypatch: Any) -> None:
    moved = move_clock(monkeypatch)
    for _try in range(5):
        moved.ahead_ms += 70_000
        switch(paired, "0002", "908172")
    moved.ahead_ms += 70_000
    assert switch(paired, "0002").status_code == 422
    moved.ahead_ms += 70_000
    sign_in_again = post(paired, "/password", "/sign-in", staff_no="0002", password=PASSWORD)
    assert sign_in_again.status_code == 303
    assert switch(paired, "0002").location == "/doctor"


def test_a_password_is_no_pin(paired: Any) -> None:
    assert switch(paired, "0002", PASSWORD).status_code == 422


def test_the_overlay_locks_and_unlocks_and_the_page_stays(browser_as: Any) -> None:
    browser = browser_as("doctor")
    assert browser.post("/lock", **HTMX).status_code == 204
    assert browser.get("/").location == "/locked?next=/"
    refused = browser.post("/unlock", {"password": "not this one"}, **HTMX)
    assert refused.status_code == 422
    assert "密码或 PIN 不对" in refused.get_data(as_text=True)
    opened = browser.post("/unlock", {"password": PASSWORD}, **HTMX)
    assert opened.status_code == 204
    assert "unlocked" in json.loads(opened.headers["HX-Trigger"])
    assert browser.get("/").status_code == 200


def test_the_lock_page_goes_on_to_where_it_came_from(browser_as: Any) -> None:
    browser = browser_as("doctor")
    assert browser.post("/lock").location == "/locked"
    assert "李志远" in browser.get("/locked?next=/password").get_data(as_text=True)
    assert browser.post("/unlock", {"password": PASSWORD, "next": "/password"}).location == "/password"


def test_the_pin_unlocks_at_a_desk_on_a_day_of_the_password(paired: Any) -> None:
    post(paired, "/", "/lock")
    answer = post(paired, "/locked", "/unlock", password=PIN)
    assert answer.status_code == 303


def test_another_persons_password_does_not_unlock(paired: Any, clinic: Any) -> None:
    from clinic_app.modules.people import services

    doctor = queries.find_by_staff_no("0002")
    assert doctor
    clinic.run(clinic.actor("administrator"), lambda uow: services.set_password(uow, doctor.id, "another-word-9"))
    post(paired, "/", "/lock")
    assert post(paired, "/locked", "/unlock", password="another-word-9").status_code == 422


def test_a_colleague_may_switch_at_a_locked_screen(paired: Any) -> None:
    post(paired, "/", "/lock")
    assert switch(paired, "0002").location == "/doctor"
    assert paired.get("/").status_code == 200


def test_a_pause_locks_by_the_monotonic_clock_whatever_the_wall_clock_says(browser_as: Any, monkeypatch: Any) -> None:
    browser = browser_as("doctor")
    moved = move_clock(monkeypatch)
    assert browser.get("/").status_code == 200
    moved.ahead_ms = 16 * 60_000
    assert browser.get("/").location == "/locked?next=/"


def test_lock_and_unlock_are_audited(browser_as: Any) -> None:
    browser = browser_as("doctor")
    browser.post("/lock")
    browser.post("/unlock", {"password": PASSWORD})
    rows = db.rows("SELECT action FROM audit WHERE action IN ('people.locked', 'people.unlocked') ORDER BY seq")
    assert rows == [("people.locked",), ("people.unlocked",)]


def test_the_password_just_set_counts_as_that_days_password_for_the_pin(app: Any, clinic: Any, paired: Any) -> None:
    """The PIN chosen after a one-time code works the same day."""
    clinic.raw("UPDATE account SET password_on = NULL, password_hash = NULL WHERE person_id ="
               " (SELECT id FROM person WHERE staff_no = '0003')")
    found = queries.find_by_staff_no("0003")
    assert found
    code = services.new_code()
    clinic.run(clinic.actor("administrator"), lambda uow: services.give_one_time_code(uow, found.id, code))
    nurse = app.test_client()
    sign_in(nurse, "0003", code)
    own = "spring rice 27"
    post(nurse, "/first-password", "/first-password", password=own, again=own, pin="908172")
    assert switch(paired, "0003", "908172").status_code == 303


def test_another_person_signs_in_by_password_and_ends_the_session_before(paired: Any) -> None:
    before = cookie(paired, "session")
    page = paired.get("/switch").get_data(as_text=True)
    assert 'href="/sign-in?other=1"' in page and "data-back" in page
    assert paired.get("/sign-in").status_code == 303
    assert 'name="password"' in paired.get("/sign-in?other=1").get_data(as_text=True)
    wrong = post(paired, "/sign-in?other=1", "/sign-in", staff_no="0002", password="not this one")
    assert wrong.status_code == 422 and sessions.find(before) is not None
    assert post(paired, "/sign-in?other=1", "/sign-in", staff_no="0002", password=PASSWORD).location == "/doctor"
    now, doctor = sessions.find(cookie(paired, "session")), queries.find_by_staff_no("0002")
    assert now and doctor and now.person_id == doctor.id and sessions.find(before) is None
