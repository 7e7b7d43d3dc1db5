"""The screens of the patients."""

import re

import pytest

from clinic_app.kernel import db
from clinic_app.modules.patients import queries
from clinic_app.modules.patients.services import AllergyEntry, link_patients, set_allergies
from tests.conftest import hidden

FORM = {
    "rev": "1", "name": "陈桂英", "sex": "2", "born_on": "1958-05-02", "phone": "19900006621", "address": "新街 1 号",
}  # fmt: skip


@pytest.fixture
def chen(clinic):
    return queries.search("cgy")[0]


def test_the_list_masks_for_the_manager_and_not_for_the_registrar(browser_as, chen):
    assert ">陈**<" in browser_as("manager").get("/patients/search?q=cgy").text
    shown = browser_as("registrar").get("/patients/search?q=cgy").text
    assert ">陈桂英<" in shown and "990499********0021" in shown and "990499195805020021" not in shown


@pytest.mark.parametrize("role", ["auditor", "technician", "administrator"])
def test_who_has_no_business_with_patients_sees_none(browser_as, chen, role):
    browser = browser_as(role)
    for url in ("/patients/", "/patients/search?q=cgy", f"/patients/{chen.id.hex()}"):
        answer = browser.get(url)
        assert answer.status_code == 403 and "陈" not in answer.text


def test_opening_a_card_is_logged(browser_as, clinic, chen):
    browser_as("doctor").get(f"/patients/{chen.id.hex()}")
    assert db.value("SELECT count(*) FROM access_log WHERE patient_id = ?", (chen.id,)) == 1


def test_an_allergy_history_nobody_asked_for_is_called_so_in_both_languages(browser_as, clinic, chen):
    browser, url = browser_as("registrar"), f"/patients/{chen.id.hex()}"
    clinic.raw("UPDATE patient SET allergy_state = 'unknown' WHERE id = ?", (chen.id,))
    history = re.search(r'id="allergies".*?</form>', browser.get(url).text, re.DOTALL)[0]
    assert "还没问" in history and "不清楚" not in history
    browser.post("/language", {"language": "en", "next": url})
    assert "Not asked yet" in browser.get(url).text


def test_saving_shows_the_card_again_and_a_repeat_acts_once(browser_as, chen):
    browser = browser_as("registrar")
    for _ in range(2):
        answer = browser.post(f"/patients/{chen.id.hex()}/change", FORM, once="the-same-key-twice-01")
        assert answer.status_code == 303
    assert (queries.patient(chen.id).address, queries.patient(chen.id).rev) == ("新街 1 号", 2)


def test_a_wrong_field_keeps_what_was_typed_and_changes_nothing(browser_as, chen):
    typed = {**FORM, "phone": "1390056220", "born_on": "二月三十", "address": "改到别处 7 号"}
    answer = browser_as("registrar").post(f"/patients/{chen.id.hex()}/change", typed)
    assert answer.status_code == 422
    for text in ("1390056220", "二月三十", "改到别处 7 号", "现在 10 位"):
        assert text in answer.text
    assert queries.patient(chen.id).rev == 1


def test_an_old_form_is_answered_with_both_values_and_saved_at_the_second_press(browser_as, chen):
    browser = browser_as("registrar")
    browser.post(f"/patients/{chen.id.hex()}/change", FORM)
    answer = browser.post(f"/patients/{chen.id.hex()}/change", {**FORM, "address": "新街 2 号"})
    assert answer.status_code == 409 and "新街 1 号" in answer.text and "新街 2 号" in answer.text
    rev = re.search(r'name="rev" value="(\d+)"', answer.text)[1]
    answer = browser.post(f"/patients/{chen.id.hex()}/change", {**FORM, "rev": rev, "address": "新街 2 号"})
    assert answer.status_code == 303 and queries.patient(chen.id).address == "新街 2 号"


@pytest.mark.rule("ID-04")
def test_a_sex_that_differs_from_the_number_is_asked_once(browser_as, chen):
    browser, url = browser_as("registrar"), f"/patients/{chen.id.hex()}/change"
    typed = {**FORM, "sex": "1", "identity_number": "990499195805020021"}
    answer = browser.post(url, typed)
    assert answer.status_code == 422 and 'name="noticed" value="1"' in answer.text
    assert browser.post(url, {**typed, "noticed": "1"}).status_code == 303
    assert queries.patient(chen.id).sex == "1"


