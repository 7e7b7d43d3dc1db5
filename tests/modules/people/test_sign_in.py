"""Sign-in: by staff number or pick, with slow-down, audit and a new session id."""

import contextlib
import html
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from clinic_app.kernel import db, ports, sessions
from clinic_app.kernel.errors import Refused
from clinic_app.modules.people import queries, services
from tests.conftest import hidden
from tests.modules.people.signing import PASSWORD, cookie, move_clock, post, sign_in

WRONG = "人和密码对不上"


def audits(action: str) -> int:
    return db.value("SELECT count(*) FROM audit WHERE action = ?", (action,))


def test_staff_number_and_password_open_the_home_page(app: Any) -> None:
    client = app.test_client()
    answer = sign_in(client, "0001")
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/").status_code == 200
    assert audits("people.signed_in") == 1


def test_a_picked_person_signs_in_and_is_picked_on_this_pc_next_time(app: Any) -> None:
    client = app.test_client()
    doctor = queries.find_by_staff_no("0002")
    assert doctor
    answer = post(client, "/sign-in", "/sign-in", person=doctor.id.hex(), staff_no="", password=PASSWORD)
    assert answer.status_code == 303
    assert cookie(client, "lately") == doctor.id.hex()
    post(client, "/", "/sign-out")
    assert f'value="{doctor.id.hex()}" checked' in client.get("/sign-in").get_data(as_text=True)


def test_goes_on_to_the_page_that_was_asked_for_but_never_to_another_site(app: Any) -> None:
    client = app.test_client()
    assert client.get("/password").location == "/sign-in?next=/password"
    assert sign_in(client, "0001", next="/password").location == "/password"


@pytest.mark.parametrize(
    "evil",
    ["//evil.test", "https://evil.test", "/\\evil.test", "\\evil.test", "%2f%2fevil.test", "/%2fevil.test",
     "/%5cevil.test",
     "javascript:alert(1)", "data:text/html,x", "/\t/evil.test", "evil.test", "/.evil.test", "/@evil.test", "",
     "/status/chips", "/no-such-page?next=//evil.test", "/lock?x=1", "/people/../../evil?x=1", "/health\r\nX: y"],
)  # fmt: skip
def test_a_way_back_that_is_no_page_of_ours_leads_home(evil: str, app: Any) -> None:
    assert sign_in(app.test_client(), "0001", next=evil).location == "/"
    client = app.test_client()
    sign_in(client, "0001")
    assert client.get("/sign-in", query_string={"next": evil}).location == "/"


def test_a_page_of_ours_keeps_its_query(app: Any) -> None:
    client = app.test_client()
    way = client.get("/checks/audit?action=people.&staff_no=0004").location
    assert way.startswith("/sign-in?next=/checks/audit")
    page = client.get(way).get_data(as_text=True)
    for_language, wanted = (html.unescape(one) for one in re.findall(r'name="next" value="([^"]*)"', page))
    english = {"csrf": hidden(page, "csrf"), "language": "en", "next": for_language}
    back = client.post("/language", data=english).location
    assert f'name="next" value="{html.escape(wanted)}"' in client.get(back).get_data(as_text=True)
    assert sign_in(client, "0007", next=wanted).location == "/checks/audit?action=people.&staff_no=0004"


def test_the_sign_in_page_shows_no_patient(app: Any) -> None:
    page = app.test_client().get("/sign-in").get_data(as_text=True)
    has_patients = db.value("SELECT count(*) FROM sqlite_master WHERE name = 'patient'")
    patients = db.rows("SELECT name FROM patient") if has_patients else []
    assert "王慧" in page
    assert not [name for (name,) in patients if name in page]


def test_a_wrong_password_is_counted_audited_and_keeps_what_was_typed(app: Any) -> None:
    answer = sign_in(app.test_client(), "0001", "not this one")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert WRONG in page
    assert 'value="0001"' in page
    assert "not this one" not in page
    assert audits("people.sign_in_failed") == 1
    assert db.value("SELECT sum(failures) FROM sign_in_failure") == 3  # the account, the browser, and both together


