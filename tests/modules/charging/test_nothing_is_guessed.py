"""What is done with money is said by somebody: a form that does not say it does nothing."""

import pytest

from clinic_app.kernel import db, i18n
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.charging import queries, services
from tests.modules.charging.test_screens import form_of, page, url

HTMX = {"HX-Request": "true"}


@pytest.fixture
def visit(window):
    visit = window.visit()
    window.services(visit, ("心电图", 4600), ("雾化", 1240))
    return visit


def asked(window, visit, kind="relief", fen=1000):
    made = window.clinic.run(window.cashier, lambda uow: services.ask_for_visit(uow, visit, kind, fen, "低保户"))
    return bytes.fromhex(made["approval_id"])


@pytest.mark.rule("FE-11")
@pytest.mark.parametrize("decision", ["", "yes", "approved"])
def test_an_answer_that_does_not_say_yes_approves_nothing(window, visit, browser_as, decision):
    approval_id = asked(window, visit)
    answer = browser_as("manager").post(f"/charging/approvals/{approval_id.hex()}/decide", {"decision": decision})
    assert answer.status_code == 422 and "没看出选的是哪一项" in answer.text
    assert queries.approval(approval_id).state == "waiting"


def test_a_request_that_does_not_say_for_what_asks_for_nothing(window, visit, browser_as):
    form = {"amount": "5", "reason": "低保户"}
    answer = browser_as("cashier").post(f"/charging/visits/{visit.hex()}/concession", form)
    assert answer.status_code == 422 and queries.asked_for_visit(visit) == []


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"kind": "", "amount": ""}, "没看出选的是哪一项"),
        ({"kind": "opened", "amount": "50"}, "选“放入现金”还是“取出现金”"),
    ],
)
def test_the_drawer_records_what_was_chosen_and_no_amount_gets_lost(window, visit, browser_as, form, told):
    window.pay(visit)
    answer = browser_as("cashier").post("/charging/drawer", {"reason": "换零钱", **form})
    assert answer.status_code == 422 and told in answer.text
    assert db.value("SELECT count(*) FROM drawer_entry") == 0


def test_a_blind_drawer_does_not_tell_by_a_refusal_how_much_lies_in_it(window, visit):
    window.pay(visit)
    shift = queries.open_shift(window.cashier.person_id)
    above = queries.shift_sums(shift.id).drawer_fen + 1

    def take(uow):
        return services.record_drawer(uow, "out", above, "换零钱")

    assert window.clinic.run(window.cashier, take)["amount_fen"] == -above
    assert queries.shift_sums(shift.id).drawer_fen == -1, "the count will show it"
    window.parameter("charging.blind_close", False)
    with pytest.raises(Refused) as refused:
        window.clinic.run(window.cashier, take)
    assert refused.value.code == "charging.drawer_short"


def test_a_request_taken_back_twice_is_told_with_a_name(window, visit):
    approval_id = asked(window, visit)
    for _time in range(2):
        try:
            window.clinic.run(window.cashier, lambda uow: services.withdraw_approval(uow, approval_id))
        except Stale as err:
            told = i18n.refusal(err)
    assert window.cashier.name in told and "（）" not in told


def test_exactly_what_is_left_counts_the_fields_that_can_be_read(window, browser_as):
    cashier, visit = browser_as("cashier"), window.visit()
    form = {**form_of(page(cashier, visit)), "scan": "2", "method": "scan", "more": "x", "more_method": "scan"}
    answer = cashier.post(url(visit, "/quote"), {**form, "exact": "cash"}, **HTMX).text
    assert 'value="8.00"' in answer


@pytest.mark.rule("FE-11")
def test_the_refund_dialog_counts_what_was_given_back_before(window, visit, browser_as):
    window.parameter("charging.refund_limit_fen", 6000)
    bill = window.pay(visit)
    rest = window.refund(bill, ("雾化", 1))["rest_id"]
    dialog = browser_as("cashier").get(f"/charging/bills/{rest}/refund", **HTMX).text
    assert "要院长批" in dialog
