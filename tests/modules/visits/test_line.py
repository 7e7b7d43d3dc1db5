"""Who is called next, missed calls, returns with results, other rooms."""

import pytest

from clinic_app.kernel import db, invariants
from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.visits import queries, services
from clinic_app.modules.visits.rules import queueing
from clinic_app.modules.visits.rules.queueing import Place


def call(morning, visit):
    morning.run("doctor", services.call_visit, visit.id)


def start(morning, visit, place=0):
    morning.run("doctor", consultation.start, visit.id, place=place)


@pytest.mark.parametrize(
    ("kind", "level", "years", "rank"),
    [("emergency", None, 30, 0), ("general", 1, 30, 0), ("general", 2, 30, 0), ("general", 3, 30, 3),
     ("general", None, 65, 2), ("general", None, 64, 3), ("general", None, None, 3)],
)  # fmt: skip
def test_emergencies_come_first_then_who_is_65(kind, level, years, rank):
    assert queueing.rank_of(kind, level, years, 65) == rank


def test_with_the_parameter_at_0_age_gives_no_priority():
    assert queueing.rank_of("general", None, 90, 0) == queueing.ORDINARY


def test_the_line_is_emergencies_then_elderly_then_order_of_arrival(morning):
    morning.set("visits.elder_first_years", 65)
    for patient, kind in ((40, "general"), (70, "general"), (30, "emergency"), (66, "general")):
        morning.register(morning.person(years=patient), kind=kind)
    assert morning.line() == [3, 2, 4, 1]


@pytest.mark.parametrize(
    ("count", "place"), [(1, Place(3, 11)), (3, Place(3, 31)), (4, Place(3, 99)), (9, Place(3, 99))]
)
def test_who_missed_a_call_stands_behind_as_many_as_the_parameter_says(count, place):
    line = [Place(3, at) for at in (10, 20, 30, 40)]
    assert queueing.behind(line, count, 99) == place


def test_a_missed_call_leaves_the_line_and_comes_back_behind_three(morning):
    visits = [morning.register() for _ in range(6)]
    call(morning, visits[0])
    morning.run("doctor", services.pass_visit, visits[0].id)
    assert morning.line() == [2, 3, 4, 5, 6]
    passed = morning.visit(visits[0])
    assert (passed.state, passed.passes) == ("registered", 1) and passed.passed_at
    morning.at(0, 9)
    morning.run("nurse", services.requeue_visit, visits[0].id)
    assert morning.line() == [2, 3, 4, 1, 5, 6]
    with pytest.raises(Stale):
        morning.run("nurse", services.requeue_visit, visits[0].id)


def test_an_emergency_that_missed_a_call_goes_back_to_the_front(morning):
    morning.register()
    visit = morning.register(kind="emergency")
    call(morning, visit)
    morning.run("doctor", services.pass_visit, visit.id)
    morning.run("doctor", services.requeue_visit, visit.id)
    assert morning.line() == [2, 1]


def test_the_one_who_was_called_is_next_until_passed(morning):
    first, second = morning.register(), morning.register()
    call(morning, second)
    assert morning.line() == [2, 1]
    doctor = morning.clinic.actor("doctor").person_id
    assert queries.next_in_line(morning.room(), today(), doctor).visit_id == second.id
    morning.run("doctor", services.pass_visit, second.id)
    assert queries.next_in_line(morning.room(), today(), doctor).visit_id == first.id


def test_a_consultation_without_a_word_is_given_back_and_another_doctor_may_begin(morning):
    visit = morning.register()
    start(morning, visit)
    morning.run("doctor", services.pass_visit, visit.id)
    assert morning.visit(visit).state == "registered" and morning.visit(visit).doctor_id is None
    start(morning, visit, place=1)
    other = morning.clinic.actor("doctor", 1).person_id
    assert morning.visit(visit).doctor_id == other
    assert db.value("SELECT doctor_id FROM note WHERE visit_id = ?", (visit.id,)) == other


def test_what_was_written_is_never_given_back(morning):
    visit = morning.register()
    start(morning, visit)
    morning.clinic.run(
        morning.clinic.actor("doctor"),
        lambda uow: consultation.save_note(uow, visit.id, {"chief_complaint": "咳嗽"}, 1), quiet=True,
    )  # fmt: skip
    for act, given in ((services.pass_visit, ()), (services.transfer_visit, (morning.room("2"), "科别不对"))):
        with pytest.raises(Refused) as err:
            morning.run("doctor", act, visit.id, *given)
        assert err.value.code == "consultation.written_already"
    assert morning.visit(visit).state == "in_consultation"


def test_a_colleagues_consultation_is_not_given_back(morning):
    visit = morning.register()
    start(morning, visit)
    with pytest.raises(Refused) as err:
        morning.run("doctor", services.pass_visit, visit.id, place=1)
    assert err.value.code == "visits.in_consultation"


def test_back_with_results_it_is_the_same_number_doctor_and_no_new_fee(morning):
    visit, waiting = morning.register(), morning.register()
    start(morning, visit)
    morning.run("doctor", services.send_for_results, visit.id)
    assert morning.visit(visit).away_at and morning.visit(visit).state == "in_consultation"
    lines = db.value("SELECT count(*) FROM charge_line")
    morning.run("nurse", services.return_with_results, visit.id)
    mine, other = (morning.clinic.actor("doctor", place).person_id for place in (0, 1))
    assert queries.next_in_line(morning.room(), today(), mine).visit_id == visit.id
    assert queries.next_in_line(morning.room(), today(), other).visit_id == waiting.id
    opened = morning.run("doctor", consultation.call_next, morning.room())
    assert opened["visit_id"] == visit.id.hex()
    seen = morning.visit(visit)
    assert (seen.returned_at, seen.away_at, seen.queue_no) == (None, None, 1)
    assert db.value("SELECT count(*) FROM charge_line") == lines