def test_unknown_closed_and_wrong_get_the_same_sentence(app: Any, clinic: Any) -> None:
    clinic.raw("UPDATE person SET is_active = 0 WHERE staff_no = '0003'")
    for staff_no in ("9999", "0003", "0001", "<script>", "' OR 1=1--"):
        assert WRONG in sign_in(app.test_client(), staff_no, "not this one").get_data(as_text=True)
        clinic.raw("DELETE FROM sign_in_failure")


def test_an_unknown_person_takes_as_long_as_a_known_one(app: Any, clinic: Any) -> None:
    def spent(staff_no: str) -> float:
        client, times = app.test_client(), []
        for _try in range(4):
            clinic.raw("DELETE FROM sign_in_failure")
            began = time.perf_counter()
            sign_in(client, staff_no, "not this one")
            times.append(time.perf_counter() - began)
        return min(times)

    known, unknown = spent("0001"), spent("9999")
    assert abs(known - unknown) < 0.4 * max(known, unknown)


def test_the_sixth_try_must_wait_a_second_and_says_so(app: Any, monkeypatch: Any) -> None:
    moved = move_clock(monkeypatch)
    client = app.test_client()
    for _try in range(5):
        assert sign_in(client, "0001", "not this one").status_code == 422
    early = sign_in(client, "0001")
    assert early.status_code == 429
    assert "等 1 秒" in early.get_data(as_text=True)
    moved.ahead_ms = 1_500
    assert sign_in(client, "0001").status_code == 303
    assert db.value("SELECT count(*) FROM sign_in_failure") == 0


def test_nobody_is_locked_out_after_a_thousand_wrong_passwords(app: Any, clinic: Any, monkeypatch: Any) -> None:
    moved = move_clock(monkeypatch)
    client = app.test_client()
    sign_in(client, "0001", "not this one")
    clinic.raw("UPDATE sign_in_failure SET failures = 1000")
    assert "等 60 秒" in sign_in(client, "0001").get_data(as_text=True)
    moved.ahead_ms = 61_000
    assert sign_in(client, "0001").status_code == 303


def test_trying_many_people_from_one_device_is_slowed_down_too(app: Any) -> None:
    """Twenty tries, spread so thin that no account is tried often; dropping the cookies helps nobody."""
    for number in range(20):
        assert sign_in(app.test_client(), f"{number % 10 + 1:04}", "not this one").status_code == 422
    assert sign_in(app.test_client(), "0010", "not this one").status_code == 429


def desk_browser(app: Any, place: int) -> Any:
    """A browser that somebody paired with a desk."""
    assert ports.bound.desks
    client = app.test_client()
    assert sign_in(client, "0008", desk=ports.bound.desks.choices()[place][0].hex()).status_code == 303
    post(client, "/", "/sign-out")
    return client


def test_typing_errors_at_one_desk_slow_no_other_desk_of_the_same_pc(app: Any) -> None:
    here, there = desk_browser(app, 0), desk_browser(app, 1)
    for _try in range(5):
        assert sign_in(here, "0001", "not this one").status_code == 422
    assert sign_in(here, "0001").status_code == 429
    assert sign_in(there, "0002").status_code == 303  # somebody else
    post(there, "/", "/sign-out")
    assert sign_in(there, "0001").status_code == 303  # and the same person, at the own desk


def test_an_account_tried_from_many_desks_is_slowed_down_at_all_of_them(app: Any) -> None:
    browsers = [desk_browser(app, place) for place in range(6)]
    for browser in browsers[:5]:
        for _try in range(4):
            assert sign_in(browser, "0001", "not this one").status_code == 422
    assert sign_in(browsers[5], "0001").status_code == 429


def test_a_desk_cookie_that_nobody_was_given_counts_as_none(app: Any) -> None:
    for number in range(5):
        client = app.test_client()
        client.set_cookie("desk", f"made-up-{number}-made-up-made-up")
        sign_in(client, "0001", "not this one")
    assert sign_in(app.test_client(), "0001").status_code == 429


