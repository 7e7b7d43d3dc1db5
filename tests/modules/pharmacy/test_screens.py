"""The pharmacist's screen as a browser sees it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from clinic_app.kernel import access_log, db
from clinic_app.kernel.clock import today
from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.patients import services as patients
from clinic_app.modules.patients.services import AllergyEntry
from clinic_app.modules.pharmacy import queries, services
from tests.conftest import Browser, Clinic, hidden
from tests.visit import NOTE, arrive, consult, dispense, draft, pay, prescribe, run, typed

Browsers = Callable[..., Browser]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def sheet(clinic: Clinic) -> queries.Sheet:
    arrived = arrive(clinic)
    sheet_id = consult(clinic, arrived["visit_id"], ("D0001", "D0016"))[0]
    pay(clinic, arrived["visit_id"])
    found = queries.sheet(sheet_id)
    assert found is not None
    return found


def form_of(browser: Browser, sheet: queries.Sheet, ticked: int | None = None) -> dict[str, Any]:
    """The fields of the drawn form with the first lines ticked."""
    html = browser.get(f"/pharmacy/sheets/{sheet.id.hex()}").text
    lines = re.findall(r'name="line" id="tick-\w+" value="(\w{32})"', html)
    return {"line": lines[:ticked], "batches": hidden(html, "batches")}


def test_the_page_shows_the_oldest_sheet_with_shelf_batch_and_use(
    sheet: queries.Sheet, browser_as: Browsers
) -> None:
    html = browser_as("pharmacist").get("/pharmacy/").text
    lines = queries.lines_of(sheet, today())
    assert sheet.prescription_no in html and "赵春生" in html and "急性上呼吸道感染" in html
    for line in lines:
        assert line.drug.shelf in html and line.drug.name in html and line.batches[0].batch_no in html
    assert "每次 0.5 g（2粒），每日3次，口服，3 天" in html
    assert "已核对 0 / 2" in html and 'data-key="F9"' in html and "李志远" in html


def test_a_herbal_sheet_says_how_many_doses_and_how_they_are_boiled(clinic: Clinic, browser_as: Browsers) -> None:
    arrived = arrive(clinic)
    sheet_id = consult(clinic, arrived["visit_id"], ("H0001", "H0002"))[0]
    pay(clinic, arrived["visit_id"])
    html = browser_as("pharmacist").get(f"/pharmacy/sheets/{sheet_id.hex()}").text
    assert "共 7 剂 · 煎剂 · 自煎 · 每日1剂，分2次温服" in html
    assert "每剂 15 g" in html and "口服" not in html


@pytest.mark.rule("O2")
def test_a_drug_renamed_after_signing_is_handed_out_as_it_was_prescribed(
    clinic: Clinic, sheet: queries.Sheet, browser_as: Browsers
) -> None:
    clinic.raw(
        "UPDATE drug SET name = '改过的名字', strength_text = '9g×9丸', strength_dose = '9', min_unit = '丸',"
        " pack_unit = '瓶', pack_size = 7, shelf = 'Z-9'"
    )
    html = browser_as("pharmacist").get(f"/pharmacy/sheets/{sheet.id.hex()}").text
    assert "阿莫西林胶囊" in html and "每次 0.5 g（2粒），每日3次，口服，3 天" in html and "18粒" in html
    assert "改过的名字" not in html and "丸" not in html and "瓶" not in html
    assert "Z-9" in html, "the shelf is where the drug stands now"


def test_allergies_that_nobody_asked_about_are_called_so(
    clinic: Clinic, sheet: queries.Sheet, browser_as: Browsers
) -> None:
    clinic.raw("UPDATE patient SET allergy_state = 'unknown' WHERE id = ?", (sheet.patient_id,))
    assert "过敏：还没问" in browser_as("pharmacist").get(f"/pharmacy/sheets/{sheet.id.hex()}").text


def test_the_page_is_light(sheet: queries.Sheet, browser_as: Browsers) -> None:
    assert len(browser_as("pharmacist").get("/pharmacy/").data) < 30_000


def test_reading_a_sheet_is_logged(sheet: queries.Sheet, browser_as: Browsers) -> None:
    browser_as("manager").get(f"/pharmacy/sheets/{sheet.id.hex()}")
    seen = db.rows("SELECT screen FROM access_log WHERE patient_id = ?", (sheet.patient_id,))
    assert ("pharmacy.sheet",) in seen


def test_an_empty_queue_says_so_and_what_to_do(browser_as: Browsers) -> None:
    html = browser_as("pharmacist").get("/pharmacy/").text
    assert "没有等着取药的人" in html and 'data-scan="submit"' in html


def test_a_scanned_drug_is_ticked_and_the_wrong_one_sounds(sheet: queries.Sheet, browser_as: Browsers) -> None:
    browser = browser_as("pharmacist")
    url = f"/pharmacy/sheets/{sheet.id.hex()}/scan"
    meant = next(line for line in queries.lines_of(sheet, today()) if line.drug.code == "D0001")
    right = browser.get(f"{url}?scan=d0001", **HTMX)
    assert json.loads(right.headers["HX-Trigger"]) == {"sound": "ok", "tick": f"#tick-{meant.id.hex()}"}
    assert "阿莫西林胶囊 对上了" in right.text and "#scan" in right.headers["HX-Trigger-After-Settle"]
    assert f'id="tick-{meant.id.hex()}"' in browser.get(f"/pharmacy/sheets/{sheet.id.hex()}").text
    wrong = browser.get(f"{url}?scan=D0030", **HTMX)
    assert json.loads(wrong.headers["HX-Trigger"]) == {"sound": "wrong"} and "这张处方里没有" in wrong.text
    unknown = browser.get(f"{url}?scan=%3Cb%3E", **HTMX)
    assert json.loads(unknown.headers["HX-Trigger"]) == {"sound": "wrong"} and "&lt;B&gt;" in unknown.text


def test_a_scan_without_script_goes_back_to_the_sheet_and_one_without_a_code_says_what_to_do(
    sheet: queries.Sheet, browser_as: Browsers
) -> None:
    browser, page = browser_as("pharmacist"), f"/pharmacy/sheets/{sheet.id.hex()}"
    assert browser.get(f"{page}/scan?scan=D0001").headers["Location"] == page
    answer = browser.get(f"{page}/scan?scan=", **HTMX)
    assert answer.status_code == 200 and "按空格给这一行打勾" in answer.text and "<main" not in answer.text


def test_a_scanned_receipt_of_somebody_else_opens_that_sheet(
    sheet: queries.Sheet, clinic: Clinic, browser_as: Browsers
) -> None:
    arrived = arrive(clinic)
    other = consult(clinic, arrived["visit_id"], ("D0038",))[0]
    receipt = pay(clinic, arrived["visit_id"])["receipt_no"]
    answer = browser_as("pharmacist").get(f"/pharmacy/sheets/{sheet.id.hex()}/scan?scan={receipt}", **HTMX)
    assert answer.headers["HX-Redirect"].endswith(other.hex())


def test_f9_too_early_says_what_is_missing_and_focuses_it(sheet: queries.Sheet, browser_as: Browsers) -> None:
    browser = browser_as("pharmacist")
    fields = form_of(browser, sheet, ticked=1)
    answer = browser.post(f"/pharmacy/sheets/{sheet.id.hex()}/dispense", fields, **HTMX, **{"HX-Boosted": "true"})
    missing = queries.lines_of(sheet, today())[1]
    assert answer.status_code == 422 and answer.headers["HX-Retarget"] == "#refusal"
    assert missing.drug.name in answer.text
    assert f"#line-{missing.id.hex()}" in answer.headers["HX-Trigger-After-Settle"]


def test_f9_dispenses_once_however_often_it_is_pressed(sheet: queries.Sheet, browser_as: Browsers) -> None:
    browser = browser_as("pharmacist")
    fields, url = form_of(browser, sheet), f"/pharmacy/sheets/{sheet.id.hex()}/dispense"
    first = browser.post(url, fields, once="the-same-key-twice")
    again = browser.post(url, fields, once="the-same-key-twice")
    assert (first.status_code, again.status_code) == (303, 303) and first.headers["Location"] == "/pharmacy/"
    assert again.headers["Replayed"] == "1"
    assert "赵春生 的药发好了" in browser.get("/pharmacy/").text
    assert db.value("SELECT count(*) FROM dispense") == 1
    html = browser.get(f"/pharmacy/sheets/{sheet.id.hex()}").text
    assert "周敏" in html and 'data-key="F9"' not in html


def test_a_second_key_hears_who_was_faster(sheet: queries.Sheet, browser_as: Browsers) -> None:
    browser = browser_as("pharmacist")
    fields, url = form_of(browser, sheet), f"/pharmacy/sheets/{sheet.id.hex()}/dispense"
    assert browser.post(url, fields).status_code == 303
    late = browser.post(url, fields, **HTMX)
    assert late.status_code == 409 and "周敏" in late.text and "没有重复发" in late.text


def test_a_form_with_a_foreign_field_is_refused(sheet: queries.Sheet, browser_as: Browsers) -> None:
    browser = browser_as("pharmacist")
    answer = browser.post(f"/pharmacy/sheets/{sheet.id.hex()}/dispense", {"quantity": "1000"}, **HTMX)
    assert answer.status_code == 422 and "form.unknown_field" in answer.text


def test_only_the_pharmacist_dispenses(sheet: queries.Sheet, browser_as: Browsers) -> None:
    doctor = browser_as("doctor")
    assert doctor.get("/pharmacy/").status_code == 200
    assert 'data-key="F9"' not in doctor.get("/pharmacy/").text
    assert doctor.post(f"/pharmacy/sheets/{sheet.id.hex()}/dispense").status_code == 403
    for role in ("registrar", "cashier", "technician", "auditor", "administrator", "nurse"):
        assert browser_as(role).get(f"/pharmacy/sheets/{sheet.id.hex()}").status_code == 403, role


def test_an_unanswered_allergy_stands_under_its_drug(
    sheet: queries.Sheet, clinic: Clinic, browser_as: Browsers
) -> None:
    entries = [AllergyEntry("group", "penicillins", note="皮疹")]
    clinic.run(clinic.actor("doctor"), lambda uow: patients.set_allergies(uow, sheet.patient_id, "known", entries))
    browser = browser_as("pharmacist")
    html = browser.get(f"/pharmacy/sheets/{sheet.id.hex()}").text
    assert "对「青霉素类」过敏，医生没有写继续用的理由，不能发" in html and "有药不能发" in html
    answer = browser.post(f"/pharmacy/sheets/{sheet.id.hex()}/dispense", form_of(browser, sheet), **HTMX)
    assert answer.status_code == 422 and "pharmacy.allergy_unanswered" in answer.text


def test_other_batches_are_offered_when_one_is_frozen(
    sheet: queries.Sheet, clinic: Clinic, browser_as: Browsers
) -> None:
    browser = browser_as("pharmacist")
    assert "Alt+R" not in browser.get(f"/pharmacy/sheets/{sheet.id.hex()}").text
    held = queries.lines_of(sheet, today())[0].batches[0]
    clinic.raw("UPDATE batch SET is_frozen = 1, frozen_reason = '召回' WHERE id = ?", (held.batch_id,))
    html = browser.get(f"/pharmacy/sheets/{sheet.id.hex()}").text
    assert "已冻结" in html and 'data-key="Alt+R"' in html
    held_again = browser.post(f"/pharmacy/sheets/{sheet.id.hex()}/reallocate", **HTMX)
    assert held_again.status_code == 303
    html = browser.get(f"/pharmacy/sheets/{sheet.id.hex()}").text
    assert "留的货不够" in html and 'name="short_reason"' in html, "what there is can be handed out"


def test_the_queue_is_polled_without_counting_as_presence(sheet: queries.Sheet, browser_as: Browsers) -> None:
    answer = browser_as("pharmacist").get(f"/pharmacy/queue?at={sheet.id.hex()}", **HTMX)
    assert "赵春生" in answer.text and 'aria-current="true"' in answer.text and "waiting-count" in answer.text


def test_a_child_is_marked(clinic: Clinic, browser_as: Browsers) -> None:
    child = db.value("SELECT id FROM patient WHERE name = '吴小宝'")
    visit_id = arrive(clinic, child)["visit_id"]
    consult(clinic, visit_id, ("D0002",), {"weight": "18"})
    pay(clinic, visit_id)
    html = browser_as("pharmacist").get("/pharmacy/").text
    assert '<span class="tag info">儿</span>' in html and "吴小宝" in html


def test_search_and_scan_find_sheets(sheet: queries.Sheet, browser_as: Browsers) -> None:
    browser = browser_as("pharmacist")
    assert sheet.prescription_no in browser.get("/pharmacy/find?q=zcs", **HTMX).text
    assert "没有找到" in browser.get("/pharmacy/find?q=%3Cscript%3E", **HTMX).text
    assert browser.get(f"/pharmacy/open?q={sheet.prescription_no}").headers["Location"].endswith(sheet.id.hex())
    assert browser.get("/pharmacy/open?q=nobody").status_code == 422


def test_the_list_of_the_day_names_who_handed_out(
    sheet: queries.Sheet, clinic: Clinic, browser_as: Browsers
) -> None:
    assert "今天还没有发过药" in browser_as("pharmacist").get("/pharmacy/done").text
    dispense(clinic, sheet.id)
    html = browser_as("pharmacist").get("/pharmacy/done").text
    assert sheet.prescription_no in html and html.count("周敏") >= 2


def test_two_signatures_turn_the_button_into_prepared(
    sheet: queries.Sheet, clinic: Clinic, browser_as: Browsers
) -> None:
    clinic.raw("UPDATE parameter SET value = '0' WHERE name = 'pharmacy.single_sign'")
    browser = browser_as("pharmacist")
    assert "配好了" in browser.get("/pharmacy/").text
    answer = browser.post(f"/pharmacy/sheets/{sheet.id.hex()}/prepare", form_of(browser, sheet))
    assert answer.status_code == 303
    html = browser.get("/pharmacy/").text
    assert "待核发" in html and "这张是你配的" in html and "发药完成" in html
    answer = browser.post(f"/pharmacy/sheets/{sheet.id.hex()}/put-back", {})
    assert answer.status_code == 303
    html = browser.get("/pharmacy/").text
    assert "待核发" not in html and 'id="put-back"' not in html and "配好了" in html


def test_english_has_no_chinese_of_ours(sheet: queries.Sheet, browser_as: Browsers) -> None:
    browser = browser_as("pharmacist")
    browser.post("/language", {"language": "en", "next": "/pharmacy/"})
    html = browser.get("/pharmacy/").text
    assert "0.5 g (2 capsules) each time, three times a day, by mouth, for 3 days" in html
    assert "Checked 0 / 2" in html and "Amoxicillin capsules" in html
    text = re.sub(r"<[^>]+>", " ", html)
    allowed = {"赵春生", "李志远", "周敏", "青溪镇中心卫生院", "西药房", "二诊室", "中文", "周"}
    left = {
        word for word in re.findall(r"[\u4e00-\u9fff]+", text) if word not in allowed and not word.startswith("虚构")
    }
    assert left <= {"粒", "片", "药师"}, left


def test_services_take_ids_as_bytes_or_hex(sheet: queries.Sheet, clinic: Clinic) -> None:
    ids = [line.id.hex() for line in queries.lines_of(sheet, today())]
    assert clinic.run(clinic.actor("pharmacist"), lambda uow: services.dispense(uow, sheet.id, ids))["dispense_id"]


@pytest.mark.rule("RX-13", "QT-05")
def test_a_kept_dose_and_the_days_of_the_week_stand_on_the_sheet(clinic: Clinic, browser_as: Browsers) -> None:
    arrived = arrive(clinic)
    visit = arrived["visit_id"]
    run(clinic, "doctor", lambda uow: consultation.start(uow, visit))
    access_log.record(clinic.actor("doctor"), arrived["patient_id"], "consultation")
    draft(clinic, "doctor", lambda uow: consultation.save_note(uow, visit, NOTE, 1))
    draft(clinic, "doctor", lambda uow: consultation.add_diagnosis(uow, visit, wording="咽炎"))
    row = replace(typed("D0001"), dose="1.25g", frequency="tiw", days="7", weekdays="135")
    line = prescribe(clinic, visit, row, 0)
    draft(clinic, "doctor", lambda uow: consultation.keep_stop(uow, visit, line, "专科定的剂量", 1))
    run(clinic, "doctor", lambda uow: consultation.sign_visit(uow, visit, note_rev=2, sheet_rev=2, signed_twice=True))
    pay(clinic, visit)
    html = browser_as("pharmacist").get("/pharmacy/").text
    assert "每次 1.25 g（5粒），每周3次（周一、周三、周五），口服，7 天" in html
    assert "剂量超过上限（每次 1.25 g，最多 1 g），医生仍要开：专科定的剂量" in html


def test_names_in_a_row_are_parted_as_in_the_language_read(clinic: Clinic, browser_as: Browsers) -> None:
    arrived = arrive(clinic)
    visit = arrived["visit_id"]
    run(clinic, "doctor", lambda uow: consultation.start(uow, visit))
    access_log.record(clinic.actor("doctor"), arrived["patient_id"], "consultation")
    draft(clinic, "doctor", lambda uow: consultation.save_note(uow, visit, NOTE, 1))
    for wording in ("样例甲", "样例乙"):
        draft(clinic, "doctor", lambda uow, wording=wording: consultation.add_diagnosis(uow, visit, wording=wording))
    prescribe(clinic, visit, typed("D0016"), 0)
    run(clinic, "doctor", lambda uow: consultation.sign_visit(uow, visit, note_rev=2, sheet_rev=1))
    pay(clinic, visit)
    browser, url = browser_as("pharmacist"), "/pharmacy/"
    assert browser.get(url).text.count("样例甲、样例乙") == 2
    browser.post("/language", {"language": "en", "next": url})
    assert browser.get(url).text.count("样例甲, 样例乙") == 2
