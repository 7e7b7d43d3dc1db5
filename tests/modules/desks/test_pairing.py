"""Pairing a browser on the LAN: one code, one browser, a few minutes; nothing is shown before it or after revoking."""

import re

import pytest

from appliance.practice import PASSWORD
from clinic_app.kernel import db, parameters, ports, sessions
from clinic_app.kernel.clock import SystemTime, clock
from clinic_app.modules.desks import queries, services
from clinic_app.modules.desks.services import pairing
from tests.house.test_routes import address, routes
from tests.modules.desks.lan import NAME, PORT, KeptLan, Village

OPEN = {"/pair", "/language"}


@pytest.fixture
def lan(clinic, app):
    pairing._wrong.clear()
    ports.bound.lan = KeptLan()
    ports.bound.lan.choice = ports.LanChoice(True, False, PORT, (NAME,))
    return ports.bound.lan


@pytest.fixture
def admin(lan, browser_as):
    return browser_as("administrator")


def code_for(admin, desk_id):
    page = admin.post("/desks/lan/code", {"desk": desk_id.hex(), "proof": PASSWORD}).text
    return re.search(r'id="code">([\d ]+)<', page)[1]


def type_code(village, code):
    csrf = re.search(r'name="csrf" value="([^"]+)"', village.get("/pair").text)[1]
    return village.post("/pair", {"csrf": csrf, "code": code})


def paired(app, admin, desk_id, *, plain=False):
    village = Village(app, plain=plain)
    assert type_code(village, code_for(admin, desk_id)).location == "/sign-in"
    return village


def sign_in(village, staff_no="0002"):
    csrf = re.search(r'name="csrf" value="([^"]+)"', village.get("/sign-in").text)[1]
    answer = village.post("/sign-in", {"csrf": csrf, "staff_no": staff_no, "password": PASSWORD})
    assert answer.status_code == 303
    return village


def test_before_pairing_no_page_but_the_pairing_page_is_answered(lan, app):
    village = Village(app)
    for rule, method, _view in routes(app):
        if rule.rule in OPEN:
            continue
        answer = village.get(address(rule)) if method == "GET" else village.post(address(rule), {"csrf": "x"})
        if method == "GET":
            assert (answer.status_code, answer.location) == (303, "/pair"), rule.rule
        else:
            assert answer.status_code == 403, rule.rule
    assert village.get("/sign-in", **{"HX-Request": "true"}).status_code == 403


def test_a_session_of_this_pc_is_worth_nothing_in_a_browser_that_is_no_desk(lan, app, clinic):
    actor = clinic.actor("administrator")
    session, _ = sessions.start(language="zh-CN", person_id=actor.person_id, desk_id=actor.desk_id)
    village = Village(app)
    village.keep("session", session)
    assert village.get("/people").location == "/pair"


def test_a_code_makes_one_browser_that_desk_for_good(lan, app, admin, clinic):
    desk = clinic.desk_of("doctor")
    village = sign_in(paired(app, admin, desk))
    assert "二诊室" in village.get("/password").text or "二诊室" in village.get("/").text
    assert ports.bound.desks.of_lan_browser(village.cookie("desk")) == desk
    stored = db.row("SELECT address, token_hash FROM lan_browser")
    assert stored[0] == "192.168.1.77" and village.cookie("desk").encode() not in stored[1]


def test_a_code_works_once_and_ends_with_the_next_of_its_desk(lan, app, admin, clinic):
    first = code_for(admin, clinic.desk_of("doctor"))
    assert "没有可用的配对码" not in type_code(Village(app), "00000000").text
    second = code_for(admin, clinic.desk_of("doctor"))
    assert type_code(Village(app), first).status_code == 422
    assert type_code(Village(app), second).status_code == 303
    assert "没有可用的配对码" in type_code(Village(app), second).text


def test_a_code_is_typed_as_people_type(lan, app, admin, clinic):
    code = code_for(admin, clinic.desk_of("nurse"))
    wide = "".join(chr(ord(one) + 0xFEE0) if one.isdigit() else "－" for one in code)
    assert type_code(Village(app), f" {wide} ").status_code == 303


