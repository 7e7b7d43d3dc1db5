"""Two windows of one doctor on one visit: nothing is overwritten unseen and only what was seen is signed."""

import re

import pytest

from clinic_app.kernel.errors import Stale
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.rules.merging import mark, merge
from clinic_app.modules.consultation.views import saving
from tests.conftest import hidden
from tests.modules.consultation.conftest import LORATADINE

HTMX = {"HX-Request": "true"}
STORED = {"plan": "旧", "examination": "旧"}
DRAWN = {name: mark(text) for name, text in STORED.items()}


def test_fields_that_one_window_changed_go_together():
    merged = merge({"plan": "这边", "examination": "旧"}, DRAWN, {"plan": "旧", "examination": "那边"})
    assert merged.fields == {"plan": "这边", "examination": "那边"}
    assert (merged.theirs, merged.disputed) == (("examination",), ())


def test_a_field_that_both_changed_stays_as_stored_and_is_disputed():
    merged = merge({"plan": "这边", "examination": "旧"}, DRAWN, {"plan": "那边", "examination": "旧"})
    assert (merged.fields["plan"], merged.theirs, merged.disputed) == ("那边", (), ("plan",))


def test_the_same_change_in_both_is_no_dispute():
    merged = merge({"plan": "同样", "examination": "旧"}, DRAWN, {"plan": "同样", "examination": "旧"})
    assert (merged.fields["plan"], merged.theirs, merged.disputed) == ("同样", (), ())


def test_a_field_that_was_emptied_counts_as_changed():
    assert merge({"plan": "", "examination": "旧"}, DRAWN, STORED).fields["plan"] == ""
    assert merge({"plan": "", "examination": "旧"}, DRAWN, {"plan": "那边", "examination": "旧"}).disputed == ("plan",)


def _url(one, rest=""):
    return f"/doctor/visits/{one.visit_id.hex()}{rest}"


def _page(doctor, one):
    """What the page of a window posts: its rev, its marks, its diagnoses, its sheet."""
    text = doctor.get(_url(one)).text
    return {name: hidden(text, name) for name in ("note_rev", "note_drawn")} | {
        "dx_seen": re.search(r'name="dx_seen" value="([\d ]*)"', text)[1], "sheet_rev": hidden(text, "sheet_rev"),
    }  # fmt: skip


def _note(page, **fields):
    return {name: page[name] for name in ("note_rev", "note_drawn", "dx_seen")} | {
        "chief_complaint": "", "present_illness": "", "examination": "", "plan": "", **fields,
    }  # fmt: skip


def test_two_windows_write_different_fields_and_both_are_kept(browser_as, writing):
    one, doctor = writing(), browser_as("doctor")
    page = _page(doctor, one)
    doctor.post(_url(one, "/note"), _note(page, plan="多饮水"), **HTMX)
    answer = doctor.post(_url(one, "/note"), _note(page, examination="咽红"), **HTMX)
    note = queries.note(one.visit_id)
    assert (answer.status_code, note.plan, note.examination) == (200, "多饮水", "咽红")
    assert "另一个窗口写了处置意见，已放进来" in answer.text
    assert re.search(r'<textarea[^>]* id="plan"[^>]*hx-swap-oob="true">\s*多饮水', answer.text)


def test_a_window_that_did_not_yet_show_the_other_text_never_overwrites_it(browser_as, writing):
    one, doctor = writing(), browser_as("doctor")
    page = _page(doctor, one)
    doctor.post(_url(one, "/note"), _note(page, plan="多饮水"), **HTMX)
    text = doctor.post(_url(one, "/note"), _note(page, examination="咽红"), **HTMX).text
    still = {**page, "note_rev": hidden(text, "note_rev"), "note_drawn": hidden(text, "note_drawn")}
    doctor.post(_url(one, "/note"), _note(still, examination="咽红肿"), **HTMX)
    note = queries.note(one.visit_id)
    assert (note.plan, note.examination) == ("多饮水", "咽红肿")
    both = doctor.post(_url(one, "/note"), _note(still, examination="咽红肿", plan="卧床"), **HTMX)
    assert both.status_code == 409 and queries.note(one.visit_id).plan == "多饮水"


