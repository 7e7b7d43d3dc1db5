"""The pages of papers, devices, the virtual printer and the virtual reader: who sees what, and what a click does."""

import re
from dataclasses import replace

import pytest

from clinic_app.kernel import db, installation, jobs, ports
from clinic_app.modules.desks import gateway, queries
from tests.modules.desks.conftest import copies, print_due

NAME = "陈桂英"
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def doubted(queue):
    """A paper of the cashier's desk that nobody knows came out."""
    job_id = queue("cashier")
    jobs.claim()
    jobs.doubt_interrupted()
    return job_id


@pytest.fixture
def real_clinic(clinic, monkeypatch):
    """The same database taken for a real clinic's."""
    monkeypatch.setattr(installation, "_current", replace(installation.current(), is_practice=False))


def url(job_id, act):
    return f"/printing/jobs/{job_id.hex()}/{act}"


def test_the_papers_page_asks_about_a_paper_of_unknown_fate(browser_as, doubted):
    page = browser_as("cashier").get("/printing/jobs").text
    assert "出纸了吗？" in page and NAME in page


def test_an_answer_leads_back_to_the_list_without_the_question(browser_as, doubted):
    browser = browser_as("cashier")
    answer = browser.post(url(doubted, "answer"), {"came_out": "yes"})
    assert (answer.status_code, answer.location) == (303, "/printing/jobs")
    page = browser.get("/printing/jobs").text
    assert "出纸了吗？" not in page and "没有卡住的纸" in page and "记下了" in page


def test_a_double_click_on_no_queues_the_paper_once(browser_as, doubted):
    browser = browser_as("cashier")
    for _ in range(2):
        assert browser.post(url(doubted, "answer"), {"came_out": "no"}, once="one-key-of-one-form").status_code == 303
    assert copies() == [(1, "queued")]


def test_an_unclear_answer_changes_nothing(browser_as, doubted):
    answer = browser_as("cashier").post(url(doubted, "answer"), {"came_out": "maybe"})
    assert answer.status_code == 422 and jobs.find(doubted).state == "unknown"


@pytest.mark.parametrize("role", ["nurse", "doctor", "manager"])
def test_another_desks_paper_does_not_exist_for_a_colleague(browser_as, doubted, role):
    browser = browser_as(role)
    assert browser.get(url(doubted, "status")).status_code == 404
    for act in ("answer", "give-up", "reprint"):
        body = {"came_out": "yes"} if act == "answer" else {}
        assert browser.post(url(doubted, act), body).status_code == 404
    assert copies() == [(1, "unknown")] and NAME not in browser.get("/printing/jobs").text


@pytest.mark.parametrize("role", ["technician", "auditor"])
def test_who_has_no_papers_is_refused(browser_as, queue, role):
    browser, receipt = browser_as(role), queue("cashier", document="charging.receipt")
    assert browser.get("/printing/jobs").status_code == 403
    assert browser.get(url(receipt, "status")).status_code == 404


def test_only_the_care_team_reads_the_patients_name(browser_as, queue):
    queue("manager")
    page = browser_as("manager").get("/printing/jobs").text
    assert "打印机测试页" in page and NAME not in page


def test_the_status_asks_again_until_it_is_final(browser_as, clinic, queue):
    job_id, browser = queue("cashier"), browser_as("cashier")
    waiting = browser.get(url(job_id, "status"), **FRAGMENT).text
    assert 'hx-trigger="every 1s"' in waiting and 'id="print-status"' in waiting
    gateway.virtual_printer(clinic.desk_of("cashier")).set_state("off")
    print_due()
    off = browser.get(url(job_id, "status"), **FRAGMENT).text
    assert 'hx-trigger="every 1s"' in off and "打印机关着" in off
    gateway.virtual_printer(clinic.desk_of("cashier")).set_state("on")
    clinic.raw("UPDATE job SET next_at = 0")
    print_due()
    done = browser.get(url(job_id, "status"), **FRAGMENT).text
    assert "hx-trigger" not in done and "已打印" in done


