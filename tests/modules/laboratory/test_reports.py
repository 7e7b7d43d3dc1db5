"""From the request to the verified report: paid, collected, entered, told, verified, corrected."""

import pytest

from clinic_app.kernel import invariants, parameters
from clinic_app.kernel.clock import clock, today
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.modules.charging import services as charging_services
from clinic_app.modules.consultation import services as doctor
from clinic_app.modules.consultation.queries import requests
from clinic_app.modules.laboratory import queries, services
from tests.modules.laboratory.conftest import CBC, ECG, GLUCOSE, NORMAL_CBC
from tests.modules.treatments.conftest import Later


def refused(act, *args, **named):
    with pytest.raises(Refused) as err:
        act(*args, **named)
    return err.value


def held():
    return {one.id for one in invariants.results() if not one.holds}


def asked_for(case, *codes, pay=True):
    one = case()
    for code in codes:
        one.ask(code)
    one.sign()
    paid = one.pay() if pay else None
    return one, paid


def lines(one):
    return [line for request in requests.requests_of_visit(one.visit_id) for line in requests.request_lines(request.id)]


def collect(one, line, **more):
    made = one.run("nurse", services.collect, line.id, specimen="静脉血", **more)
    return queries.report(bytes.fromhex(made["report_id"]))


def enter(one, report, values=None, role="nurse", **more):
    report = queries.report(report.id)
    return one.run(role, services.enter, report.id, report.rev, NORMAL_CBC if values is None else values, **more)


def verify(one, report, role="doctor"):
    return one.run(role, services.verify, report.id, queries.report(report.id).rev)


def test_requests_are_split_by_room_numbered_and_charged(case):
    one, _paid = asked_for(case, CBC, ECG, GLUCOSE, pay=False)
    found = requests.requests_of_visit(one.visit_id)
    assert sorted((r.kind, r.executing_room) for r in found) == [("examination", "ecg"), ("laboratory", "laboratory")]
    assert len({r.request_no for r in found}) == 2
    assert queries.waiting(today()) == []
    one.pay()
    assert [w.item_name for w in queries.waiting(today())] == ["血常规", "血糖（静脉血）", "心电图"]


def test_urgent_requests_stand_first(case):
    one = case()
    one.ask(CBC)
    one.sign()
    one.pay()
    other = case("张兰英")
    other.ask(GLUCOSE)
    rev = requests.draft_request(other.visit_id).rev
    other.draft(doctor.describe, question="排除糖尿病", is_urgent=True, rev=rev)
    other.sign()
    other.pay()
    assert [w.is_urgent for w in queries.waiting(today())] == [True, False]


def test_a_blood_count_goes_from_specimen_to_verified_report(case):
    one, _paid = asked_for(case, CBC)
    report = collect(one, lines(one)[0])
    enter(one, report, {**NORMAL_CBC, "wbc": "12.3", "hgb": "120"})
    flags = {v.code: v.flag for v in queries.values_of(report.id)}
    assert flags == {**dict.fromkeys(NORMAL_CBC, ""), "wbc": "H", "hgb": "L"}
    verify(one, report)
    assert queries.report(report.id).state == "verified" and queries.waiting(today()) == []
    assert held() == set()


def test_the_range_is_that_of_the_patient(case):
    man, _paid = asked_for(case, CBC)
    report = collect(man, lines(man)[0])
    enter(man, report)
    assert {v.code: v.range_text for v in queries.values_of(report.id)}["hgb"] == "130–175"
    child = case("吴小宝")
    child.ask(CBC)
    child.sign()
    child.pay()
    report = collect(child, lines(child)[0])
    enter(child, report, {**NORMAL_CBC, "hgb": "120"})
    assert {v.code: v.flag for v in queries.values_of(report.id)}["hgb"] == ""


def test_every_analyte_needs_a_value_of_its_form(case):
    one, _paid = asked_for(case, CBC)
    report = collect(one, lines(one)[0])
    err = refused(enter, one, report, {**NORMAL_CBC, "plt": " "})
    assert (err.code, err.field) == ("laboratory.value_missing", "plt")
    assert refused(enter, one, report, {**NORMAL_CBC, "plt": "12.5"}).code == "laboratory.too_many_places"
    assert queries.report(report.id).state == "collected"


