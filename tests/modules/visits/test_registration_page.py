"""The registration screen: a stranger, a known person, a card, records that resemble, wrong fields."""

import json
import re

import pytest

from clinic_app.kernel import clock, db, ports, sessions
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ports import Card
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries, services

HTMX = {"HX-Request": "true"}


class Reader:
    """A reader with this card on it."""

    def __init__(self, card):
        self.card = card

    def read(self, _desk_id):
        if isinstance(self.card, Refused):
            raise self.card
        return self.card


@pytest.fixture
def desk(browser_as):
    return browser_as("registrar")


@pytest.fixture
def room(clinic):
    return desks.rooms()[1]


@pytest.fixture
def stranger(room):
    return {
        "name": "沈冬青", "sex": "2", "born_on": "65.3.18", "payer": "self", "kind": "general", "room": room.id.hex(),
        "allergy_state": "none",
    }  # fmt: skip


def known(desk, letters):
    """The form of a known person, as the page draws it, ready to be posted."""
    person = patients.search(letters)[0]
    html = desk.get(f"/registration/form?patient={person.id.hex()}", **HTMX).text
    form = {}
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        is_off = 'type="radio"' in tag and " checked" not in tag
        if name and not is_off and 'type="checkbox"' not in tag and " disabled" not in tag:
            form.setdefault(name[1], []).append(value[1] if value else "")
    form["payer"] = re.search(r'<option value="(\w+)" selected', html)[1]
    return {name: value for name, value in form.items() if name not in ("csrf", "once")}


def visits_today():
    return queries.today(clock.today())


def test_an_allergy_history_nobody_asked_for_is_called_so_in_both_languages(desk):
    page = desk.get("/registration/").text
    assert "还没问" in page and "不清楚" not in page
    desk.post("/language", {"language": "en", "next": "/registration/"})
    assert "Not asked yet" in desk.get("/registration/").text


def test_a_stranger_is_recorded_registered_and_printed_at_once(desk, stranger, room):
    answer = desk.post("/registration/", stranger, **HTMX)
    assert answer.status_code == 200
    events = json.loads(answer.headers["HX-Trigger"])
    assert events == {"toast": f"挂号成功，1 号，{room.name}"}
    assert answer.headers["HX-Trigger-After-Settle"] == '{"focus": "#q"}'
    (visit,) = visits_today()
    assert (visit.name, visit.born_on, visit.room_id, visit.queue_no) == ("沈冬青", "1965-03-18", room.id, 1)
    assert db.value("SELECT count(*) FROM job WHERE document = 'visits.slip'") == 1


@pytest.mark.parametrize(("shows", "is_there"), [("", True), ("waiting", False), ("waiting all", False)])
def test_the_queue_comes_with_the_answer_and_keeps_its_filter(clinic, desk, stranger, shows, is_there):
    desk.post("/registration/", known(desk, "cgy"), **HTMX)
    clinic.run(clinic.actor("doctor"), lambda uow: services.start_consultation(uow, visits_today()[0].visit_id))
    answer = desk.post("/registration/", {**stranger, "queue_shows": shows}, **HTMX).text
    beside = answer[answer.index('hx-swap-oob="innerHTML:#queue"') :]
    assert "沈冬青" in beside and ("陈桂英" in beside) is is_there
    assert f'name="queue_shows" value="{shows}"' in beside


def test_without_script_the_page_comes_back_with_its_toast(desk, stranger, room):
    answer = desk.post("/registration/", stranger)
    assert answer.status_code == 303
    assert f"挂号成功，1 号，{room.name}" in desk.get("/registration/").text


def test_pressing_twice_registers_once(desk, stranger):
    for _ in range(2):
        assert desk.post("/registration/", stranger, once="pressed-twice-000001", **HTMX).status_code == 200
    assert len(visits_today()) == 1
    assert desk.post("/registration/", {**stranger, "name": "别人"}, once="pressed-twice-000001").status_code == 422


