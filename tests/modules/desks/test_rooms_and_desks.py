"""Rooms, desks and the browsers that are one."""

import pytest

from clinic_app.kernel import db, ports
from clinic_app.kernel.errors import Missing, Refused
from clinic_app.modules.desks import queries, services

TOKEN = "a-random-cookie-of-a-browser"


@pytest.fixture
def admin(clinic):
    return lambda command: clinic.run(clinic.actor("administrator"), command)


def test_a_new_room_is_open_and_listed_by_its_code(admin):
    made = admin(lambda uow: services.add_room(uow, code="0", name="预检", speciality="预检分诊"))
    first = queries.rooms()[0]
    assert (first.id.hex(), first.name, first.is_open) == (made["room_id"], "预检", 1)


def test_refuses_a_second_room_with_the_same_code_and_stores_nothing(admin):
    before = queries.rooms()
    with pytest.raises(Refused, match=r"desks\.room_code_taken"):
        admin(lambda uow: services.add_room(uow, code=before[0].code, name="另一间", speciality=""))
    assert queries.rooms() == before


def test_a_room_keeps_its_own_code_when_it_is_closed(admin):
    room = queries.rooms()[0]
    admin(
        lambda uow: services.change_room(
            uow, room.id, code=room.code, name=room.name, speciality=room.speciality, is_open=False
        )
    )
    assert queries.room(room.id).is_open == 0


def test_refuses_a_second_desk_of_the_same_name_even_when_the_first_is_closed(admin, clinic):
    desk = queries.desk(clinic.desk_of("nurse"))
    admin(lambda uow: services.close_desk(uow, desk.id))
    with pytest.raises(Refused, match=r"desks\.name_taken"):
        admin(lambda uow: services.add_desk(uow, name=desk.name, room_id=None, printer_kind="none"))


def test_desks_are_listed_in_the_order_in_which_they_were_made(admin):
    names = [desk.name for desk in queries.desks()]
    for name in ("乙窗", "甲窗"):
        admin(lambda uow, name=name: services.add_desk(uow, name=name, room_id=None, printer_kind="none"))
    assert [desk.name for desk in queries.desks()] == [*names, "乙窗", "甲窗"]


def test_a_desk_in_a_room_is_of_kind_room(clinic):
    assert queries.desk(clinic.desk_of("doctor")).kind == "room"
    assert queries.desk(clinic.desk_of("cashier")).kind == "counter"


def test_refuses_a_room_that_does_not_exist(admin):
    with pytest.raises(Missing, match=r"desks\.no_such_room"):
        admin(lambda uow: services.add_desk(uow, name="新窗", room_id=b"x" * 16, printer_kind="none"))


def test_a_browser_is_the_desk_it_was_paired_with_last(clinic):
    first, second = clinic.desk_of("registrar"), clinic.desk_of("cashier")
    ports.bound.desks.pair(TOKEN, first)
    ports.bound.desks.pair(TOKEN, second)
    assert ports.bound.desks.of_browser(TOKEN) == second
    assert ports.bound.desks.of_browser(TOKEN + "x") is None


def test_the_database_holds_no_cookie(clinic):
    ports.bound.desks.pair(TOKEN, clinic.desk_of("cashier"))
    stored = db.value("SELECT token_hash FROM paired_browser")
    assert len(stored) == 32 and TOKEN.encode() not in stored


def test_refuses_to_pair_with_a_short_cookie_or_an_unknown_desk(clinic):
    with pytest.raises(Refused, match=r"desks\.browser_unknown"):
        ports.bound.desks.pair("short", clinic.desk_of("cashier"))
    with pytest.raises(Missing, match=r"desks\.no_such_desk"):
        ports.bound.desks.pair(TOKEN, b"x" * 16)


def test_a_closed_desk_is_nobodys_choice_and_no_browsers_desk(admin, clinic):
    desk_id = clinic.desk_of("cashier")
    ports.bound.desks.pair(TOKEN, desk_id)
    admin(lambda uow: services.close_desk(uow, desk_id))
    assert ports.bound.desks.of_browser(TOKEN) is None
    assert desk_id not in dict(ports.bound.desks.choices())
    admin(lambda uow: services.reopen_desk(uow, desk_id))
    assert desk_id in dict(ports.bound.desks.choices())
    assert ports.bound.desks.of_browser(TOKEN) is None, "a reopened desk is picked anew"


def test_a_desk_with_unfinished_papers_is_not_closed(admin, clinic, queue):
    queue("cashier")
    with pytest.raises(Refused) as caught:
        admin(lambda uow: services.close_desk(uow, clinic.desk_of("cashier")))
    assert (caught.value.code, caught.value.facts["count"]) == ("desks.papers_waiting", 1)


def test_rooms_and_desks_are_never_removed(clinic):
    for table in ("room", "desk"):
        with pytest.raises(Exception, match="never removed"):
            clinic.raw(f"DELETE FROM {table}")
