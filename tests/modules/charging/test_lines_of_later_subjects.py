"""The face that later subjects use: lines they open themselves, requests, and how far a line is."""

import pytest

from clinic_app.kernel import db
from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.ids import new_id
from clinic_app.modules.charging import queries, services
from clinic_app.modules.dictionaries import queries as dictionaries


@pytest.fixture
def request_of(window):
    """A signed request of two service items: its id and its line ids."""

    def sign(visit, *codes):
        request_id = new_id()
        lines = [
            {"line_id": new_id(), "item_id": dictionaries.service_by_code(code).id, "quantity": 1} for code in codes
        ]
        patient = db.value("SELECT patient_id FROM visit WHERE id = ?", (visit,))
        event = {"request_id": request_id, "visit_id": visit, "patient_id": patient, "lines": lines}

        def act(uow):
            uow.audit("test.sign")
            services.open_request(uow, event)

        window.clinic.run(window.clinic.actor("doctor"), act)
        return request_id, [line["line_id"] for line in lines]

    return sign


def withdraw(window, visit, request_id, line_ids):
    def act(uow):
        uow.audit("test.withdraw")
        services.withdraw_request(
            uow, {"request_id": request_id, "visit_id": visit, "reason": "开错", "line_ids": line_ids}
        )

    window.clinic.run(window.clinic.actor("doctor"), act)


def codes():
    return [code for (code,) in db.rows("SELECT code FROM service_item WHERE invoice_category = 'examination' LIMIT 2")]


def test_a_signed_request_opens_a_line_for_each_item_until_it_is_paid(window, request_of):
    visit = window.visit()
    request_id, lines = request_of(visit, *codes())
    states = queries.line_states([request_id])
    assert {(request_id, line): states[request_id, line].state for line in lines} == {
        (request_id, line): "open" for line in lines
    }
    window.pay(visit)
    assert {(one.state, one.quantity, one.refunded) for one in queries.line_states([request_id]).values()} == {
        ("billed", 1, 0)
    }


def test_a_line_of_a_request_is_withdrawn_alone(window, request_of):
    visit = window.visit()
    request_id, lines = request_of(visit, *codes())
    withdraw(window, visit, request_id, lines[:1])
    states = queries.line_states([request_id])
    assert [states[request_id, line].state for line in lines] == ["withdrawn", "open"]


def test_a_paid_request_is_not_withdrawn_and_the_receipt_is_named(window, request_of):
    visit = window.visit()
    request_id, lines = request_of(visit, *codes())
    paid = window.pay(visit)
    with pytest.raises(Refused) as refused:
        withdraw(window, visit, request_id, lines)
    assert refused.value.code == "charging.request_paid"
    assert refused.value.facts["receipt_no"] == paid["receipt_no"]


def test_a_later_subject_opens_lines_of_its_own_and_of_known_kinds_only(window):
    visit = window.visit()
    patient = db.value("SELECT patient_id FROM visit WHERE id = ?", (visit,))
    item, source = dictionaries.service_by_code(codes()[0]), new_id()

    def act(uow, kind="skin_test"):
        uow.audit("test.open")
        services.open_lines(uow, visit, patient, kind, source, [(7, "service", item.id, 2)])

    window.clinic.run(window.clinic.actor("nurse"), act)
    found = queries.line_states([source])
    assert {key: (one.state, one.quantity) for key, one in found.items()} == {(source, 7): ("open", 2)}
    window.clinic.run(window.clinic.actor("nurse"), act)
    assert queries.line_states([source]) == found, "what is open already is not opened twice"
    window.pay(visit)
    window.clinic.run(window.clinic.actor("nurse"), act)
    assert queries.line_states([source])[source, 7].state == "billed" and queries.open_lines(visit, today()) == []
    with pytest.raises(ValueError, match="no charge lines"):
        window.clinic.run(window.clinic.actor("nurse"), lambda uow: act(uow, "lottery"))
