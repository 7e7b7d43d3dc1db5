"""The doctor's queue (候诊): fever of the triage stands beside the name, midnight ends no consultation."""

import re
from datetime import datetime, time, timedelta

import pytest

from clinic_app.kernel import clock, parameters
from clinic_app.modules.visits import queries as visits
from clinic_app.modules.visits import services as visit_services
from clinic_app.modules.visits.rules.triage import Answers
from tests.modules.consultation.conftest import ALLERGIC, HEALTHY
from tests.modules.visits.conftest import SetTime


@pytest.fixture
def later(clinic):
    """`later(1)`: eight in the morning so many days on."""

    def go(days):
        moment = datetime.combine(clock.today() + timedelta(days=days), time(8))
        clock.clock.start(clock.clock.newest, SetTime(clock.from_local(moment)))

    return go


def rows(html):
    return re.findall(r'<li id="(q-[^"]+)".*?<b>([^<]+)</b>(.*?)</li>', html, re.DOTALL)


@pytest.mark.parametrize(
    ("tenths", "exposures", "marks"),
    [(373, (), ["发热 37.3"]), (372, (), []), (None, ("contact",), ["接触史"])],
)
def test_fever_and_contact_are_marked_in_the_doctors_queue(clinic, arrive, browser_as, tenths, exposures, marks):
    ill, well = arrive(HEALTHY), arrive(ALLERGIC)
    codes = tuple(one.code for one in visits.triage_questions())[:1] if exposures else ()
    clinic.run(clinic.actor("nurse"), lambda uow: visit_services.triage_visit(uow, ill, Answers(3, tenths, codes)))
    shown = {name: tags for _id, name, tags in rows(browser_as("doctor").get("/doctor?room=all").text)}
    assert re.findall(r'<span class="tag[^>]*>([^<]+)<', shown[HEALTHY]) == marks
    assert "<span class=\"tag" not in shown[ALLERGIC] and well


def test_a_consultation_open_at_midnight_stands_in_its_doctors_queue_the_next_day(
    clinic, writing, arrive, browser_as, later
):
    one = writing(HEALTHY)
    day, page = visits.visit(one.visit_id).on, f"/doctor/visits/{one.visit_id.hex()}"
    assert "没看完" not in browser_as("doctor").get(page).text, "today's consultation is nobody's left one"
    later(1)
    arrive(ALLERGIC)
    found = rows(browser_as("doctor").get("/doctor").text)
    assert [name for _id, name, _tags in found] == [HEALTHY, ALLERGIC] and f"{day[5:]} 没看完" in found[0][2]
    assert len({at for at, _name, _tags in found}) == 2, "the same number on two days, two rows"
    assert [name for _id, name, _tags in rows(browser_as("doctor", 1).get("/doctor?room=all").text)] == [ALLERGIC]
    one.write()
    one.sign()
    assert [name for _id, name, _tags in rows(browser_as("doctor").get("/doctor").text)] == [ALLERGIC]


def test_it_stands_there_for_as_many_days_as_the_parameter_says(clinic, writing, later):
    one, me = writing(HEALTHY), clinic.actor("doctor").person_id
    days = parameters.value("visits.left_open_days", clock.today())
    assert visits.left_open(me, clock.today()) == [], "today's stand in the line itself"
    later(days)
    assert [row.visit_id for row in visits.left_open(me, clock.today())] == [one.visit_id]
    later(1)
    assert visits.left_open(me, clock.today()) == []