def test_a_known_person_is_registered_as_the_form_shows_him(desk):
    form = known(desk, "cgy")
    assert desk.post("/registration/", form, **HTMX).status_code == 200
    (visit,) = visits_today()
    assert visit.name == "陈桂英" and patients.patient(visit.patient_id).rev == 1
    assert "今天已挂 1 号" in desk.get(f"/registration/form?patient={visit.patient_id.hex()}", **HTMX).text


def test_who_waits_already_today_is_registered_again_only_when_asked_twice(desk):
    form = known(desk, "cgy")
    desk.post("/registration/", form, **HTMX)
    again = known(desk, "cgy")
    answer = desk.post("/registration/", again, **HTMX)
    assert answer.status_code == 422 and len(visits_today()) == 1
    assert f"陈桂英今天已挂 1 号，在{visits_today()[0].room_name}候诊" in answer.text
    assert desk.post("/registration/", {**again, "noticed": re.search(r'name="noticed" value="(1)"', answer.text)[1]},
                     **HTMX).status_code == 200  # fmt: skip
    assert len(visits_today()) == 2


def test_who_is_with_the_doctor_already_is_said_so(clinic, desk):
    desk.post("/registration/", known(desk, "cgy"), **HTMX)
    visit = visits_today()[0].visit_id
    clinic.run(clinic.actor("doctor"), lambda uow: services.start_consultation(uow, visit))
    assert "正在" in desk.post("/registration/", known(desk, "cgy"), **HTMX).text


def test_the_room_chosen_beforehand_has_a_doctor_when_any_room_has(clinic, desk, stranger):
    rooms = [one for one in desks.rooms() if one.code != "F"]
    desk.post("/registration/", {**stranger, "room": rooms[-1].id.hex()}, **HTMX)
    clinic.run(clinic.actor("doctor"), lambda uow: services.start_consultation(uow, visits_today()[0].visit_id))
    page = desk.get("/registration/").text
    chosen = re.search(r'name="room" value="(\w{32})"(?: id="room")? checked', page)
    assert queries.rooms_with_a_doctor(clock.today()) == {rooms[-1].id} and chosen[1] == rooms[-1].id.hex()


def test_a_doctor_who_signed_in_at_a_desk_of_the_room_counts_as_there(clinic):
    room = [one for one in desks.rooms() if one.is_open][-1]
    place = desks.desks()[0]
    clinic.raw("UPDATE desk SET room_id = ? WHERE id = ?", (room.id, place.id))
    assert queries.rooms_with_a_doctor(clock.today()) == set()
    sessions.start(language="zh-CN", person_id=clinic.actor("cashier").person_id, desk_id=place.id)
    assert queries.rooms_with_a_doctor(clock.today()) == set()
    sessions.start(language="zh-CN", person_id=clinic.actor("doctor").person_id, desk_id=place.id)
    assert queries.rooms_with_a_doctor(clock.today()) == {room.id}


def test_one_person_found_is_chosen_by_enter_and_of_several_none(desk):
    assert "data-no-default" not in desk.get("/registration/search?q=cgy", **HTMX).text
    several = desk.get("/registration/search?q=w", **HTMX).text
    assert "data-no-default" in several and "用 ↑↓ 选" in several


def test_the_same_identity_number_leaves_no_way_to_a_second_record(desk, stranger):
    same = {**stranger, "identity_number": "990499195805020021"}
    shown = desk.post("/registration/duplicates", same, **HTMX).text
    assert "陈桂英" in shown and "只能是这份档案" in shown and "都不是，新建档案" not in shown
    other = desk.post("/registration/duplicates", {**stranger, "name": "陈桂英", "born_on": "1958-05-02"}, **HTMX).text
    assert "都不是，新建档案" in other


def test_phone_and_allergies_are_put_right_while_registering(desk):
    form = {**known(desk, "wds"), "phone": "19900009901", "allergy_state": "none"}
    assert desk.post("/registration/", form, **HTMX).status_code == 200
    found = patients.patient(visits_today()[0].patient_id)
    assert (found.phone, found.allergy_state) == ("19900009901", "none")


