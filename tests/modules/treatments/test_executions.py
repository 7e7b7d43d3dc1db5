"""Injections, infusions and treatments: planned, paid, scanned, patrolled, refundable while not executed."""

from datetime import timedelta

import pytest

from clinic_app.kernel import db, invariants
from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.charging import services as charging_services
from clinic_app.modules.consultation import services as doctor
from clinic_app.modules.treatments import queries, rules, services
from tests.modules.treatments.conftest import CEFAZOLIN, SALINE

INJECTED = "D0100"


def refused(act, *args, **named):
    with pytest.raises(Refused) as err:
        act(*args, **named)
    return err.value


def held():
    return {one.id for one in invariants.results() if not one.holds}


def infusion(case, *, days=3, own=False, minutes="", with_number=True):
    """0.9% NaCl 250 ml with a drug, once a day."""
    one = case(with_number=with_number)
    one.add(SALINE, "250ml", "qd", days, "ivgtt")
    drug = one.add(CEFAZOLIN, "1g", "qd", days, "ivgtt")
    one.join(drug)
    if own or minutes:
        one.use(drug, is_own=own, minutes=minutes)
    one.sign()
    return one


def injection(case, **more):
    from clinic_app.modules.dictionaries import queries as dictionaries

    one = case(**more)
    drug = next(d for d in dictionaries.all_drugs() if d.route == "im" and not d.needs_skin_test
                and not d.controlled_class and d.code != INJECTED)
    one.add(drug.code, f"{drug.usual_dose}{drug.dose_unit}", "bid", 3, "im")
    one.sign()
    return one


@pytest.mark.rule("QT-12", "VS-07")
def test_im_twice_a_day_for_three_days_is_six_entries_and_one_fee_line_of_six(case):
    one = injection(case, with_number=False)
    assert len(one.entries) == 6
    fees = [line for line in charging.open_lines(one.visit_id, today()) if line.source_kind == "course"]
    assert [(line.name, line.quantity) for line in fees] == [("肌内注射", 6)]


@pytest.mark.rule("VS-07")
def test_the_general_fee_of_the_visit_covers_the_injections(case):
    one = injection(case)
    assert len(one.entries) == 6
    assert [line.source_kind for line in charging.open_lines(one.visit_id, today())] == ["prescription", "visit"]
    one.pay()
    one.begin(one.entries[0])
    again = injection(case, with_number=False)  # a second visit of the same day
    assert [line.source_kind for line in charging.open_lines(again.visit_id, today())] == ["prescription"]


@pytest.mark.rule("IN-01")
def test_a_group_is_one_bottle_with_one_label(case, browser_as):
    one = infusion(case, days=1)
    assert len(one.entries) == 1
    parts = queries.parts_of(one.entries[0].id)
    assert [(part.name, part.dose_text) for part in parts] == [("氯化钠注射液", "250 ml"), ("注射用头孢唑林钠", "1 g")]
    one.pay()
    html = browser_as("nurse").get(f"/treatments/patients/{one.patient_id.hex()}/papers/labels").text
    assert html.count("<article") == 1 and "组1" in html


@pytest.mark.rule("IN-01")
def test_members_of_a_group_have_one_route_frequency_and_time(case):
    one = case()
    one.add(SALINE, "250ml", "qd", 3, "ivgtt")
    other = one.add(CEFAZOLIN, "1g", "bid", 3, "ivgtt")
    assert refused(one.join, other).code == "consultation.group_differs"
    first = one.add("D0156", "100ml", "bid", 3, "ivgtt")
    one.join(first)
    assert {line.group_no for line in doctor_lines(one)} == {None, 1}
    one.join(first)  # once more: it leaves again, and nobody stays alone in a group
    assert {line.group_no for line in doctor_lines(one)} == {None}


def doctor_lines(one):
    from clinic_app.modules.consultation import queries as consultation

    draft = consultation.draft_of_visit(one.visit_id)
    return consultation.lines_of(draft.id)


@pytest.mark.rule("IN-02")
def test_three_days_are_three_entries_and_two_stay_refundable_after_the_first(case):
    one = infusion(case)
    assert [e.planned_on for e in one.entries] == [(today() + timedelta(days=at)).isoformat() for at in range(3)]
    bill = bytes.fromhex(one.pay()["bill_id"])
    one.begin(one.entries[0])
    fee = db.value("SELECT id FROM charge_line WHERE source_kind = 'course'")
    err = refused(one.run, "cashier", charging_services.refund_bill, bill, [(fee, 3)], reason="不输了")
    assert (err.code, err.facts["left"]) == ("treatments.executed", 2)
    done = one.run("cashier", charging_services.refund_bill, bill, [(fee, 2)], reason="不输了")
    assert done["state"] == "done" and done["amount_fen"] == 1600
    assert states_by_day(one) == ["running", "closed", "closed"]
    assert held() == set()