def test_who_entered_does_not_verify_unless_the_clinic_says_so(case, clinic):
    one, _paid = asked_for(case, CBC)
    report = collect(one, lines(one)[0])
    enter(one, report)
    assert refused(verify, one, report, "nurse").code == "laboratory.own_entry"

    def change(uow):
        parameters.change(uow, "laboratory.two_persons", False, uow.on, "test")
        uow.audit("parameters.change")

    clinic.run(clinic.actor("administrator"), change)
    verify(one, report, "nurse")


def test_two_who_enter_at_once_do_not_overwrite_each_other(case):
    one, _paid = asked_for(case, CBC)
    report = collect(one, lines(one)[0])
    enter(one, report)
    with pytest.raises(Stale):
        one.run("doctor", services.enter, report.id, 1, NORMAL_CBC)
    with pytest.raises(Stale):
        one.run("doctor", services.verify, report.id, 1)
    with pytest.raises(Stale):
        collect(one, lines(one)[0])


def test_a_critical_value_is_told_and_read_back(case, clinic):
    one, _paid = asked_for(case, CBC)
    report = collect(one, lines(one)[0])
    assert enter(one, report, {**NORMAL_CBC, "plt": "28"})["critical"] == 1
    assert [c.code for c in queries.open_calls()] == ["plt"]
    nurse, asking, other = clinic.actor("nurse"), clinic.actor("doctor"), clinic.actor("doctor", 1)
    assert [chip.state for chip in queries.chips(nurse)] == ["warn"]
    clock.source = Later(11 * 60_000)
    assert [chip.state for chip in queries.chips(asking)] == ["off"] and queries.chips(other)
    tell = services.call_back
    for told in ("", "0003", "9999"):
        err = refused(one.run, "nurse", tell, report.id, told=told, is_read_back=True)
        assert err.code == "laboratory.told_missing"
    err = refused(one.run, "nurse", tell, report.id, told="0002", is_read_back=False)
    assert err.code == "laboratory.not_read_back"
    one.run("nurse", tell, report.id, told="0002", is_read_back=True, note="电话")
    call = queries.calls_of_report(report.id)[0]
    assert call.told_name == "李志远" and call.told_at and queries.open_calls() == []
    with pytest.raises(Stale):
        one.run("nurse", tell, report.id, told="0002", is_read_back=True)
    assert queries.chips(nurse) == [] and held() == set()


def test_a_mistyped_critical_value_is_no_call_any_more(case):
    one, _paid = asked_for(case, CBC)
    report = collect(one, lines(one)[0])
    enter(one, report, {**NORMAL_CBC, "plt": "22"})
    enter(one, report, {**NORMAL_CBC, "plt": "220"})
    assert queries.open_calls() == [] and held() == set()


def test_a_corrected_report_keeps_the_one_before(case):
    one, _paid = asked_for(case, CBC)
    report = collect(one, lines(one)[0])
    enter(one, report)
    verify(one, report)
    assert refused(one.run, "nurse", services.correct, report.id, " ").code == "laboratory.reason_missing"
    made = bytes.fromhex(one.run("nurse", services.correct, report.id, "录入错误")["report_id"])
    with pytest.raises(Stale):
        one.run("nurse", services.correct, report.id, "再改")
    second = queries.report(made)
    assert refused(one.run, "nurse", services.cancel, made, "不改了").code == "laboratory.correction_kept"
    enter(one, second, {**NORMAL_CBC, "wbc": "7.5"})
    verify(one, second)
    assert [v.version for v in queries.versions_of(report.report_no)] == [1, 2]
    values = [{v.code: v.value for v in queries.values_of(r)}["wbc"] for r in (report.id, made)]
    assert values == ["6.5", "7.5"] and held() == set()


def test_an_examination_is_told_in_words(case):
    one, _paid = asked_for(case, ECG)
    report = collect(one, lines(one)[0])
    assert [t.name for t in queries.templates("ecg")][:1] == ["正常心电图"]
    assert refused(enter, one, report, {}, findings="窦性心律").code == "laboratory.text_missing"
    enter(one, report, {}, findings="窦性心律，72 次/分", conclusion="正常心电图")
    verify(one, report)
    assert queries.report(report.id).conclusion == "正常心电图" and held() == set()