def test_an_emergency_goes_before_a_return_and_a_return_before_the_line(morning):
    visit = morning.register()
    start(morning, visit)
    morning.register()
    urgent = morning.register(kind="emergency")
    morning.run("nurse", services.return_with_results, visit.id)
    me = morning.clinic.actor("doctor").person_id
    assert queries.next_in_line(morning.room(), today(), me).visit_id == urgent.id


def test_a_finished_visit_may_come_back_and_is_opened_signed(morning):
    visit = morning.register()
    morning.run("doctor", services.start_consultation, visit.id)
    morning.run("doctor", services.finish_consultation, visit.id)
    morning.run("registrar", services.return_with_results, visit.id)
    with pytest.raises(Stale) as err:
        morning.run("registrar", services.return_with_results, visit.id)
    assert err.value.code == "visits.back_already"
    morning.run("doctor", consultation.start, visit.id)
    assert (morning.visit(visit).state, morning.visit(visit).returned_at) == ("finished", None)


def test_only_who_was_seen_comes_back_with_results(morning):
    visit = morning.register()
    with pytest.raises(Refused) as err:
        morning.run("nurse", services.return_with_results, visit.id)
    assert err.value.code == "visits.not_seen_yet"


def test_a_transfer_keeps_number_kind_payer_and_fee_and_tells_why(morning):
    visit = morning.register(payer="resident", kind="chronic")
    made = morning.run("registrar", services.transfer_visit, visit.id, morning.room("2"), "科别不对")
    moved = morning.visit(visit)
    assert made["room"] == "二诊室" and moved.room_id == morning.room("2")
    assert (moved.queue_no, moved.kind, moved.payer, moved.with_fee) == (1, "chronic", "resident", 1)
    assert db.value("SELECT reason FROM transfer") == "科别不对"
    assert morning.line("1") == [] and morning.line("2") == [1]


@pytest.mark.parametrize(
    ("code", "reason", "refusal"), [("1", "发热", "visits.same_room"), ("2", " ", "visits.reason_missing")]
)
def test_a_transfer_needs_another_room_and_a_reason(morning, code, reason, refusal):
    visit = morning.register()
    with pytest.raises(Refused) as err:
        morning.run("registrar", services.transfer_visit, visit.id, morning.room(code), reason)
    assert err.value.code == refusal


@pytest.mark.rule("VS-03")
@pytest.mark.parametrize(("days", "stands"), [(1, []), (2, [1])])
def test_a_number_that_still_holds_stands_in_the_line_of_the_next_day(morning, days, stands):
    morning.set("visits.number_valid_days", days)
    morning.register()
    morning.at(1, 8)
    assert morning.line() == stands
    assert [row.queue_no for row in queries.today(today(), waiting_only=True)] == stands


@pytest.mark.rule("VS-03")
def test_a_number_past_its_days_is_neither_called_nor_put_back(morning):
    visit = morning.register()
    morning.at(1, 8)
    with pytest.raises(Refused) as err:
        morning.run("doctor", services.call_visit, visit.id)
    assert err.value.code == "visits.number_expired"


def test_payers_change_without_touching_the_kind_and_only_to_another(morning):
    visit = morning.register(kind="return")
    assert morning.run("cashier", services.change_payer, visit.id, "employee")["payer"] == "employee"
    assert (morning.visit(visit).payer, morning.visit(visit).kind) == ("employee", "return")
    for payer, code in (("employee", "visits.payer_same"), ("gold", "visits.payer_unknown")):
        with pytest.raises(Refused) as err:
            morning.run("cashier", services.change_payer, visit.id, payer)
        assert err.value.code == code
    morning.run("registrar", services.cancel_visit, visit.id, "挂错人")
    with pytest.raises(Refused) as err:
        morning.run("cashier", services.change_payer, visit.id, "self")
    assert err.value.code == "visits.cancelled_already"


@pytest.mark.parametrize("back", [False, True])
def test_who_went_for_results_and_was_given_back_is_neither_away_nor_back(clinic, morning, back):
    visit = morning.register()
    start(morning, visit)
    morning.run("doctor", services.send_for_results, visit.id)
    if back:
        morning.run("registrar", services.return_with_results, visit.id)
    morning.run("doctor", services.pass_visit, visit.id)
    found = morning.visit(visit)
    assert (found.state, found.away_at, found.returned_at) == ("registered", None, None)
    assert all(one.holds for one in invariants.results() if one.id == "O2-lines")


def test_who_is_back_with_results_goes_to_another_room_as_one_who_waits(morning):
    visit = morning.register()
    start(morning, visit)
    morning.run("doctor", services.send_for_results, visit.id)
    morning.run("registrar", services.return_with_results, visit.id)
    morning.run("doctor", services.transfer_visit, visit.id, morning.room("2"), "换诊室")
    assert morning.visit(visit).returned_at is None
    assert all(one.holds for one in invariants.results() if one.id == "O2-lines")
