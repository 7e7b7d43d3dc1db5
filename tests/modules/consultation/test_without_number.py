"""Receiving somebody without a number (无号接诊): who is known is found first, a second record is never made unseen."""

import re

import pytest

from clinic_app.kernel import clock, db
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries as visits

HTMX = {"HX-Request": "true"}
URL = "/doctor/without-number"
STRANGER = {"name": "沈冬青", "sex": "2", "age": "67"}


@pytest.fixture
def doctor(browser_as):
    return browser_as("doctor")


@pytest.fixture
def chen():
    return patients.search("cgy")[0]


@pytest.fixture
def room():
    return desks.rooms()[0].id.hex()


def records(name):
    return [one.name for one in patients.search(name)].count(name)


def received():
    return visits.today(clock.today())


def test_the_dialog_begins_with_a_search_of_known_people(doctor):
    page = doctor.get(URL, **HTMX)
    assert page.headers["HX-Trigger-After-Settle"] == '{"focus": "#wn-q"}'
    found = doctor.get(f"{URL}/search?q=cgy", **HTMX).text
    assert "陈桂英" in found and "990499********0021" in found and "没看过病，新建档案" in found
    assert 'data-fill-name=""' in found  # initials are no name
    nobody = doctor.get(f"{URL}/search?q=沈冬青", **HTMX).text
    assert 'data-fill-name="沈冬青"' in nobody


def test_of_several_found_nobody_is_chosen_beforehand(doctor):
    assert "data-no-default" in doctor.get(f"{URL}/search?q=w", **HTMX).text


@pytest.mark.rule("VS-05")
def test_a_known_person_is_received_under_the_record_there_is(doctor, chen, room):
    before = db.value("SELECT count(*) FROM patient")
    shown = doctor.get(f"{URL}?patient={chen.id.hex()}", **HTMX).text
    assert "陈桂英" in shown and "过敏：" in shown and 'name="name"' not in shown
    assert db.value("SELECT count(*) FROM access_log WHERE patient_id = ?", (chen.id,)) == 1
    answer = doctor.post(URL, {"patient": chen.id.hex(), "room": room})
    assert answer.status_code == 303
    (visit,) = received()
    assert (visit.patient_id, visit.state) == (chen.id, "in_consultation")
    assert db.value("SELECT count(*) FROM patient") == before
    assert "过敏：" in doctor.get(answer.location).text


@pytest.mark.rule("VS-05")
def test_name_sex_and_age_are_one_visit_in_consultation_which_the_cashier_sees_without_items(doctor, room):
    assert doctor.post(URL, {**STRANGER, "room": room}).status_code == 303
    (visit,) = received()
    assert (visit.state, visit.payer, visit.visit_no[:6]) == ("in_consultation", "self", "XQX01V")
    assert visit.started_at == visit.registered_at
    assert "67" in patients.age_text(visit.born_on, clock.today())
    page = doctor.get(f"/doctor/visits/{visit.visit_id.hex()}").text
    assert "注射、皮试费另计</span> 预计自付" in page, "what the cashier adds to it is named"
    assert "诊疗费" not in page, "no fee is announced that nobody will charge"
    assert patients.patient(visit.patient_id).sex == "2"
    assert [(one.name, one.sheets) for one in charging.pending(clock.today())] == [("沈冬青", 0)]


@pytest.mark.parametrize("age", ["61", "60", "63", "59"])
def test_a_namesake_of_about_that_age_is_shown_before_a_record_is_made(doctor, room, age):
    typed = {**STRANGER, "age": "61", "room": room}
    doctor.post(URL, typed)
    answer = doctor.post(URL, {**typed, "age": age}, **HTMX)
    assert answer.status_code == 422 and "可能已有档案" in answer.text
    assert answer.headers["HX-Trigger-After-Settle"] == '{"focus": "#wn-look"}'
    assert records("沈冬青") == 1 and len(received()) == 1
    alike = re.search(r'"not_these": "([0-9a-f,]+)"', answer.text)[1]
    assert doctor.post(URL, {**typed, "age": age, "not_these": alike}, **HTMX).status_code == 200
    assert records("沈冬青") == 2