@pytest.mark.rule("FE-09")
def test_what_is_collected_is_neither_refunded_nor_voided_nor_withdrawn(case):
    one, paid = asked_for(case, CBC)
    line = lines(one)[0]
    report = collect(one, line)
    facts = {"lines": [{"source_kind": "request", "source_id": line.request_id, "source_line_id": line.id,
                        "quantity": 1, "charge_line_id": b"", "item_id": line.service_item_id}]}
    assert refused(services.refuse_refund, None, facts).code == "laboratory.done"
    bill = bytes.fromhex(paid["bill_id"])
    assert refused(one.run, "cashier", charging_services.void_bill, bill, "收错了").code == "laboratory.done"
    assert refused(one.run, "doctor", doctor.withdraw_request, line.request_id, "不做了").code == "laboratory.done"
    one.run("nurse", services.cancel, report.id, "标本溶血")
    services.refuse_refund(None, facts)
    one.run("cashier", charging_services.void_bill, bill, "收错了")
    one.run("doctor", doctor.withdraw_request, line.request_id, "不做了")
    assert held() == set()


def test_a_cancelled_specimen_is_taken_again_under_a_new_number(case):
    one, _paid = asked_for(case, CBC)
    first = collect(one, lines(one)[0])
    one.run("nurse", services.cancel, first.id, "标本量不够")
    second = collect(one, lines(one)[0])
    assert second.report_no != first.report_no and held() == set()


def test_what_is_not_paid_is_not_begun_but_in_an_emergency(case):
    one, _paid = asked_for(case, CBC, pay=False)
    assert refused(collect, one, lines(one)[0]).code == "laboratory.not_paid"
    collect(one, lines(one)[0], emergency_reason="休克抢救")
    assert len(queries.waiting(today())) == 1 and held() == set()


def test_a_treatment_is_no_test(case):
    one = case()
    one.ask("S0012")
    one.sign()
    one.pay()
    with pytest.raises(Missing):
        one.run("nurse", services.collect, lines(one)[0].id)


def test_invariants_name_what_is_broken(case, clinic):
    one, _paid = asked_for(case, CBC)
    report = collect(one, lines(one)[0])
    enter(one, report, {**NORMAL_CBC, "plt": "28"})
    verify(one, report)
    clinic.raw("UPDATE critical_call SET withdrawn_at = 1")
    assert held() == {"L2-critical"}
    clinic.raw("UPDATE critical_call SET withdrawn_at = NULL")
    clinic.drop_triggers("report_value")
    clinic.raw("DELETE FROM report_value WHERE code = 'wbc'")
    assert held() == {"L1-whole"}
    clinic.drop_triggers("report")
    clinic.raw("UPDATE report SET version = 2, corrects_id = id, correct_reason = 'x'")
    assert held() == {"L1-whole", "L1-versions"}


def test_the_starter_data_is_loaded_once_and_names_known_panels(clinic):
    from clinic_app.kernel import db

    before = db.value("SELECT count(*) FROM reference_range")
    clinic.run(clinic.actor("administrator"), services.load_starter)
    assert db.value("SELECT count(*) FROM reference_range") == before > 50
    assert db.value("SELECT count(*) FROM analyte WHERE code NOT IN (SELECT analyte FROM reference_range)") == 0
    assert db.value("SELECT count(*) FROM reference_range WHERE is_reviewed = 1") == 0
    assert db.value("SELECT count(*) FROM service_item WHERE kind = 'laboratory' AND panel <> ''"
                    " AND panel NOT IN (SELECT panel FROM analyte)") == 0


def test_an_emergency_does_not_bring_back_what_the_doctor_withdrew(case):
    one, _paid = asked_for(case, CBC, pay=False)
    line = lines(one)[0]
    one.run("doctor", doctor.withdraw_request, line.request_id, "不做了")
    assert refused(collect, one, line, emergency_reason="休克抢救").code == "laboratory.withdrawn"


def test_a_report_that_nobody_paid_is_named(case, clinic):
    one, _paid = asked_for(case, CBC, pay=False)
    collect(one, lines(one)[0], emergency_reason="休克抢救")
    clinic.drop_triggers("report")
    clinic.raw("UPDATE report SET emergency_reason = ''")
    assert held() == {"L1-paid"}


def test_a_report_that_was_paid_back_is_named(case, clinic):
    one, _paid = asked_for(case, CBC)
    collect(one, lines(one)[0])
    assert held() == set()
    clinic.drop_triggers("charge_line")
    clinic.raw("UPDATE charge_line SET refunded = quantity WHERE source_kind = 'request'")
    assert "L1-paid" in held()


def test_a_requested_test_that_nobody_is_asked_to_pay_is_named(case, clinic):
    asked_for(case, CBC, pay=False)
    assert held() == set()
    clinic.drop_triggers("charge_line")
    clinic.raw("DELETE FROM charge_line WHERE source_kind = 'request'")
    assert held() == {"M6-asked"}