@pytest.mark.parametrize(
    "reason, said",
    [
        ("layout: 'total'", "单据的格式有错"),
        ("given_up", "有人选了不打"),
        ("a code of tomorrow", "打印机没有接下这张纸"),
    ],
)
def test_every_reason_is_said_in_words(browser_as, clinic, queue, reason, said):
    job_id = queue("cashier")
    clinic.raw("UPDATE job SET state = 'refused', reason = ?", (reason,))
    page = browser_as("cashier").get(url(job_id, "status"), **FRAGMENT).text
    assert said in page and reason not in page


def test_the_status_fragment_takes_the_answer_and_goes_on_polling(browser_as, doubted):
    browser = browser_as("cashier")
    asked = browser.get(url(doubted, "status"), **FRAGMENT).text
    assert "出纸了吗？" in asked and "hx-trigger" not in asked
    again = browser.post(url(doubted, "answer"), {"came_out": "no"}, **FRAGMENT)
    assert again.status_code == 200 and 'hx-trigger="every 1s"' in again.text


def test_a_reprint_from_the_list_is_marked(browser_as, queue):
    job_id, browser = queue("cashier"), browser_as("cashier")
    print_due()
    assert browser.post(url(job_id, "reprint")).status_code == 303
    assert "补打 1" in browser.get("/printing/jobs").text
    assert copies() == [(1, "printed"), (2, "queued")]


def test_the_list_is_sent_again_only_when_it_changed(browser_as, queue):
    job_id, browser = queue("cashier"), browser_as("cashier")
    seen = re.search(r"seen=([0-9a-f]+)", browser.get("/printing/jobs").text)[1]
    assert browser.get(f"/printing/jobs/list?seen={seen}", **FRAGMENT).status_code == 204
    print_due()
    changed = browser.get(f"/printing/jobs/list?seen={seen}", **FRAGMENT)
    assert changed.status_code == 200 and job_id.hex() in changed.text


def test_the_printer_chip_says_what_matters_most(browser_as, clinic, queue, printer_of):
    def chips():
        return re.findall(r'class="(chip[^"]*)"[^>]*><a[^>]*>([^<]*)', browser_as("cashier").get("/status/chips").text)

    assert chips() == [("chip", "打印机"), ("chip", "读卡器")]
    gateway.virtual_printer(clinic.desk_of("cashier")).set_state("off")
    queue("cashier")
    assert chips()[0] == ("chip warn", "打印机 等 1 张")
    print_due()
    assert chips()[0] == ("chip off", "打印机连不上 等 1 张")
    printer_of("cashier", "none")
    assert chips()[0] == ("chip warn", "没接打印机 等 1 张")
    clinic.raw("UPDATE job SET state = 'sending'")
    jobs.doubt_interrupted()
    assert chips()[0] == ("chip off", "打印机 1 张待确认")


def test_the_virtual_printer_shows_each_paper_as_a_picture(browser_as, clinic, queue):
    queue("cashier")
    print_due()
    browser, desk = browser_as("cashier"), clinic.desk_of("cashier").hex()
    page = browser.get(f"/virtual-printer/{desk}").text
    assert f"/virtual-printer/{desk}/1.png" in page
    picture = browser.get(f"/virtual-printer/{desk}/1.png")
    assert picture.mimetype == "image/png" and picture.data.startswith(b"\x89PNG")
    assert browser.get(f"/virtual-printer/{desk}/2.png").status_code == 404


def test_a_patients_paper_is_logged_as_read(browser_as, clinic, queue):
    queue("cashier")
    print_due()
    browser_as("cashier").get(f"/virtual-printer/{clinic.desk_of('cashier').hex()}/1.png")
    assert db.rows("SELECT patient_id, screen FROM access_log") == [(b"p" * 16, "desks.virtual_paper")]


