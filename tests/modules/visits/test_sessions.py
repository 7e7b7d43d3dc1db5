"""Doctor sessions and appointments: places, slots, full ones, who came and who did not."""

import re
from datetime import timedelta

import pytest

from clinic_app.kernel import invariants
from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.visits import queries, services
from clinic_app.modules.visits.rules import sessions as rules
from clinic_app.modules.visits.services import Booking, Plan


@pytest.fixture
def plan(morning):
    def add(slots=2, *, weekday=None, on=None, start=8, end=12, code="1", place=0):
        doctor = morning.clinic.actor("doctor", place).person_id
        hours = rules.Hours(start * 60, end * 60, slots)
        weekday = weekday if weekday or on else morning.first.isoweekday()
        made = morning.run("manager", services.add_session, Plan(doctor, morning.room(code), weekday, on, hours))
        return bytes.fromhex(made["session_id"])

    return add


def book(morning, session, **given):
    wanted = Booking(session, **{"on": today(), "name": "沈冬青", "phone": "19900001177", **given})
    return morning.run("registrar", services.book, wanted)


def refused(refusal, act, *args, **named):
    with pytest.raises(Refused) as err:
        act(*args, **named)
    assert err.value.code == refusal


@pytest.mark.parametrize(("slot", "time"), [(1, "08:00"), (2, "08:20"), (12, "11:40")])
def test_the_hours_are_divided_evenly(slot, time):
    assert rules.clock_text(rules.slot_minute(rules.Hours(480, 720, 12), slot)) == time


@pytest.mark.parametrize("text", ["25:00", "8:60", "acht", "-1", "", "8:5", "２4:01"])
def test_what_is_no_time_is_refused(text):
    refused("visits.time_wrong", rules.minute_of, text, "from_time")


def test_hours_must_run_forward_and_hold_somebody():
    assert rules.hours("8", "12:30", "20") == rules.Hours(480, 750, 20)
    refused("visits.times_reversed", rules.hours, "12", "12", "20")
    for slots in ("0", "301", "x", "", "99999999"):
        refused("visits.slots_wrong", rules.hours, "8", "12", slots)


def test_a_session_of_the_same_doctor_or_room_at_the_same_time_is_refused(morning, plan):
    plan()
    for code, place in (("2", 0), ("1", 1)):
        refused("visits.session_overlaps", plan, start=11, end=14, code=code, place=place)
    plan(start=12, end=17)
    plan(code="2", place=1)
    plan(on=morning.first + timedelta(days=1))


def test_a_session_of_one_day_may_not_lie_in_the_past_and_needs_a_doctor(morning):
    hours = rules.Hours(480, 720, 5)
    doctor, nurse = (morning.clinic.actor(role).person_id for role in ("doctor", "nurse"))
    day = today() - timedelta(days=1)
    for refusal, plan in (
        ("visits.session_past", Plan(doctor, morning.room(), None, day, hours)),
        ("visits.session_no_doctor", Plan(nurse, morning.room(), 1, None, hours)),
    ):
        refused(refusal, morning.run, "manager", services.add_session, plan)


def test_a_full_session_says_so_and_takes_an_emergency_all_the_same(morning, plan):
    session = plan(slots=2)
    visits = [morning.register(place=session) for _ in range(2)]
    assert {one.session_id for one in visits} == {session} and queries.sessions_now()[0].left == 0
    refused("visits.session_full", morning.register, place=session)
    morning.register(place=session, kind="emergency")
    assert all(one.violations == [] for one in invariants.results() if one.id.startswith("O"))


def test_a_cancelled_number_gives_its_place_back(morning, plan):
    session = plan(slots=1)
    visit = morning.register(place=session)
    morning.run("registrar", services.cancel_visit, visit.id, "患者不看了")
    assert morning.register(place=session).session_id == session


def test_a_session_takes_nobody_after_its_end_or_on_another_day(morning, plan):
    session = plan()
    morning.at(0, 11, 59)
    morning.register(place=session)
    morning.at(0, 12)
    refused("visits.session_over", morning.register, place=session)
    morning.at(1, 9)
    refused("visits.session_not_today", morning.register, place=session)


def test_a_booked_slot_is_kept_until_somebody_comes_for_it(morning, plan):
    session = plan(slots=2)
    booked = book(morning, session)
    assert (booked["slot_no"], booked["time"]) == (2, "10:00")  # the one of 8:00 has begun
    morning.register(place=session)
    refused("visits.session_full", morning.register, place=session)
    appointment = bytes.fromhex(booked["appointment_id"])
    visit = morning.register(place=session, appointment_id=appointment)
    found = queries.appointment(appointment)
    assert (found.state, found.visit_id, visit.session_id) == ("arrived", visit.id, session)
    with pytest.raises(Stale):
        morning.register(place=session, appointment_id=appointment)