def test_six_wrong_passwords_say_longer_and_longer_pauses(app: Any, monkeypatch: Any) -> None:
    moved, client, said = move_clock(monkeypatch), app.test_client(), []
    for _try in range(7):
        said.append(sign_in(client, "0001", "not this one").get_data(as_text=True))
        moved.ahead_ms += 5_000
    for text, seconds in zip(said[4:], (1, 2, 4), strict=True):
        assert f"先等 {seconds} 秒再试" in text


def test_a_waiting_try_is_not_compared_and_not_counted(app: Any) -> None:
    client = app.test_client()
    for _try in range(5):
        sign_in(client, "0001", "not this one")
    before = db.value("SELECT sum(failures) FROM sign_in_failure")
    sign_in(client, "0001", "not this one")
    assert db.value("SELECT sum(failures) FROM sign_in_failure") == before


@pytest.mark.parametrize(("browsers", "most"), [(1, 5), (40, 20)])
def test_a_burst_of_guesses_does_not_slip_past_the_pause(
    browsers: int, most: int, clinic: Any, monkeypatch: Any
) -> None:
    moved = move_clock(monkeypatch)
    monkeypatch.setattr(moved, "monotonic_ms", lambda: 10**9)  # on a slow machine no pause runs out meanwhile
    registrar = queries.find_by_staff_no("0001")

    def guess(number: int) -> None:
        with contextlib.suppress(Refused):
            place = services.Place("10.0.0.1", f"10.0.0.{number % browsers}")
            services.sign_in("0001", registrar, f"guess-{number}", place=place, desk_id=None, language="en")

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(guess, range(40)))
    assert 1 <= audits("people.sign_in_failed") <= most


def test_sign_in_gives_a_new_session_and_the_one_before_is_dead(app: Any) -> None:
    client = app.test_client()
    client.set_cookie("session", "preset-by-somebody-else")
    sign_in(client, "0001")
    first = cookie(client, "session")
    assert first != "preset-by-somebody-else"
    post(client, "/", "/sign-in", staff_no="0002", password=PASSWORD)
    assert cookie(client, "session") != first
    assert sessions.find(first) is None


def test_after_sign_out_the_old_cookie_is_worth_nothing(app: Any) -> None:
    client = app.test_client()
    sign_in(client, "0001")
    old = cookie(client, "session")
    assert post(client, "/", "/sign-out").location == "/sign-in"
    client.set_cookie("session", old)
    assert client.get("/").status_code == 303
    assert audits("people.signed_out") == 1


def test_refuses_a_post_without_the_visitors_token(app: Any) -> None:
    client = app.test_client()
    client.get("/sign-in")
    assert client.post("/sign-in", data={"staff_no": "0001", "password": PASSWORD}).status_code == 403
    assert client.post("/sign-in", data={"csrf": "x", "staff_no": "0001", "password": PASSWORD}).status_code == 403


def test_refuses_fields_it_does_not_know(app: Any) -> None:
    client = app.test_client()
    assert sign_in(client, "0001", role="administrator").status_code == 422
    assert client.get("/").status_code == 303


def test_hostile_texts_are_refused_in_words(app: Any, clinic: Any) -> None:
    for text in ("\0", "x" * 1_000_000, "\u202e0001", "𠮷" * 50, "%s%(code)s"):
        answer = sign_in(app.test_client(), text, text)
        assert answer.status_code == 422
        clinic.raw("DELETE FROM sign_in_failure")


def test_a_password_typed_into_the_wrong_field_is_stored_nowhere(app: Any, clinic: Any) -> None:
    sign_in(app.test_client(), "my-secret-words", "0001")
    assert not db.rows("SELECT 1 FROM audit WHERE detail LIKE '%my-secret%'")
    assert db.value("SELECT min(length(key)) FROM sign_in_failure") == 32


