"""What of the dictionaries waits for whom (待办): a price for a second person."""

from clinic_app.modules.dictionaries import services
from clinic_app.modules.dictionaries.queries.todo import todo
from tests.modules.dictionaries.test_prices import drug as drug
from tests.modules.dictionaries.test_prices import propose as propose


def test_a_proposed_price_waits_for_somebody_else_until_it_is_decided(clinic, propose):
    told = lambda role: [(one.text, one.url) for one in todo(clinic.actor(role))]  # noqa: E731
    proposal = propose(48_000, who="manager")
    assert told("administrator") == [("1 个价格等你批准", "/dictionaries/prices")]
    assert told("manager") == [], "who proposed it approves nothing"
    assert told("pharmacist") == [] and told("cashier") == []
    clinic.run(clinic.actor("administrator"), lambda uow: services.approve_price(uow, proposal))
    assert told("administrator") == []


def test_empty_lists_lead_to_their_import(clinic, monkeypatch):
    administrator, pharmacist = clinic.actor("administrator"), clinic.actor("pharmacist")
    assert todo(administrator) == []
    has = [1, 1]
    monkeypatch.setattr("clinic_app.modules.dictionaries.queries.todo.db.rows", lambda _sql: [tuple(has)])
    for has[:], kinds in (((0, 0), ["services", "drugs"]), ((1, 0), ["drugs"]), ((0, 1), ["services"])):
        assert [one.url for one in todo(administrator)] == [f"/dictionaries/import?kind={kind}" for kind in kinds]
        assert todo(pharmacist) == []