def test_a_record_changed_meanwhile_is_asked_about_and_then_saved(desk):
    first, second = known(desk, "ljg"), known(desk, "ljg")
    desk.post("/registration/", {**first, "phone": "19900009902"}, **HTMX)
    answer = desk.post("/registration/", {**second, "phone": "19900009903", "noticed": "1"}, **HTMX)
    assert answer.status_code == 409
    assert "19900009902" in answer.text and "19900009903" in answer.text
    rev = re.search(r'name="rev" value="(\d+)"', answer.text)[1]
    again = {**second, "phone": "19900009903", "rev": rev, "noticed": "1"}
    assert desk.post("/registration/", again, **HTMX).status_code == 200
    assert patients.search("ljg")[0].phone == "19900009903"


def test_a_resembling_record_is_shown_before_anything_is_saved(desk, stranger):
    desk.post("/registration/", stranger, **HTMX)
    answer = desk.post("/registration/", {**stranger, "born_on": "1965-03-18"}, **HTMX)
    assert answer.status_code == 422 and "可能已有档案" in answer.text and 'data-key="1"' in answer.text
    assert answer.headers["HX-Trigger-After-Settle"] == '{"focus": "#matches"}'
    assert len(visits_today()) == 1
    none = desk.post("/registration/duplicates", {**stranger, "rule_out": "1"}, **HTMX)
    ruled_out = re.search(r'name="not_these" value="([0-9a-f,]+)"', none.text)[1]
    assert desk.post("/registration/", {**stranger, "not_these": ruled_out}, **HTMX).status_code == 200
    assert len({visit.patient_id for visit in visits_today()}) == 2


def test_choosing_the_resembling_record_keeps_what_it_lacks(desk, stranger):
    desk.post("/registration/", stranger, **HTMX)
    chosen = visits_today()[0].patient_id.hex()
    answer = desk.post("/registration/form", {**stranger, "phone": "19900009904", "chosen": chosen}, **HTMX)
    assert f'name="patient" value="{chosen}"' in answer.text and 'value="19900009904"' in answer.text


@pytest.mark.rule("ID-04")
def test_an_age_over_120_is_asked_once_and_then_believed(desk, stranger):
    old = {**stranger, "born_on": "1899-01-01"}
    answer = desk.post("/registration/", old, **HTMX)
    assert answer.status_code == 422 and 'name="noticed" value="1"' in answer.text
    assert desk.post("/registration/", {**old, "noticed": "1"}, **HTMX).status_code == 200


@pytest.mark.rule("ID-02")
def test_a_bad_check_digit_is_refused_and_the_visit_is_saved_without_a_number(desk, stranger):
    answer = desk.post("/registration/", {**stranger, "identity_number": "620499198503120018", "noticed": "1"}, **HTMX)
    assert answer.status_code == 422 and "最后一位应是 9" in answer.text and visits_today() == []
    assert desk.post("/registration/", {**stranger, "identity_number": ""}, **HTMX).status_code == 200
    assert patients.patient(visits_today()[0].patient_id).identity_number == ""


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "还没写姓名"),
        ("name", "沈\x00青", "看不见的符号"),
        ("name", "x" * 1_000_000, "姓名最多 100 个字"),
        ("sex", "", "还没选性别"),
        ("sex", "x", "性别没有"),
        ("born_on", "", "还没写出生日期"),
        ("born_on", "三月", "看不懂出生日期"),
        ("born_on", "999", "年龄最多"),
        ("identity_number", "990499196503180025", "最后一位应是 4"),
        ("identity_number", "\x00", "身份证号要 18 位"),
        ("phone", "1390056220", "现在 10 位"),
        ("phone", "１３９００５６２２０", "现在 10 位"),
        ("address", "x" * 1_000_000, "最多写 200 个字"),
        ("payer", "gold", "费别没有"),
        ("kind", "dance", "就诊类型没有"),
        ("room", "", "还没选诊室"),
        ("room", "zz", "还没选诊室"),
        ("allergy_state", "known", "还没写对什么过敏"),
        ("allergy_state", "?", "过敏史没有"),
    ],
)
def test_every_wrong_field_says_so_beside_itself_and_keeps_what_was_typed(desk, stranger, field, value, sentence):
    answer = desk.post("/registration/", {**stranger, "address": "别处 7 号", field: value}, **HTMX)
    assert answer.status_code == 422 and sentence in answer.text
    assert answer.headers["HX-Retarget"] == "#reg-form"
    assert "沈冬青" in answer.text or field == "name"
    assert "别处 7 号" in answer.text or field == "address"
    assert visits_today() == [] and patients.search("沈冬青") == []