def test_in_practice_the_technician_sees_the_papers_of_any_desk(browser_as, clinic, queue):
    queue("cashier")
    print_due()
    desk = clinic.desk_of("cashier").hex()
    assert browser_as("technician").get(f"/virtual-printer/{desk}/1.png").status_code == 200


def test_in_a_real_clinic_the_technician_sees_no_paper(browser_as, clinic, queue, real_clinic):
    queue("cashier")
    print_due()
    browser, desk = browser_as("technician"), clinic.desk_of("cashier").hex()
    page = browser.get(f"/virtual-printer/{desk}")
    assert page.status_code == 200 and ".png" not in page.text
    assert browser.get(f"/virtual-printer/{desk}/1.png").status_code == 403


def test_in_a_real_clinic_the_care_team_sees_the_own_desks_papers_only(browser_as, clinic, queue, real_clinic):
    queue("cashier")
    print_due()
    own = clinic.desk_of("cashier").hex()
    assert browser_as("cashier").get(f"/virtual-printer/{own}/1.png").status_code == 200
    assert browser_as("nurse").get(f"/virtual-printer/{own}/1.png").status_code == 404


def test_the_switch_turns_the_virtual_printer_off_and_on(browser_as, clinic, queue):
    browser, desk = browser_as("cashier"), clinic.desk_of("cashier")
    place = f"/virtual-printer/{desk.hex()}/state"
    assert browser.post(place, {"state": "off"}).status_code == 303
    queue("cashier")
    assert print_due().reason == "off"
    browser.post(place, {"state": "on"})
    assert print_due().state == "printed", "what waited is due at once"
    assert browser.post(place, {"state": "on fire"}).status_code == 422
    assert gateway.virtual_printer(desk).state() == "on"


def test_a_practice_card_is_laid_on_and_taken_off(browser_as, clinic):
    browser, desk = browser_as("registrar"), clinic.desk_of("registrar")
    assert browser.post("/virtual-card/place", {"card": "0"}).status_code == 303
    assert ports.bound.cards.read(desk).name == "陈桂英"
    assert "青溪镇柳树村" in browser.get("/virtual-card").text
    browser.post("/virtual-card/remove")
    assert ports.bound.cards.read(desk) is None


def test_a_typed_card_may_have_a_wrong_number_but_not_a_wrong_form(browser_as, clinic):
    browser, desk = browser_as("registrar"), clinic.desk_of("registrar")
    hostile = "<img src=x onerror=alert(1)>"
    typed = {"number": "123", "name": hostile, "sex": "2", "born_on": "1987-04-31", "address": ""}
    refused = browser.post("/virtual-card/place", typed)
    assert refused.status_code == 422 and "1987-04-31" in refused.text and hostile not in refused.text
    assert ports.bound.cards.read(desk) is None
    assert browser.post("/virtual-card/place", {**typed, "born_on": "1987-04-30"}).status_code == 303
    assert ports.bound.cards.read(desk).number == "123"


@pytest.mark.parametrize("card", ["9", "-1", "1.0", "１", "999999999999999999999999"])
def test_a_card_that_is_not_on_the_list_is_refused(browser_as, clinic, card):
    assert browser_as("registrar").post("/virtual-card/place", {"card": card}).status_code == 404
    assert ports.bound.cards.read(clinic.desk_of("registrar")) is None


def test_in_a_real_clinic_only_who_looks_after_devices_lays_a_virtual_card(browser_as, clinic, real_clinic):
    assert browser_as("cashier").post("/virtual-card/place", {"card": "0"}).status_code == 403
    assert ports.bound.cards.read(clinic.desk_of("cashier")) is None
    assert browser_as("administrator").get("/virtual-card").status_code == 200


@pytest.mark.parametrize("role", ["cashier", "doctor", "manager", "auditor"])
def test_only_who_looks_after_devices_changes_desks(browser_as, role):
    browser = browser_as(role)
    assert browser.get("/desks").status_code == 403
    assert browser.post("/desks/add", {"name": "我的窗"}).status_code == 403


