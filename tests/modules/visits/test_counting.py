"""What counts as a visit, and how long people waited."""

import pytest

from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Refused
from clinic_app.modules.visits import queries, services
from clinic_app.modules.visits.rules.counting import count


@pytest.mark.rule("VS-08")
def test_40_registered_5_without_a_number_3_home_rounds_and_no_lecture_are_48():
    found = count({
        ("general", "finished", 1): 30, ("emergency", "registered", 1): 10, ("general", "finished", 0): 5,
        ("round", "finished", 1): 3, ("general", "cancelled", 1): 7,
    })  # fmt: skip
    assert (found.registered, found.without_number, found.rounds, found.checkups) == (40, 5, 3, 0)
    assert found.total == 48


@pytest.mark.rule("VS-08")
def test_the_counts_of_a_day_come_from_its_visits_and_a_lecture_is_none(morning):
    for _ in range(4):
        morning.register()
    morning.register(kind="round")
    morning.register(kind="checkup")
    morning.run("doctor", services.receive_without_number, room_id=morning.room(), patient_id=morning.person())
    morning.run("registrar", services.cancel_visit, morning.register().id, "挂错人")
    with pytest.raises(Refused) as err:
        morning.register(kind="lecture")
    assert err.value.code == "visits.kind_unknown"
    found = queries.visits_counted(today(), today())
    assert (found.registered, found.without_number, found.rounds, found.checkups, found.total) == (4, 1, 1, 1, 7)
    morning.at(1, 8)
    assert queries.visits_counted(today(), today()).total == 0


def test_waits_run_from_registration_to_the_first_call_the_start_and_the_end(morning):
    visit = morning.register()
    morning.at(0, 8, 10)
    morning.run("doctor", services.call_visit, visit.id)
    morning.at(0, 8, 12)
    morning.run("doctor", services.call_visit, visit.id)
    morning.at(0, 8, 15)
    morning.run("doctor", services.start_consultation, visit.id)
    morning.at(0, 8, 21)
    morning.run("doctor", services.finish_consultation, visit.id)
    found = queries.waits(today(), today())
    assert (found.to_call, found.to_start, found.inside) == (10, 15, 6)
    morning.register()
    assert queries.absent(today()) == 1