def test_of_today_only_the_slots_to_come_are_offered_for_booking(morning, plan):
    early, late = plan(slots=4), plan(slots=2, start=13, end=15, code="2", place=1)

    def offered():
        on, held = queries.bookable(today(), 7)[0]
        assert on == today()
        return [(one.id, left) for one, left in held]

    morning.at(0, 10, 30)  # those of 8, 9 and 10 o'clock have begun
    assert offered() == [(early, 1), (late, 2)]
    book(morning, early)
    assert offered() == [(early, 0), (late, 2)]
    morning.at(0, 12)
    assert offered() == [(late, 2)]


def test_a_refused_booking_stays_at_its_place_in_the_menu_and_chooses_what_is_free(morning, plan, browser_as):
    full, _free = plan(slots=1, start=12, end=14), plan(slots=1, start=13, end=15, code="2", place=1)
    book(morning, full)
    answer = browser_as("registrar").post("/registration/appointments", {"who": "", "phone": "", "place": ""})
    assert answer.status_code == 422
    current = re.search(r'<a href="([^"]+)" aria-current="page"', answer.text)
    assert current and current[1] == "/registration/appointments"
    assert re.search(rf'value="{today()}\|{_free.hex()}" selected', answer.text)


def test_a_booking_names_who_and_how_to_reach_them(morning, plan):
    session = plan(slots=9)
    refused("visits.booking_name_missing", book, morning, session, name="  ")
    refused("visits.booking_phone_wrong", book, morning, session, phone="12a")
    refused("visits.booking_past", book, morning, session, on=today() - timedelta(days=1))
    refused("visits.session_not_then", book, morning, session, on=today() + timedelta(days=1))
    refused("visits.booking_too_far", book, morning, session, on=today() + timedelta(days=21))
    book(morning, session)
    refused("visits.booked_already", book, morning, session)
    refused("visits.slot_taken", book, morning, session, name="冉春梅", slot_no=2)


@pytest.mark.parametrize(("days", "ok"), [(13, False), (14, True)])
def test_how_far_ahead_is_booked_is_a_parameter(morning, plan, days, ok):
    session = plan()
    morning.set("visits.booking_days_ahead", days)
    if ok:
        assert book(morning, session, on=today() + timedelta(days=14))["slot_no"] == 1
    else:
        refused("visits.booking_too_far", book, morning, session, on=today() + timedelta(days=14))


def test_a_cancelled_appointment_frees_the_slot_once(morning, plan):
    session = plan(slots=2)
    booked = book(morning, session)
    appointment = bytes.fromhex(booked["appointment_id"])
    refused("visits.reason_missing", morning.run, "registrar", services.cancel_appointment, appointment, "")
    morning.run("registrar", services.cancel_appointment, appointment, "患者不来了")
    with pytest.raises(Stale):
        morning.run("registrar", services.cancel_appointment, appointment, "患者不来了")
    assert book(morning, session, name="冉春梅")["slot_no"] == booked["slot_no"]


def test_who_never_came_stands_in_the_list_of_missed_ones(morning, plan):
    session, day = plan(slots=5), today()
    book(morning, session)
    person = morning.person()
    came = bytes.fromhex(book(morning, session, patient_id=person)["appointment_id"])
    morning.register(person, place=session, appointment_id=came)
    assert queries.no_shows(day, day) == []
    morning.at(1, 8)
    assert [one.name for one in queries.no_shows(day, today())] == ["沈冬青"]


def test_a_slot_that_a_known_record_holds_is_not_used_by_another(morning, plan):
    session, person = plan(slots=5), morning.person()
    held = bytes.fromhex(book(morning, session, patient_id=person)["appointment_id"])
    refused("visits.appointment_other_person", morning.register, place=session, appointment_id=held)
    morning.register(person, place=session, appointment_id=held)


def test_an_appointment_of_another_day_does_not_become_a_visit_of_today(morning, plan):
    session = plan(slots=5)
    later = book(morning, session, on=today() + timedelta(days=7))
    refused("visits.appointment_other_day", morning.register, place=session,
            appointment_id=bytes.fromhex(later["appointment_id"]))  # fmt: skip


def test_an_ended_session_gives_out_no_more_places_and_counts_who_is_booked(morning, plan):
    session = plan(slots=5)
    book(morning, session)
    assert morning.run("manager", services.end_session, session)["booked"] == 1
    assert queries.sessions_now() == []
    refused("visits.session_not_today", morning.register, place=session)
    with pytest.raises(Stale):
        morning.run("manager", services.end_session, session)


@pytest.mark.parametrize(
    ("change", "broken"),
    [("UPDATE doctor_session SET slots = 1", "O4-sessions"), ("UPDATE appointment SET slot_no = 9", "O3-appointments")],
)
def test_a_session_over_its_places_and_a_slot_that_is_none_are_named(morning, plan, change, broken):
    session = plan(slots=5)
    appointment = bytes.fromhex(book(morning, session)["appointment_id"])
    morning.register(place=session, appointment_id=appointment)
    morning.register(place=session)
    morning.clinic.drop_triggers("appointment")
    morning.clinic.raw(change)
    named = {one.id for one in invariants.results() if one.violations}
    assert broken in named
