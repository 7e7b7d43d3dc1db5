"""What of the stock waits for whom (待办): a damage document for a second person."""

from clinic_app.modules.stock import queries, services
from clinic_app.modules.stock.queries.todo import todo
from tests.conftest import Clinic
from tests.modules.stock.test_watching import drug


def test_a_damage_document_waits_for_somebody_else_until_it_is_decided(clinic: Clinic) -> None:
    told = lambda role: [(one.text, one.url) for one in todo(clinic.actor(role))]  # noqa: E731
    batch = queries.batches_of(drug("D0003").id)[0]
    line = (batch.id, batch.place_id, 10)
    made = clinic.run(clinic.actor("pharmacist"), lambda uow: services.submit_damage(uow, "过期", [line]))
    assert told("manager") == [("1 张报损单等你批", "/stock/damages")]
    assert told("pharmacist") == [], "who submitted it approves nothing"
    assert told("doctor") == [] and told("administrator") == []
    damage_id = bytes.fromhex(made["damage_id"])
    clinic.run(clinic.actor("manager"), lambda uow: services.approve_damage(uow, damage_id))
    assert told("manager") == []