@pytest.mark.rule("IN-02", "FE-09")
def test_the_drug_of_a_day_not_executed_is_refunded_and_closes_that_day(case):
    one = infusion(case)
    bill = bytes.fromhex(one.pay()["bill_id"])
    one.begin(one.entries[0])
    drug, paid = db.rows(
        "SELECT c.id, c.quantity FROM charge_line c JOIN drug d ON d.id = c.item_id WHERE d.code = ?", (CEFAZOLIN,)
    )[0]
    each = paid // 3
    err = refused(one.run, "cashier", charging_services.refund_bill, bill, [(drug, paid)], reason="不输了")
    assert err.code == "treatments.executed"
    one.run("cashier", charging_services.refund_bill, bill, [(drug, each)], reason="不输了")
    assert states_by_day(one) == ["running", "planned", "closed"]
    assert held() == set()


def states_by_day(one):
    states = {e.planned_on: e.state for e in one.entries}
    return [states[day] for day in sorted(states)]


@pytest.mark.rule("IN-02")
def test_tomorrows_bottle_is_not_begun_today(case):
    one = infusion(case)
    one.pay()
    assert refused(one.begin, one.entries[1]).code == "treatments.not_due"


@pytest.mark.rule("IN-03")
def test_the_drip_rate_stands_on_the_bottle(case):
    one = infusion(case, minutes="100")
    assert {e.drops for e in one.entries} == {50}


@pytest.mark.rule("IN-04")
def test_the_wristband_of_one_and_the_label_of_another_sign_nothing_and_leave_one_row(case):
    one, other = infusion(case, days=1), infusion_of(case, "张兰英")
    one.pay()
    other.pay()
    label = other.entries[0].label_no
    made = one.begin(one.entries[0], label=label)
    assert made["mismatch"] and one.entries[0].state == "planned"
    assert [row.kind for row in queries.log_of(one.entries[0].id)] == ["mismatch"]
    number = db.value("SELECT visit_no FROM visit WHERE id = ?", (other.visit_id,))
    assert one.begin(one.entries[0], patient=number)["what"] == "patient"
    one.begin(one.entries[0])
    assert held() == set()


def infusion_of(case, name):
    one = case(name)
    one.add(SALINE, "250ml", "qd", 1, "ivgtt")
    one.sign()
    return one


@pytest.mark.rule("IN-04")
def test_start_patrol_reaction_and_end_are_recorded(case):
    one = infusion(case, days=1)
    one.pay()
    entry = one.entries[0]
    one.begin(entry)
    with pytest.raises(Stale):
        one.begin(entry)
    one.run("nurse", services.record, entry.id, "patrol", text="无不适", drops="50")
    assert refused(one.run, "nurse", services.record, entry.id, "reaction").code == "treatments.reaction_text"
    one.run("nurse", services.record, entry.id, "reaction", text="皮疹")
    one.run("nurse", services.finish, entry.id)
    assert [row.kind for row in queries.log_of(entry.id)] == ["start", "patrol", "reaction", "end"]
    with pytest.raises(Stale):
        one.run("nurse", services.finish, entry.id)
    assert held() == set()


@pytest.mark.rule("IN-05")
def test_an_own_drug_costs_nothing_and_takes_no_stock_but_the_infusion_is_charged(case):
    one = infusion(case, days=1, own=True)
    lines = charging.open_lines(one.visit_id, today())
    assert {line.name for line in lines} == {"氯化钠注射液", "静脉输液", "一般诊疗费"}
    assert [(part.is_own, part.units > 0) for part in queries.parts_of(one.entries[0].id)] == [(0, True), (1, False)]
    one.pay()
    assert db.value("SELECT count(*) FROM reservation r JOIN batch b ON b.id = r.batch_id JOIN drug d"
                    " ON d.id = b.drug_id WHERE d.code = ?", (CEFAZOLIN,)) == 0
    one.dispense()
    one.begin(one.entries[0])
    assert held() == set()


@pytest.mark.rule("IN-01")
def test_the_second_bottle_of_a_day_has_its_own_fee(case):
    one = case()
    one.add(SALINE, "250ml", "qd", 2, "ivgtt")
    one.add(CEFAZOLIN, "1g", "qd", 2, "ivgtt")
    one.sign()
    fees = [line for line in charging.open_lines(one.visit_id, today()) if line.source_kind == "course"]
    assert {(line.name, line.quantity) for line in fees} == {("静脉输液", 2), ("静脉输液加瓶", 2)}


