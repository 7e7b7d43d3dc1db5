"""Acts that give or take rights ask the administrator's own password or PIN again, once in five minutes."""

import re
from typing import Any

import pytest

from clinic_app.kernel import db
from clinic_app.modules.people import queries
from tests.modules.people.signing import PASSWORD, PIN, move_clock, sign_in

ACTS = ("code", "roles", "close")


def of(staff_no: str) -> str:
    found = queries.find_by_staff_no(staff_no)
    assert found
    return found.id.hex()


def fields(act: str) -> dict[str, str]:
    return {"roles": "nurse"} if act == "roles" else {}


@pytest.mark.parametrize("act", ACTS)
def test_asks_for_the_own_password_before_anything_changes(act: str, browser_as: Any) -> None:
    administrator, url = browser_as("administrator"), f"/people/{of('0006')}/{act}"
    before = db.value("SELECT max(seq) FROM audit")
    asked = administrator.post(url, fields(act))
    assert asked.status_code == 422 and "先输你自己的密码或 PIN" in asked.text
    assert re.search(r'<input[^>]*name="proof" type="password"[^>]* autofocus', asked.text)
    assert db.value("SELECT max(seq) FROM audit") == before
    wrong = administrator.post(url, {**fields(act), "proof": "not this one"})
    assert wrong.status_code == 422 and "什么都还没改" in wrong.text and "not this one" not in wrong.text
    assert db.value("SELECT action FROM audit ORDER BY seq DESC LIMIT 1") == "people.sign_in_failed"
    assert administrator.post(url, {**fields(act), "proof": PASSWORD}).status_code in (200, 303)
    last = db.value("SELECT action FROM audit WHERE action NOT LIKE 'people.proved' ORDER BY seq DESC LIMIT 1")
    assert last.startswith("people.") and last != "people.sign_in_failed"


def test_a_new_person_with_a_slip_is_asked_for_too_and_keeps_what_was_typed(browser_as: Any) -> None:
    administrator = browser_as("administrator")
    typed = {"staff_no": "0051", "name": "高远", "roles": "administrator"}
    asked = administrator.post("/people", {**typed, "slip": "1"})
    assert asked.status_code == 422 and 'value="高远"' in asked.text and queries.find_by_staff_no("0051") is None
    assert 'id="code"' in administrator.post("/people", {**typed, "slip": "1", "proof": PASSWORD}).text


def test_without_a_slip_a_new_person_can_do_nothing_and_nobody_is_asked(browser_as: Any) -> None:
    typed = {"staff_no": "0051", "name": "高远", "roles": "administrator"}
    assert browser_as("administrator").post("/people", typed).status_code == 303


def test_asks_once_in_five_minutes_and_in_each_session(browser_as: Any, monkeypatch: Any) -> None:
    moved, administrator = move_clock(monkeypatch), browser_as("administrator")
    url = f"/people/{of('0006')}/roles"
    assert administrator.post(url, {"roles": "nurse", "proof": PASSWORD}).status_code == 303
    moved.ahead_ms += 4 * 60_000
    assert administrator.post(url, {"roles": "doctor"}).status_code == 303
    assert browser_as("administrator").post(url, {"roles": "nurse"}).status_code == 422
    moved.ahead_ms += 2 * 60_000
    assert administrator.post(url, {"roles": "nurse"}).status_code == 422


def test_the_pin_will_do_on_a_day_of_the_password_at_a_desk(app: Any, browser_as: Any) -> None:
    sign_in(app.test_client(), "0007")
    administrator = browser_as("administrator")
    assert administrator.post(f"/people/{of('0006')}/close", {"proof": PIN}).status_code == 303


def test_guessing_here_is_slowed_down_as_at_sign_in(browser_as: Any) -> None:
    administrator, url = browser_as("administrator"), f"/people/{of('0006')}/code"
    for _try in range(5):
        administrator.post(url, {"proof": "not this one"})
    waiting = administrator.post(url, {"proof": PASSWORD})
    assert "秒再试" in waiting.text and queries.staff_member(bytes.fromhex(of("0006"))).account == "open"  # type: ignore[union-attr]


def test_no_hash_of_the_password_is_stored_with_the_command(browser_as: Any) -> None:
    """A repeat of the form with another password, or none, is the same command."""
    administrator, url, key = browser_as("administrator"), f"/people/{of('0006')}/roles", "one-key-for-one-form"
    administrator.post(url, {"roles": "nurse", "proof": PASSWORD}, once=key)
    again = administrator.post(url, {"roles": "nurse"}, once=key)
    assert again.status_code == 303 and again.headers.get("Replayed") == "1"


@pytest.mark.parametrize("once", ["", "short", "é" * 20])
def test_a_form_without_its_key_is_no_fault_of_a_field(once: str, browser_as: Any) -> None:
    administrator = browser_as("administrator")
    answer = administrator.post("/people", {"staff_no": "0051", "name": "高远", "roles": "nurse"}, once=once)
    assert answer.status_code == 422 and 'id="staff_no-msg"' not in answer.text
    assert "once.missing" in answer.text and 'id="staff"' not in answer.text


def test_the_key_of_another_form_is_no_fault_of_a_field(browser_as: Any) -> None:
    administrator, key = browser_as("administrator"), "one-key-for-one-form"
    administrator.post("/people", {"staff_no": "0051", "name": "高远", "roles": "nurse"}, once=key)
    answer = administrator.post("/people", {"staff_no": "0052", "name": "高远", "roles": "nurse"}, once=key)
    assert answer.status_code == 422 and "once.other_body" in answer.text and 'id="staff"' not in answer.text


def test_rights_taken_away_are_gone_in_every_open_browser_at_once(app: Any, browser_as: Any) -> None:
    browsers = [app.test_client(), app.test_client()]
    for one in browsers:
        sign_in(one, "0006")
        assert one.get("/people").status_code == 200
    administrator = browser_as("administrator")
    administrator.post(f"/people/{of('0006')}/roles", {"roles": "nurse", "proof": PASSWORD})
    assert [one.get("/people").status_code for one in browsers] == [303, 303]
    assert [one.post("/people", data={"csrf": "x"}).status_code for one in browsers] == [403, 403]


def test_a_closed_account_ends_in_every_open_browser_at_once(app: Any, browser_as: Any) -> None:
    client, doctor = app.test_client(), of("0002")
    sign_in(client, "0002")
    browser_as("administrator").post(f"/people/{doctor}/close", {"proof": PASSWORD})
    assert client.get("/").location.startswith("/sign-in")
    poll = client.get("/status/chips", headers={"HX-Request": "true"})
    assert poll.status_code == 401 and "signedOut" in poll.headers["HX-Trigger"]