def test_a_code_is_shown_once_and_stands_nowhere(lan, admin, clinic):
    fields = {"desk": clinic.desk_of("nurse").hex(), "proof": PASSWORD}
    shown = admin.post("/desks/lan/code", fields, once="one-key-of-one-form").text
    code = re.search(r'id="code">([\d ]+)<', shown)[1].replace(" ", "")
    again = admin.post("/desks/lan/code", fields, once="one-key-of-one-form")
    assert again.status_code == 303 and len(db.rows("SELECT 1 FROM pairing_code")) == 1
    for table in ("pairing_code", "audit", "once"):
        assert not [row for row in db.rows(f"SELECT * FROM {table}") if code in str(row)]


def test_a_code_ends_after_its_minutes(lan, app, admin, clinic):
    code = code_for(admin, clinic.desk_of("doctor"))
    minutes = parameters.value("desks.pairing_code_minutes", clock.read().on)
    newest = clock.newest

    class Later(SystemTime):
        def wall_ms(self):
            return super().wall_ms() + minutes * 60_000

    try:
        clock.start(newest, Later())
        assert "没有可用的配对码" in type_code(Village(app), code).text
    finally:
        clock.start(newest)


def test_a_code_ends_when_too_much_else_was_typed(lan, app, admin, clinic):
    code = code_for(admin, clinic.desk_of("doctor"))
    tries = parameters.value("desks.pairing_code_tries", clock.read().on)
    for place in range(tries - 1):
        assert type_code(Village(app, f"192.168.1.{place}"), "x").status_code == 422
    assert queries.open_codes(clock.read().at)
    type_code(Village(app, "192.168.2.1"), "x")
    assert "没有可用的配对码" in type_code(Village(app), code).text
    assert db.value("SELECT count(*) FROM audit WHERE action = 'desks.pairing_failed'") == tries


def test_who_guesses_soon_waits_and_others_do_not(lan, app, admin, clinic):
    code = code_for(admin, clinic.desk_of("doctor"))
    guesser = Village(app, "192.168.1.66")
    for _ in range(pairing.FREE_TRIES):
        assert type_code(guesser, "12345678").status_code == 422
    waits = type_code(guesser, code)
    assert waits.status_code == 429 and "秒后再试" in waits.text
    assert type_code(Village(app, "192.168.1.67"), code).status_code == 303


def test_wrong_codes_while_none_is_open_write_nothing(lan, app):
    before = db.value("SELECT count(*) FROM audit")
    for _ in range(20):
        assert type_code(Village(app), "12345678").status_code == 422
    assert db.value("SELECT count(*) FROM audit") == before


def test_revoking_shuts_the_browser_out_at_once_and_ends_its_sessions(lan, app, admin, clinic):
    village = sign_in(paired(app, admin, clinic.desk_of("doctor")))
    other = sign_in(paired(app, admin, clinic.desk_of("nurse")), "0003")
    assert village.get("/").status_code == 200
    one = next(one for one in queries.lan_browsers() if one.desk_id == clinic.desk_of("doctor"))
    assert admin.post(f"/desks/lan/browsers/{one.id.hex()}/revoke").status_code == 303  # the code asked for the proof
    assert village.get("/").location == "/pair"
    told = village.get("/pair").text
    assert 'id="was"' in told and queries.desk(one.desk_id).name in told, "it is told what happened"
    poll = village.get("/status/chips", **{"HX-Request": "true"})
    assert poll.status_code == 403
    assert sessions.find(village.cookie("session")) is None, "also on this PC, with the cookie carried there"
    assert other.get("/").status_code == 200 and admin.get("/").status_code == 200
    assert admin.post(f"/desks/lan/browsers/{one.id.hex()}/revoke").status_code == 404
    assert db.value("SELECT count(*) FROM audit WHERE action = 'desks.revoke_browser'") == 1


def test_revoking_asks_for_the_own_password_beside_the_desk(lan, app, admin, browser_as, clinic):
    paired(app, admin, clinic.desk_of("doctor"))
    later = browser_as("administrator")
    one = queries.lan_browsers()[0]
    url = f"/desks/lan/browsers/{one.id.hex()}/revoke"
    asked = later.post(url)
    assert asked.status_code == 422 and "你自己的密码或 PIN" in asked.text and queries.lan_browsers() == [one]
    assert later.post(url, {"proof": "not-it-at-all"}).status_code == 422 and queries.lan_browsers() == [one]
    assert later.post(url, {"proof": PASSWORD}).status_code == 303 and queries.lan_browsers() == []


