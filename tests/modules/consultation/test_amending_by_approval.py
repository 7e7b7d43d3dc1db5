"""An archived note changes only with somebody else's approval where the clinic says so (OR-06)."""

import pytest

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.queries import cosigning
from clinic_app.modules.consultation.rules.comparing import differences
from tests.modules.consultation.conftest import LORATADINE


@pytest.fixture
def signed(clinic, writing):
    """A signed note in a clinic that asks for approval."""
    clinic.run(
        clinic.actor("manager"),
        lambda uow: parameters.change(uow, "consultation.amendment_needs_approval", True, uow.on, "clinic's decision"),
        quiet=True,
    )
    one = writing()
    one.write()
    one.add(LORATADINE)
    one.sign()
    return one


def _ask(one, reason="检查结果回来"):
    return one.clinic.run(one.clinic.actor("doctor"), lambda uow: services.amend(uow, one.visit_id, reason))


def _decide(one, role="manager", place=0, **how):
    (asked,) = cosigning.waiting_requests()
    who = one.clinic.actor(role, place)
    return one.clinic.run(who, lambda uow: services.decide_amendment(uow, asked.id, **how))


@pytest.mark.rule("OR-06")
def test_a_change_is_asked_for_approved_and_becomes_version_2_with_its_reason(signed):
    assert _ask(signed)["asked"]
    assert queries.note(signed.visit_id).state == "signed"
    _decide(signed, approve=True)
    signed.note(plan="加用抗生素")
    assert signed.sign()["version"] == 2
    first, second = queries.note_versions(signed.visit_id)
    assert (first.content["plan"], second.content["plan"], second.reason) == ("休息", "加用抗生素", "检查结果回来")
    assert _ask(signed)["asked"]


@pytest.mark.rule("OR-06")
def test_nobody_approves_what_they_asked_for_themselves(signed):
    _ask(signed)
    with pytest.raises(Refused, match="own_request"):
        _decide(signed, role="doctor", approve=True)
    assert queries.note(signed.visit_id).state == "signed"


def test_a_refusal_says_why_and_the_note_stays_shut(signed):
    _ask(signed)
    with pytest.raises(Refused, match="remark_missing"):
        _decide(signed, approve=False, remark=" ")
    _decide(signed, approve=False, remark="写在复诊里")
    assert queries.note(signed.visit_id).state == "signed"
    assert cosigning.last_request(signed.visit_id).remark == "写在复诊里"
    assert _ask(signed)["asked"]


def test_one_request_at_a_time_and_one_decision(clinic, signed):
    _ask(signed)
    with pytest.raises(Refused, match="amendment_asked"):
        _ask(signed)
    (asked,) = cosigning.waiting_requests()
    _decide(signed, approve=True)
    with pytest.raises(Stale, match="request_decided"):
        clinic.run(clinic.actor("manager"), lambda uow: services.decide_amendment(uow, asked.id, approve=True))


def test_a_sheet_written_anew_does_not_open_a_way_round_the_approval(clinic, signed):
    doctor, sheet = clinic.actor("doctor"), signed.signed[0]
    clinic.run(doctor, lambda uow: services.void_prescription(uow, sheet.id, "剂量要改", write_anew=True))
    signed.note(plan="悄悄改")
    with pytest.raises(Refused, match="amendment_unapproved"):
        signed.sign()
    signed.note(plan="休息")
    assert signed.sign()["version"] is None


def test_an_approval_is_used_up_by_one_version(clinic, signed):
    _ask(signed)
    _decide(signed, approve=True)
    signed.note(plan="第二版")
    signed.sign()
    doctor, sheet = clinic.actor("doctor"), signed.signed[0]
    clinic.run(doctor, lambda uow: services.void_prescription(uow, sheet.id, "开错药", write_anew=True))
    signed.note(plan="第三版")
    with pytest.raises(Refused, match="amendment_unapproved"):
        signed.sign()


def test_the_work_list_decides_over_http_and_a_nurse_may_not(browser_as, signed):
    _ask(signed)
    (asked,) = cosigning.waiting_requests()
    url = f"/doctor/amendments/{asked.id.hex()}/approve"
    assert browser_as("nurse").post(url).status_code == 403
    manager = browser_as("manager")
    assert "检查结果回来" in manager.get("/doctor/waiting").text
    assert manager.post(url).status_code == 303
    assert queries.note(signed.visit_id).state == "amending"


def test_versions_stand_side_by_side_with_the_differing_words_marked(browser_as, signed):
    _ask(signed)
    _decide(signed, approve=True)
    signed.note(plan="卧床休息")
    signed.sign()
    text = browser_as("doctor").get(f"/doctor/visits/{signed.visit_id.hex()}/versions/2").text
    assert "<ins>卧床</ins>休息" in text and "和第1版比" in text


def test_only_fields_that_differ_are_compared_and_words_keep_their_order():
    older, newer = {"plan": "休息三天", "onset": "昨天"}, {"plan": "休息五天", "onset": "昨天"}
    (found,) = differences(older, newer, ("onset", "plan"))
    assert (found.name, found.older, found.newer) == (
        "plan", ((False, "休息"), (True, "三"), (False, "天")), ((False, "休息"), (True, "五"), (False, "天")),
    )  # fmt: skip


@pytest.mark.rule("OR-06")
def test_where_only_village_doctors_work_one_approves_the_others_change(signed):
    _ask(signed)
    _decide(signed, "village_doctor", approve=True)
    assert queries.note(signed.visit_id).state == "amending"
