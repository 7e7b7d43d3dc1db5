"""The general treatment fee: once in a course, by the kind of clinic (VS-06)."""

from datetime import date

import pytest

from clinic_app.kernel.clock import today
from clinic_app.modules.patients.services import link_patients
from clinic_app.modules.visits import queries, services
from clinic_app.modules.visits.rules.fee import is_covered


@pytest.mark.rule("VS-06")
@pytest.mark.parametrize(("day", "covered"), [(5, True), (6, True), (7, True), (8, False), (9, False), (4, False)])
def test_a_fee_of_03_05_covers_a_course_of_three_days(day, covered):
    assert is_covered(date(2024, 3, 5), date(2024, 3, day), 3) is covered


@pytest.mark.rule("VS-06")
def test_with_a_course_of_no_day_every_registration_is_charged():
    assert not is_covered(date(2024, 3, 5), date(2024, 3, 5), 0) and not is_covered(None, date(2024, 3, 5), 3)


@pytest.mark.rule("VS-06")
@pytest.mark.parametrize(("days_later", "with_fee"), [(1, 0), (2, 0), (3, 1), (4, 1)])
def test_who_returns_in_the_course_is_not_charged_again(morning, days_later, with_fee):
    patient = morning.person()
    assert morning.register(patient).with_fee == 1
    morning.at(days_later, 9)
    assert morning.register(patient).with_fee == with_fee


@pytest.mark.rule("VS-06")
def test_a_course_is_the_persons_whatever_record_it_was_charged_on(morning):
    one, other = morning.person("沈冬青"), morning.person("沈冬青")
    assert morning.register(one).with_fee == 1
    morning.run("manager", link_patients, one, other)
    assert morning.register(other).with_fee == 0


@pytest.mark.rule("VS-06")
def test_a_cancelled_number_covers_nothing(morning):
    patient = morning.person()
    morning.run("registrar", services.cancel_visit, morning.register(patient).id, "挂错人")
    assert morning.register(patient).with_fee == 1


@pytest.mark.rule("VS-06")
def test_the_fee_is_that_of_the_township_or_of_the_village(morning):
    assert queries.fee_fen(today()) == 1000
    morning.set("visits.clinic_level", "village")
    assert queries.fee_item_code(today()) == "S0121" and queries.fee_fen(today()) == 600


@pytest.mark.rule("VS-05")
def test_who_is_received_without_a_number_is_charged_no_fee(morning):
    patient = morning.person()
    made = morning.run("doctor", services.receive_without_number, room_id=morning.room(), patient_id=patient)
    assert queries.visit(bytes.fromhex(made["visit_id"])).with_fee == 0
    assert morning.register(patient).with_fee == 1


@pytest.mark.rule("VS-02")
@pytest.mark.parametrize(
    ("payer", "code"),
    [("self", "7"), ("resident", "2"), ("employee", "1"), ("aid", "4"), ("commercial", "5"), ("free", "9")],
)
def test_each_payer_has_its_code_on_the_home_page(clinic, payer, code):
    assert queries.home_page_payment_code(payer, today()) == code


@pytest.mark.rule("VS-02")
def test_merged_resident_insurance_is_2_or_3_and_never_empty(morning):
    morning.set("visits.payment_code_resident", 3)
    assert queries.home_page_payment_code("resident", today()) == "3"
    for wrong in (1, 4):
        with pytest.raises(Exception, match="out_of_range"):
            morning.set("visits.payment_code_resident", wrong)
