"""Letters typed at the desk: a search that failed is no allergy and no name; F9 on an untouched form."""

import json
import re

import pytest

from clinic_app.modules.desks import queries as desks

HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(browser_as):
    return browser_as("registrar")


@pytest.fixture
def room(clinic):
    return desks.rooms()[1]


def test_letters_that_name_no_drug_are_never_recorded_by_enter_alone(desk, browser_as):
    for who, url in ((desk, "/registration/allergens"), (desk, "/patients/allergens"),
                     (browser_as("doctor"), "/doctor/allergens")):  # fmt: skip
        letters = who.get(f"{url}?allergen=qimeng", **HTMX).text
        assert letters.count('role="option"') == 1 and " data-not-first" in letters and "data-choose" in letters
        word = who.get(f"{url}?allergen=海鲜", **HTMX).text
        assert "data-not-first" not in word and "data-choose" not in word


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_class_of_drugs_is_found_by_its_english_name(desk, language):
    desk.post("/language", {"language": language, "next": "/"})
    found = desk.get("/registration/allergens?allergen=penicillin", **HTMX).text
    assert "penicillins" in found.split("</li>")[0]


def test_a_name_spelled_out_in_letters_is_found(desk):
    assert "陈桂英" in desk.get("/registration/search?q=chenguiying", **HTMX).text
    assert "陈桂英" in desk.get("/patients/search?q=Chen Guiying", **HTMX).text
    assert "没找到" in desk.get("/registration/search?q=zzzz", **HTMX).text


@pytest.mark.parametrize(
    ("searched", "name"),
    [
        ("沈冬青", "沈冬青"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("sdq", ""),
        ("13800002222", ""),
        ("沈1", ""),
        ("沈", ""),
    ],
)
def test_a_new_record_takes_over_the_searched_name_and_empties_the_search_line(desk, searched, name):
    answer = desk.get(f"/registration/form?q={searched}", **HTMX)
    line = re.search(r'<input[^>]*id="q"[^>]*>', answer.text)[0]
    assert 'hx-swap-oob="true"' in line and " value=" not in line
    assert f'id="name" name="name" value="{name}"' in answer.text
    assert json.loads(answer.headers["HX-Trigger-After-Settle"])["focus"] == ("#sex" if name else "#name")


def test_f9_on_an_untouched_form_says_one_sentence_and_leaves_the_page_alone(desk, room):
    form = {"payer": "self", "kind": "general", "room": room.id.hex(), "allergy_state": "unknown", "q": ""}
    told = desk.post("/registration/", form, **HTMX)
    assert told.status_code == 422 and told.headers["HX-Retarget"] == "#refusal" and "先找到患者" in told.text
    touched = desk.post("/registration/", {**form, "phone": "13800002222"}, **HTMX)
    assert touched.headers["HX-Retarget"] == "#reg-form"
