"""Requests beside the prescription: draft lines by rev, sent alone or with F9, charged, withdrawn."""

import re
from datetime import date
from decimal import Decimal

import pytest

from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.consultation import services
from clinic_app.modules.consultation.queries import requests
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.people import queries as people
from clinic_app.modules.people import services as people_services
from clinic_app.modules.visits import queries as visits
from clinic_app.modules.visits import services as visit_services
from tests.conftest import hidden
from tests.modules.consultation.conftest import HEALTHY

CBC, URINE, ECG, DRESSING, FEE = "S0015", "S0016", "S0018", "S0012", "S0003"


def item(code):
    found = dictionaries.service_by_code(code)
    assert found is not None
    return found


def rev(one):
    found = requests.draft_request(one.visit_id)
    return found.rev if found else 0


def ask(one, code, **more):
    return bytes.fromhex(one.draft(services.add_item, item(code).id, rev(one), **more)["line_id"])


def refused(act, *args, **named):
    with pytest.raises(Refused) as err:
        act(*args, **named)
    return err.value.code


def withdraw(one, request, reason="开错了", place=0, **more):
    doctor = one.clinic.actor("doctor", place)
    return one.clinic.run(doctor, lambda uow: services.withdraw_request(uow, request.id, reason, **more))


def test_a_draft_takes_each_service_once_and_no_fee(writing):
    one = writing()
    ask(one, CBC, quantity="2", note="空腹")
    assert refused(ask, one, CBC) == "consultation.item_twice"
    assert refused(ask, one, FEE) == "consultation.item_missing"
    assert refused(ask, one, URINE, quantity="0") == "quantity.too_small"
    assert refused(ask, one, URINE, quantity="100") == "quantity.too_large"
    line = requests.request_lines(requests.draft_request(one.visit_id).id)[0]
    assert (line.quantity, line.note, line.amount_fen(today())) == (2, "空腹", 3200)


def test_a_removed_line_comes_back_unless_it_was_put_on_again(writing):
    one = writing()
    line = ask(one, CBC)
    one.draft(services.remove_item, line, rev(one))
    one.draft(services.restore_item, line)
    one.draft(services.remove_item, line, rev(one))
    ask(one, CBC)
    with pytest.raises(Stale):
        one.draft(services.restore_item, line)


def test_another_window_is_noticed(writing):
    one = writing()
    ask(one, CBC)
    with pytest.raises(Stale):
        one.draft(services.add_item, item(URINE).id, 0)
    with pytest.raises(Stale):
        one.clinic.run(one.clinic.actor("doctor"), lambda uow: services.send_requests(uow, one.visit_id, 7))


def test_requests_are_sent_alone_and_the_consultation_goes_on(writing):
    one = writing()
    ask(one, CBC)
    ask(one, ECG)
    one.draft(services.describe, question="排除肺炎", is_urgent=True, rev=rev(one))
    doctor = one.clinic.actor("doctor")
    made = one.clinic.run(doctor, lambda uow: services.send_requests(uow, one.visit_id, rev(one)))
    assert len(made["requests"]) == 2
    found = requests.requests_of_visit(one.visit_id)
    assert {(r.kind, r.is_urgent, r.question) for r in found} == {
        ("laboratory", 1, "排除肺炎"), ("examination", 1, "排除肺炎")
    }
    assert {line.name for line in charging.open_lines(one.visit_id, today())} >= {"血常规", "心电图"}
    ask(one, DRESSING)
    one.write()
    assert len(one.sign()["requests"]) == 1


def _visit(one):
    return visits.visit(one.visit_id)


@pytest.mark.parametrize(("code", "goes"), [(CBC, True), (ECG, True), (DRESSING, False)])
def test_who_is_tested_or_examined_goes_for_results_and_who_is_treated_stays(writing, code, goes):
    one = writing()
    ask(one, code)
    doctor = one.clinic.actor("doctor")
    made = one.clinic.run(doctor, lambda uow: services.send_requests(uow, one.visit_id, rev(one)))
    assert (made["goes"], bool(_visit(one).away_at), _visit(one).state) == (goes, goes, "in_consultation")


def test_going_for_results_takes_along_what_is_asked_for(writing):
    one = writing()
    ask(one, DRESSING)
    doctor, seen = one.clinic.actor("doctor"), rev(one)
    ask(one, CBC)
    with pytest.raises(Stale):
        one.clinic.run(doctor, lambda uow: services.send_for_results(uow, one.visit_id, seen))
    assert not _visit(one).away_at
    made = one.clinic.run(doctor, lambda uow: services.send_for_results(uow, one.visit_id, rev(one)))
    assert len(made["requests"]) == 2 and _visit(one).away_at
    assert one.clinic.run(doctor, lambda uow: services.send_for_results(uow, one.visit_id))["requests"] == []


def test_who_went_with_requests_is_back_once_the_doctor_opens_the_visit_from_the_queue(writing, browser_as):
    one = writing()
    ask(one, CBC)
    doctor, base = browser_as("doctor"), f"/doctor/visits/{one.visit_id.hex()}"
    half = doctor.post(f"{base}/away", {"request_rev": "1", "item": "尿"})
    assert half.status_code == 422 and "item_not_stored" in half.text
    gone = doctor.get(doctor.post(f"{base}/away", {"request_rev": "1"}).location)
    number = requests.requests_of_visit(one.visit_id)[0].request_no
    assert f"申请 {number} 送出去了，患者先收费再去检查" in gone.text and "等结果" in gone.text
    once = re.search(rf'"once": "(open-{one.visit_id.hex()}-[^"]+)"', gone.text)
    doctor.post(f"{base}/open", once=once[1])
    assert not _visit(one).away_at and _visit(one).state == "in_consultation"


