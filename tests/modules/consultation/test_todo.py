"""What of the consultation waits for whom (待办): notes to co-sign, amendments to approve."""

from clinic_app.modules.consultation.queries.tiles import tiles
from clinic_app.modules.consultation.queries.todo import todo
from tests.modules.consultation.test_amending_by_approval import _ask, _decide
from tests.modules.consultation.test_amending_by_approval import signed as signed
from tests.modules.consultation.test_cosigning import SUPERVISOR, TRAINEE, _cosign
from tests.modules.consultation.test_cosigning import handed_in as handed_in


def told(one, role, place=0):
    return [(found.text, found.url) for found in todo(one.clinic.actor(role, place))]


def test_a_trainees_note_waits_for_a_registered_doctor_until_it_is_signed(handed_in):
    assert told(handed_in, "doctor", SUPERVISOR) == [("1 份病历等你审签", "/doctor/waiting")]
    assert told(handed_in, "doctor", TRAINEE) == [], "a trainee signs for nobody"
    assert told(handed_in, "manager") == [] and told(handed_in, "nurse") == []
    _cosign(handed_in)
    assert told(handed_in, "doctor", SUPERVISOR) == []


def test_another_trainee_is_not_told_of_a_note_to_co_sign(handed_in):
    doctor = handed_in.clinic.actor("doctor", SUPERVISOR).person_id
    handed_in.clinic.drop_triggers("note")
    handed_in.clinic.raw("UPDATE note SET doctor_id = ?", (doctor,))
    assert told(handed_in, "doctor", TRAINEE) == []


def test_an_amendment_waits_for_a_colleague_and_not_for_who_asked(signed):
    _ask(signed)
    line = ("1 份签过的病历要修改，等你批", "/doctor/waiting")
    assert told(signed, "manager") == [line] and told(signed, "doctor", 1) == [line]
    assert told(signed, "doctor") == [] and told(signed, "nurse") == []
    _decide(signed, approve=True)
    assert told(signed, "manager") == []


def test_an_amendment_is_no_work_of_a_trainee_who_may_not_approve_it(signed, browser_as):
    _ask(signed)
    assert told(signed, "doctor", TRAINEE) == [] and "consultation.waiting" not in tiles(
        signed.clinic.actor("doctor", TRAINEE)
    )
    trainee, colleague = (browser_as("doctor", place).get("/doctor/waiting").text for place in (TRAINEE, 1))
    assert "/approve" in colleague and "/refuse" in colleague
    assert "/approve" not in trainee and "/refuse" not in trainee and "等有医师资格的同事批" in trainee


def test_another_trainee_is_shown_no_button_to_co_sign(handed_in, browser_as):
    url = f"/doctor/visits/{handed_in.visit_id.hex()}"
    assert "/cosign" in browser_as("doctor", SUPERVISOR).get(url).text
    handed_in.clinic.drop_triggers("note")
    handed_in.clinic.raw(
        "UPDATE note SET doctor_id = ?", (handed_in.clinic.actor("doctor", SUPERVISOR).person_id,)
    )
    assert "/cosign" not in browser_as("doctor", TRAINEE).get(url).text
