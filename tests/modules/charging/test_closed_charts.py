"""A restricted record of another day opens at the window with a reason only, on paper as on the screen."""

import pytest

from clinic_app.kernel import db
from clinic_app.modules.patients import services as patients

HTMX = {"HX-Request": "true"}


@pytest.fixture
def old_bill(window):
    """A bill of a restricted record, of which nobody is here today, its paper printed."""
    visit = window.visit()
    window.services(visit, ("心电图", 4600))
    bill = window.pay(visit)
    patient = db.value("SELECT patient_id FROM visit WHERE id = ?", (visit,))
    window.clinic.run(window.clinic.actor("manager"), lambda uow: patients.restrict(uow, patient, True))
    window.clinic.raw("UPDATE patient SET last_visit_on = '2020-01-01' WHERE id = ?", (patient,))
    window.clinic.raw("UPDATE job SET state = 'printed', created_at = 1600000000000")
    return {**bill, "patient": patient}


def papers():
    return db.value("SELECT count(*) FROM job")


@pytest.mark.rule("PR-03")
@pytest.mark.parametrize("where", ["bills/{bill_id}", "bills/{bill_id}/settle", "bills/{bill_id}/void",
                                   "bills/{bill_id}/refund"])  # fmt: skip
def test_no_page_of_the_bill_opens(old_bill, browser_as, where):
    answer = browser_as("cashier").get(f"/charging/{where.format(**old_bill)}", **HTMX)
    assert answer.status_code == 422 and "心电图" not in answer.text


@pytest.mark.rule("PR-03")
@pytest.mark.parametrize("where", ["charging/bills/{bill_id}/reprint", "printing/jobs/{print_job}/reprint"])
def test_no_paper_of_it_is_printed_again_before_the_reason_is_given(window, old_bill, browser_as, where):
    cashier, before = browser_as("cashier"), papers()
    assert cashier.post(f"/{where.format(**old_bill)}", {}).status_code == 422 and papers() == before
    why = "窗口来补打收据"
    window.clinic.run(window.cashier, lambda uow: patients.open_closed_chart(uow, old_bill["patient"], why))
    assert cashier.post(f"/{where.format(**old_bill)}", {}).status_code == 303 and papers() == before + 1
    assert db.value("SELECT count(*) FROM access_log WHERE patient_id = ?", (old_bill["patient"],)) == 1


@pytest.mark.rule("PR-03")
def test_the_sums_of_a_refund_are_not_told_either(window, old_bill, browser_as):
    answer = browser_as("cashier").post(f"/charging/bills/{old_bill['bill_id']}/refund/quote", {"take": ""}, **HTMX)
    assert answer.status_code == 422 and "退" not in answer.text


def test_a_paper_of_today_at_the_own_desk_needs_no_reason(window, old_bill, browser_as):
    window.clinic.raw("UPDATE job SET created_at = ?", (window.clinic.run(window.cashier, now),))
    assert browser_as("cashier").post(f"/printing/jobs/{old_bill['print_job']}/reprint", {}).status_code == 303


def now(uow):
    uow.audit("test.now")
    return uow.at
