import re

import pytest

from clinic_app.kernel import access_log, db
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients.services import AllergyEntry, set_allergies
from clinic_app.modules.visits import queries as visits
from tests.conftest import hidden
from tests.modules.consultation.conftest import ALLERGIC, AMOXICILLIN, HEALTHY, LORATADINE, NOT_ASKED, SOLD_OUT

HTMX = {"HX-Request": "true"}


def _url(one, rest=""):
    return f"/doctor/visits/{one.visit_id.hex()}{rest}"


def _row(code, **other):
    drug = dictionaries.drug_by_code(code)
    return {
        "drug": drug.name, "drug_id": drug.id.hex(), "dose": f"{drug.usual_dose}{drug.dose_unit}", "days": "3",
        "frequency": drug.frequency, "route": drug.route, "sheet_rev": "0", **other,
    }  # fmt: skip


def test_the_next_patient_is_called_and_opened_with_one_key(browser_as, arrive):
    first, _second = arrive(HEALTHY), arrive(ALLERGIC)
    doctor = browser_as("doctor")
    page = doctor.get("/doctor").text
    answer = doctor.post("/doctor/next", {"room": hidden(page, "room")})
    assert answer.status_code == 303
    assert answer.location.endswith(first.hex())


def test_nobody_waiting_is_said_in_a_sentence(browser_as):
    answer = browser_as("doctor").post("/doctor/next", {"room": "all"}, **HTMX)
    assert answer.status_code == 422
    assert "没人候诊" in answer.text


def test_looking_at_a_waiting_visit_does_not_begin_it(browser_as, arrive):
    visit_id = arrive(HEALTHY)
    doctor = browser_as("doctor")
    page = doctor.get(f"/doctor/visits/{visit_id.hex()}")
    assert page.status_code == 200
    assert "开始接诊" in page.text
    assert db.value("SELECT state FROM visit WHERE id = ?", (visit_id,)) == "registered"
    doctor.post(f"/doctor/visits/{visit_id.hex()}/open")
    assert db.value("SELECT state FROM visit WHERE id = ?", (visit_id,)) == "in_consultation"


def test_a_patient_without_a_number_is_received(browser_as):
    doctor = browser_as("doctor")
    form = doctor.get("/doctor/without-number").text
    room = re.search(r'<option value="(\w{32})"', form).group(1)
    wrong = doctor.post("/doctor/without-number", {"name": "赵小满", "sex": "2", "age": "八岁", "room": room}, **HTMX)
    assert wrong.status_code == 422
    assert "赵小满" in wrong.text and "八岁" in wrong.text
    answer = doctor.post("/doctor/without-number", {"name": "赵小满", "sex": "2", "age": "8", "room": room})
    assert answer.status_code == 303
    page = doctor.get(answer.location).text
    assert "赵小满" in page and "record-form" in page and "过敏还没问" in page


@pytest.mark.parametrize(("age", "days"), [("20天", 20), ("20d", 20), ("8月", 240), ("8个月", 240), ("45", 45 * 365)])
def test_an_age_as_said_becomes_an_estimated_birth_date(browser_as, age, days):
    from datetime import date

    from clinic_app.kernel import clock

    doctor = browser_as("doctor")
    room = re.search(r'<option value="(\w{32})"', doctor.get("/doctor/without-number").text).group(1)
    doctor.post("/doctor/without-number", {"name": "李冬生", "sex": "1", "age": age, "room": room})
    born = date.fromisoformat(db.value("SELECT born_on FROM patient WHERE name = '李冬生'"))
    assert abs((clock.today() - born).days - days) <= max(7, days // 30)


def test_allergies_are_asked_on_the_spot_and_the_row_opens(browser_as, writing):
    one = writing(NOT_ASKED)
    doctor = browser_as("doctor")
    page = doctor.get(_url(one)).text
    assert 'id="ask-allergy"' in page and 'id="rx-new"' not in page
    answer = doctor.post(_url(one, "/allergies"), {"answer": "none"}, **HTMX)
    assert answer.status_code == 200
    assert 'id="rx-new"' in answer.text and "无已知过敏" in answer.text


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"answer": "unclear"}, ("text", "过敏史说不清（已问）")),
        ({"answer": "known", "allergen": "青霉素类", "allergen_kind": "group", "allergen_code": "penicillins"},
         ("group", "青霉素类")),
        ({"answer": "known", "allergen": "芒果", "allergen_kind": "text", "allergen_note": "嘴肿"}, ("text", "芒果")),
    ],
)  # fmt: skip
def test_the_other_answers_are_recorded_too(browser_as, writing, form, expected):
    one = writing(NOT_ASKED)
    browser_as("doctor").post(_url(one, "/allergies"), form, **HTMX)
    assert db.row("SELECT kind, text FROM allergy WHERE patient_id = ?", (one.patient_id,)) == expected


