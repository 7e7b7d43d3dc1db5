"""A trainee's note is a draft until a registered doctor signs it too; its drugs wait with it (OR-07)."""

import pytest

from clinic_app.kernel import clock, db, invariants
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.documents import record_paper
from clinic_app.modules.consultation.queries import cosigning, requests
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.people import queries as people
from clinic_app.modules.people import services as people_services
from tests.modules.consultation.conftest import (
    ALLERGIC,
    AMOXICILLIN,
    CONTENTS,
    HEALTHY,
    LORATADINE,
    Writing,
    typed,
)

TRAINEE, SUPERVISOR = 2, 0
CBC, ECG = "S0015", "S0018"


@pytest.fixture
def handed_in(clinic, arrive):
    """A trainee's note with one drug, signed by the trainee."""
    one = _written(clinic, arrive)
    assert one.sign(place=TRAINEE)["awaits"]
    return one


def _written(clinic, arrive, name=HEALTHY, code=LORATADINE):
    visit_id = arrive(name)
    clinic.run(clinic.actor("doctor", TRAINEE), lambda uow: services.start(uow, visit_id))
    one = Writing(clinic, visit_id, db.value("SELECT patient_id FROM visit WHERE id = ?", (visit_id,)))
    one.draft(services.save_note, CONTENTS, 1, place=TRAINEE)
    found = dictionaries.diagnosis_by_code("J06.900")
    one.draft(services.add_diagnosis, diagnosis_id=found.id, place=TRAINEE)
    one.draft(services.add_line, typed(code), 0, place=TRAINEE)
    return one


def _end_certificate(clinic, place):
    person_id = clinic.actor("doctor", place).person_id
    row = next(one for one in people.qualifications_of(person_id) if one.held.kind == "doctor")
    clinic.run(
        clinic.actor("administrator"), lambda uow: people_services.end_qualification(uow, person_id, row.id)
    )


def _cosign(one, place=SUPERVISOR):
    rev = queries.note(one.visit_id).rev
    return one.clinic.run(one.clinic.actor("doctor", place), lambda uow: services.cosign(uow, one.visit_id, rev))


def _return(one, remark="补上查体"):
    rev = queries.note(one.visit_id).rev
    doctor = one.clinic.actor("doctor", SUPERVISOR)
    return one.clinic.run(doctor, lambda uow: services.return_to_trainee(uow, one.visit_id, rev, remark))


def _drugs_to_charge(one):
    return [line for line in charging.open_lines(one.visit_id, clock.today()) if line.source_kind == "prescription"]


@pytest.mark.rule("OR-07")
def test_paper_is_a_draft_before_the_co_signature_and_bears_two_names_and_two_times_after(clinic, handed_in):
    before = record_paper(handed_in.visit_id)
    assert "未审签" in before.mark and len(before.signatures) == 1
    _cosign(handed_in)
    after = record_paper(handed_in.visit_id)
    trainee, supervisor = (clinic.actor("doctor", place).name for place in (TRAINEE, SUPERVISOR))
    assert after.mark == ""
    assert [name in text for name, text in zip((trainee, supervisor), after.signatures, strict=True)] == [True, True]
    assert all(text[-3] == ":" for text in after.signatures)


@pytest.mark.rule("OR-07", "RX-16")
def test_drugs_of_a_trainee_are_charged_only_after_the_co_signature(handed_in):
    assert _drugs_to_charge(handed_in) == [] and handed_in.signed == []
    assert len(_cosign(handed_in)["sheets"]) == 1
    assert len(_drugs_to_charge(handed_in)) == 1
    assert handed_in.signed[0].doctor_id == handed_in.clinic.actor("doctor", TRAINEE).person_id


def test_nobody_writes_in_it_while_it_waits_and_the_trainee_may_take_it_back(clinic, handed_in):
    note = queries.note(handed_in.visit_id)
    with pytest.raises(Refused, match="awaits_cosign"):
        handed_in.draft(services.save_note, {"plan": "改"}, note.rev, place=TRAINEE)
    with pytest.raises(Refused, match="awaits_cosign"):
        handed_in.draft(services.add_line, typed("D0011"), handed_in.sheet_rev, place=TRAINEE)
    trainee = clinic.actor("doctor", TRAINEE)
    clinic.run(trainee, lambda uow: services.take_back(uow, handed_in.visit_id, "漏写"))
    handed_in.draft(services.save_note, {"plan": "改"}, queries.note(handed_in.visit_id).rev, place=TRAINEE)
    assert handed_in.sign(place=TRAINEE)["version"] == 2
    with pytest.raises(Stale, match="note_changed"):
        doctor = clinic.actor("doctor", SUPERVISOR)
        clinic.run(doctor, lambda uow: services.cosign(uow, handed_in.visit_id, note.rev))