def test_a_scanned_badge_picks_its_owner_and_asks_for_the_password(app: Any, clinic: Any) -> None:
    doctor = queries.find_by_staff_no("0002")
    assert doctor
    clinic.raw("UPDATE account SET badge_no = 'BADGE-0002' WHERE person_id = ?", (doctor.id,))
    for staff_no, password in (("badge-0002", ""), ("", "badge-0002"), ("0001", "badge-0002")):
        answer = sign_in(app.test_client(), staff_no, password)
        assert answer.status_code == 200
        assert f'value="{doctor.id.hex()}" checked' in answer.get_data(as_text=True)
    assert audits("people.sign_in_failed") == 0
    assert sign_in(app.test_client(), "badge-0002", "not this one").status_code == 422
    assert sign_in(app.test_client(), "badge-0002").status_code == 303


def test_a_wrong_password_makes_the_browser_no_desk(app: Any, clinic: Any) -> None:
    """Nor a desk whose quick switch then asks for six digits only."""
    assert ports.bound.desks
    desk = ports.bound.desks.choices()[0][0]
    client = app.test_client()
    assert sign_in(client, "0001", "wrong-password", desk=desk.hex()).status_code == 422
    assert not cookie(client, "desk") and db.value("SELECT count(*) FROM paired_browser") == 0
    assert sign_in(client, "0001", desk=desk.hex()).status_code == 303
    assert ports.bound.desks.of_browser(cookie(client, "desk")) == desk


def test_the_wrong_try_that_begins_a_pause_says_how_long_it_is(app: Any, monkeypatch: Any) -> None:
    move_clock(monkeypatch)
    client = app.test_client()
    said = [sign_in(client, "9999", "not this one").get_data(as_text=True) for _try in range(5)]
    assert all(WRONG in one for one in said[:4]) and "先等 1 秒" in said[4]


def test_focus_starts_where_typing_is_due(app: Any) -> None:
    """A staff number may be typed at once; after a try without a password only the password is missing."""
    client = app.test_client()
    fresh = client.get("/sign-in").get_data(as_text=True)
    assert re.search(r'<input[^>]*id="staff-no"[^>]* autofocus', fresh)
    empty = sign_in(client, "0001", "").get_data(as_text=True)
    assert re.search(r'<input[^>]*id="password"[^>]* autofocus', empty)
    assert len(re.findall(r" autofocus", empty)) == len(re.findall(r" autofocus", fresh)) == 1


def test_who_sits_at_a_desk_begins_with_the_daily_work_and_home_leads_to_the_patients(app: Any) -> None:
    assert ports.bound.desks
    desk = ports.bound.desks.choices()[0][0]
    client = app.test_client()
    assert sign_in(client, "0001", desk=desk.hex()).location == "/registration/"
    home = client.get("/").get_data(as_text=True)
    assert '<a href="/registration/" data-key="F2">' in home
    assert re.search(r'<a class="tile" href="/registration/" autofocus>', home)


def test_somebody_signs_in_at_the_desk_of_the_last_time_unless_another_choice_is_made(app: Any) -> None:
    assert ports.bound.desks
    desk = ports.bound.desks.choices()[1][0]
    sign_in(app.test_client(), "0005", desk=desk.hex())

    def desk_after(staff_no: str, choice: str) -> Any:
        browser = app.test_client()
        assert '<option value="last">' in browser.get("/sign-in").text
        assert sign_in(browser, staff_no, desk=choice).status_code == 303
        return db.value("SELECT desk_id FROM session ORDER BY created_at DESC, id DESC LIMIT 1")

    assert desk_after("0005", "last") == desk
    assert desk_after("0005", "") is None
    assert desk_after("0005", "last") == desk
    assert desk_after("0001", "last") is None


@pytest.mark.parametrize(("language", "words"), [("zh_CN", "没选工位 · 不能打印"), ("en", "No desk · cannot print")])
def test_who_works_at_a_desk_and_has_none_is_told_before_the_first_paper(app: Any, language: str, words: str) -> None:
    cashier, manager = app.test_client(), app.test_client()
    for browser, staff_no in ((cashier, "0005"), (manager, "0006")):
        post(browser, "/sign-in", "/language", language=language, next="/sign-in")
        sign_in(browser, staff_no)
    chip = f'<li class="chip warn" title="{words}"><a href="/sign-in?other=1">{words}</a>'
    assert chip in cashier.get("/status/chips").text
    assert words not in manager.get("/status/chips").text