def test_a_namesake_of_another_generation_is_somebody_else(doctor, room):
    doctor.post(URL, {**STRANGER, "age": "67", "room": room})
    assert doctor.post(URL, {**STRANGER, "age": "31", "room": room}, **HTMX).status_code == 200
    assert records("沈冬青") == 2


def test_pressing_twice_receives_once(doctor, room):
    for _ in range(2):
        assert doctor.post(URL, {**STRANGER, "room": room}, once="received-twice-00001", **HTMX).status_code == 200
    assert records("沈冬青") == 1 and len(received()) == 1


def test_who_waits_already_is_pointed_at_his_number(doctor, browser_as, chen, room):
    form = {"patient": chen.id.hex(), "room": room}
    desk = browser_as("registrar")
    page = desk.get(f"/registration/form?patient={chen.id.hex()}", **HTMX).text
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("patient", "rev")}
    registered = {**hidden, "payer": "self", "kind": "general", "room": room, "allergy_state": "known",
                  "allergy_kind": "group", "allergy_code": "penicillins", "allergy_text": "青霉素类",
                  "allergy_note": re.search(r'name="allergy_note"[^>]* value="([^"]*)"', page)[1]}  # fmt: skip
    desk.post("/registration/", registered, **HTMX)
    (waiting,) = received()
    answer = doctor.post(URL, form, **HTMX)
    assert answer.status_code == 422 and "今天已挂 1 号" in answer.text and len(received()) == 1
    assert f"/doctor/visits/{waiting.visit_id.hex()}/open" in answer.text
    assert doctor.post(URL, {**form, "noticed": "1"}, **HTMX).status_code == 200
    assert len(received()) == 2


def test_an_unknown_record_and_a_strange_field_are_refused(doctor, room):
    assert doctor.get(f"{URL}?patient={'0' * 32}", **HTMX).status_code == 404
    assert doctor.post(URL, {**STRANGER, "room": room, "payer": "free"}, **HTMX).status_code == 422
    assert received() == []


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [("name", " ", "写上姓名"), ("name", "沈\x00青", "看不见的符号"), ("name", "长" * 200, "最多 100 个字"),
     ("sex", "9", "选一下性别"), ("age", "-3", "年龄写 45"), ("age", "131", "年龄写 45"), ("age", "", "年龄写 45")],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(doctor, room, field, value, sentence):
    answer = doctor.post(URL, {**STRANGER, "room": room, field: value}, **HTMX)
    assert answer.status_code == 422 and sentence in answer.text
    assert answer.headers["HX-Trigger-After-Settle"] == f'{{"focus": "#wn-{field}"}}'
    assert received() == []


@pytest.mark.parametrize("role", ["registrar", "nurse", "manager"])
def test_only_a_doctor_receives(browser_as, role):
    assert browser_as(role).get(f"{URL}/search?q=cgy").status_code == 403


def test_what_was_typed_of_a_new_person_is_kept_while_a_known_one_is_looked_at(doctor, chen, room):
    typed = "&".join(f"{name}={value}" for name, value in STRANGER.items())
    looked_at = doctor.get(f"{URL}?patient={chen.id.hex()}&room={room}&{typed}", **HTMX).text
    assert all(f'type="hidden" name="{name}" value="{value}"' in looked_at for name, value in STRANGER.items())
    again = doctor.get(f"{URL}?room={room}&{typed}", **HTMX).text
    assert 'value="沈冬青"' in again and 'value="67"' in again and re.search(r'value="2"[^>]* checked', again)
    for page in (looked_at, again):
        assert not re.search(r'data-key="Alt\+N"[^>]*hx-get="[^"]*"(?! hx-include)', page), "Alt+N keeps the form"
