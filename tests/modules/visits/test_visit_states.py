"""Registration, the way of a visit from state to state, and the queue of the day."""

from datetime import date, datetime, time, timedelta

import pytest

from clinic_app.kernel import clock, db, outbox, parameters
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients.services import PatientData, link_patients, unlink_patients
from clinic_app.modules.visits import queries, services


@pytest.fixture
def chen(clinic):
    return patients.search("cgy")[0].id


@pytest.fixture
def room(clinic):
    return desks.rooms()[0].id


@pytest.fixture
def registered(clinic, chen, room):
    return register(clinic, chen, room)


def register(clinic, patient_id, room_id, **how):
    made = clinic.run(
        clinic.actor("registrar"),
        lambda uow: services.register_visit(uow, patient_id=patient_id, room_id=room_id, **how),
    )
    return queries.visit(bytes.fromhex(made["visit_id"]))


def start(clinic, visit, place=0):
    clinic.run(clinic.actor("doctor", place), lambda uow: services.start_consultation(uow, visit.id))


def cancel(clinic, visit, reason="患者不看了"):
    clinic.run(clinic.actor("registrar"), lambda uow: services.cancel_visit(uow, visit.id, reason))


def test_numbers_of_a_day_begin_with_one_and_run_through_all_rooms(clinic, chen):
    first, second = (register(clinic, chen, room.id) for room in desks.rooms()[:2])
    assert (first.queue_no, second.queue_no) == (1, 2)
    assert first.visit_no.startswith("XQX01V") and first.visit_no != second.visit_no


@pytest.mark.rule("VS-01")
def test_kind_and_payer_are_separate(clinic, chen, room):
    visit = register(clinic, chen, room, kind="emergency", payer="resident")
    assert (visit.kind, visit.payer, visit.state) == ("emergency", "resident", "registered")


@pytest.mark.parametrize(
    ("how", "code"),
    [({"kind": "dance"}, "visits.kind_unknown"), ({"payer": "\x00"}, "visits.payer_unknown")],
)
def test_an_unknown_kind_or_payer_is_refused_and_takes_no_number(clinic, chen, room, how, code):
    with pytest.raises(Refused) as err:
        register(clinic, chen, room, **how)
    assert err.value.code == code
    assert register(clinic, chen, room).queue_no == 1


def test_a_closed_room_and_unknown_records_are_refused(clinic, chen, room):
    clinic.raw("UPDATE room SET is_open = 0 WHERE id = ?", (room,))
    with pytest.raises(Refused) as err:
        register(clinic, chen, room)
    assert err.value.code == "visits.room_closed"
    with pytest.raises(Missing):
        register(clinic, chen, bytes(16))
    with pytest.raises(Missing):
        register(clinic, bytes(16), desks.rooms()[1].id)


def test_nobody_is_registered_while_the_date_is_in_doubt(clinic, chen, room):
    class YearsAgo(clock.SystemTime):
        def wall_ms(self):
            return 1_000_000_000_000

    clock.clock.start(clock.clock.newest, YearsAgo())
    with pytest.raises(Refused) as err:
        register(clinic, chen, room)
    assert err.value.code == "clock.in_doubt"


@pytest.mark.rule("VS-03")
def test_a_visit_begun_at_0912_is_not_cancelled_at_0915_and_number_7_stays_used(clinic, chen, room):
    class Morning(clock.SystemTime):
        at = clock.from_local(datetime.combine(clock.today() + timedelta(days=1), time(9, 12)))

        def wall_ms(self):
            return self.at

    source = Morning()
    clock.clock.start(clock.clock.newest, source)
    visits = [register(clinic, chen, room) for _ in range(7)]
    start(clinic, visits[0])
    assert clock.local_text(queries.visit(visits[0].id).started_at)[-5:] == "09:12"
    source.at += 3 * 60_000
    with pytest.raises(Refused) as err:
        cancel(clinic, visits[0])
    assert err.value.code == "visits.in_consultation"
    cancel(clinic, visits[6])
    seventh = queries.visit(visits[6].id)
    assert (seventh.state, seventh.queue_no) == ("cancelled", 7)
    assert register(clinic, chen, room).queue_no == 8


@pytest.mark.rule("VS-03")
def test_a_waiting_visit_is_cancelled_and_its_number_stays_used(clinic, chen, room, registered):
    cancel(clinic, registered)
    assert queries.visit(registered.id).state == "cancelled"
    assert register(clinic, chen, room).queue_no == 2
    assert [row.queue_no for row in queries.queue(None, clock.today())] == [2]
    assert {row.queue_no for row in queries.today(clock.today())} == {1, 2}


@pytest.mark.rule("VS-03")
def test_a_visit_in_consultation_is_not_cancelled(clinic, registered):
    start(clinic, registered)
    with pytest.raises(Refused) as err:
        cancel(clinic, registered)
    assert err.value.code == "visits.in_consultation"


@pytest.mark.parametrize(
    ("reason", "code"),
    [("", "visits.reason_missing"), (" \n", "visits.reason_missing"), ("因\x00", "visits.reason_missing"),
     ("长" * 101, "visits.reason_too_long")],
)  # fmt: skip
def test_cancelling_needs_a_reason_of_one_line(clinic, registered, reason, code):
    with pytest.raises(Refused) as err:
        cancel(clinic, registered, reason)
    assert (err.value.code, queries.visit(registered.id).state) == (code, "registered")