def test_a_form_of_many_megabytes_is_refused_with_a_sentence(desk, stranger):
    answer = desk.post("/registration/", {**stranger, "address": "村" * 1_000_000}, **HTMX)
    assert answer.status_code == 413 and 'class="refusal"' in answer.text
    assert visits_today() == []


def test_full_width_digits_are_understood(desk, stranger):
    typed = {"phone": "１９９００００９９０５", "born_on": "１９６５－０３－１８"}
    desk.post("/registration/", {**stranger, **typed}, **HTMX)
    assert patients.search("沈冬青")[0].phone == "19900009905"


def test_an_age_stands_for_a_birth_date_and_says_that_it_is_a_guess(desk, stranger):
    desk.post("/registration/", {**stranger, "born_on": "61岁"}, **HTMX)
    (visit,) = visits_today()
    assert visit.is_birth_estimated and visit.born_on[:4] == str(clock.today().year - 61)


@pytest.mark.parametrize(
    ("typed", "said"), [("61", "约61岁"), ("-5", "5天"), ("65.3.18", "1965-03-18"), ("三月", ""), ("", "")]
)
def test_a_typed_birth_date_or_age_is_read_back(desk, stranger, typed, said):
    answer = desk.post("/registration/duplicates", {**stranger, "born_on": typed}, **HTMX).text
    beside = re.search(r'id="born-said" hx-swap-oob="true">([^<]*)<', answer)[1]
    assert said in beside and (" · " in beside) is bool(said)


@pytest.mark.rule("ID-07")
def test_somebody_without_a_name_is_registered_too(desk, stranger):
    nameless = {**stranger, "name": "", "born_on": "", "sex": "0", "is_temporary": "1", "allergy_state": "unknown"}
    assert desk.post("/registration/", nameless, **HTMX).status_code == 200
    assert visits_today()[0].name.startswith("无名氏-")


@pytest.mark.rule("ID-06")
def test_a_number_that_somebody_holds_names_him(desk, stranger):
    taken = {**stranger, "identity_number": patients.search("cgy")[0].identity_number, "noticed": "1"}
    shown = desk.post("/registration/", taken, **HTMX).text
    assert "陈桂英" in shown
    chosen = patients.search("cgy")[0].id.hex()
    answer = desk.post("/registration/", {**taken, "not_these": chosen}, **HTMX)
    assert answer.status_code == 422 and "已经在 陈桂英" in answer.text


def test_a_hostile_name_is_shown_as_text(desk, stranger):
    desk.post("/registration/", {**stranger, "name": "<img src=x onerror=alert(1)>"}, **HTMX)
    shown = desk.get("/registration/today", **HTMX).text
    assert "<img" not in shown and "&lt;img" in shown


def test_the_card_of_a_known_person_opens_his_record(desk, monkeypatch):
    card = Card("id_card", "990499195805020021", "陈桂英", "女", "1958-05-02", "青溪镇")
    monkeypatch.setattr(ports.bound, "cards", Reader(card))
    answer = desk.get("/registration/card", **HTMX)
    assert "读卡成功" in answer.text and patients.search("cgy")[0].id.hex() in answer.text
    assert db.value("SELECT count(*) FROM access_log") == 1


def test_the_card_of_a_stranger_fills_the_form_and_shows_whom_it_resembles(desk, monkeypatch, stranger):
    desk.post("/registration/", stranger, **HTMX)
    card = Card("id_card", "990499196503180024", "沈冬青", "女", "1965-03-18", "青溪镇柳树村")
    monkeypatch.setattr(ports.bound, "cards", Reader(card))
    answer = desk.get("/registration/card", **HTMX)
    assert 'value="沈冬青"' in answer.text and "可能已有档案" in answer.text
    assert "990499********0024" in answer.text


