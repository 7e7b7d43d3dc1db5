"""The LAN page: an explicit, audited choice of an administrator at the server's own PC."""

import json
import re

import pytest

from appliance.practice import PASSWORD
from clinic_app.kernel import db, ports
from clinic_app.kernel.errors import Refused
from clinic_app.modules.desks import rules
from tests.modules.desks.lan import ADDRESS, FINGERPRINT, HOST, NAME, KeptLan, Village

ON = {"names": NAME, "port": "8643", "proof": PASSWORD}


@pytest.fixture
def lan(clinic, app):
    ports.bound.lan = KeptLan()
    return ports.bound.lan


@pytest.fixture
def admin(lan, browser_as):
    return browser_as("administrator")


def trail(action):
    return [json.loads(one) for (one,) in db.rows("SELECT detail FROM audit WHERE action = ?", (action,))]


def test_switched_on_by_the_own_password_and_written_into_the_trail(admin, lan):
    asked = admin.post("/desks/lan/open", {**ON, "proof": ""})
    assert asked.status_code == 422 and 'name="proof"' in asked.text and lan.applied == 0
    assert admin.post("/desks/lan/open", ON).status_code == 303
    assert lan.choice.is_on and not lan.choice.is_plain and lan.choice.names == (NAME,)
    assert trail("desks.open_lan") == [{"fingerprint": FINGERPRINT, "names": NAME, "plain": 0, "port": 8643}]
    page = admin.get("/desks/lan").text
    assert f"https://{NAME}:8643/" in page and f"https://{ADDRESS}:8643/" in page and "AB:AB:AB:AB" in page


def test_a_name_that_needs_a_new_certificate_is_asked_about_first(admin, lan):
    admin.post("/desks/lan/open", ON)
    asked = admin.post("/desks/lan/open", {**ON, "names": "his.example.com"})
    assert asked.status_code == 422 and 'name="is_new_authority"' in asked.text and "重新装证书" in asked.text
    assert lan.applied == 1 and lan.choice.names == (NAME,)
    assert 'name="is_new_authority"' not in admin.get("/desks/lan").text
    sure = {**ON, "names": "his.example.com", "is_new_authority": "1"}
    assert admin.post("/desks/lan/open", sure).status_code == 303 and lan.choice.names == ("his.example.com",)


def test_without_a_paired_pc_it_says_what_comes_next(admin, lan):
    assert "先开院内网" in admin.get("/desks/lan").text
    admin.post("/desks/lan/open", ON)
    page = admin.get("/desks/lan").text
    assert "先开院内网" not in page and "选一个工位做配对码" in page


def test_the_card_has_the_fingerprint_compared_before_anything_is_installed(admin, lan):
    admin.post("/desks/lan/open", ON)
    card = admin.get("/desks/lan/card").text
    assert 0 < card.index("先对指纹") < card.index("选“安装证书”")


def test_plain_http_is_a_change_of_its_own_in_the_trail(admin, lan):
    admin.post("/desks/lan/open", ON)
    admin.post("/desks/lan/open", {**ON, "is_plain": "1"})
    assert lan.choice.is_plain and [one["plain"] for one in trail("desks.change_lan")] == [1]
    assert "不加密也答" in admin.get("/desks/lan").text


def test_a_double_click_switches_once(admin, lan):
    for _ in range(2):
        assert admin.post("/desks/lan/open", ON, once="one-key-of-one-form").status_code == 303
    assert lan.applied == 1 and len(trail("desks.open_lan")) == 1


def test_switched_off_keeps_names_and_port_for_the_next_time(admin, lan):
    admin.post("/desks/lan/open", ON)
    assert admin.post("/desks/lan/close").status_code == 303
    assert not lan.choice.is_on and lan.choice.names == (NAME,)
    assert len(trail("desks.end_lan")) == 1 and f'value="{NAME}"' in admin.get("/desks/lan").text


@pytest.mark.parametrize(
    "field, value, said",
    [
        ("names", "", "要填"),
        ("names", "a.b.local", "只能有一段"),
        ("names", "192.168.1.1", "不能当网上的名字"),
        ("names", "xian_gyi", "不能当网上的名字"),
        ("names", "localhost", "不能当网上的名字"),
        ("names", "a b c d e f", "最多 5 个"),
        ("names", '"]\nport = 1', "不能当网上的名字"),
        ("port", "0", "1 到 65535"),
        ("port", "70000", "1 到 65535"),
        ("port", "8e3", "1 到 65535"),
        ("port", "1", "用不了"),
    ],
)
def test_what_cannot_work_is_refused_beside_its_field_and_changes_nothing(admin, lan, field, value, said):
    refused = admin.post("/desks/lan/open", {**ON, field: value})
    assert refused.status_code == 422 and said in refused.text and lan.applied == 0
    assert trail("desks.open_lan") == []


