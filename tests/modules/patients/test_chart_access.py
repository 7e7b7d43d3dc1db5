"""Closed charts opened with a reason, whole numbers on request, bulk reading, and the reviews of all three."""

import re
from datetime import date, timedelta

import pytest

from clinic_app.kernel import access_log, clock, db, parameters
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.patients import queries, services
from clinic_app.modules.patients.rules.chart_access import alarm_spans, is_closed, opening_reason
from clinic_app.modules.patients.services import Identifier, add_identifier, approve_link, propose_link
from tests import visit
from tests.modules.patients.test_records import make


@pytest.fixture
def chen(clinic):
    return queries.search("cgy")[0]


def restrict(clinic, patient_id):
    clinic.run(clinic.actor("manager"), lambda uow: services.restrict(uow, patient_id, True))


def open_chart(clinic, patient_id, role="doctor", place=0, reason="急诊抢救，要查过敏"):
    actor = clinic.actor(role, place)
    done = clinic.run(actor, lambda uow: services.open_closed_chart(uow, patient_id, reason))
    return bytes.fromhex(done["opening_id"])


def test_what_was_written_asks_for_a_reason_and_the_face_only_when_restricted():
    for is_restricted in (False, True):
        for is_clinical in (False, True):
            told = {"is_restricted": is_restricted, "is_clinical": is_clinical}
            assert is_closed(**told, is_in_care=False, is_opened=False) == (is_restricted or is_clinical)
            assert not is_closed(**told, is_in_care=True, is_opened=False)
            assert not is_closed(**told, is_in_care=False, is_opened=True)


def test_a_reason_says_something():
    for empty in ("", "   ", "急诊", "急诊看"):
        with pytest.raises(Refused, match="reason_missing"):
            opening_reason(empty)
    assert opening_reason(" 急诊抢救 ") == "急诊抢救"
    with pytest.raises(Refused, match="text_too_long"):
        opening_reason("急" * 201)


def test_an_alarm_comes_above_the_limit_and_not_at_it():
    limits = {"most_an_hour": 60, "most_a_day": 300}
    assert alarm_spans(60, 300, **limits) == ()
    assert alarm_spans(61, 300, **limits) == (("hour", 60),)
    assert alarm_spans(60, 301, **limits) == (("day", 300),)
    assert alarm_spans(61, 301, **limits) == (("hour", 60), ("day", 300))


@pytest.mark.rule("PR-03")
def test_lists_outside_the_care_team_show_exactly_the_masked_forms(clinic, browser_as):
    make(clinic, name="张三丰", sex="1", born_on=None, identity_number="620499198503120019", phone="13800000001")
    shown = browser_as("manager").get("/patients/search?q=13800000001").text
    for masked in (">张**<", ">620499********0019<", ">138****0001<"):
        assert masked in shown
    for whole in ("张三丰", "620499198503120019", "1985-03-12"):
        assert whole not in shown
    assert ">13800000001<" not in shown


@pytest.mark.rule("PR-03")
def test_the_card_of_who_does_not_edit_shows_no_whole_number(clinic, browser_as):
    found = make(clinic, identity_number="620499198503120019", born_on=None, phone="13800000001")
    clinic.run(clinic.actor("registrar"), lambda uow: add_identifier(uow, found.id, Identifier("03", "E12345678")))
    shown = browser_as("pharmacist").get(f"/patients/{found.id.hex()}").text
    assert "138****0001" in shown and "620499********0019" in shown
    for whole in ("13800000001", "620499198503120019", "E12345678"):
        assert whole not in shown


@pytest.mark.rule("PR-03")
def test_whole_numbers_are_shown_for_a_purpose_that_stands_in_the_trail(clinic, browser_as):
    found = make(clinic, identity_number="620499198503120019", born_on=None, phone="13800000001")
    browser, url = browser_as("pharmacist"), f"/patients/{found.id.hex()}/in-full"
    assert "620499198503120019" not in browser.get(url).text
    refused = browser.post(url, {"purpose": ""})
    assert refused.status_code == 422 and "620499198503120019" not in refused.text
    shown = browser.post(url, {"purpose": "identify"})
    assert shown.status_code == 200 and "620499198503120019" in shown.text and "13800000001" in shown.text
    detail = db.value("SELECT detail FROM audit WHERE action = 'patients.show_in_full' AND patient_id = ?", (found.id,))
    assert "identify" in detail
    assert browser_as("auditor").post(url, {"purpose": "identify"}).status_code == 403


