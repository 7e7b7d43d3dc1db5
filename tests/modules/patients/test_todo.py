"""What of the records waits for whom (待办): a merge for a second person, a reading for a reviewer."""

import pytest

from clinic_app.modules.patients import queries, services
from clinic_app.modules.patients.queries.todo import todo
from tests.modules.patients.test_merging import pair as pair
from tests.modules.patients.test_merging import propose


@pytest.fixture
def told(clinic):
    return lambda role: [(one.text, one.url) for one in todo(clinic.actor(role))]


def test_a_merge_waits_for_somebody_else_until_it_is_decided(clinic, told, pair):
    link = propose(clinic, *pair)
    assert told("manager") == [("1 件合并等你核准", "/patients/links")]
    assert told("registrar") == [], "the proposer approves nothing"
    assert told("cashier") == [] and told("doctor") == []
    clinic.run(clinic.actor("manager"), lambda uow: services.approve_link(uow, link))
    assert told("manager") == []


def test_an_opened_chart_waits_for_those_who_review_until_one_did(clinic, told):
    who = queries.search("cgy")[0]
    made = clinic.run(
        clinic.actor("doctor"), lambda uow: services.open_closed_chart(uow, who.id, "急诊抢救，要查过敏")
    )
    assert told("manager") == [("1 次查阅等你审查", "/patients/access-reviews")]
    assert told("doctor") == [] and told("registrar") == []
    opening_id = bytes.fromhex(made["opening_id"])
    clinic.run(clinic.actor("manager"), lambda uow: services.review_opening(uow, opening_id, "justified", "急诊"))
    assert told("manager") == []


def test_the_own_reading_is_not_told_to_its_reader(clinic, told):
    who = queries.search("cgy")[0]
    clinic.run(
        clinic.actor("manager"), lambda uow: services.open_closed_chart(uow, who.id, "核对投诉，要看病历")
    )
    assert told("manager") == []