def test_neither_the_author_nor_another_trainee_nor_somebody_without_a_certificate_co_signs(clinic, handed_in):
    with pytest.raises(Refused, match="own_note"):
        _cosign(handed_in, place=TRAINEE)
    _end_certificate(clinic, SUPERVISOR)
    with pytest.raises(Refused, match="no_supervisor"):
        _cosign(handed_in)
    assert queries.note(handed_in.visit_id).state == "awaiting"


def test_what_is_sent_back_becomes_a_further_version_and_the_first_stays(handed_in):
    with pytest.raises(Refused, match="remark_missing"):
        _return(handed_in, " ")
    _return(handed_in)
    note = queries.note(handed_in.visit_id)
    assert (note.state, note.amend_reason) == ("amending", "补上查体")
    handed_in.draft(services.save_note, {"examination": "咽充血，双肺清"}, note.rev, place=TRAINEE)
    assert handed_in.sign(place=TRAINEE)["awaits"]
    _cosign(handed_in)
    assert [one.decision for one in queries.cosignatures(handed_in.visit_id)] == ["returned", "signed"]
    assert queries.note_versions(handed_in.visit_id)[0].content["examination"] == CONTENTS["examination"]


def test_two_supervisors_at_once_have_one_winner(handed_in):
    rev = queries.note(handed_in.visit_id).rev
    _cosign(handed_in)
    with pytest.raises(Stale, match="not_awaiting"):
        doctor = handed_in.clinic.actor("doctor", 1)
        handed_in.clinic.run(doctor, lambda uow: services.cosign(uow, handed_in.visit_id, rev))
    assert len(_drugs_to_charge(handed_in)) == 1


def _ask(one, *codes):
    for code in codes:
        item, draft = dictionaries.service_by_code(code), requests.draft_request(one.visit_id)
        one.draft(services.add_item, item.id, draft.rev if draft else 0, place=TRAINEE)
    return requests.draft_request(one.visit_id).rev


def _send(one, rev, place=TRAINEE):
    return one.clinic.run(one.clinic.actor("doctor", place), lambda uow: services.send_requests(uow, one.visit_id, rev))


def _requests_to_charge(one):
    return [line.name for line in charging.open_lines(one.visit_id, clock.today()) if line.source_kind == "request"]


@pytest.mark.rule("OR-07")
def test_requests_of_a_trainee_are_not_sent_alone_and_go_with_the_co_signature(clinic, arrive):
    one = _written(clinic, arrive)
    rev = _ask(one, CBC, ECG)
    trainee = clinic.actor("doctor", TRAINEE)
    with pytest.raises(Refused, match="trainee_sends"):
        _send(one, rev)
    with pytest.raises(Refused, match="trainee_sends"):
        clinic.run(trainee, lambda uow: services.send_for_results(uow, one.visit_id, rev))
    assert one.sign(place=TRAINEE)["requests"] == []
    assert _requests_to_charge(one) == [] and requests.draft_request(one.visit_id)
    assert cosigning.waiting_notes()[0].requests == 1
    assert len(_cosign(one)["requests"]) == 2
    assert sorted(_requests_to_charge(one)) == ["心电图", "血常规"]
    assert {made.doctor_id for made in requests.requests_of_visit(one.visit_id)} == {trainee.person_id}
    first = requests.requests_of_visit(one.visit_id)[0]
    clinic.run(trainee, lambda uow: services.withdraw_request(uow, first.id, "开错了"))
    assert len(_requests_to_charge(one)) == 1


def test_a_trainee_hands_in_only_the_requests_that_the_page_showed(clinic, arrive):
    one = _written(clinic, arrive)
    seen = _ask(one, CBC)
    _ask(one, ECG)
    with pytest.raises(Stale, match="request_changed"):
        one.sign(place=TRAINEE, request_rev=seen)
    assert queries.note(one.visit_id).state == "draft"


def test_a_trainees_page_offers_no_sending_alone_and_the_work_list_tells_of_requests(clinic, arrive, browser_as):
    one = _written(clinic, arrive)
    _ask(one, CBC)
    own = browser_as("doctor", TRAINEE).get(f"/doctor/visits/{one.visit_id.hex()}/requests").text
    assert "先送申请" not in own and "交上级审签" in own
    one.sign(place=TRAINEE)
    doctor = browser_as("doctor")
    assert "有申请等着" in doctor.get("/doctor/waiting").text
    rev = str(queries.note(one.visit_id).rev)
    done = doctor.post(f"/doctor/visits/{one.visit_id.hex()}/cosign", {"note_rev": rev})
    number = requests.requests_of_visit(one.visit_id)[0].request_no
    assert f"申请 {number} 和处方去收费" in doctor.get(done.location).text


