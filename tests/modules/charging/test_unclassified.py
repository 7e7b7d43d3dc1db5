"""An item that nobody has put on a line of the invoice yet is not charged, from the list to the till (FE-02)."""

import pytest

from clinic_app.kernel import db
from clinic_app.kernel.errors import Refused
from clinic_app.modules.dictionaries import services as dictionary_services
from tests.modules.charging.test_charging_a_visit import nothing_stored
from tests.modules.charging.test_screens import form_of, page, url


@pytest.fixture
def visit(window):
    """Three items of which one, a service or a drug, has no class."""
    visit = window.visit()
    window.sheet(visit, ("D0001", 24))
    window.examination(visit, "S0015")
    return visit


@pytest.mark.rule("FE-02")
@pytest.mark.parametrize(("table", "code"), [("service_item", "S0015"), ("drug", "D0001")])
def test_one_of_three_items_without_a_class_stops_the_bill_by_its_name(window, browser_as, visit, table, code):
    window.clinic.raw(f"UPDATE {table} SET invoice_category = NULL WHERE code = ?", (code,))
    name = db.value(f"SELECT name FROM {table} WHERE code = ?", (code,))
    cashier = browser_as("cashier")
    shown = page(cashier, visit)
    assert len(form_of(shown)["line"]) == 3 and name in shown and "None" not in shown
    quoted = cashier.post(url(visit, "/quote"), {**form_of(shown), "cash": "500"})
    answer = cashier.post(url(visit, "/charge"), {**form_of(shown), "cash": "500"})
    assert quoted.status_code == 200 and answer.status_code == 422
    for told in (quoted.text, answer.text):
        assert f"未归类，不能收费：{name}。" in told
    assert nothing_stored()
    assert db.value("SELECT count(*) FROM charge_line WHERE state = 'open'") == 3


@pytest.mark.rule("FE-02")
def test_the_first_number_is_still_free_once_the_item_has_its_class(window, visit):
    window.clinic.raw("UPDATE service_item SET invoice_category = NULL WHERE code = 'S0015'")
    with pytest.raises(Refused) as refused:
        window.pay(visit)
    assert refused.value.code == "charging.unclassified"
    window.clinic.run(
        window.clinic.actor("manager"),
        lambda uow: dictionary_services.classify(uow, {("services", "S0015"): "laboratory"}),
    )
    assert window.pay(visit)["receipt_no"].endswith("0001")