def test_after_the_other_text_is_shown_saving_goes_on_as_before(browser_as, writing):
    one, doctor = writing(), browser_as("doctor")
    page = _page(doctor, one)
    doctor.post(_url(one, "/note"), _note(page, plan="多饮水"), **HTMX)
    text = doctor.post(_url(one, "/note"), _note(page, examination="咽红"), **HTMX).text
    page |= {"note_rev": hidden(text, "note_rev"), "note_drawn": hidden(text, "note_drawn")}
    text = doctor.post(_url(one, "/note"), _note(page, examination="咽红", plan="多饮水"), **HTMX).text
    page |= {"note_rev": hidden(text, "note_rev"), "note_drawn": hidden(text, "note_drawn")}
    assert page["note_rev"] == str(queries.note(one.visit_id).rev)
    answer = doctor.post(_url(one, "/note"), _note(page, examination="咽红", plan="卧床"), **HTMX)
    assert (answer.status_code, queries.note(one.visit_id).plan) == (200, "卧床")


def _taken(text, name):
    """What the hidden field beside a field of the note posts after the answer was put in the page."""
    return re.search(rf'<input type="hidden" id="taken-{name}"[^>]* value="([^"]*)"', text)[1]


def test_a_text_of_another_window_that_was_put_in_may_be_edited_at_once(browser_as, writing):
    one, doctor = writing(), browser_as("doctor")
    page = _page(doctor, one)
    doctor.post(_url(one, "/note"), _note(page, plan="多饮水"), **HTMX)
    text = doctor.post(_url(one, "/note"), _note(page, examination="咽红"), **HTMX).text
    page |= {"note_rev": hidden(text, "note_rev"), "note_drawn": hidden(text, "note_drawn")}
    edited = _note(page, examination="咽红", plan="多饮水，卧床", note_taken=["", _taken(text, "plan")])
    answer = doctor.post(_url(one, "/note"), edited, **HTMX)
    assert (answer.status_code, queries.note(one.visit_id).plan) == (200, "多饮水，卧床")


def test_a_field_that_took_a_text_in_is_still_compared_with_the_next_one(browser_as, writing):
    one, doctor = writing(), browser_as("doctor")
    page = _page(doctor, one)
    doctor.post(_url(one, "/note"), _note(page, plan="多饮水"), **HTMX)
    text = doctor.post(_url(one, "/note"), _note(page, examination="咽红"), **HTMX).text
    page |= {"note_rev": hidden(text, "note_rev"), "note_drawn": hidden(text, "note_drawn")}
    first = _taken(text, "plan")
    one.note(plan="多饮水，三天后来看")
    edited = _note(page, examination="咽红", plan="多饮水，卧床", note_taken=first)
    assert doctor.post(_url(one, "/note"), edited, **HTMX).status_code == 409
    unedited = _note(page, examination="咽红", plan="多饮水", note_taken=first)
    text = doctor.post(_url(one, "/note"), unedited, **HTMX).text
    page |= {"note_rev": hidden(text, "note_rev"), "note_drawn": hidden(text, "note_drawn")}
    edited = _note(page, examination="咽红", plan="三天后来看", note_taken=_taken(text, "plan"))
    assert doctor.post(_url(one, "/note"), edited, **HTMX).status_code == 200
    kept_by_focus = _note(page, examination="咽红", plan="多饮水", note_taken=first)
    assert doctor.post(_url(one, "/note"), kept_by_focus, **HTMX).status_code == 200
    assert queries.note(one.visit_id).plan == "三天后来看"


@pytest.mark.parametrize("said", ["x", "1 plan", "1 plan 0 0", "9 plan {was} {was}", "1 nothing {was} {was}"])
def test_what_a_field_says_it_took_counts_only_for_the_page_it_was_sent_to(browser_as, writing, said):
    one, doctor = writing(), browser_as("doctor")
    page = _page(doctor, one)
    one.note(plan="多饮水")
    edited = _note(page, plan="卧床", note_taken=said.format(was=mark("")))
    assert doctor.post(_url(one, "/note"), edited, **HTMX).status_code == 409