def test_unknown_fields_and_unknown_people_are_refused(browser_as, chen):
    browser = browser_as("registrar")
    assert browser.post(f"/patients/{chen.id.hex()}/change", {**FORM, "person_no": "X1"}).status_code == 422
    assert browser.post(f"/patients/{'0' * 32}/change", FORM).status_code == 404
    assert browser.get(f"/patients/{'0' * 32}").status_code == 404
    assert browser_as("pharmacist").post(f"/patients/{chen.id.hex()}/change", FORM).status_code == 403


def test_allergies_are_added_taken_off_and_saved(browser_as, chen):
    browser = browser_as("nurse")
    row = browser.post("/patients/allergy-row", {"allergy_state": "none", "add_kind": "text", "add_text": "海鲜<b>"})
    assert "海鲜&lt;b&gt;" in row.text and re.search(r'value="known" checked', row.text)
    form = {
        "rev": "1", "allergy_state": "known", "allergy_kind": "text", "allergy_code": "", "allergy_text": "海鲜",
        "allergy_note": "",
    }  # fmt: skip
    assert browser.post(f"/patients/{chen.id.hex()}/allergies", form).status_code == 303
    assert [one.text for one in queries.allergies_of(chen.id)] == ["海鲜"]
    assert browser.post(f"/patients/{chen.id.hex()}/allergies", form).status_code == 409


def test_a_card_that_somebody_else_holds_names_him_beside_the_field(browser_as, clinic, chen):
    browser, other = browser_as("registrar"), queries.search("ljg")[0]
    card = {"document_kind": "health_card", "document_number": "620499001"}
    assert browser.post(f"/patients/{other.id.hex()}/identifiers", card).status_code == 303
    answer = browser.post(f"/patients/{chen.id.hex()}/identifiers", card)
    assert answer.status_code == 422 and "刘建国" in answer.text and 'value="620499001"' in answer.text


@pytest.mark.rule("ID-09")
def test_a_merge_is_proposed_approved_by_another_and_undone(browser_as, chen):
    registrar, manager, other = browser_as("registrar"), browser_as("manager"), queries.search("ljg")[0]
    url = f"/patients/{other.id.hex()}/merge/{chen.id.hex()}"
    assert chen.person_no in registrar.get(url).text
    assert registrar.post(url).status_code == 303
    link = queries.waiting_links()[0].id.hex()
    assert registrar.post(f"/patients/links/{link}/approve").status_code == 422
    assert "陈**" in manager.get("/patients/links").text
    assert manager.post(f"/patients/links/{link}/approve").status_code == 303
    assert other.person_no in registrar.get(f"/patients/{chen.id.hex()}").text
    assert registrar.post(f"/patients/links/{link}/undo").status_code == 303
    assert queries.same_person(chen.id) == (chen.id,)


@pytest.mark.rule("ID-09")
def test_a_merge_taken_apart_leaves_the_page_on_the_person_it_was_asked_from(clinic, browser_as, chen):
    other, registrar = queries.search("ljg")[0], browser_as("registrar")
    clinic.run(clinic.actor("registrar"), lambda uow: link_patients(uow, other.id, chen.id))
    card = f"/patients/{other.id.hex()}"
    page = registrar.get(card).text
    undo = re.search(r'action="(/patients/links/\w+/undo)"', page)[1]
    answer = registrar.post(undo, {"patient": hidden(page[page.index(undo) :], "patient")})
    assert (answer.status_code, answer.location) == (303, card)


@pytest.mark.rule("ID-09")
def test_the_card_shows_linked_allergies_as_one_list_and_says_where_each_stands(clinic, browser_as, chen):
    other, nurse = queries.search("ljg")[0], clinic.actor("nurse")
    clinic.run(nurse, lambda uow: link_patients(uow, other.id, chen.id))
    card, registrar = f"/patients/{other.id.hex()}", browser_as("registrar")
    page = registrar.get(card).text
    assert f"记在 {chen.person_no} 上" in page and "打开那一份才能去掉" in page
    assert 'aria-label="去掉 青霉素类"' not in page
    rev = str(queries.patient(other.id).rev)
    none = registrar.post(f"{card}/allergies", {"patient": other.id.hex(), "rev": rev, "allergy_state": "none"})
    assert none.status_code == 422 and f"{chen.person_no} 上记着" in none.text
    kept = registrar.post(f"{card}/allergies", {"patient": other.id.hex(), "rev": rev, "allergy_state": "known"})
    assert kept.status_code == 303
    row = registrar.post("/patients/allergy-row", {"patient": other.id.hex(), "add_kind": "text", "add_text": "芒果"})
    assert chen.person_no in row.text and 'aria-label="去掉 芒果"' in row.text
    assert [one.text for one in queries.allergies_of(chen.id)] == ["青霉素类"]