def test_a_doctor_without_a_visit_of_the_patient_is_asked_for_a_reason(clinic, browser_as, chen):
    browser, url = browser_as("doctor"), f"/doctor/of/{chen.id.hex()}"
    asked = browser.get(url)
    assert asked.status_code == 303 and asked.location.endswith(f"/patients/{chen.id.hex()}/closed?then=records")
    page = browser.get(asked.location).text
    assert "陈**" in page and "陈桂英" not in page and "审查" in page
    for reason in ("", "看看"):
        answer = browser.post(f"/patients/{chen.id.hex()}/closed", {"reason": reason, "then": "records"})
        assert answer.status_code == 422 and db.value("SELECT count(*) FROM chart_opening") == 0
    opened = browser.post(f"/patients/{chen.id.hex()}/closed", {"reason": "急诊抢救，要查过敏", "then": "records"})
    assert opened.status_code == 303 and opened.location.endswith(url)
    assert browser.get(url).status_code == 200
    assert browser_as("doctor", 1).get(url).status_code == 303  # the reason of one opens it for nobody else
    assert browser_as("nurse").get(url).status_code == 303


def test_a_patient_who_is_here_today_is_in_the_care_of_the_clinic(clinic, browser_as, chen):
    visit.arrive(clinic, chen.id)
    assert browser_as("doctor").get(f"/doctor/of/{chen.id.hex()}").status_code == 200
    clinic.raw("UPDATE patient SET last_visit_on = '2020-01-01' WHERE id = ?", (chen.id,))
    assert browser_as("doctor").get(f"/doctor/of/{chen.id.hex()}").status_code == 303


def test_the_doctor_of_an_old_visit_reads_on_and_another_is_asked(clinic, browser_as, chen):
    seen = visit.arrive(clinic, chen.id)["visit_id"]
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    doctor = clinic.actor("doctor").person_id
    clinic.drop_triggers("visit")
    clinic.raw(
        "UPDATE visit SET visit_on = ?, doctor_id = ?, state = 'finished' WHERE id = ?", (yesterday, doctor, seen)
    )
    clinic.raw("UPDATE patient SET last_visit_on = ? WHERE id = ?", (yesterday, chen.id))
    for url in (f"/doctor/of/{chen.id.hex()}", f"/doctor/visits/{seen.hex()}"):
        assert browser_as("doctor").get(url).status_code == 200
    assert browser_as("doctor", 1).get(f"/doctor/of/{chen.id.hex()}").status_code == 303
    refused = browser_as("doctor", 1).get(f"/doctor/visits/{seen.hex()}")
    assert refused.status_code == 422 and "陈桂英" not in refused.text and "/closed?then=records" in refused.text
    open_chart(clinic, chen.id, place=1)
    assert browser_as("doctor", 1).get(f"/doctor/visits/{seen.hex()}").status_code == 200


def test_an_old_sheet_of_another_doctor_is_printed_with_a_reason_only(clinic, browser_as, chen):
    seen = visit.arrive(clinic, chen.id)["visit_id"]
    sheet = visit.consult(clinic, seen)[0]
    url = f"/doctor/prescriptions/{sheet.hex()}/print"
    assert browser_as("doctor", 1).get(url).status_code == 200
    clinic.drop_triggers("prescription")
    clinic.raw("UPDATE prescription SET signed_on = '2020-01-01' WHERE id = ?", (sheet,))
    clinic.raw("UPDATE patient SET last_visit_on = '2020-01-01' WHERE id = ?", (chen.id,))
    refused = browser_as("doctor", 1).get(url)
    assert refused.status_code == 422 and "陈桂英" not in refused.text
    assert browser_as("doctor").get(url).status_code == 200


def test_a_restricted_record_shows_nothing_of_its_face_and_changes_nothing_without_a_reason(clinic, browser_as, chen):
    restrict(clinic, chen.id)
    browser, url = browser_as("registrar"), f"/patients/{chen.id.hex()}"
    assert browser.get(url).status_code == 303 and browser.get(f"/registration/of/{chen.id.hex()}").status_code == 303
    for path in ("change", "allergies", "identifiers", "aliases", "relations", "consents", "health-record"):
        answer = browser.post(f"{url}/{path}", {})
        assert answer.status_code == 422 and "陈桂英" not in answer.text, path
    other = make(clinic, name="陈桂英", born_on=date(1958, 5, 2))
    for path in ("changes", "in-full", "newborns", f"merge/{other.id.hex()}"):
        answer = browser.get(f"{url}/{path}")
        assert answer.status_code == 422 and "陈桂英" not in answer.text, path
    open_chart(clinic, chen.id, "registrar")
    assert browser.get(url).status_code == 200
    assert browser.post(f"{url}/restrict", {"is_restricted": "0"}).status_code == 403


def test_a_restriction_holds_for_every_record_of_the_person(clinic, browser_as, chen):
    other = make(clinic, name="陈桂英", born_on=date(1958, 5, 2))
    clinic.run(clinic.actor("manager"), lambda uow: services.link_patients(uow, other.id, chen.id))
    restrict(clinic, other.id)
    assert browser_as("registrar").get(f"/patients/{chen.id.hex()}").status_code == 303