def test_typed_initials_are_never_recorded_as_an_allergy(browser_as, writing):
    one = writing(NOT_ASKED)
    answer = browser_as("doctor").post(_url(one, "/allergies"), {"answer": "known", "allergen": "qms"}, **HTMX)
    assert answer.status_code == 422
    assert 'value="qms"' in answer.text
    assert db.value("SELECT count(*) FROM allergy WHERE patient_id = ?", (one.patient_id,)) == 0


def test_an_answer_never_replaces_what_a_colleague_recorded(browser_as, writing):
    one = writing(ALLERGIC)
    answer = browser_as("doctor").post(_url(one, "/allergies"), {"answer": "none"}, **HTMX)
    assert answer.status_code == 422
    assert db.value("SELECT count(*) FROM allergy WHERE patient_id = ? AND ended_at IS NULL", (one.patient_id,)) == 1


def test_autosave_says_when_and_what_looks_wrong(browser_as, writing):
    one = writing()
    doctor = browser_as("doctor")
    answer = doctor.post(_url(one, "/note"), {"note_rev": "1", "plan": "休息", "temperature": "378"}, **HTMX)
    assert answer.status_code == 200
    assert "体温" in answer.text and hidden(answer.text, "note_rev") == "2"
    again = doctor.post(_url(one, "/note"), {"note_rev": "2", "temperature": "37.8"}, **HTMX)
    assert "已自动保存" in again.text


@pytest.mark.rule("OR-05")
def test_a_long_complaint_is_saved_with_a_warning(browser_as, writing):
    one = writing()
    answer = browser_as("doctor").post(_url(one, "/note"), {"note_rev": "1", "chief_complaint": "咳" * 25}, **HTMX)
    assert answer.status_code == 200
    assert "主诉 25 字" in answer.text


def test_two_windows_both_texts_are_shown_and_the_doctor_chooses(browser_as, writing):
    one = writing()
    doctor = browser_as("doctor")
    doctor.post(_url(one, "/note"), {"note_rev": "1", "plan": "第一个窗口"}, **HTMX)
    answer = doctor.post(_url(one, "/note"), {"note_rev": "1", "plan": "第二个窗口"}, **HTMX)
    assert answer.status_code == 409
    assert 'id="record-conflict" hx-swap-oob="true"' in answer.text
    assert "第一个窗口" in answer.text
    assert queries.note(one.visit_id).plan == "第一个窗口"


def test_suggestions_show_what_cannot_be_prescribed_with_the_reason(browser_as):
    drug = dictionaries.drug_by_code(SOLD_OUT)
    text = browser_as("doctor").get(f"/doctor/drugs?drug={drug.name}").text
    assert 'aria-disabled="true"' in text and "缺货" in text


@pytest.mark.rule("QT-07")
def test_the_quantity_is_shown_while_the_row_is_typed(browser_as, writing):
    one = writing()
    drug = dictionaries.drug_by_code(AMOXICILLIN)
    query = f"drug_id={drug.id.hex()}&dose=0.5g&frequency=tid&days=3&route=po"
    assert "18粒" in browser_as("doctor").get(_url(one, f"/quote?{query}")).text


def test_a_stored_row_comes_back_as_text_with_the_focus_on_the_next(browser_as, writing):
    one = writing()
    answer = browser_as("doctor").post(_url(one, "/lines"), _row(AMOXICILLIN), **HTMX)
    assert answer.status_code == 200
    assert '"focus": "#rx-new"' in answer.headers["HX-Trigger-After-Settle"]
    assert hidden(answer.text, "sheet_rev") == "1"


def test_a_refused_row_keeps_what_was_typed_and_puts_the_focus_on_the_cell(browser_as, writing):
    one = writing()
    answer = browser_as("doctor").post(_url(one, "/lines"), _row(AMOXICILLIN, dose="好多"), **HTMX)
    assert answer.status_code == 422
    assert 'value="好多"' in answer.text
    assert '"focus": "#rx-dose"' in answer.headers["HX-Trigger-After-Settle"]


def test_removing_a_row_offers_undo(browser_as, writing):
    one = writing()
    line = one.add(AMOXICILLIN)
    doctor = browser_as("doctor")
    answer = doctor.post(_url(one, f"/lines/{line.hex()}/delete"), {"sheet_rev": "1"}, **HTMX)
    assert "Alt+U" in answer.text
    undo = re.search(r'action="([^"]*/restore)"', answer.text).group(1)
    assert "阿莫西林" in doctor.post(undo, **HTMX).text