def test_a_later_subject_may_veto_a_cancellation(clinic, registered, monkeypatch):
    def veto(_uow, facts):
        assert facts == {"visit_id": registered.id}
        raise Refused("charging.visit_paid")

    monkeypatch.setitem(outbox.guards, "visits.cancel", [veto])
    with pytest.raises(Refused):
        cancel(clinic, registered)
    assert queries.visit(registered.id).state == "registered"


@pytest.mark.rule("VS-03")
def test_a_visit_goes_from_registered_to_finished(clinic, registered):
    clinic.run(clinic.actor("doctor"), lambda uow: services.call_visit(uow, registered.id))
    assert queries.visit(registered.id).state == "called"
    start(clinic, registered)
    visit = queries.visit(registered.id)
    assert (visit.state, visit.doctor_id) == ("in_consultation", clinic.actor("doctor").person_id)
    clinic.run(clinic.actor("doctor"), lambda uow: services.finish_consultation(uow, visit.id))
    assert queries.visit(visit.id).state == "finished"
    for again in (services.call_visit, services.start_consultation):
        with pytest.raises(Refused) as err:
            clinic.run(clinic.actor("doctor"), lambda uow, again=again: again(uow, visit.id))
        assert err.value.code == "visits.finished"


def test_opening_ones_own_visit_again_changes_nothing_and_a_colleagues_is_refused(clinic, registered):
    start(clinic, registered)
    began = queries.visit(registered.id).started_at
    start(clinic, registered)
    assert queries.visit(registered.id).started_at == began
    with pytest.raises(Stale) as err:
        start(clinic, registered, place=1)
    assert err.value.code == "visits.taken"


def test_only_a_running_consultation_is_finished(clinic, registered):
    with pytest.raises(Stale):
        clinic.run(clinic.actor("doctor"), lambda uow: services.finish_consultation(uow, registered.id))


@pytest.mark.rule("VS-03")
def test_yesterdays_number_is_not_taken_today(clinic, registered):
    clinic.drop_triggers("visit")
    clinic.raw("UPDATE visit SET visit_on = '2026-01-01'")
    with pytest.raises(Refused) as err:
        start(clinic, registered)
    assert err.value.code == "visits.number_expired"


@pytest.mark.rule("VS-03")
def test_how_long_a_number_holds_is_a_parameter(clinic, registered):
    today = clock.today()
    clinic.drop_triggers("visit")
    clinic.raw("UPDATE visit SET visit_on = ?", ((today - timedelta(days=1)).isoformat(),))

    def hold_for_two_days(uow):
        parameters.change(uow, "visits.number_valid_days", 2, today, "院内规定")
        uow.audit("parameter.change")

    clinic.run(clinic.actor("administrator"), hold_for_two_days)
    start(clinic, registered)
    assert queries.visit(registered.id).state == "in_consultation"


@pytest.mark.rule("VS-05")
def test_a_doctor_receives_somebody_without_a_number(clinic, room):
    data = PatientData("冉春梅", "2", date(1959, 1, 1), is_birth_estimated=True)
    made = clinic.run(
        clinic.actor("doctor"), lambda uow: services.receive_without_number(uow, room_id=room, data=data)
    )
    visit = queries.visit(bytes.fromhex(made["visit_id"]))
    assert (visit.state, visit.payer, visit.with_number) == ("in_consultation", "self", 0)
    assert visit.started_at == visit.registered_at and visit.doctor_id == clinic.actor("doctor").person_id
    assert patients.patient(visit.patient_id).name == "冉春梅"
    assert [row.name for row in queries.queue(room, clock.today())] == ["冉春梅"]


@pytest.mark.rule("ID-09")
def test_a_merged_record_is_registered_as_the_one_that_goes_on_and_both_histories_are_read(clinic, chen, room):
    other = patients.search("ljg")[0].id
    old = register(clinic, other, room)
    clinic.run(clinic.actor("manager"), lambda uow: link_patients(uow, other, chen))
    new = register(clinic, other, room)
    assert new.patient_id == chen
    assert [visit.id for visit in queries.visits_of_person(chen)] == [new.id, old.id]


@pytest.mark.rule("ID-09")
def test_three_visits_and_two_are_five_while_merged_and_three_and_two_again(clinic, chen, room):
    other = patients.search("ljg")[0].id
    for patient_id, count in ((chen, 3), (other, 2)):
        for _ in range(count):
            register(clinic, patient_id, room)

    def shown():
        return [len(queries.visits_of_person(one)) for one in (chen, other)]

    assert shown() == [3, 2]
    link = clinic.run(clinic.actor("manager"), lambda uow: link_patients(uow, other, chen))
    assert shown() == [5, 5]
    clinic.run(clinic.actor("manager"), lambda uow: unlink_patients(uow, bytes.fromhex(link["link_id"])))
    assert shown() == [3, 2]


def test_the_queue_of_a_room_and_its_counts(clinic, chen):
    first, second = desks.rooms()[:2]
    visits = [register(clinic, chen, room.id) for room in (first, second, second)]
    start(clinic, visits[0])
    today = clock.today()
    assert queries.waiting_by_room(today) == {second.id: 2}
    assert queries.doctors_by_room(today) == {first.id: clinic.actor("doctor").name}
    assert [row.queue_no for row in queries.queue(second.id, today)] == [2, 3]
    day = queries.day(today, 0)
    assert (day.registered, day.afternoon, day.waiting, day.in_consultation) == (3, 3, 2, 1)
    assert queries.waiting_before(visits[2]) == 1


def test_a_registration_is_told_to_later_subjects_and_to_the_county(clinic, registered):
    body = outbox.body_of(db.value("SELECT body FROM outbox WHERE event = 'visits.registered'"))
    assert body["visit_no"] == registered.visit_no and body["with_number"] == 1