def test_an_opening_ends_after_its_minutes(clinic, browser_as, chen):
    open_chart(clinic, chen.id)
    until, at = db.row("SELECT open_until, opened_at FROM chart_opening")
    assert until - at == 60 * 60_000
    doctor = clinic.actor("doctor")
    assert not queries.is_chart_closed(doctor, chen.id, is_clinical=True)
    clinic.drop_triggers("chart_opening")
    clinic.raw("UPDATE chart_opening SET opened_at = 1, open_until = 2")
    assert queries.is_chart_closed(doctor, chen.id, is_clinical=True)


def test_an_opening_waits_for_review_by_somebody_else_and_is_reviewed_once(clinic, browser_as, chen):
    opening_id = open_chart(clinic, chen.id)
    officer = browser_as("security_officer")
    page = officer.get("/patients/access-reviews").text
    assert "李志远" in page and "急诊抢救，要查过敏" in page and "陈桂英" not in page and "陈**" in page
    assert "查阅待审 1" in officer.get("/patients/access-reviews").text
    url = f"/patients/access-reviews/opening/{opening_id.hex()}"
    assert officer.post(url, {"verdict": "", "note": ""}).status_code == 422
    assert officer.post(url, {"verdict": "unjustified", "note": " "}).status_code == 422
    assert officer.post(url, {"verdict": "unjustified", "note": "约谈"}).status_code == 303
    assert officer.post(url, {"verdict": "justified", "note": ""}).status_code == 409
    done = queries.openings(is_reviewed=True)[0]
    assert (done.verdict, done.review_note, done.reviewer) == ("unjustified", "约谈", "吴刚")
    assert queries.openings(is_reviewed=False) == [] and "约谈" in officer.get("/patients/access-reviews?done=1").text
    for role in ("doctor", "registrar", "auditor", "administrator"):
        assert browser_as(role).get("/patients/access-reviews").status_code == 403


def test_nobody_reviews_their_own_reading(clinic, chen):
    opening_id = open_chart(clinic, chen.id, "manager")
    manager, officer = clinic.actor("manager"), clinic.actor("security_officer")
    with pytest.raises(Refused, match="review_own"):
        clinic.run(manager, lambda uow: services.review_opening(uow, opening_id, "justified", ""))
    clinic.run(officer, lambda uow: services.review_opening(uow, opening_id, "justified", ""))
    with pytest.raises(Stale):
        clinic.run(officer, lambda uow: services.review_opening(uow, opening_id, "unjustified", "改主意"))
    clinic.drop_triggers("chart_opening")
    with pytest.raises(Exception, match="CHECK"):
        clinic.raw("UPDATE chart_opening SET reviewed_by = person_id")


def test_reading_more_charts_than_allowed_raises_one_alarm_an_hour(clinic, browser_as):
    limit = 5
    clinic.run(
        clinic.actor("manager"),
        lambda uow: (parameters.change(uow, "patients.charts_an_hour", limit, uow.on, "test"), uow.audit("test")),
    )
    reader, charts = clinic.actor("nurse"), [make(clinic, name=f"病{number}").id for number in range(limit + 2)]
    for one in charts[:limit]:
        access_log.record(reader, one, "test")
        access_log.record(reader, one, "test")
    assert queries.alarms(is_reviewed=False) == []
    for one in charts[limit:]:
        access_log.record(reader, one, "test")
    (alarm,) = queries.alarms(is_reviewed=False)
    assert (alarm.span, alarm.most, alarm.charts, alarm.person_id) == ("hour", limit, limit + 2, reader.person_id)
    assert queries.waiting_reviews() == (0, 1)
    officer = browser_as("security_officer")
    assert "7 份，上限 5 份" in officer.get("/patients/access-reviews").text
    assert (
        officer.post(
            f"/patients/access-reviews/alarm/{alarm.id.hex()}", {"verdict": "justified", "note": "盘点档案"}
        ).status_code
        == 303
    )
    assert queries.waiting_reviews() == (0, 0)