def test_a_merge_taken_apart_never_leads_to_a_person_that_is_no_part_of_it(clinic, browser_as, chen):
    other, third = queries.search("ljg")[0], queries.search("wds")[0]
    made = clinic.run(clinic.actor("registrar"), lambda uow: link_patients(uow, other.id, chen.id))
    answer = browser_as("registrar").post(f"/patients/links/{made['link_id']}/undo", {"patient": third.id.hex()})
    assert answer.location == f"/patients/{chen.id.hex()}"


def test_what_speaks_against_a_merge_is_shown_to_who_proposes_and_to_who_approves(browser_as, chen):
    registrar, manager, other = browser_as("registrar"), browser_as("manager"), queries.search("ljg")[0]
    url = f"/patients/{other.id.hex()}/merge/{chen.id.hex()}"
    assert "红字的地方两份对不上" in registrar.get(url).text
    registrar.post(url)
    listed = manager.get("/patients/links").text
    assert "红字的地方两份对不上" in listed and "1958-05-02" in listed and chen.person_no in listed
    assert "990499********0021" in listed and "990499195805020021" not in listed
    assert queries.differences(queries.patient(chen.id), queries.patient(other.id)) >= {"sex", "born_on"}
    assert queries.differences(queries.patient(chen.id), queries.patient(chen.id)) == frozenset()


def test_enter_opens_the_one_person_found_and_lists_several(browser_as, chen):
    registrar = browser_as("registrar")
    answer = registrar.get("/patients/?q=cgy")
    assert (answer.status_code, answer.location) == (303, f"/patients/{chen.id.hex()}")
    assert "用 ↑↓ 选" in registrar.get("/patients/?q=w").text


def test_a_year_alone_is_no_birth_date_and_says_what_is_missing(browser_as, chen):
    answer = browser_as("registrar").post(f"/patients/{chen.id.hex()}/change", {**FORM, "born_on": "1990"})
    assert answer.status_code == 422 and "只写了年，要写到日" in answer.text


def test_a_long_address_names_its_field(browser_as, chen):
    answer = browser_as("registrar").post(f"/patients/{chen.id.hex()}/change", {**FORM, "address": "村" * 201})
    assert answer.status_code == 422 and "住址最多写 200 个字" in answer.text


def test_a_birth_date_unlike_the_identity_number_says_which_one_is_saved(browser_as, chen):
    answer = browser_as("registrar").post(f"/patients/{chen.id.hex()}/change", {**FORM, "born_on": "1958-05-03",
                                          "identity_number": "990499195805020021"})  # fmt: skip
    assert answer.status_code == 422 and "按 F9 存写的 1958-05-03" in answer.text


def test_an_old_allergy_form_never_ends_what_a_colleague_recorded(browser_as, clinic):
    wang, desk = queries.search("wds")[0].id, browser_as("registrar")
    page = desk.get(f"/patients/{wang.hex()}").text
    rev = hidden(page[page.index('id="allergy-form"') :], "rev")
    colleague = (AllergyEntry("group", "penicillins"),)
    clinic.run(clinic.actor("doctor"), lambda uow: set_allergies(uow, wang, "known", colleague))
    stale = desk.post(f"/patients/{wang.hex()}/allergies", {"rev": rev, "allergy_state": "none"})
    assert stale.status_code == 409
    again = stale.text[stale.text.index('id="allergy-form"') :]
    assert hidden(again, "allergy_code") == "penicillins"
    assert re.search(r'value="known"[^>]* checked', again)


def test_a_typed_allergy_that_was_not_picked_is_not_lost(browser_as):
    wang = queries.search("wds")[0].id
    form = {"rev": "1", "allergy_state": "none", "allergen": "青霉素"}
    answer = browser_as("registrar").post(f"/patients/{wang.hex()}/allergies", form)
    assert answer.status_code == 422 and "“青霉素”还没加进过敏史" in answer.text
    assert queries.patient(wang).allergy_state == "unknown"
