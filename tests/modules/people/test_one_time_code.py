"""One-time codes: a first sign-in, a forgotten password, the last administrator."""

import re
import threading
from typing import Any

import pytest

from clinic_app.kernel import db, sessions
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.rights import SYSTEM
from clinic_app.modules.people import queries, services
from tests.conftest import hidden
from tests.modules.people.signing import PASSWORD, cookie, move_clock, post, sign_in

OWN = "three-willow-trees"
PROOF = {"proof": PASSWORD}


def person(staff_no: str) -> queries.Person:
    found = queries.find_by_staff_no(staff_no)
    assert found
    return found


def slip_code(page: str) -> str:
    found = re.search(r'id="code">([^<]+)<', page)
    assert found
    return found.group(1)


@pytest.fixture
def code(browser_as: Any) -> str:
    """A code for nurse 0003 who forgot the password."""
    answer = browser_as("administrator").post(f"/people/{person('0003').id.hex()}/code", PROOF)
    assert answer.status_code == 200
    return slip_code(answer.get_data(as_text=True))


def test_the_code_leads_to_an_own_password_and_nowhere_else(app: Any, code: str) -> None:
    client = app.test_client()
    assert sign_in(client, "0003", code.lower()).location == "/first-password"
    assert client.get("/").location == "/first-password"
    assert client.get("/people").status_code == 403
    answer = post(client, "/first-password", "/first-password", password=OWN, again=OWN, pin="")
    assert answer.location == "/"
    assert client.get("/").status_code == 200
    assert sign_in(app.test_client(), "0003", OWN).location == "/"


def test_the_code_is_dead_once_the_password_is_set(app: Any, code: str) -> None:
    client = app.test_client()
    sign_in(client, "0003", code)
    before = cookie(client, "session")
    post(client, "/first-password", "/first-password", password=OWN, again=OWN, pin="908172")
    assert cookie(client, "session") != before
    assert sign_in(app.test_client(), "0003", code).status_code == 422


def test_the_forgotten_password_and_open_sessions_end_with_the_new_code(app: Any, browser_as: Any) -> None:
    client = app.test_client()
    sign_in(client, "0003")
    browser_as("administrator").post(f"/people/{person('0003').id.hex()}/code", PROOF)
    assert client.get("/").location.startswith("/sign-in")
    assert sign_in(app.test_client(), "0003", PASSWORD).status_code == 422


def test_two_windows_that_set_different_passwords_have_one_winner(app: Any, code: str, monkeypatch: Any) -> None:
    """Both forms are sent at once; the slower one is told and changes nothing."""
    client = app.test_client()
    sign_in(client, "0003", code)
    token, csrf = cookie(client, "session"), hidden(client.get("/first-password").get_data(as_text=True), "csrf")
    answers: dict[str, Any] = {}

    def take(own: str) -> None:
        window = app.test_client()
        window.set_cookie("session", token)
        answers[own] = window.post("/first-password", data={"csrf": csrf, "password": own, "again": own, "pin": ""})

    monkeypatch.setattr(queries, "login", meeting(queries.login, threading.Barrier(2)))
    windows = [threading.Thread(target=take, args=(own,)) for own in (OWN, "four-willow-trees")]
    for one in windows:
        one.start()
    for one in windows:
        one.join()
    monkeypatch.undo()
    winner, loser = sorted(answers, key=lambda own: answers[own].status_code)
    assert (answers[winner].status_code, answers[loser].status_code) == (303, 409)
    assert "在另一个窗口设好了" in answers[loser].get_data(as_text=True)
    assert sign_in(app.test_client(), "0003", winner).location == "/"
    assert sign_in(app.test_client(), "0003", loser).status_code == 422


def meeting(login: Any, both: threading.Barrier) -> Any:
    """`login` that lets both windows see the account before either writes."""
    met: set[int] = set()

    def seen(person_id: bytes) -> Any:
        found = login(person_id)
        if threading.get_ident() not in met:
            met.add(threading.get_ident())
            both.wait(10)
        return found

    return seen


def test_the_code_dies_after_a_day(app: Any, code: str, monkeypatch: Any) -> None:
    moved = move_clock(monkeypatch)
    moved.ahead_ms = 24 * 3_600_000 + 1000
    assert sign_in(app.test_client(), "0003", code).status_code == 422


def test_a_newer_code_ends_the_one_before(app: Any, browser_as: Any, code: str) -> None:
    answer = browser_as("administrator").post(f"/people/{person('0003').id.hex()}/code", PROOF)
    assert sign_in(app.test_client(), "0003", code).status_code == 422
    assert sign_in(app.test_client(), "0003", slip_code(answer.get_data(as_text=True))).status_code == 303


