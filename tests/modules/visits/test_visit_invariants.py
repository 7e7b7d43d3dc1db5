"""Each invariant names what was broken behind the product's back."""

import pytest

from clinic_app.kernel import invariants
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.visits import services


@pytest.fixture
def three(clinic):
    room, chen = desks.rooms()[0].id, patients.search("cgy")[0].id
    for _ in range(3):
        clinic.run(
            clinic.actor("registrar"), lambda uow: services.register_visit(uow, patient_id=chen, room_id=room)
        )


def broken(invariant_id):
    return next(one for one in invariants.results() if one.id == invariant_id).violations


def test_all_hold_after_registrations(clinic, three):
    assert broken("N1-queue") == broken("O1-visits") == []


@pytest.mark.parametrize(
    "change",
    ["passed_at = 1", "state = 'called', called_at = 1, passed_at = 1, passes = 1", "away_at = 1", "returned_at = 1"],
)
def test_a_place_in_line_that_does_not_fit_the_state_is_named(clinic, three, change):
    clinic.drop_triggers("visit")
    clinic.raw(f"UPDATE visit SET {change} WHERE queue_no = 2")
    assert len(broken("O2-lines")) == 1


@pytest.mark.parametrize("number", [2, 7])
def test_a_doubled_or_skipped_queue_number_is_named(clinic, three, number):
    clinic.drop_triggers("visit")
    clinic.raw("DROP INDEX visit_day_number")
    clinic.raw("UPDATE visit SET queue_no = ? WHERE queue_no = 3", (number,))
    assert len(broken("N1-queue")) == 1


@pytest.mark.parametrize(
    "change",
    [
        "state = 'finished'",
        "state = 'in_consultation'",
        "state = 'cancelled', cancelled_at = registered_at",
        "started_at = registered_at",
        "state = 'called'",
    ],
)
def test_a_state_that_its_moments_contradict_is_named(clinic, three, change):
    clinic.drop_triggers("visit")
    clinic.raw(f"UPDATE visit SET {change} WHERE queue_no = 2")
    assert len(broken("O1-visits")) == 1


@pytest.mark.parametrize(
    "change", ["state = 'finished'", "queue_no = 9", "visit_on = '2026-01-01'", "visit_no = 'X'"]
)
def test_the_table_itself_refuses_an_illegal_change(clinic, three, change):
    with pytest.raises(Exception, match="visit"):
        clinic.raw(f"UPDATE visit SET {change} WHERE queue_no = 2")
    with pytest.raises(Exception, match="never removed"):
        clinic.raw("DELETE FROM visit")