def _kept(clinic, arrive):
    """A trainee's note with a drug that stops, kept with a reason."""
    one = _written(clinic, arrive, name=ALLERGIC, code=AMOXICILLIN)
    line = queries.lines_of(queries.draft_of_visit(one.visit_id).id)[0]
    one.draft(services.keep_stop, line.id, "皮试阴性", one.sheet_rev, place=TRAINEE)
    return one, line.id


@pytest.mark.rule("RX-13", "OR-07")
def test_what_a_trainee_kept_is_signed_twice_by_the_trainee_and_stays_told_after_the_co_signature(clinic, arrive):
    one, line_id = _kept(clinic, arrive)
    with pytest.raises(Refused, match="sign_twice"):
        one.sign(place=TRAINEE, twice=False)
    assert one.sign(place=TRAINEE)["awaits"]
    _cosign(one)
    sheet = one.signed[0]
    trainee = clinic.actor("doctor", TRAINEE).person_id
    assert db.rows("SELECT DISTINCT reason, kept_by FROM kept_stop WHERE line_id = ?", (line_id,)) == [
        ("皮试阴性", trainee)
    ]
    assert sheet.signed_twice_at and sheet.doctor_id == trainee
    assert not {"O4-cosign"} & _broken()


@pytest.mark.rule("RX-13", "OR-07")
def test_a_stop_that_came_up_after_the_trainee_signed_stops_the_co_signature(clinic, arrive):
    one, line_id = _kept(clinic, arrive)
    one.sign(place=TRAINEE)
    clinic.raw("DELETE FROM kept_stop WHERE line_id = ?", (line_id,))
    with pytest.raises(Refused, match="unresolved"):
        _cosign(one)
    assert queries.note(one.visit_id).state == "awaiting" and one.signed == []


@pytest.mark.rule("SF-02")
def test_without_a_valid_certificate_nothing_is_signed(clinic, writing):
    one = writing()
    one.write()
    _end_certificate(clinic, 0)
    with pytest.raises(Refused, match="no_doctor_certificate"):
        one.sign()


def test_the_work_list_names_who_waits_and_a_doctor_signs_from_the_page(browser_as, handed_in):
    doctor = browser_as("doctor")
    assert "有药等着" in doctor.get("/doctor/waiting").text
    page = doctor.get(f"/doctor/visits/{handed_in.visit_id.hex()}").text
    assert "审签" in page and "note_rev" in page
    rev = str(queries.note(handed_in.visit_id).rev)
    url = f"/doctor/visits/{handed_in.visit_id.hex()}/cosign"
    first = doctor.post(url, {"note_rev": rev}, once="one-key-for-one-cosign")
    again = doctor.post(url, {"note_rev": rev}, once="one-key-for-one-cosign")
    assert (first.status_code, again.status_code) == (303, 303)
    assert cosigning.waiting_notes() == [] and len(handed_in.signed) == 1
    assert browser_as("nurse").post(url, {"note_rev": rev}).status_code == 403


def _broken():
    return {one.id for one in invariants.results() if not one.holds}


def test_a_sheet_without_the_co_signature_is_named_by_the_check(clinic, handed_in):
    assert "O4-cosign" not in _broken()
    _cosign(handed_in)
    assert "O4-cosign" not in _broken()
    clinic.drop_triggers("note_cosign")
    clinic.raw("DELETE FROM note_cosign")
    assert "O4-cosign" in _broken()


def test_a_co_signature_by_the_author_is_named_by_the_check(clinic, handed_in):
    _cosign(handed_in)
    clinic.drop_triggers("note_cosign")
    clinic.raw("UPDATE note_cosign SET cosigned_by = (SELECT signed_by FROM note_version)")
    assert "O4-cosign" in _broken()


@pytest.mark.rule("OR-07")
def test_a_village_doctor_signs_with_a_registered_doctors_certificate_only(clinic, handed_in, browser_as):
    village = clinic.actor("village_doctor")
    rev = queries.note(handed_in.visit_id).rev
    with pytest.raises(Refused) as refused:
        clinic.run(village, lambda uow: services.cosign(uow, handed_in.visit_id, rev))
    assert refused.value.code == "consultation.no_supervisor"
    clinic.run(
        clinic.actor("administrator"),
        lambda uow: people_services.add_qualification(
            uow, village.person_id, kind="doctor", level="assistant", valid_from=clock.today()
        ),
    )
    assert browser_as("village_doctor").get("/doctor/waiting").status_code == 200
    assert clinic.run(village, lambda uow: services.cosign(uow, handed_in.visit_id, rev))["sheets"]