@pytest.mark.parametrize("card", [None, Refused("desks.no_reader", name="1号窗")])
def test_no_card_or_no_reader_is_a_sentence(desk, monkeypatch, card):
    monkeypatch.setattr(ports.bound, "cards", Reader(card))
    answer = desk.get("/registration/card", **HTMX)
    assert answer.status_code == 422 and 'class="refusal"' in answer.text


def test_a_scanned_number_opens_its_one_holder(desk):
    assert patients.search("cgy")[0].id.hex() in desk.get("/registration/scan?q=XQX01P0000001", **HTMX).text
    assert desk.get("/registration/scan?q=6901234567892", **HTMX).status_code == 422
    assert desk.get("/registration/scan?q=1990000", **HTMX).status_code == 422


def test_cancelling_needs_a_reason_and_takes_the_visit_out_of_the_line(desk, stranger):
    desk.post("/registration/", stranger, **HTMX)
    visit = visits_today()[0].visit_id.hex()
    again = desk.post("/registration/cancel", {"visit": visit, "reason": "other", "other_reason": ""}, **HTMX)
    assert again.status_code == 422 and "还没选原因" in again.text and again.headers["HX-Retarget"] == "#dialog"
    done = desk.post("/registration/cancel", {"visit": visit, "reason": "other", "other_reason": "家里有事"}, **HTMX)
    assert done.status_code == 200 and visits_today()[0].state == "cancelled"
    assert desk.post("/registration/cancel", {"visit": visit, "reason": "挂错人"}, **HTMX).status_code == 422
    assert desk.post("/registration/cancel", {"visit": "0" * 32, "reason": "挂错人"}, **HTMX).status_code == 404
    assert desk.post("/registration/cancel", {"visit": "x", "reason": "挂错人"}, **HTMX).status_code == 404


def test_a_slip_is_printed_again_from_the_list(desk, stranger):
    desk.post("/registration/", stranger, **HTMX)
    visit = visits_today()[0].visit_id.hex()
    assert visit in desk.get("/registration/reprint", **HTMX).text
    assert desk.post("/registration/reprint", {"visit": visit}, **HTMX).status_code == 200
    assert db.value("SELECT max(copy_no) FROM job WHERE document = 'visits.slip'") == 2


@pytest.mark.rule("PR-03")
def test_the_queue_is_masked_outside_the_care_team(desk, browser_as, stranger):
    desk.post("/registration/", stranger, **HTMX)
    assert "沈冬青" in browser_as("nurse").get("/registration/today", **HTMX).text
    seen = browser_as("manager").get("/registration/today", **HTMX).text
    assert "沈**" in seen and "沈冬青" not in seen


@pytest.mark.parametrize("role", ["doctor", "nurse", "pharmacist", "manager", "auditor", "technician"])
def test_only_the_desk_registers(browser_as, stranger, role):
    assert browser_as(role).post("/registration/", stranger).status_code == 403
    assert visits_today() == []


def test_price_role_and_clinic_never_come_from_the_form(desk, stranger):
    assert desk.post("/registration/", {**stranger, "queue_no": "1"}, **HTMX).status_code == 422


def test_allergies_are_added_once_and_taken_off(desk, stranger):
    added = {**stranger, "add_kind": "group", "add_code": "penicillins", "add_text": "青霉素类"}
    row = desk.post("/registration/allergies", added, **HTMX).text
    assert row.count('name="allergy_kind"') == 1 and re.search(r'value="known"[^>]* checked', row)
    entry = {"allergy_kind": "group", "allergy_code": "penicillins", "allergy_text": "青霉素类", "allergy_note": "皮疹"}
    again = desk.post("/registration/allergies", {**added, **entry}, **HTMX).text
    assert again.count('name="allergy_kind"') == 1 and 'value="皮疹"' in again
    assert 'name="allergy_kind"' not in desk.post("/registration/allergies", {**stranger, **entry, "drop": "0"}).text
    assert desk.post("/registration/", {**stranger, **entry, "allergy_state": "known"}, **HTMX).status_code == 200
    assert [one.note for one in patients.allergies_of(visits_today()[0].patient_id)] == ["皮疹"]
