"""Handing out a part, what is owed, what comes back, what may be refunded (FE-09, PH-08, PH-11)."""

from datetime import date

import pytest

from clinic_app.kernel import db, invariants
from clinic_app.kernel.clock import clock, today
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.charging import queries as charging_queries
from clinic_app.modules.consultation import services as consultation
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.dictionaries.services import set_price
from clinic_app.modules.patients import services as patients
from clinic_app.modules.patients.services import AllergyEntry
from clinic_app.modules.pharmacy import queries, rules, services
from clinic_app.modules.pharmacy.invariants import INVARIANTS
from clinic_app.modules.pharmacy.queries.steps import steps
from clinic_app.modules.stock import queries as stock
from clinic_app.modules.stock import services as stock_services
from tests.conftest import Clinic
from tests.modules.pharmacy.window import again, bring_back, code_of, give, lines, paid, refund
from tests.visit import ADULT, arrive, consult, pay

A_DAY_LATER = 25 * 3_600_000
MINE = {one.id for one in INVARIANTS}


def all_agrees() -> None:
    wrong = {one.id: one.violations for one in invariants.results() if not one.holds}
    assert wrong == {}


def test_a_part_is_handed_out_and_the_rest_is_owed_and_fetched_later(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001", "D0016")
    first, other = lines(sheet)
    part = {first.id.hex(): 5, other.id.hex(): 0}
    assert code_of(lambda: give(clinic, sheet, quantities=part)) == "pharmacy.short_reason"
    give(clinic, sheet, quantities=part, short_reason="patient_wish")
    assert queries.waiting(today()) == [] and again(sheet).is_owed
    owed = {one.drug_id: one.left for one in queries.owed_list(today())}
    assert owed == {first.drug.id: first.ordered - 5, other.drug.id: other.ordered}
    assert {line.id: line.held for line in lines(sheet)} == {first.id: first.ordered - 5, other.id: other.ordered}
    all_agrees()
    give(clinic, sheet)
    assert again(sheet).is_dispensed and queries.owed_list(today()) == []
    assert db.value("SELECT count(*) FROM dispense WHERE prescription_id = ?", (sheet.id,)) == 2
    all_agrees()


@pytest.mark.parametrize("quantity", [-1, 19])
def test_no_more_than_what_is_left_is_handed_out(clinic: Clinic, quantity: int) -> None:
    sheet = paid(clinic, "D0001")
    line = lines(sheet)[0]
    assert line.ordered == 18
    call = lambda: give(clinic, sheet, quantities={line.id.hex(): quantity}, short_reason="patient_wish")  # noqa: E731
    assert code_of(call) == "pharmacy.quantity_wrong"


def test_nothing_at_all_is_no_part(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    line = lines(sheet)[0]
    call = lambda: give(clinic, sheet, quantities={line.id.hex(): 0}, short_reason="patient_wish")  # noqa: E731
    assert code_of(call) == "pharmacy.nothing_given"


def test_two_windows_give_a_part_of_one_sheet_once(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    line = lines(sheet)[0]
    give(clinic, sheet, quantities={line.id.hex(): 5}, short_reason="patient_wish", parts_seen=0)
    late = lambda: give(clinic, sheet, quantities={line.id.hex(): 5}, short_reason="patient_wish", parts_seen=0)  # noqa: E731
    assert code_of(late) == "pharmacy.dispensed_meanwhile"
    all_agrees()


@pytest.mark.rule("FE-09")
def test_of_two_drugs_dispensed_and_one_returned_only_that_one_is_refunded(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001", "D0016")
    give(clinic, sheet)
    back, kept = queries.given_batches(sheet.id)
    by_id = {line.id: line for line in lines(sheet)}
    bring_back(clinic, sheet, back.out)
    with pytest.raises(Refused) as refused:
        refund(clinic, sheet, by_id[kept.line_id], kept.out)
    assert refused.value.code == "pharmacy.not_returned" and refused.value.facts["refundable"] == 0
    refund(clinic, sheet, by_id[back.line_id], back.out)
    assert code_of(lambda: refund(clinic, sheet, by_id[back.line_id], 1)) == "charging.already_reversed"
    assert again(sheet).paid.left == 0  # type: ignore[union-attr]
    all_agrees()


@pytest.mark.rule("FE-09")
@pytest.mark.rule("O3", "ST-03")
def test_a_drug_paid_back_for_an_allergy_does_not_stop_the_others_of_its_sheet(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001", "D0016")
    against, other = lines(sheet)
    entries = [AllergyEntry("group", "penicillins", note="皮疹")]
    clinic.run(clinic.actor("doctor"), lambda uow: patients.set_allergies(uow, sheet.patient_id, "known", entries))
    assert code_of(lambda: give(clinic, sheet)) == "pharmacy.allergy_unanswered"
    refund(clinic, sheet, against, against.ordered - 1)
    assert code_of(lambda: give(clinic, sheet)) == "pharmacy.allergy_unanswered"
    refund(clinic, sheet, against, 1)
    give(clinic, sheet)
    assert [line.given for line in lines(sheet)] == [0, other.ordered]
    all_agrees()


@pytest.mark.rule("FE-09")
def test_a_return_that_is_refused_is_not_refunded(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    give(clinic, sheet)
    line = lines(sheet)[0]
    assert bring_back(clinic, sheet, 18, accepted=False)["accepted"] == 0
    assert code_of(lambda: refund(clinic, sheet, line, 18)) == "pharmacy.not_returned"


@pytest.mark.rule("PH-08")
def test_a_refund_before_dispensing_gives_the_reservation_back_and_wins_against_the_window(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    line = lines(sheet)[0]
    before = stock.available(line.drug.id, today())
    refund(clinic, sheet, line, 18)
    assert stock.available(line.drug.id, today()) == before + 18
    assert code_of(lambda: give(clinic, sheet)) == "pharmacy.refunded" and queries.waiting(today()) == []
    all_agrees()


def test_the_window_wins_against_a_refund(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    line = lines(sheet)[0]
    give(clinic, sheet)
    assert code_of(lambda: refund(clinic, sheet, line, 18)) == "pharmacy.not_returned"
    all_agrees()


def test_what_is_owed_may_be_refunded_in_part_and_the_rest_is_still_handed_out(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    line = lines(sheet)[0]
    give(clinic, sheet, quantities={line.id.hex(): 6}, short_reason="out_of_stock")
    refund(clinic, sheet, line, 4)
    assert [one.left for one in queries.owed_list(today())] == [8] and lines(sheet)[0].held == 8
    all_agrees()
    give(clinic, sheet)
    assert again(sheet).is_dispensed
    all_agrees()


def test_an_unopened_pack_goes_back_to_the_shelf_and_an_opened_one_waits_to_be_scrapped(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    give(clinic, sheet)
    drug = lines(sheet)[0].drug
    before = stock.available(drug.id, today())
    bring_back(clinic, sheet, 6)
    assert stock.available(drug.id, today()) == before + 6
    bring_back(clinic, sheet, 12, "opened")
    assert stock.available(drug.id, today()) == before + 6
    assert [one.outcome for one in queries.returns_of(sheet.id)] == ["stock", "damaged"]
    assert code_of(lambda: bring_back(clinic, sheet, 1)) == "pharmacy.brought_too_much"
    all_agrees()


def test_a_return_tells_what_was_accepted(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    give(clinic, sheet)
    made = bring_back(clinic, sheet, 6)
    assert made["accepted"] == 1 and "T" in made["return_no"]
    assert db.value("SELECT event FROM outbox ORDER BY rowid DESC LIMIT 1") == "pharmacy.returned"


def test_two_people_inspect_one_return_once(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    give(clinic, sheet)
    seen = queries.given_mark(queries.given_batches(sheet.id))
    bring_back(clinic, sheet, 6, seen=seen)
    assert code_of(lambda: bring_back(clinic, sheet, 6, seen=seen)) == "pharmacy.returned_meanwhile"


def test_a_return_without_a_condition_is_refused(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    give(clinic, sheet)
    assert code_of(lambda: bring_back(clinic, sheet, 6, "")) == "pharmacy.no_condition"


@pytest.mark.parametrize(("condition", "expires", "frozen", "registered", "outcome"), [
    ("sealed", date(2024, 3, 5), False, False, "stock"), ("sealed", date(2024, 3, 4), False, False, "damaged"),
    ("sealed", date(2024, 9, 1), True, False, "damaged"), ("sealed", date(2024, 9, 1), False, True, "damaged"),
    ("opened", date(2024, 9, 1), False, False, "damaged"), ("damaged", date(2024, 9, 1), False, False, "damaged"),
])  # fmt: skip
def test_what_becomes_of_a_returned_pack(
    condition: str, expires: date, frozen: bool, registered: bool, outcome: str
) -> None:
    told = {"expires_on": expires, "is_frozen": frozen, "is_registered": registered, "today": date(2024, 3, 5)}
    assert rules.outcome_of(condition, is_accepted=True, **told) == outcome
    assert rules.outcome_of(condition, is_accepted=False, **told) == "refused"


@pytest.mark.rule("PH-11")
def test_ten_sold_at_1_25_and_returned_at_1_20_leave_a_difference_of_half_a_yuan() -> None:
    assert rules.difference_fen(12_500, 12_000, 10, 1) == -50


@pytest.mark.rule("PH-11")
def test_the_patient_gets_what_was_paid_and_the_return_keeps_the_difference(clinic: Clinic, browser_as) -> None:  # type: ignore[no-untyped-def]
    def cost(each_e4: int) -> None:
        drug = dictionaries.drug_by_code("D0001")
        assert drug is not None and drug.pack_size == 24
        clinic.run(
            clinic.actor("manager"), lambda uow: set_price(uow, "drug", drug.id, 24 * each_e4, uow.on, "集采")
        )

    cost(12_500)
    sheet = paid(clinic, "D0001")
    give(clinic, sheet)
    cost(12_000)
    made = bring_back(clinic, sheet, 10)
    bring_back(clinic, sheet, 8, accepted=False)
    assert [(one.quantity, one.difference_fen) for one in queries.returns_of(sheet.id)] == [(10, -50), (8, 0)]
    assert {one.return_no: one.difference_fen for one in queries.returned_on(today())}[made["return_no"]] == -50
    shown = browser_as("pharmacist")
    assert "按今天的价，差 −0.50" in shown.get(f"/pharmacy/sheets/{sheet.id.hex()}/return").text
    assert "−0.50" in shown.get("/pharmacy/returns").text
    refund(clinic, sheet, lines(sheet)[0], 10)
    assert db.value("SELECT sum(amount_fen) FROM refund_payment") == 1250
    place = stock.pharmacy_place().id
    account = next(one for one in stock.worked_out(place, f"{today():%Y-%m}") if one.drug_id == lines(sheet)[0].drug.id)
    assert account.month.closing_fen == account.month.closing * 120
    all_agrees()


class At:
    """A unit of work at another instant."""

    def __init__(self, uow: object, at: int):
        self._uow, self.at = uow, at

    def __getattr__(self, name: str) -> object:
        return getattr(self._uow, name)


def lapse(clinic: Clinic, at: int) -> dict[str, int]:
    """The hour strikes at an instant, in milliseconds."""
    return clinic.run(clinic.actor("manager"), lambda uow: stock_services.lapse(At(uow, at)))  # type: ignore


@pytest.mark.rule("PH-08")
def test_a_reservation_lapses_after_its_hours_and_the_sheet_can_be_held_again(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001")
    line = lines(sheet)[0]
    before = stock.available(line.drug.id, today())
    made_at = db.value("SELECT made_at FROM reservation WHERE line_id = ?", (line.id,))
    hours = 24 * 3_600_000

    assert lapse(clinic, made_at + hours) == {"lapsed": 0}
    assert lapse(clinic, made_at + hours + 1) == {"lapsed": 1}
    assert stock.available(line.drug.id, today()) == before + 18
    assert code_of(lambda: give(clinic, sheet)) == "pharmacy.not_reserved"
    all_agrees()
    clinic.run(clinic.actor("pharmacist"), lambda uow: services.reallocate(uow, sheet.id))
    give(clinic, sheet)
    all_agrees()


@pytest.mark.rule("PH-08")
def test_what_is_owed_and_lapsed_is_held_again_before_it_is_handed_out(clinic: Clinic) -> None:
    """What the patient got of a line is not what lies ready for the rest of it."""
    sheet = paid(clinic, "D0001")
    line = lines(sheet)[0]
    give(clinic, sheet, quantities={line.id.hex(): 9}, short_reason="fetch_later")
    lapse(clinic, clock.read().at + A_DAY_LATER)
    assert [one.held for one in lines(sheet)] == [0]
    assert code_of(lambda: give(clinic, sheet)) == "pharmacy.not_reserved"
    clinic.run(clinic.actor("pharmacist"), lambda uow: services.reallocate(uow, sheet.id))
    assert [one.held for one in lines(sheet)] == [9]
    give(clinic, sheet)
    assert again(sheet).is_dispensed
    all_agrees()


def test_too_little_on_the_shelf_is_handed_out_as_far_as_it_goes(clinic: Clinic) -> None:
    sheet = paid(clinic, "D0001", "D0016")
    line = next(one for one in lines(sheet) if one.drug.code == "D0001")
    clinic.raw("UPDATE batch SET is_frozen = 1, frozen_reason = '召回' WHERE id = ?", (line.batches[0].batch_id,))
    clinic.run(clinic.actor("pharmacist"), lambda uow: services.reallocate(uow, sheet.id))
    assert {one.drug.code: one.held for one in lines(sheet)}["D0001"] == 0
    give(clinic, sheet, quantities={line.id.hex(): 0}, short_reason="out_of_stock")
    assert [(one.left, one.is_ready) for one in queries.owed_list(today())] == [(18, False)]
    all_agrees()


def test_a_sheet_of_which_everything_came_back_is_kept_and_not_voided(clinic: Clinic) -> None:
    """What was handed out was handed out by it: returned and paid back, it is no draft to be thrown away (S2)."""
    sheet = paid(clinic, "D0016")
    give(clinic, sheet)
    back, line = queries.given_batches(sheet.id)[0], lines(sheet)[0]
    bring_back(clinic, sheet, back.out)
    refund(clinic, sheet, line, back.out)
    voided = lambda: clinic.run(  # noqa: E731
        clinic.actor("doctor"), lambda uow: consultation.void_prescription(uow, sheet.id, "换一种药")
    )
    with pytest.raises(Refused) as refused:
        voided()
    assert refused.value.code == "pharmacy.sheet_given"
    assert refused.value.facts["sheet"] == sheet.prescription_no and refused.value.facts["who"] == "周敏"
    assert again(sheet).state == "signed"
    all_agrees()


def test_a_return_from_an_old_page_is_stale(clinic: Clinic) -> None:
    sheet = paid(clinic)
    give(clinic, sheet)
    seen = queries.given_mark(queries.given_batches(sheet.id))
    bring_back(clinic, sheet, 1, seen=seen)
    with pytest.raises(Stale) as stale:
        bring_back(clinic, sheet, 1, seen=seen)
    assert stale.value.code == "pharmacy.returned_meanwhile"


def test_the_second_sheet_of_a_bill_waits_on_when_its_reservation_lapsed(clinic: Clinic) -> None:
    visit_id = arrive(clinic, ADULT)["visit_id"]
    first, second = consult(clinic, visit_id, ("D0011", "D0016", "D0038", "D0001", "D0005", "D0010"))
    pay(clinic, visit_id)
    give(clinic, again(first))
    clinic.raw("DROP TRIGGER reservation_no_rewrite")
    clinic.raw("UPDATE reservation SET made_at = 0 WHERE state = 'live'")
    clinic.run(clinic.actor("pharmacist"), stock_services.lapse)
    assert [one.prescription_id for one in queries.waiting(today())] == [second]


def test_the_board_does_not_send_anybody_to_fetch_what_was_paid_back(clinic: Clinic) -> None:
    sheet = paid(clinic)
    assert set(steps(today())) == {sheet.visit_id}
    for line in lines(sheet):
        refund(clinic, sheet, line, line.ordered)
    assert steps(today()) == {}


def test_a_bill_of_which_some_was_handed_out_is_no_more_to_be_voided(clinic: Clinic) -> None:
    sheet = paid(clinic)
    line = lines(sheet)[0]
    give(clinic, sheet, quantities={line.id.hex(): 1}, short_reason="fetch_later")
    assert charging_queries.is_dispensed(sheet.paid.bill_id)