def test_a_half_typed_row_stops_f9(browser_as, writing):
    one = writing()
    one.write()
    answer = browser_as("doctor").post(_url(one, "/submit"), {"note_rev": "2", "sheet_rev": "0", "drug": "amx"}, **HTMX)
    assert answer.status_code == 422
    assert "还没存" in answer.text
    assert '"#rx-new"' in answer.headers["HX-Trigger-After-Settle"]


def test_f9_twice_signs_once(browser_as, writing):
    one = writing()
    one.write()
    one.add(LORATADINE)
    doctor = browser_as("doctor")
    seen = str(queries.diagnoses_of_visit(one.visit_id)[0].id)
    form = {"note_rev": "2", "sheet_rev": "1", "dx_seen": seen, "pressure_asked": "1"}
    first = doctor.post(_url(one, "/submit"), form, once="the-same-command-key")
    again = doctor.post(_url(one, "/submit"), form, once="the-same-command-key")
    assert (first.status_code, again.status_code) == (303, 303)
    assert len(one.signed) == 1


def test_price_and_quantity_cannot_be_slipped_in(browser_as, writing):
    one = writing()
    answer = browser_as("doctor").post(_url(one, "/lines"), _row(AMOXICILLIN, price_e4="1"), **HTMX)
    assert answer.status_code == 422
    assert one.sheet_rev == 0


def test_rows_of_another_visit_answer_404(browser_as, writing):
    one, other = writing(), writing("张兰英")
    line = one.add(AMOXICILLIN)
    other.add(LORATADINE)
    answer = browser_as("doctor").post(_url(other, f"/lines/{line.hex()}/delete"), {"sheet_rev": "1"}, **HTMX)
    assert answer.status_code == 404
    assert browser_as("doctor").get(f"/doctor/visits/{bytes(16).hex()}").status_code == 404


def test_a_colleague_reads_but_does_not_write(browser_as, writing):
    one = writing()
    one.note(plan="休息")
    colleague = browser_as("doctor", 1)
    page = colleague.get(_url(one)).text
    assert "休息" in page and "record-form" not in page and "正在接诊" in page
    assert colleague.post(_url(one, "/lines"), _row(AMOXICILLIN), **HTMX).status_code == 422
    assert colleague.post(_url(one, "/note"), {"note_rev": "2", "plan": "x"}, **HTMX).status_code in (409, 422)


@pytest.mark.parametrize("role", ["nurse", "pharmacist", "manager"])
def test_nurse_pharmacist_and_manager_read_only(browser_as, writing, role):
    one = writing()
    reader = browser_as(role)
    assert '<span class="count">李志远</span>' in reader.get(_url(one)).text, "a note that is read names its doctor"
    assert reader.post(_url(one, "/note"), {"note_rev": "1", "plan": "x"}, **HTMX).status_code == 403


@pytest.mark.parametrize("role", ["registrar", "cashier", "administrator", "auditor", "technician"])
def test_others_see_no_chart(browser_as, writing, role):
    assert browser_as(role).get(_url(writing())).status_code == 403


@pytest.mark.rule("A3")
def test_every_reading_of_a_chart_is_logged(clinic, browser_as, writing):
    one = writing()
    access_log.forget()
    browser_as("nurse").get(_url(one))
    assert clinic.actor("nurse").person_id in {row[0] for row in access_log.readers_of(one.patient_id)}


def test_a_hostile_name_and_text_are_shown_as_text(clinic, browser_as, writing):
    one = writing()
    one.write()
    one.add(LORATADINE)
    clinic.raw("UPDATE patient SET name = '<script>alert(1)</script>' WHERE id = ?", (one.patient_id,))
    one.note(plan="<img src=x onerror=alert(1)>")
    doctor = browser_as("doctor")
    assert "<img src=x" not in doctor.get(_url(one)).text
    one.sign()
    for page in (_url(one), _url(one, "/print"), "/doctor"):
        assert "<script>alert" not in doctor.get(page).text


def test_the_sheet_is_a_print_page_and_a_draft_is_not(browser_as, writing):
    one = writing()
    one.write()
    one.add(LORATADINE)
    doctor = browser_as("doctor")
    draft = queries.draft_of_visit(one.visit_id)
    assert doctor.get(f"/doctor/prescriptions/{draft.id.hex()}/print").status_code == 422
    one.sign()
    page = doctor.get(f"/doctor/prescriptions/{one.signed[0].id.hex()}/print").text
    assert one.signed[0].prescription_no in page and "练习 · 不作凭证" in page and "氯雷他定片" in page