@pytest.mark.rule("SF-02")
def test_requests_are_not_sent_without_a_valid_certificate(writing):
    one = writing()
    ask(one, CBC)
    doctor = one.clinic.actor("doctor")
    held = next(row for row in people.qualifications_of(doctor.person_id) if row.held.kind == "doctor")
    one.clinic.run(
        one.clinic.actor("administrator"),
        lambda uow: people_services.end_qualification(uow, doctor.person_id, held.id),
    )
    send = lambda uow: services.send_requests(uow, one.visit_id, rev(one))  # noqa: E731
    assert refused(one.clinic.run, doctor, send) == "consultation.no_doctor_certificate"


def test_nothing_to_send_says_so(writing):
    one = writing()
    doctor = one.clinic.actor("doctor")
    code = refused(one.clinic.run, doctor, lambda uow: services.send_requests(uow, one.visit_id, 0))
    assert code == "consultation.no_request"


def test_a_withdrawn_line_is_not_to_be_paid_and_the_rest_is(writing):
    one = writing()
    ask(one, CBC)
    ask(one, URINE)
    one.write()
    one.sign()
    request = requests.requests_of_visit(one.visit_id)[0]
    lines = requests.request_lines(request.id)
    assert refused(withdraw, one, request, " ") == "consultation.withdraw_reason_missing"
    assert refused(withdraw, one, request, place=1) == "consultation.other_doctor"
    withdraw(one, request, line_ids=[lines[0].id])
    assert "血常规" not in {line.name for line in charging.open_lines(one.visit_id, today())}
    with pytest.raises(Stale):
        withdraw(one, request, line_ids=[lines[0].id])
    withdraw(one, request)
    assert requests.request(request.id).state == "withdrawn"
    with pytest.raises(Missing):
        one.clinic.run(one.clinic.actor("doctor"), lambda uow: services.withdraw_request(uow, bytes(16), "x"))


def test_the_pane_by_http(writing, browser_as):
    one = writing(HEALTHY)
    doctor, base = browser_as("doctor"), f"/doctor/visits/{one.visit_id.hex()}"
    page = doctor.get(base).text
    assert hidden(page, "request_rev") == "0"
    options = doctor.get("/doctor/services?item=xcg").text
    assert "血常规" in options and "16.00" in options
    assert "血常规" in doctor.get("/doctor/services?item=%E8%A1%80").text
    form = {"request_rev": "0", "item": "血常规", "item_id": item(CBC).id.hex(), "item_note": "<b>x</b>"}
    shown = doctor.post(f"{base}/requests/lines", form)
    assert shown.status_code == 200 and "<b>x</b>" not in shown.text
    assert doctor.post(f"{base}/requests/lines", form).status_code == 409
    again = doctor.post(f"{base}/requests/lines", {**form, "request_rev": "1"})
    assert again.status_code == 422 and "已经在申请里了" in again.text
    told = doctor.post(f"{base}/requests/describe", {"request_rev": "1", "question": "查感染", "is_urgent": "1"})
    assert hidden(told.text, "request_rev") == "2"
    half = doctor.post(f"{base}/requests/send", {"request_rev": "2", "item": "尿"})
    assert half.status_code == 422
    assert browser_as("nurse").post(f"{base}/requests/send", {"request_rev": "2"}).status_code == 403
    sent = doctor.post(f"{base}/requests/send", {"request_rev": "2"}, once="the-same-command")
    assert sent.status_code == 303
    assert doctor.post(f"{base}/requests/send", {"request_rev": "2"}, once="the-same-command").status_code == 303
    assert len(requests.requests_of_visit(one.visit_id)) == 1
    request = requests.requests_of_visit(one.visit_id)[0]
    assert "查感染" in doctor.get(f"/doctor/requests/{request.id.hex()}/print").text
    assert doctor.get(f"/doctor/requests/{request.id.hex()}/withdraw").status_code == 200
    line = requests.request_lines(request.id)[0].id.hex()
    url = f"/doctor/requests/{request.id.hex()}/withdraw"
    assert doctor.post(url, {"reason": "开错了", "line": line}).status_code == 303
    assert "已撤回" in doctor.get(f"{base}/requests").text
    assert date.fromisoformat(request.signed_on) == today()


@pytest.mark.parametrize("is_sent", [False, True])
def test_a_visit_with_requests_is_not_given_back(writing, is_sent):
    one = writing()
    ask(one, DRESSING)
    doctor = one.clinic.actor("doctor")
    if is_sent:
        one.clinic.run(doctor, lambda uow: services.send_requests(uow, one.visit_id, rev(one)))
    give_back = lambda: one.clinic.run(doctor, lambda uow: visit_services.pass_visit(uow, one.visit_id))  # noqa: E731
    assert refused(give_back) == "consultation.written_already"
    assert visits.visit(one.visit_id).state == "in_consultation"


def test_what_the_patient_is_expected_to_pay_counts_what_was_requested(writing, browser_as):
    one = writing(HEALTHY)
    doctor, base = browser_as("doctor"), f"/doctor/visits/{one.visit_id.hex()}"

    def estimate():
        return Decimal(re.search(r"预计自付 <b class=\"fl\">¥([0-9.,]+)", doctor.get(base).text)[1])

    before = estimate()
    doctor.post(f"{base}/requests/lines", {"request_rev": "0", "item": "血常规", "item_id": item(CBC).id.hex()})
    assert estimate() == before + 16
    one.write()
    one.sign()
    assert estimate() == before + 16, "sent is as dear as asked"
    withdraw(one, requests.requests_of_visit(one.visit_id)[0])
    assert estimate() == before