def test_what_is_not_paid_is_not_begun_but_in_an_emergency(case):
    one = infusion(case, days=1)
    assert refused(one.begin, one.entries[0]).code == "treatments.not_paid"
    one.begin(one.entries[0], emergency_reason="休克抢救")
    assert one.entries[0].emergency_reason == "休克抢救"
    assert held() == set()


def test_a_begun_course_keeps_its_bill_and_its_sheet(case):
    one = infusion(case, days=1)
    paid = one.pay()
    one.begin(one.entries[0])
    bill = bytes.fromhex(paid["bill_id"])
    err = refused(one.run, "cashier", charging_services.void_bill, bill, "收错了")
    assert err.code == "treatments.executed_of_bill"
    assert refused(one.run, "doctor", doctor.void_prescription, one.sheet_id, "开错药").code in (
        "treatments.executed_of_sheet", "charging.sheet_paid")


def test_requested_treatments_are_executed_one_by_one(case):
    one = case()
    one.ask("S0012", "2")
    one.sign()
    assert [e.slip for e in one.entries] == ["treatment", "treatment"]
    assert refused(one.begin, one.entries[0]).code == "treatments.not_paid"
    one.pay()
    one.begin(one.entries[0])
    request_id = db.value("SELECT id FROM request WHERE visit_id = ?", (one.visit_id,))
    err = refused(one.run, "doctor", doctor.withdraw_request, request_id, "不做了")
    assert err.code == "treatments.executed_of_request"
    assert held() == set()


def test_invariants_name_executions_that_nobody_paid(case, clinic):
    one = infusion(case, days=1)
    one.begin(one.entries[0], emergency_reason="抢救")
    clinic.raw("UPDATE execution SET emergency_reason = ''")
    assert held() == {"E1-drugs", "E1-fees"}
    clinic.drop_triggers("execution_log")
    clinic.raw("DELETE FROM execution_log")
    clinic.raw("UPDATE execution SET emergency_reason = '抢救'")
    assert held() == {"E3-log"}


@pytest.mark.rule("IN-02")
@pytest.mark.parametrize(("quantity", "units"), [(6, [2, 2, 2]), (5, [2, 2, 1]), (4, [2, 1, 1]), (1, [1, 0, 0])])
def test_executions_together_use_what_the_sheet_has(quantity, units):
    assert rules.units_by_entry(quantity, 3) == units
    assert sum(units) == quantity


@pytest.mark.rule("IN-02")
def test_a_vial_that_lasts_several_doses_is_paid_for_all_of_them(case, clinic):
    one = injection(case, with_number=False)
    one.pay()
    clinic.drop_triggers("charge_line")
    for place, entry in enumerate(one.entries):
        clinic.raw("UPDATE execution_part SET units = ? WHERE execution_id = ?", (int(place == 0), entry.id))
    clinic.raw("UPDATE charge_line SET quantity = 1 WHERE source_kind = 'prescription'")
    for entry in one.entries:
        assert queries.why_not_paid(entry) == ""
        clinic.raw("UPDATE execution SET planned_on = ? WHERE id = ?", (today().isoformat(), entry.id))
        one.begin(queries.execution(entry.id))
    assert "E1-drugs" not in held()


@pytest.mark.rule("IN-02", "FE-09")
def test_a_fee_taken_back_closes_the_last_injection_whichever_group_it_is_of(case):
    """Two groups share one fee line: four are paid, one goes back, three stay and the last one is closed."""
    from clinic_app.modules.dictionaries import queries as dictionaries

    one = case(with_number=False)
    drugs = [d for d in dictionaries.all_drugs() if d.route == "im" and not d.needs_skin_test
             and not d.controlled_class and d.code != INJECTED][:2]  # fmt: skip
    for drug in drugs:
        one.add(drug.code, f"{drug.usual_dose}{drug.dose_unit}", "qd", 2, "im")
    one.sign()
    bill = bytes.fromhex(one.pay()["bill_id"])
    fee, paid = db.rows("SELECT id, quantity FROM charge_line WHERE source_kind = 'course'")[0]
    assert paid == 4
    one.run("cashier", charging_services.refund_bill, bill, [(fee, 1)], reason="少打一针")
    assert [e.state for e in one.entries] == ["planned", "planned", "planned", "closed"]