def test_version_one_is_readable_after_an_amendment(browser_as, writing):
    one = writing()
    one.write()
    one.sign(plan="第一版")
    one.clinic.run(one.clinic.actor("doctor"), lambda uow: services.amend(uow, one.visit_id, "漏写"))
    one.note(plan="第二版")
    one.sign()
    doctor = browser_as("doctor")
    assert "第一版" in doctor.get(_url(one, "/versions/1")).text
    assert "漏写" in doctor.get(_url(one, "/versions/2")).text
    assert doctor.get(_url(one, "/versions/3")).status_code == 404


def test_a_signed_sheet_is_voided_from_its_page(browser_as, writing):
    one = writing()
    one.write()
    one.add(LORATADINE)
    one.sign()
    doctor = browser_as("doctor")
    sheet = one.signed[0]
    form = f"/doctor/prescriptions/{sheet.id.hex()}/void"
    assert "作废处方" in doctor.get(form).text
    assert doctor.post(form, {"reason": "开错药", "write_anew": "1"}).status_code == 303
    page = doctor.get(_url(one)).text
    assert "已作废：开错药" in page and "再签一次" in page


def test_the_allergy_of_a_merged_record_stops_here_too(clinic, browser_as, writing):
    one = writing(HEALTHY)
    allergic = db.value("SELECT id FROM patient WHERE name = ?", (ALLERGIC,))
    clinic.raw(
        "INSERT INTO patient_link(id, from_id, to_id, linked_by, linked_at, approved_by, approved_at)"
        " VALUES(randomblob(16), ?, ?, zeroblob(16), 1, zeroblob(16), 1)",
        (allergic, one.patient_id),
    )
    answer = browser_as("doctor").post(_url(one, "/lines"), _row(AMOXICILLIN), **HTMX)
    assert "不能开" in answer.text


def test_an_allergy_recorded_while_the_reason_is_typed_is_shown_first(clinic, browser_as, writing):
    one, doctor = writing(ALLERGIC), browser_as("doctor")
    line = one.add(AMOXICILLIN)
    url = _url(one, f"/lines/{line.hex()}/keep")
    form = {"sheet_rev": "1", "stop_reason": "皮试阴性", "seen": hidden(doctor.post(url).text, "seen")}
    entries = (AllergyEntry("group", "penicillins"), AllergyEntry("drug", AMOXICILLIN, note="休克"))
    clinic.run(clinic.actor("nurse"), lambda uow: set_allergies(uow, one.patient_id, "known", entries))
    answer = doctor.post(url, form, **HTMX)
    assert answer.status_code == 409 and "休克" in answer.text
    assert hidden(answer.text, "stop_reason") == "皮试阴性"
    assert queries.kept_stops_of(line) == []


def test_asking_for_the_reason_of_a_stop_is_a_reading_of_the_chart(clinic, browser_as, writing):
    one = writing(ALLERGIC)
    line = one.add(AMOXICILLIN)
    assert "阿莫西林" in browser_as("doctor", 1).post(_url(one, f"/lines/{line.hex()}/keep"), **HTMX).text
    reader = clinic.actor("doctor", 1).person_id
    assert db.value("SELECT count(*) FROM access_log WHERE person_id = ?", (reader,)) == 1


@pytest.mark.rule("PR-03")
def test_the_queue_is_masked_outside_the_care_team(browser_as, arrive):
    arrive(HEALTHY)
    assert HEALTHY in browser_as("nurse").get("/doctor?room=all").text
    seen = browser_as("manager").get("/doctor?room=all").text
    assert "刘**" in seen and HEALTHY not in seen


def test_the_queue_of_all_rooms_says_where_each_one_waits(browser_as, arrive):
    waits, doctor = visits.row(arrive(HEALTHY)), browser_as("doctor")
    assert f"刚到 · {waits.room_name}</small>" in doctor.get("/doctor/queue?room=all").text
    assert waits.room_name not in doctor.get(f"/doctor/queue?room={waits.room_id.hex()}").text


def test_the_next_one_is_never_the_one_called_before(browser_as, arrive):
    here, second, third = arrive(HEALTHY), arrive(ALLERGIC), arrive(NOT_ASKED)
    doctor, page = browser_as("doctor"), f"/doctor/visits/{here.hex()}"
    doctor.post(f"{page}/open")

    def next_from_here():
        html = doctor.get(page).text
        key = re.search(r'name="once" value="(next-[^"]*)"', html).group(1)
        return doctor.post("/doctor/next", {"room": "all"}, once=key).location

    assert next_from_here().endswith(second.hex())
    arrive("吴小宝")  # as many wait as before
    assert next_from_here().endswith(third.hex())
