"""The screens of identity in full, as forms post them: twice, wrong, hostile, by the wrong person, too late."""

import re
from datetime import date

import pytest

from clinic_app.kernel import db
from clinic_app.modules.patients import queries, services
from tests.conftest import hidden
from tests.modules.patients.test_records import HOSTILE, make

FORM = {
    "name": "陈桂英", "sex": "2", "born_on": "1958-05-02", "phone": "19900006621", "address": "新街 1 号",
    "ethnicity": "01", "marital": "", "occupation": "", "workplace": "", "abo": "", "rh": "", "birth_place": "",
    "marks": "", "village": "", "village_code": "",
}  # fmt: skip
COMMANDS = {
    "aliases": {"alias_kind": "other", "alias": "桂桂"},
    "relations": {"relation_kind": "contact", "relative": "邻居老张", "relative_phone": "19900001111"},
    "consents": {"consent_purpose": "care", "consent_by": ""},
    "histories": {"history_kind": "illness", "history": "高血压", "history_since": "2015"},
    "identifiers": {"document_kind": "phone", "document_number": "19900002222", "identifier_note": "儿子的"},
    "health-record": {"village_code": "990499101203", "health_record_no": ""},
    "newborns": {"born_on": "-1", "sex_1": "1", "sex_2": "2", "sex_3": ""},
}


@pytest.fixture
def chen(clinic):
    return queries.search("cgy")[0]


def counts():
    tables = (
        "patient_other_name", "patient_relation", "patient_consent", "patient_history", "patient_identifier", "patient",
    )  # fmt: skip
    return [db.value(f'SELECT count(*) FROM "{table}"') for table in tables]


@pytest.mark.parametrize("path", COMMANDS)
def test_a_form_sent_twice_acts_once(clinic, browser_as, chen, path):
    browser, url = browser_as("registrar"), f"/patients/{chen.id.hex()}/{path}"
    first = browser.post(url, COMMANDS[path], once="one-key-for-both-of-them")
    after = counts()
    again = browser.post(url, COMMANDS[path], once="one-key-for-both-of-them")
    assert (first.status_code, again.status_code) == (303, 303) and counts() == after
    other = browser.post(url, {**COMMANDS[path], **dict.fromkeys(list(COMMANDS[path])[:1], "x")},
                         once="one-key-for-both-of-them")  # fmt: skip
    assert other.status_code in (409, 422) and counts() == after


@pytest.mark.parametrize("path", COMMANDS)
def test_who_may_not_edit_changes_nothing(browser_as, chen, path):
    before = counts()
    for role in ("pharmacist", "manager", "auditor", "administrator", "technician"):
        assert browser_as(role).post(f"/patients/{chen.id.hex()}/{path}", COMMANDS[path]).status_code == 403
    assert counts() == before


@pytest.mark.parametrize("path", COMMANDS)
def test_hostile_text_is_refused_or_kept_as_text(browser_as, chen, path):
    browser, url = browser_as("registrar"), f"/patients/{chen.id.hex()}/{path}"
    for nasty in (HOSTILE, "\x00\x01", "字" * 100_000, "‮倒过来"):
        answer = browser.post(url, dict.fromkeys(COMMANDS[path], nasty))
        assert answer.status_code in (303, 422) and "<script>alert" not in answer.text
    assert "<script>alert" not in browser.get(f"/patients/{chen.id.hex()}").text


def test_two_at_one_record_are_shown_both_texts_field_by_field(browser_as, chen):
    browser, url = browser_as("registrar"), f"/patients/{chen.id.hex()}/change"
    assert browser.post(url, {**FORM, "rev": "1", "marital": "20"}).status_code == 303
    late = browser.post(url, {**FORM, "rev": "1", "marital": "30", "workplace": "粮站"})
    both = re.search(r'<table[^>]*id="both".*?</table>', late.text, re.DOTALL)[0]
    assert late.status_code == 409 and all(text in both for text in ("已婚", "丧偶", "粮站")) and "新街" not in both
    assert queries.details(chen.id).marital == "20"
    saved = browser.post(url, {**FORM, "rev": hidden(late.text, "rev"), "marital": "30", "workplace": "粮站"})
    assert saved.status_code == 303 and queries.details(chen.id).marital == "30"