def test_a_disputed_field_shows_both_texts_until_the_doctor_chooses(browser_as, writing):
    one, doctor = writing(), browser_as("doctor")
    page = _page(doctor, one)
    doctor.post(_url(one, "/note"), _note(page, plan="第一个窗口"), **HTMX)
    mine = _note(page, plan="第二个窗口", examination="咽红")
    answer = doctor.post(_url(one, "/note"), mine, **HTMX)
    assert answer.status_code == 409 and "第一个窗口" in answer.text and "用这边的" in answer.text
    note = queries.note(one.visit_id)
    assert (note.plan, note.examination) == ("第一个窗口", "咽红")
    seen = re.findall(r'class="mine" name="note_mine" value="([^"]+)"', answer.text)
    doctor.post(_url(one, "/note"), {**mine, **_marks(answer), "note_mine": seen}, **HTMX)
    assert queries.note(one.visit_id).plan == "第二个窗口"


def _marks(answer):
    return {name: hidden(answer.text, name) for name in ("note_rev", "note_drawn")}


def test_taking_this_side_wins_only_where_the_two_differ(browser_as, writing):
    """What the other window wrote meanwhile in a third field is put in the page, not overwritten by its old text."""
    one, doctor = writing(), browser_as("doctor")
    page = _page(doctor, one)
    doctor.post(_url(one, "/note"), _note(page, plan="第一个窗口"), **HTMX)
    mine = _note(page, plan="第二个窗口")
    answer = doctor.post(_url(one, "/note"), mine, **HTMX)
    one.note(present_illness="那边刚写的")
    seen = re.findall(r'class="mine" name="note_mine" value="([^"]+)"', answer.text)
    text = doctor.post(_url(one, "/note"), {**mine, **_marks(answer), "note_mine": seen}, **HTMX).text
    note = queries.note(one.visit_id)
    assert (note.plan, note.present_illness) == ("第二个窗口", "那边刚写的")
    assert re.search(r'id="present-illness"[^>]*hx-swap-oob="true">\s*那边刚写的', text)


def test_taking_this_side_is_asked_again_when_the_other_side_moved_on(browser_as, writing):
    one, doctor = writing(), browser_as("doctor")
    page = _page(doctor, one)
    doctor.post(_url(one, "/note"), _note(page, plan="第一个窗口"), **HTMX)
    mine = _note(page, plan="第二个窗口")
    answer = doctor.post(_url(one, "/note"), mine, **HTMX)
    one.note(plan="第一个窗口又改了")
    seen = re.findall(r'class="mine" name="note_taken" value="([^"]+)"', answer.text)
    again = doctor.post(_url(one, "/note"), {**mine, **_marks(answer), "note_taken": seen}, **HTMX)
    assert again.status_code == 409 and queries.note(one.visit_id).plan == "第一个窗口又改了"


@pytest.fixture
def ready(writing):
    one = writing()
    one.write()
    one.add(LORATADINE)
    return one


def _submit(doctor, one, page, **fields):
    note = queries.note(one.visit_id)
    form = {**page, **note.fields(), **fields}
    return doctor.post(_url(one, "/submit"), form, **HTMX)


def test_a_diagnosis_added_in_another_window_is_shown_before_it_is_signed(browser_as, ready):
    doctor = browser_as("doctor")
    page = _page(doctor, ready)
    ready.draft(services.add_diagnosis, wording="肺炎")
    answer = _submit(doctor, ready, page)
    assert answer.status_code == 409 and ready.signed == []
    assert "另一个窗口改过诊断" in answer.text
    shown = re.search(r'id="diagnoses" hx-swap-oob="true".*?</div>', answer.text, re.DOTALL)[0]
    assert "肺炎" in shown
    page |= {"dx_seen": re.search(r'name="dx_seen" value="([\d ]*)"', shown)[1], "pressure_asked": "1"}
    assert doctor.post(_url(ready, "/submit"), page, **HTMX).status_code in (200, 303)
    assert len(ready.signed) == 1


def test_a_removed_and_a_reordered_diagnosis_are_noticed_too(ready):
    note = queries.note(ready.visit_id)
    first = queries.diagnoses_of_visit(ready.visit_id)[0].id
    for seen in ([], [f"{first}", f"{first + 1}"], [f"{first + 1}"]):
        with pytest.raises(Stale, match="diagnoses_changed"):
            ready.clinic.run(
                ready.clinic.actor("doctor"),
                lambda uow, seen=seen: services.sign_visit(
                    uow, ready.visit_id, note_rev=note.rev, sheet_rev=1, diagnoses_seen=seen
                ),
            )