def test_a_closed_desk_has_no_browsers_and_no_codes(lan, app, admin, clinic):
    desk = clinic.desk_of("nurse")
    village = sign_in(paired(app, admin, desk), "0003")
    code = code_for(admin, desk)
    clinic.run(clinic.actor("administrator"), lambda uow: services.close_desk(uow, desk))
    assert village.get("/").location == "/pair" and sessions.find(village.cookie("session")) is None
    assert type_code(Village(app), code).status_code == 422
    clinic.run(clinic.actor("administrator"), lambda uow: services.reopen_desk(uow, desk))
    assert village.get("/").location == "/pair"


def test_a_browser_paired_anew_leaves_its_former_desk(lan, app, admin, clinic):
    village = sign_in(paired(app, admin, clinic.desk_of("doctor")))
    former = village.cookie("desk")
    type_code(village, code_for(admin, clinic.desk_of("nurse")))
    assert village.cookie("desk") != former and [one.desk_name for one in queries.lan_browsers()] == ["护士站"]
    assert village.get("/").location.startswith("/sign-in"), "the session was begun at the other desk"


def test_a_preset_desk_cookie_is_worth_nothing(lan, app, admin, clinic):
    village = Village(app)
    village.keep("desk", "preset-by-somebody-else-0123456789")
    type_code(village, code_for(admin, clinic.desk_of("doctor")))
    assert not village.cookie("desk").startswith("preset")
    thief = Village(app)
    thief.keep("desk", "preset-by-somebody-else-0123456789")
    assert thief.get("/").location == "/pair"


def test_a_desk_chosen_on_this_pc_pairs_no_browser_on_the_lan(lan, app, clinic):
    ports.bound.desks.pair("cookie-of-the-clinics-own-pc", clinic.desk_of("cashier"))
    village = Village(app)
    village.keep("desk", "cookie-of-the-clinics-own-pc")
    assert village.get("/").location == "/pair"


def test_on_the_lan_no_desk_is_chosen_at_sign_in(lan, app, admin, clinic):
    village = paired(app, admin, clinic.desk_of("doctor"))
    page = village.get("/sign-in").text
    assert 'name="desk"' not in page
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    fields = {"csrf": csrf, "staff_no": "0002", "password": PASSWORD, "desk": clinic.desk_of("cashier").hex()}
    village.post("/sign-in", fields)
    assert sessions.find(village.cookie("session")).desk_id == clinic.desk_of("doctor")


def test_cookies_over_tls_are_bound_to_this_host_and_plain_ones_are_others(lan, app, admin, clinic):
    village = sign_in(paired(app, admin, clinic.desk_of("doctor")))
    for name in ("session", "desk"):
        kept = village.client.get_cookie(f"__Host-{name}", domain=NAME)
        assert kept.secure and kept.http_only and kept.same_site == "Strict" and kept.path == "/"
    plain = Village(app, plain=True)
    for name in ("session", "desk"):
        plain.keep(name, village.cookie(name))
    assert plain.get("/").status_code == 200, "the value is what counts, so plain HTTP is an audited choice"


def test_a_browser_that_never_was_a_desk_is_told_of_none(lan, app):
    assert 'id="was"' not in Village(app).get("/pair").text


def test_this_pc_needs_no_pairing(lan, app, browser_as):
    assert browser_as("cashier").get("/pair").location == "/"
    assert app.test_client().get("/sign-in").status_code == 200


def test_another_site_cannot_pair_and_a_form_without_token_neither(lan, app, admin, clinic):
    code = code_for(admin, clinic.desk_of("doctor"))
    village = Village(app)
    csrf = re.search(r'name="csrf" value="([^"]+)"', village.get("/pair").text)[1]
    assert village.post("/pair", {"code": code}).status_code == 403
    assert village.post("/pair", {"csrf": csrf, "code": code}, Origin="https://evil.test").status_code == 403
    assert village.post("/pair", {"csrf": csrf, "code": code, "desk_id": "1"}).status_code == 422
    assert queries.open_codes(clock.read().at)
