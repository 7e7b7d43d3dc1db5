"""The figures of a day are those of its visits, bills and sheets, and each opens the rows that it counts."""

from datetime import date, timedelta
from typing import Any

import pytest

from clinic_app.kernel.clock import today
from clinic_app.modules.charging import services as charging
from clinic_app.modules.patients.services import PatientData
from clinic_app.modules.reports import queries
from clinic_app.modules.reports.queries.rows import Filter
from clinic_app.modules.reports.rules.periods import Period, period
from clinic_app.modules.visits import services as visits
from tests import visit

OTHER = PatientData("钱小满", "2", date(1990, 2, 3), phone="19900001188", allergy_state="none")


def of_today() -> Period:
    return period("today", today(), most_days=366)


@pytest.fixture
def bill(clinic: Any) -> bytes:
    """One visit seen, signed and paid."""
    made = visit.arrive(clinic)
    visit.consult(clinic, made["visit_id"])
    return bytes(visit.pay(clinic, made["visit_id"])["bill_id"])


@pytest.mark.rule("VS-08")
def test_cancelled_registrations_are_no_visits(clinic: Any, bill: bytes) -> None:
    gone = visit.arrive(clinic, OTHER)
    visit.run(clinic, "registrar", lambda uow: visits.cancel_visit(uow, gone["visit_id"], "患者不看了"))
    assert queries.dashboard.period_figures(of_today()).visits == 1
    assert [row.name for row in queries.rows.visit_rows(Filter(today(), today()), 0, 50)] == [visit.ADULT.name]


def test_income_is_the_ledger_of_the_day_by_category_and_by_way_of_payment(clinic: Any, bill: bytes) -> None:
    found = queries.income.income(today(), today())
    rows = queries.rows.voucher_rows(Filter(today(), today()), 0, 50)
    assert found.total_fen == sum(row.income_fen for row in rows) > 0
    assert found.by_method == {"cash": found.total_fen}
    assert 0 < found.drugs_fen < found.total_fen
    assert found.drugs_fen == sum(row.drugs_fen for row in rows)


def test_a_void_takes_its_income_back(clinic: Any, bill: bytes) -> None:
    visit.void(clinic, bill)
    assert queries.income.income(today(), today()).total_fen == 0
    assert [row.kind for row in queries.rows.voucher_rows(Filter(today(), today()), 0, 50)] == ["bill", "void"]


@pytest.mark.rule("RP-07")
def test_the_doctor_is_told_with_visits_average_and_antimicrobials(clinic: Any, bill: bytes) -> None:
    (line,) = queries.dashboard.doctors(of_today())
    assert (line.id, line.visits, line.sheets, line.antimicrobial_sheets) == (clinic.actor("doctor").person_id, 1, 1, 0)
    assert line.average_fen == line.income_fen == queries.income.income(today(), today()).total_fen
    other = visit.arrive(clinic, OTHER)
    visit.consult(clinic, other["visit_id"], drugs=("D0001",))
    (line,) = queries.dashboard.doctors(of_today())
    assert (line.sheets, line.antimicrobial_sheets, line.antimicrobial_rate) == (2, 1, 500)
    (row,) = queries.rows.sheet_rows(Filter(today(), today(), only_antimicrobial=True), 0, 50)
    assert "阿莫西林" in row.antimicrobials and row.name == OTHER.name


@pytest.mark.rule("RP-08")
def test_a_fully_refunded_sheet_is_outside_the_rate_its_visit_stays(clinic: Any) -> None:
    made = visit.arrive(clinic)
    visit.consult(clinic, made["visit_id"], drugs=("D0001",))
    paid = bytes(visit.pay(clinic, made["visit_id"])["bill_id"])
    assert queries.dashboard.period_figures(of_today()).antimicrobial_sheets == 1
    lines = _drug_lines(clinic, paid)
    visit.run(clinic, "cashier", lambda uow: charging.refund_bill(uow, paid, lines, reason="患者不要了"))
    after = queries.dashboard.period_figures(of_today())
    assert (after.sheets, after.antimicrobial_sheets, after.visits) == (0, 0, 1)


def test_of_another_day_there_is_nothing(clinic: Any, bill: bytes) -> None:
    day = today() - timedelta(days=1)
    found = queries.dashboard.period_figures(Period("chosen", day, day))
    assert (found.visits, found.income.total_fen, found.average_fen, found.drug_share) == (0, 0, None, None)


@pytest.mark.rule("RP-11")
def test_hours_hold_all_visits_of_the_day_and_no_mean_without_a_past(clinic: Any, bill: bytes) -> None:
    found = queries.dashboard.hours(today(), 8, 17)
    assert sum(one.visits for one in found) == 1 and {one.usual_tenths for one in found} == {None}


def _drug_lines(clinic: Any, bill_id: bytes) -> list[tuple[bytes, int]]:
    from clinic_app.kernel import db

    return [
        (line, quantity)
        for line, quantity in db.rows(
            "SELECT c.id, c.quantity FROM charge_line c WHERE c.bill_id = ? AND c.item_kind = 'drug'", (bill_id,)
        )
    ]


@pytest.mark.rule("RP-05", "RP-08")
def test_who_still_waits_does_not_lower_the_average(clinic: Any, bill: bytes) -> None:
    before = queries.dashboard.period_figures(of_today())
    visit.arrive(clinic, OTHER)
    now = queries.dashboard.period_figures(of_today())
    assert (now.visits, now.seen) == (before.visits + 1, before.seen) == (2, 1)
    assert now.average_fen == before.average_fen == now.income.total_fen