def test_a_diagnosis_that_another_window_made_a_suspected_one_is_noticed(browser_as, ready):
    doctor = browser_as("doctor")
    page = _page(doctor, ready)
    ready.draft(services.suspect_diagnosis, queries.diagnoses_of_visit(ready.visit_id)[0].id)
    answer = _submit(doctor, ready, page)
    assert answer.status_code == 409 and "另一个窗口改过诊断" in answer.text and ready.signed == []
    page |= {"dx_seen": hidden(doctor.get(_url(ready)).text, "dx_seen"), "pressure_asked": "1"}
    assert doctor.post(_url(ready, "/submit"), page, **HTMX).status_code in (200, 303)
    assert queries.note_versions(ready.visit_id)[0].content["diagnoses"][0]["is_suspected"]


def test_a_page_that_does_not_say_which_diagnoses_it_showed_signs_nothing(browser_as, ready):
    doctor = browser_as("doctor")
    page = _page(doctor, ready)
    del page["dx_seen"]
    assert _submit(doctor, ready, page).status_code == 409
    assert _submit(doctor, ready, {**page, "dx_seen": "x"}).status_code == 409
    assert ready.signed == []


def test_a_row_of_another_window_is_shown_before_it_is_signed(browser_as, ready):
    doctor = browser_as("doctor")
    page = _page(doctor, ready)
    ready.add("D0011")
    answer = _submit(doctor, ready, page)
    assert answer.status_code == 409 and ready.signed == []
    pane = answer.text.split('id="orders"')[1]
    assert "hx-swap-oob" in pane[:80] and "对乙酰氨基酚片" in pane and hidden(answer.text, "sheet_rev") == "2"


def test_text_of_another_window_is_shown_before_it_is_signed_and_nothing_is_lost(browser_as, ready):
    doctor = browser_as("doctor")
    page = _page(doctor, ready)
    fields = queries.note(ready.visit_id).fields()
    ready.note(plan="多饮水")
    answer = doctor.post(_url(ready, "/submit"), {**page, **fields, "examination": "咽红"}, **HTMX)
    assert answer.status_code == 409 and ready.signed == []
    assert "多饮水" in answer.text
    note = queries.note(ready.visit_id)
    assert (note.plan, note.examination) == ("多饮水", "咽红")


def test_a_page_never_takes_a_text_written_after_its_own_save_for_seen(browser_as, writing, monkeypatch):
    one, doctor = writing(), browser_as("doctor")
    page = _page(doctor, one)
    real = saving.draft

    def the_other_window_saves_right_after(act):
        monkeypatch.setattr(saving, "draft", real)
        done = real(act)
        one.note(plan="那边写的处置")
        return done

    monkeypatch.setattr(saving, "draft", the_other_window_saves_right_after)
    text = doctor.post(_url(one, "/note"), _note(page, examination="咽红"), **HTMX).text
    page |= {"note_rev": hidden(text, "note_rev"), "note_drawn": hidden(text, "note_drawn")}
    answer = doctor.post(_url(one, "/note"), _note(page, examination="咽红肿"), **HTMX)
    note = queries.note(one.visit_id)
    assert (note.plan, note.examination) == ("那边写的处置", "咽红肿")
    assert "已放进来" in answer.text


def test_a_refused_submit_tells_the_page_only_what_its_own_save_stored(browser_as, ready, monkeypatch):
    doctor = browser_as("doctor")
    page = _page(doctor, ready)
    fields = queries.note(ready.visit_id).fields()
    ready.note(plan="多饮水")
    real = saving.draft

    def the_other_window_saves_right_after(act):
        monkeypatch.setattr(saving, "draft", real)
        done = real(act)
        ready.note(present_illness="那边写的病史")
        return done

    monkeypatch.setattr(saving, "draft", the_other_window_saves_right_after)
    text = doctor.post(_url(ready, "/submit"), {**page, **fields, "examination": "咽红"}, **HTMX).text
    page |= {"note_rev": hidden(text, "note_rev"), "note_drawn": hidden(text, "note_drawn")}
    doctor.post(_url(ready, "/note"), _note(page, **{**fields, "examination": "咽红", "plan": "多饮水"}), **HTMX)
    assert queries.note(ready.visit_id).present_illness == "那边写的病史"
