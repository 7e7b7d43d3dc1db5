"""The whole-visit board and the call screen."""

import re

import pytest

from clinic_app.kernel import db
from clinic_app.kernel.clock import today
from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.desks import services as desk_services
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import queries, services
from tests import visit as a_visit

SCREEN = "/registration/screen"


@pytest.fixture
def television(app, clinic):
    """A browser that is a desk, with nobody signed in."""
    client = app.test_client()
    token = "television-of-the-waiting-room"
    clinic.run(
        clinic.actor("administrator"), lambda uow: desk_services.pair_browser(uow, clinic.desk_of("nurse"), token)
    )
    client.set_cookie("desk", token)
    return client


def present():
    return {one.row.queue_no: one.step for one in queries.board(today(), with_done=True)}


def test_the_board_follows_a_visit_through_every_step(clinic):
    """OPD-14: registered, called, in consultation, to pay, to dispense, done."""
    visit_id, seen = a_visit.arrive(clinic)["visit_id"], []

    def look(step):
        seen.append((step, present()[1]))

    look("registered")
    clinic.run(clinic.actor("doctor"), lambda uow: services.call_visit(uow, visit_id))
    look("called")
    clinic.run(clinic.actor("doctor"), lambda uow: consultation.start(uow, visit_id))
    look("in_consultation")
    clinic.run(clinic.actor("doctor"), lambda uow: services.send_for_results(uow, visit_id))
    look("to_pay")  # the fee is open while the patient walks to the laboratory
    clinic.run(clinic.actor("nurse"), lambda uow: services.return_with_results(uow, visit_id))
    look("returned")
    sheets = a_visit.consult(clinic, visit_id)
    look("to_pay")
    a_visit.pay(clinic, visit_id)
    look("to_dispense")
    for sheet in sheets:
        a_visit.dispense(clinic, sheet)
    look("done")
    assert [told for _step, told in seen] == [step for step, _told in seen]
    assert queries.board(today()) == []


def test_who_missed_a_call_and_who_is_away_without_a_bill_are_told_apart(clinic, morning):
    morning.set("dictionaries.registration_fee_item", "S0001")
    passed, away = morning.register(), morning.register()
    morning.run("doctor", services.call_visit, passed.id)
    morning.run("doctor", services.pass_visit, passed.id)
    morning.run("doctor", consultation.start, away.id)
    morning.run("doctor", services.send_for_results, away.id)
    assert present() == {1: "passed", 2: "awaiting_results"}


def test_the_longest_waiting_stand_first_with_their_minutes(morning):
    early = morning.register()
    morning.at(0, 8, 30)
    morning.register()
    morning.at(0, 9)
    found = queries.board(today())
    assert found[0].row.visit_id == early.id and [one.minutes for one in found] == [59, 29]


def test_the_board_masks_names_for_the_manager_only(clinic, browser_as):
    a_visit.arrive(clinic)
    assert "赵春生" in browser_as("registrar").get("/registration/board").text
    text = browser_as("manager").get("/registration/board").text
    assert "赵春生" not in text and "赵**" in text


def test_a_browser_that_is_no_desk_sees_no_call_screen(app, clinic):
    client = app.test_client()
    for path in (SCREEN, f"{SCREEN}/rows"):
        answer = client.get(path)
        assert answer.status_code == 403
    client.set_cookie("desk", "x" * 40)
    assert client.get(SCREEN).status_code == 403


def test_the_screen_shows_number_masked_name_and_room_and_nothing_else_of_the_person(clinic, television):
    made = a_visit.arrive(clinic)
    a_visit.arrive(clinic, patients.search("ljg")[0].id)
    clinic.run(clinic.actor("doctor"), lambda uow: services.call_visit(uow, made["visit_id"]))
    text = television.get(SCREEN).text
    assert "赵**" in text and "二诊室" in text and re.search(r"<b>1</b>", text)
    for secret in ("赵春生", "刘建国", "19900001177", "1971", made["visit_no"]):
        assert secret not in text
    assert re.search(r"二诊室</b><span>2</span>", text)


def test_a_call_is_on_the_screen_for_as_long_as_the_parameter_says(morning, television):
    visit = morning.register()
    morning.run("doctor", services.call_visit, visit.id)
    morning.at(0, 8, 10)
    assert [one.queue_no for one in queries.called_now(today())] == [1]
    morning.at(0, 8, 11)
    assert queries.called_now(today()) == []
    assert "还没叫号" in television.get(f"{SCREEN}/rows").text


def test_the_screen_of_one_room_shows_that_room_and_rings_only_where_it_is_asked_to(morning, television):
    first, second = morning.register(), morning.register(place=morning.room("2"))
    for visit in (first, second):
        morning.run("doctor", services.call_visit, visit.id)
    room = morning.room("2").hex()
    text = television.get(f"{SCREEN}/rows?room={room}&bell=1").text
    assert "二诊室" in text and "一诊室" not in text and 'data-sound="ok"' in text
    assert "data-sound" not in television.get(f"{SCREEN}/rows").text
    morning.at(0, 8, 1)
    assert "data-sound" not in television.get(f"{SCREEN}/rows?bell=1").text


@pytest.mark.parametrize("room", ["%00", "x" * 5000, "0" * 32, "'--"])
def test_hostile_addresses_of_the_screen_are_answered_calmly(television, room):
    assert television.get(f"{SCREEN}?room={room}&bell=x").status_code == 200


def test_the_screen_writes_nothing_and_logs_no_reading(clinic, television):
    before = db.value("SELECT count(*) FROM access_log"), db.value("SELECT count(*) FROM audit")
    television.get(SCREEN)
    assert (db.value("SELECT count(*) FROM access_log"), db.value("SELECT count(*) FROM audit")) == before