def test_the_reading_of_another_hour_or_person_does_not_count(clinic):
    reader, other = clinic.actor("nurse"), clinic.actor("doctor")
    for number in range(61):
        clinic.raw(
            "INSERT INTO access_log(person_id, patient_id, bucket, screen, at) VALUES(?, ?, ?, 'x', 0)",
            (reader.person_id, number.to_bytes(16, "big"), clock.clock.read().at // 600_000 - 7),
        )
    chart = make(clinic).id
    access_log.record(reader, chart, "test")
    access_log.record(other, chart, "test")
    assert queries.alarms(is_reviewed=False) == []


def test_a_hostile_reason_is_text(clinic, browser_as, chen):
    hostile = "<script>alert(1)</script> ' OR 1=1 --"
    open_chart(clinic, chen.id, reason=hostile)
    shown = browser_as("security_officer").get("/patients/access-reviews").text
    assert "<script>alert" not in shown and re.search("&lt;script&gt;alert", shown)


ELSEWHERE = {
    "cashier": ("/charging/bills/{bill}", "/charging/visits/{visit}", "/charging/bills/{bill}/refund"),
    "pharmacist": ("/pharmacy/sheets/{sheet}", "/pharmacy/sheets/{sheet}/labels", "/pharmacy/sheets/{sheet}/return"),
    "nurse": ("/treatments/patients/{patient}", "/laboratory/visits/{visit}/results"),
    "registrar": ("/registration/?patient={patient}", "/registration/line/{visit}"),
}


def test_a_restricted_record_asks_for_a_reason_on_the_screens_of_every_room(clinic, browser_as, chen):
    done = visit.one_visit(clinic, chen.id)
    ids = {
        "patient": chen.id.hex(), "visit": done["visit_id"].hex(), "bill": done["bill_id"].hex(),
        "sheet": done["prescription_ids"][0].hex(),
    }  # fmt: skip
    restrict(clinic, chen.id)
    clinic.drop_triggers("visit")
    clinic.raw("UPDATE visit SET visit_on = '2020-01-01' WHERE id = ?", (done["visit_id"],))
    clinic.raw("UPDATE patient SET last_visit_on = '2020-01-01' WHERE id = ?", (chen.id,))
    for role, paths in ELSEWHERE.items():
        for path in paths:
            answer = browser_as(role).get(path.format(**ids))
            assert answer.status_code in (404, 422) and "陈桂英" not in answer.text, path
    open_chart(clinic, chen.id, "cashier")
    assert browser_as("cashier").get(ELSEWHERE["cashier"][0].format(**ids)).status_code == 200


def test_a_search_shows_no_more_of_a_restricted_record_than_tells_it_from_others(clinic, browser_as, chen):
    whole = queries.search("cgy")[0]
    restrict(clinic, chen.id)
    for role, path in (("registrar", "/patients/search?q=cgy"), ("doctor", "/doctor/without-number/search?q=cgy")):
        shown = browser_as(role).get(path).text
        assert "陈桂英" not in shown and whole.phone not in shown and (not whole.address or whole.address not in shown)
    assert queries.search("cgy")[0].name == "陈**" and queries.names([chen.id]) == {chen.id: "陈**"}
    clinic.raw("UPDATE patient SET last_visit_on = ? WHERE id = ?", (clock.today().isoformat(), chen.id))
    assert queries.search("cgy")[0].name == "陈桂英" and queries.names([chen.id]) == {chen.id: "陈桂英"}


@pytest.mark.rule("PR-03")
def test_a_restricted_person_is_masked_in_every_search_and_marked_on_every_page(clinic, browser_as, chen):
    htmx = {"HX-Request": "true"}
    searches = {
        "registrar": ("/registration/search?q=cgy", "/patients/search?q=cgy"),
        "doctor": ("/doctor/without-number/search?q=cgy",),
    }
    for role, urls in searches.items():
        assert all("陈桂英" in browser_as(role).get(url, **htmx).text for url in urls)
    restrict(clinic, chen.id)
    for role, urls in searches.items():
        for url in urls:
            shown = browser_as(role).get(url, **htmx).text
            assert "陈**" in shown and "陈桂英" not in shown and chen.address not in shown and "限制查阅" in shown
    made = visit.arrive(clinic, chen.id)["visit_id"]
    for role, url in (("cashier", f"/charging/visits/{made.hex()}"), ("doctor", f"/doctor/visits/{made.hex()}")):
        banner = browser_as(role).get(url).text.split('id="patient-banner"')[1].split("</section>")[0]
        assert "陈桂英" in banner and "限制查阅" in banner  # in the care of the day: seen, and marked


def test_a_record_linked_to_a_restricted_one_is_marked_too(clinic, chen):
    wang = queries.search("wds")[0]
    assert not queries.is_restricted(wang.id)
    restrict(clinic, wang.id)
    assert queries.is_restricted(wang.id) and not queries.is_restricted(chen.id)
    first, second = clinic.actor("registrar"), clinic.actor("manager")
    made = clinic.run(first, lambda uow: propose_link(uow, wang.id, chen.id))
    clinic.run(second, lambda uow: approve_link(uow, bytes.fromhex(made["link_id"])))
    assert queries.is_restricted(chen.id)
    assert [one.is_restricted for one in queries.search("cgy")] == [True]
