"""Skin tests from the sheet to the allergy: ordered first, read by two, blocking, lapsing, exempted."""

import pytest

from clinic_app.kernel import db, invariants, parameters
from clinic_app.kernel.clock import clock, today
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.consultation import services as doctor
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.treatments import queries, services
from tests.modules.treatments.conftest import AMOXICILLIN, CEFAZOLIN, HEALTHY, PENICILLIN, Later

HOUR = 3_600_000


def penicillin(case, **use):
    one = case()
    line = one.add(PENICILLIN, "80万单位", "bid", 3, "im")
    if use:
        one.use(line, **use)
    one.sign()
    return one


def refused(act, *args, **named):
    with pytest.raises(Refused) as err:
        act(*args, **named)
    return err.value


def held():
    return {one.id for one in invariants.results() if not one.holds}


@pytest.mark.rule("ST-01")
def test_penicillin_without_a_valid_result_makes_one_test_and_issues_no_dose(case):
    one = penicillin(case)
    assert [test.state for test in one.tests] == ["ordered"]
    names = [line.name for line in charging.open_lines(one.visit_id, today())]
    assert "皮内注射（皮试）" in names
    one.pay()
    assert refused(one.dispense).code == "treatments.test_missing_for"
    assert refused(one.begin, one.entries[0]).code == "treatments.test_missing_for"
    one.negative()
    one.dispense()
    one.begin(one.entries[0])
    assert held() == set()


@pytest.mark.rule("ST-01")
def test_the_review_says_that_the_test_is_missing_before_anybody_ticks(case, browser_as):
    one = penicillin(case)
    one.pay()
    page = browser_as("pharmacist").get(f"/pharmacy/sheets/{one.sheet_id.hex()}").text
    assert "还没有有效的阴性皮试" in page and "有药不能发" in page and "没有问题" not in page
    one.negative()
    page = browser_as("pharmacist").get(f"/pharmacy/sheets/{one.sheet_id.hex()}").text
    assert "阴性皮试" not in page and "没有问题" in page


@pytest.mark.rule("ST-01")
def test_a_drug_that_needs_no_test_makes_none(case):
    one = case()
    one.add(CEFAZOLIN, "1g", "bid", 3, "ivgtt")
    one.sign()
    assert one.tests == []


@pytest.mark.rule("ST-01")
def test_penicillins_by_mouth_are_tested_where_the_clinic_says_so(case, clinic):
    def change(uow):
        parameters.change(uow, "treatments.skin_test_by_mouth", True, uow.on, "test")
        uow.audit("parameters.change")

    clinic.run(clinic.actor("administrator"), change)
    one = case()
    one.add(AMOXICILLIN, "0.5g", "tid", 3, "po")
    one.sign()
    assert len(one.tests) == 1 and one.entries == []


def test_an_unpaid_test_is_not_begun_unless_it_is_an_emergency(case):
    one = penicillin(case)
    assert refused(one.run, "nurse", services.start_test, one.tests[0].id).code == "treatments.test_not_paid"
    one.run("nurse", services.start_test, one.tests[0].id, is_emergency=True)
    assert one.tests[0].state == "started"


@pytest.mark.rule("ST-06")
def test_a_result_after_ten_minutes_is_refused(case):
    one = penicillin(case)
    one.pay()
    one.run("nurse", services.start_test, one.tests[0].id)
    clock.source = Later(10 * 60_000)
    assert refused(one.read, "3", "5").code == "treatments.read_too_early"
    clock.source = Later(15 * 60_000 - 20_000)
    assert refused(one.read, "3", "5").code == "treatments.read_too_early"
    clock.source = Later(15 * 60_000)
    one.read("3", "5")
    assert one.tests[0].state == "negative"
    with pytest.raises(Stale):
        one.read("3", "9")


@pytest.mark.rule("ST-02")
def test_two_staff_sign_and_one_is_enough_where_the_clinic_says_so(case, clinic):
    one = penicillin(case)
    one.pay()
    one.run("nurse", services.start_test, one.tests[0].id)
    clock.source = Later(16 * 60_000)
    for second in ("", "0003", "0005", "9999"):  # nobody, oneself, a cashier, a number nobody has
        assert refused(one.read, "3", "5", second).code == "treatments.second_reader"

    def change(uow):
        parameters.change(uow, "treatments.skin_test_two_staff", False, uow.on, "test")
        uow.audit("parameters.change")

    clinic.run(clinic.actor("administrator"), change)
    one.read("3", "5", "")
    assert (one.tests[0].state, one.tests[0].second_by) == ("negative", None)