def test_a_village_typed_and_not_chosen_is_not_lost_silently(browser_as, chen):
    typed = {**FORM, "rev": "1", "village": "石坝"}
    answer = browser_as("registrar").post(f"/patients/{chen.id.hex()}/change", typed)
    assert answer.status_code == 422 and "还没选中" in answer.text and 'value="石坝"' in answer.text
    assert queries.patient(chen.id).rev == 1


def test_the_restriction_is_not_lifted_by_the_form_of_the_data(clinic, browser_as, chen):
    clinic.run(clinic.actor("manager"), lambda uow: services.restrict(uow, chen.id, True))
    clinic.run(clinic.actor("registrar"), lambda uow: services.open_closed_chart(uow, chen.id, "核对地址电话"))
    url = f"/patients/{chen.id.hex()}/change"
    assert browser_as("registrar").post(url, {**FORM, "rev": "1"}).status_code == 303
    assert queries.details(chen.id).is_restricted == 1
    assert browser_as("registrar").post(url, {**FORM, "rev": "2", "is_restricted": "0"}).status_code == 422


def test_the_change_history_shows_masked_numbers_and_words(browser_as, chen):
    browser = browser_as("registrar")
    browser.post(f"/patients/{chen.id.hex()}/change", {**FORM, "rev": "1", "phone": "19900009999"})
    shown = browser.get(f"/patients/{chen.id.hex()}/changes").text
    assert "199****6621" in shown and "199****9999" in shown and "19900009999" not in shown and "汉族" in shown


def test_a_list_of_unknown_villages_and_people_is_missing_not_broken(browser_as, chen):
    browser = browser_as("registrar")
    assert browser.get("/patients/villages/999999999999").status_code == 404
    for path in ("newborns", "changes", "in-full", "closed", "relatives?relative=a"):
        assert browser.get(f"/patients/{'0' * 32}/{path}").status_code in (200, 404)
    assert browser.get("/patients/duplicates?before=zz").status_code == 200
    assert browser.post(f"/patients/{chen.id.hex()}/relations/999999/end").status_code == 404
    assert browser.post(f"/patients/{chen.id.hex()}/consents/1/withdraw").status_code == 404


def test_a_stale_village_form_shows_what_is_stored_and_saves_nothing(clinic, browser_as):
    browser, url = browser_as("manager"), "/patients/villages/990499101203"
    form = {"rev": "1", "village_name": "新石坝村", "record_part": "103", "last_serial": "16", "is_open": "1"}
    assert browser.post(url, form).status_code == 303
    late = browser.post(url, {**form, "village_name": "旧石坝村"})
    assert late.status_code == 409 and "新石坝村" in late.text and 'value="旧石坝村"' in late.text
    assert queries.village("990499101203").name == "新石坝村"


def test_the_duplicates_page_masks_for_the_manager(clinic, browser_as, chen):
    make(clinic, name="陈桂英", born_on=date(1958, 5, 2))
    assert "陈**" in browser_as("manager").get("/patients/duplicates").text
    assert "陈桂英" not in browser_as("manager").get("/patients/duplicates").text
    assert "陈桂英" in browser_as("registrar").get("/patients/duplicates").text


def test_a_pair_is_merged_by_two_and_taken_apart_again(clinic, browser_as, chen):
    again = make(clinic, name="陈桂英", born_on=date(1958, 5, 2))
    registrar, manager = browser_as("registrar"), browser_as("manager")
    assert registrar.post(f"/patients/{again.id.hex()}/merge/{chen.id.hex()}").status_code == 303
    link = queries.waiting_links()[0]
    assert registrar.post(f"/patients/links/{link.id.hex()}/approve").status_code == 422
    assert manager.post(f"/patients/links/{link.id.hex()}/approve").status_code == 303
    assert queries.survivor(again.id) == chen.id
    assert manager.post(f"/patients/links/{link.id.hex()}/undo", {"patient": chen.id.hex()}).status_code == 303
    assert queries.survivor(again.id) == again.id