def test_the_slip_is_shown_once_and_the_code_stands_nowhere_in_clear(browser_as: Any, code: str) -> None:
    browser, url = browser_as("administrator"), f"/people/{person('0004').id.hex()}/code"
    shown = slip_code(browser.post(url, PROOF, once="one-slip-key-0001").get_data(as_text=True))
    again = browser.post(url, PROOF, once="one-slip-key-0001")
    assert again.status_code == 303
    plain = shown.replace("-", "")
    for table in ("once", "audit", "outbox", "one_time_code"):
        assert not [row for row in db.rows(f"SELECT * FROM {table}") if plain in str(row) or shown in str(row)]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"password": OWN, "again": "another"}, "两次输的密码不一样"),
        ({"password": "short", "again": "short"}, "密码至少 8 个字"),
        ({"password": "password123", "again": "password123"}, "太常见"),
        ({"password": PASSWORD, "again": PASSWORD}, "练习用的固定密码"),
        ({"password": "rain-0003-rain", "again": "rain-0003-rain"}, "不要带“0003”"),
        ({"password": OWN, "again": OWN, "pin": "123456"}, "太好猜"),
        ({"password": OWN, "again": OWN, "pin": "12"}, "PIN 要 6 位数字"),
    ],
)
def test_a_weak_own_password_is_refused_in_words_and_changes_nothing(
    app: Any, code: str, fields: dict[str, str], sentence: str
) -> None:
    client = app.test_client()
    sign_in(client, "0003", code)
    answer = post(client, "/first-password", "/first-password", **{"pin": "", **fields})
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert client.get("/").location == "/first-password"


def test_changing_the_own_password_asks_for_the_current_one(app: Any) -> None:
    client = app.test_client()
    sign_in(client, "0002")
    wrong = post(client, "/password", "/password", current="not this one", password=OWN, again=OWN, pin="")
    assert wrong.status_code == 422
    assert "现在的密码不对" in wrong.get_data(as_text=True)
    assert post(client, "/password", "/password", current=PASSWORD, password=OWN, again=OWN, pin="").location == "/"
    assert sign_in(app.test_client(), "0002", OWN).status_code == 303


def test_the_console_reset_is_told_at_the_next_three_administrator_sign_ins(app: Any, clinic: Any) -> None:
    made = clinic.run(SYSTEM, services.reset_last_administrator)
    assert made["staff_no"] == "0007"
    client = app.test_client()
    assert sign_in(client, "0007", made["code"]).location == "/first-password"
    told = [post(client, "/first-password", "/first-password", password=OWN, again=OWN, pin="").status_code]
    told += [sign_in(app.test_client(), "0007", OWN).status_code for _time in range(3)]
    assert told == [200, 200, 200, 303]
    assert "重置" in sign_in_page_text(app, clinic)
    assert db.value("SELECT count(*) FROM audit WHERE action = 'people.reset_last_administrator'") == 1


def sign_in_page_text(app: Any, clinic: Any) -> str:
    clinic.raw("UPDATE one_time_code SET shown = 2")
    return sign_in(app.test_client(), "0007", OWN).get_data(as_text=True)


def test_others_are_not_told_of_a_console_reset(app: Any, clinic: Any) -> None:
    clinic.run(SYSTEM, services.reset_last_administrator)
    assert sign_in(app.test_client(), "0001").status_code == 303


def test_a_code_for_somebody_who_left_is_refused(clinic: Any) -> None:
    administrator = clinic.actor("administrator")
    clinic.run(administrator, lambda uow: services.close_account(uow, person("0004").id))
    with pytest.raises(Refused) as refused:
        clinic.run(administrator, lambda uow: services.give_one_time_code(uow, person("0004").id, "ABCDEFGH"))
    assert refused.value.code == "people.closed"


def test_a_locked_screen_of_a_person_without_a_password_ends_and_asks_for_the_code(app: Any, code: str) -> None:
    """There is nothing to unlock it by, and nobody who sits down there may set the password."""
    client = app.test_client()
    sign_in(client, "0003", code)
    token, csrf = cookie(client, "session"), hidden(client.get("/first-password").text, "csrf")
    found = sessions.find(token)
    assert found
    sessions.lock(found)
    taken = client.post("/first-password", data={"csrf": csrf, "password": OWN, "again": OWN})
    assert taken.location == "/sign-in" and sessions.find(token) is None
    assert client.get("/").location.startswith("/sign-in")
    assert sign_in(client, "0003", code).location == "/first-password"


def test_a_locked_screen_of_a_person_without_a_password_leads_to_sign_in(app: Any, code: str) -> None:
    client = app.test_client()
    sign_in(client, "0003", code)
    found = sessions.find(cookie(client, "session"))
    assert found
    sessions.lock(found)
    url = "/"
    for _ in range(4):
        url = client.get(url).location or url
    assert url.startswith("/sign-in") and client.get(url).status_code == 200