def test_a_desk_is_added_and_changed_on_the_page(browser_as, clinic):
    browser = browser_as("technician")
    fields = {
        "name": "收费 2号窗",
        "room_id": "",
        "printer_kind": "network",
        "printer_address": "192.168.1.50",
        "reader_kind": "none",
    }
    assert browser.post("/desks/add", fields).status_code == 303
    desk = queries.desk(queries.desk_named("收费 2号窗"))
    assert "192.168.1.50" in browser.get(f"/desks/{desk.id.hex()}").text
    room = queries.rooms()[0]
    browser.post(f"/desks/{desk.id.hex()}/change", {**fields, "room_id": room.id.hex()})
    assert queries.desk(desk.id).room_id == room.id


def test_a_wrong_desk_keeps_what_was_typed_and_says_what_is_wrong(browser_as):
    before = queries.desks()
    typed = {"name": "收费 2号窗", "room_id": "", "printer_kind": "network", "printer_address": "打印机"}
    answer = browser_as("administrator").post("/desks/add", {**typed, "reader_kind": "none"})
    assert answer.status_code == 422
    assert answer.headers["HX-Trigger-After-Settle"] == '{"focus": "#printer_address"}'
    assert "不像打印机的地址" in answer.text and 'value="收费 2号窗"' in answer.text
    assert queries.desks() == before


def test_a_field_that_the_form_does_not_have_is_refused(browser_as):
    answer = browser_as("administrator").post("/desks/rooms/add", {"code": "9", "name": "九", "is_admin": "1"})
    assert answer.status_code == 422 and all(room.code != "9" for room in queries.rooms())


def test_a_room_is_closed_on_the_page(browser_as):
    room, browser = queries.rooms()[0], browser_as("administrator")
    fields = {"code": room.code, "name": room.name, "speciality": room.speciality}
    browser.post(f"/desks/rooms/{room.id.hex()}/change", fields)
    assert queries.room(room.id).is_open == 0 and "停诊" in browser.get("/desks").text


def test_the_technician_follows_a_test_page(browser_as, clinic):
    browser = browser_as("technician")
    sent = browser.post(f"/desks/{clinic.desk_of('cashier').hex()}/test-print")
    page = browser.get(sent.location).text
    place = re.search(r'hx-get="(/printing/jobs/[0-9a-f]{32}/status)"', page)[1]
    assert "HX-Trigger" not in browser.get(place, **FRAGMENT).headers
    print_due()
    printed = browser.get(place, **FRAGMENT)
    assert "已打印" in printed.text and "paperEnded" in printed.headers["HX-Trigger"]
    assert 'hx-trigger="paperEnded from:body" hx-target="#desk-rows"' in page and '<tbody id="desk-rows">' in page


@pytest.mark.parametrize("bad", ["", "x", "0" * 31, "G" * 32, "0" * 32])
def test_a_made_up_id_is_never_a_fault(browser_as, bad):
    browser = browser_as("administrator")
    for place in (f"/desks/{bad}", f"/desks/rooms/{bad}", f"/printing/jobs/{bad}/status", f"/virtual-printer/{bad}"):
        assert browser.get(place).status_code in (200, 303, 403, 404)
    assert browser.get(f"/desks?paper={bad}").status_code == 200


def test_f9_on_the_papers_page_asks_for_the_answer_that_is_missing(browser_as, doubted):
    browser = browser_as("cashier")
    page = browser.get("/printing/jobs").text
    assert 'value="yes" data-key="1"' in page and 'value="no" data-key="2"' in page
    answer = browser.post("/printing/jobs/retry", headers={"HX-Request": "true"})
    assert answer.status_code == 422 and "有 1 张还不知道出没出来" in answer.text
    assert jobs.find(doubted).state == "unknown"