@pytest.mark.rule("ST-03")
def test_a_positive_test_blocks_the_drug_and_its_class_for_every_doctor(case):
    one = penicillin(case)
    one.pay()
    one.run("nurse", services.start_test, one.tests[0].id)
    clock.source = Later(20 * 60_000)
    assert one.read("3", "6")["is_positive"]
    recorded = patients.allergies_of(one.patient_id)
    assert [(a.kind, a.code) for a in recorded] == [("group", "penicillins")] and "皮试阳性" in recorded[0].note
    assert refused(one.dispense).code in ("treatments.test_positive", "pharmacy.allergy_unanswered")
    assert refused(one.begin, one.entries[0], emergency_reason="抢救").code == "treatments.test_positive"
    assert [test.id for test in queries.positive_to_return(0)] == [one.tests[0].id]
    another = case(HEALTHY)
    another.add(AMOXICILLIN, "0.5g", "tid", 3, "po")
    assert refused(another.sign).code == "consultation.stop_unresolved"
    assert held() == set()


@pytest.mark.rule("ST-03")
def test_the_allergies_known_before_stay_beside_the_new_one(case):
    one = case("古丽·阿不都")
    one.add(PENICILLIN, "80万单位", "st", 1, "im")
    one.sign()
    one.pay()
    one.run("nurse", services.start_test, one.tests[0].id)
    clock.source = Later(20 * 60_000)
    one.read("3", "6")
    assert {a.code for a in patients.allergies_of(one.patient_id)} == {"sulfonamides", "penicillins"}


@pytest.mark.rule("ST-04")
@pytest.mark.parametrize(("hours", "tests"), [(71.5, 0), (72.5, 1)])
def test_a_negative_test_counts_for_seventy_two_hours_after_the_last_dose(case, hours, tests):
    one = penicillin(case)
    one.pay()
    one.negative()
    dose_at = 15 * 60_000 + HOUR  # the hours run from the dose, not from the test
    clock.source = Later(dose_at)
    one.begin(one.entries[0])
    clock.source = Later(dose_at + int(hours * HOUR))
    again = case(HEALTHY)
    again.add(PENICILLIN, "80万单位", "bid", 1, "im")
    again.sign()
    assert db.value("SELECT count(*) FROM skin_test WHERE visit_id = ?", (again.visit_id,)) == tests


@pytest.mark.rule("ST-04")
def test_another_batch_than_the_tested_one_is_not_dispensed(case, clinic):
    one = penicillin(case)
    one.pay()
    one.run("nurse", services.start_test, one.tests[0].id, batch_no="OLD-1")
    clock.source = Later(16 * 60_000)
    one.read("3", "4")
    assert refused(one.dispense).code == "treatments.other_batch"

    def change(uow):
        parameters.change(uow, "treatments.skin_test_by_batch", False, uow.on, "test")
        uow.audit("parameters.change")

    clinic.run(clinic.actor("administrator"), change)
    one.dispense()


@pytest.mark.rule("ST-05")
def test_continuing_without_a_test_needs_its_source(case):
    one = case()
    line = one.add(PENICILLIN, "80万单位", "bid", 3, "im")
    err = refused(one.use, line, is_untested=True, untested_because="  ")
    assert err.code == "consultation.test_source_missing"
    one.use(line, is_untested=True, untested_because="2024-03-04 own test no. 12")
    one.sign()
    assert one.tests == []
    one.pay()
    one.dispense()
    one.begin(one.entries[0])


@pytest.mark.rule("ST-05")
def test_the_source_is_printed(case, browser_as):
    one = penicillin(case, is_untested=True, untested_because="2024-03-04 own test no. 12")
    one.pay()
    url = f"/treatments/patients/{one.patient_id.hex()}/papers/injection_slip"
    assert "2024-03-04 own test no. 12" in browser_as("nurse").get(url).text
    assert "2024-03-04 own test no. 12" in browser_as("doctor").get(f"/doctor/visits/{one.visit_id.hex()}/print").text


def test_voiding_the_sheet_cancels_its_test_and_its_fees(case):
    one = penicillin(case)
    one.run("doctor", doctor.void_prescription, one.sheet_id, "开错药")
    assert one.tests == [] and {e.state for e in one.entries} == {"closed"}
    assert [line.source_kind for line in charging.open_lines(one.visit_id, today())] == ["visit"]


def test_invariants_name_what_is_broken(case, clinic):
    one = penicillin(case)
    one.pay()
    one.negative()
    one.begin(one.entries[0])
    clinic.drop_triggers("skin_test")
    clinic.raw("UPDATE skin_test SET after_mm = 9")
    assert held() == {"E2-tests"}
    clinic.raw("UPDATE skin_test SET after_mm = 5, read_at = started_at + 14 * 60000")
    assert held() == {"E2-tests"}
    clinic.raw("UPDATE skin_test SET state = 'positive', after_mm = 9, read_at = started_at + 15 * 60000")
    clinic.raw("UPDATE execution SET started_at = started_at + 3600000, ended_at = ended_at + 3600000"
               " WHERE started_at IS NOT NULL")
    assert held() == {"E2-tests", "E2-allergy"}