def test_names_are_taken_as_people_type_them():
    assert rules.lan_names(" Xiangyi.local.，ＨＩＳ.lan xiangyi.local") == ("xiangyi.local", "his.lan")
    assert rules.lan_port("８６４３") == 8643
    with pytest.raises(Refused):
        rules.lan_names("a" * 64 + ".local")


@pytest.mark.parametrize("role", ["manager", "technician", "doctor", "auditor", "security_officer"])
def test_only_an_administrator_may(lan, browser_as, role):
    browser = browser_as(role)
    for path in ("/desks/lan", "/desks/lan/card", "/desks/lan/authority"):
        assert browser.get(path).status_code == 403
    for act in ("open", "close", "code"):
        assert browser.post(f"/desks/lan/{act}", ON).status_code == 403
    assert lan.applied == 0


def test_from_the_lan_itself_nothing_is_switched_and_no_code_is_made(admin, lan, app, clinic):
    from tests.modules.desks.test_pairing import paired

    admin.post("/desks/lan/open", ON)
    village = paired(app, admin, clinic.desk_of("cashier"))
    village.post("/sign-in", {"csrf": token(village, "/sign-in"), "staff_no": "0007", "password": PASSWORD})
    csrf = token(village, "/password")
    nurse = clinic.desk_of("nurse").hex()
    for act, more in (("open", {**ON, "is_plain": "1"}), ("close", {}), ("code", {"desk": nurse})):
        answer = village.post(f"/desks/lan/{act}", {"csrf": csrf, "once": f"from-afar-{act}-0001", **more})
        assert answer.status_code == 422 and "服务器那台电脑" in answer.text, act
    assert lan.applied == 1 and "只能在服务器那台电脑上改" in village.get("/desks/lan").text


def token(browser, path):
    return re.search(r'name="csrf" value="([^"]+)"', browser.get(path).text)[1]


def test_the_card_and_the_file_are_for_other_pcs(admin, lan):
    assert admin.get("/desks/lan/card").status_code == 422, "nothing to connect to yet"
    admin.post("/desks/lan/open", ON)
    card = admin.get("/desks/lan/card").text
    assert f"http://{ADDRESS}:8643/" in card and "AB:AB:AB:AB:AB:AB:AB:AB" in card and "data:image/png" in card
    got = admin.get("/desks/lan/authority")
    assert got.data == b"der" and "xiangyi-ca.crt" in got.headers["Content-Disposition"]


@pytest.mark.parametrize("trouble", ["port", "certificate", "ended", "authority", "expired", "clock", "no_address"])
def test_trouble_is_said_in_a_sentence(admin, lan, trouble):
    admin.post("/desks/lan/open", ON)
    lan.wrong = trouble
    page = admin.get("/desks/lan").text
    note = re.search(r'class="note (?:stop|warn)".*?<div class="s">([^<]+)', page, re.DOTALL)
    assert note and len(note[1]) > 10 and "%" not in note[1]
    assert ("院内网不通" in admin.get("/status/chips").text) is (trouble != "clock"), "a doubted clock shuts no door"


def test_where_no_lan_is_served_the_page_says_so(admin):
    ports.bound.lan = None
    assert admin.get("/desks/lan").status_code == 404


def test_the_lan_answers_for_its_own_names_and_this_pc_for_its_own(admin, lan, app):
    admin.post("/desks/lan/open", ON)
    assert Village(app).get("/pair").status_code == 200
    assert Village(app, host=f"{ADDRESS}:8643").get("/pair").status_code == 200
    for host in ("evil.test", "localhost", "127.0.0.1", f"{NAME}.evil.test"):
        assert Village(app, host=host).get("/pair").status_code == 421, host
    assert app.test_client().get("/sign-in", base_url=f"http://{HOST}").status_code == 421
    admin.post("/desks/lan/close")
    assert Village(app).get("/pair").status_code == 421


def test_after_a_restore_on_another_pc_the_page_says_who_must_trust_the_new_certificate(admin, lan, clinic):
    """The pairings came with the backup, the authority did not."""
    desk = clinic.desk_of("doctor")
    insert = "INSERT INTO lan_browser(id, token_hash, desk_id, address, paired_at) VALUES(?, ?, ?, '192.168.1.7', 1)"
    assert "不在备份里" not in admin.get("/desks/lan").text
    clinic.raw(insert, (b"p" * 16, b"h" * 32, desk))
    lan.fingerprint = ""
    page = admin.get("/desks/lan").text
    assert "不在备份里" in page and "1 台电脑要各装一次新证书" in page
