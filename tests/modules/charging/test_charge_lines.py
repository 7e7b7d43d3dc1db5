"""Charge lines follow what happens in earlier subjects, and stop it once money was taken."""

from datetime import timedelta

import pytest

from clinic_app.kernel import db, parameters
from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Refused
from clinic_app.modules.charging import queries
from clinic_app.modules.charging.rules.included import included
from clinic_app.modules.consultation.events import PRESCRIPTION_VOIDED
from clinic_app.modules.desks import queries as desks
from clinic_app.modules.patients import queries as patients
from clinic_app.modules.patients.services import PatientData
from clinic_app.modules.visits import queries as visit_queries
from clinic_app.modules.visits import services as visits


def states(visit):
    return [state for (state,) in db.rows("SELECT state FROM charge_line WHERE visit_id = ? ORDER BY id", (visit,))]


def void_sheet(window, visit, sheet):
    def act(uow):
        uow.guard("consultation.void_prescription", prescription_id=sheet)
        uow.audit("test.void", sheet)
        uow.emit(PRESCRIPTION_VOIDED, sheet, {"prescription_id": sheet, "visit_id": visit, "reason": "开错"})

    window.clinic.run(window.clinic.actor("doctor"), act)


def test_registration_opens_the_fee_of_the_parameter(window):
    visit = window.visit()
    assert [(line.name, line.amount_fen, line.source_kind) for line in window.open(visit)] == [
        ("一般诊疗费", 1000, "visit")
    ]


@pytest.mark.rule("VS-04")
def test_a_free_registration_is_a_visit_without_anything_to_pay(window):
    window.price("service", "S0003", 0)
    visit = window.visit()
    assert window.open(visit) == [] and queries.pending(today()) == []


@pytest.mark.rule("VS-04")
def test_twelve_free_registrations_are_twelve_visits_no_invoice_and_no_money(window):
    window.price("service", "S0003", 0)
    made = [window.visit() for _ in range(12)]
    assert visit_queries.day(today(), 0).registered == len(set(made)) == 12
    assert db.value("SELECT count(*) FROM bill") == 0
    assert [line for visit in made for line in window.open(visit)] == []


@pytest.mark.rule("VS-01")
def test_resident_insurance_in_place_of_cash_changes_neither_the_kind_nor_the_total_of_48_60(window):
    window.price("service", "S0003", 48_6000)
    visit = window.visit()

    def seen():
        found = visit_queries.visit(visit)
        return found.payer, found.kind, sum(line.amount_fen for line in window.open(visit))

    assert seen() == ("self", "general", 4860)
    window.clinic.run(window.cashier, lambda uow: visits.change_payer(uow, visit, "resident"))
    assert seen() == ("resident", "general", 4860)
    told = db.row("SELECT detail FROM audit WHERE action = 'visits.change_payer'")
    assert told is not None


@pytest.mark.rule("VS-01")
def test_a_paid_visit_keeps_its_payer_until_the_receipt_is_void(window):
    visit = window.visit()
    window.pay(visit)
    with pytest.raises(Refused) as refused:
        window.clinic.run(window.cashier, lambda uow: visits.change_payer(uow, visit, "resident"))
    assert refused.value.code == "charging.payer_paid" and visit_queries.visit(visit).payer == "self"


@pytest.mark.rule("VS-07")
def test_an_injection_beside_the_fee_of_the_day_is_refused_as_included(window):
    window.price("service", "S0004", 1_5000)
    visit = window.visit()
    before = window.open(visit)
    with pytest.raises(Refused) as refused:
        window.ask(visit, "S0004")
    assert refused.value.code == "charging.included_in_fee" and refused.value.facts == {"item": "肌内注射"}
    assert window.open(visit) == before and sum(line.amount_fen for line in before) == 1000
    window.ask(visit, "S0015")  # a blood count is no part of the fee
    assert len(window.open(visit)) == 2


@pytest.mark.rule("VS-07")
def test_without_the_fee_an_injection_is_charged(window):
    window.price("service", "S0003", 0)
    visit = window.visit()
    window.ask(visit, "S0004")
    assert [line.amount_fen for line in window.open(visit)] == [200]


@pytest.mark.rule("VS-07")
def test_only_components_and_only_on_the_day_of_the_fee_are_included(window):
    assert included(["S0004", "S0015"], {"S0004", "S0007"}) == ["S0004"] and included(["S0004"], set()) == []
    patient = patients.search("刘建国")[0].id
    assert queries.fee_components(patient, today()) == frozenset()
    window.visit()
    assert queries.fee_components(patient, today()) == {"S0001", "S0002", "S0004", "S0005", "S0007"}
    assert queries.fee_components(patient, today() + timedelta(days=1)) == frozenset()


@pytest.mark.rule("VS-06")
def test_the_fee_of_a_cancelled_number_falls_on_the_one_taken_instead(window):
    window.parameter("visits.fee_course_days", 3)
    first = window.visit()
    second = window.visit()
    assert window.open(second) == []
    window.clinic.run(window.clinic.actor("registrar"), lambda uow: visits.cancel_visit(uow, first, "挂错诊室"))
    assert [line.amount_fen for line in window.open(second)] == [1000] and window.open(first) == []


def test_a_fee_without_a_price_is_opened_so_that_charging_names_it(window):
    window.without_price("S0003")
    assert [line.price_e4 for line in window.open(window.visit())] == [None]


def test_a_parameter_that_names_no_item_is_refused_by_name(window):
    window.clinic.run(
        window.clinic.actor("manager"),
        lambda uow: (
            parameters.change(uow, "dictionaries.registration_fee_item", "S9999", today(), "test"),
            uow.audit("test.change"),
        ),
    )
    with pytest.raises(Refused) as refused:
        window.visit()
    assert (refused.value.code, refused.value.facts) == ("charging.fee_item_missing", {"code_given": "S9999"})


@pytest.mark.rule("VS-05")
def test_a_visit_without_a_number_waits_with_nothing_to_pay(window):
    window.clinic.run(
        window.clinic.actor("doctor"),
        lambda uow: visits.receive_without_number(uow, data=PatientData("何秀兰", "2"), room_id=desks.rooms()[0].id),
    )
    found = queries.pending(today())
    assert [(one.name, one.sheets, one.total_fen) for one in found] == [("何秀兰", 0, 0)]


def test_who_was_not_seen_yet_waits_behind_those_who_were(window):
    early, late = window.visit("刘建国"), window.visit("陈桂英")
    window.seen_by_doctor(late)
    assert [one.visit_id for one in queries.pending(today())] == [late, early]


def test_a_price_names_its_unit_where_another_one_is_sold(window):
    visit = window.visit()
    window.sheet(visit, ("D0001", 18), ("D0016", 12))
    units = {line.name: line.price_unit for line in queries.open_lines(visit, today())}
    assert [unit for unit in units.values() if unit] == ["盒"] and units["阿莫西林胶囊"] == "盒"


def test_cancelling_withdraws_what_is_open(window):
    visit = window.visit()
    window.clinic.run(window.clinic.actor("registrar"), lambda uow: visits.cancel_visit(uow, visit, "患者走了"))
    assert states(visit) == ["withdrawn"] and queries.pending(today()) == []


def test_a_paid_visit_is_not_cancelled_until_the_receipt_is_voided(window):
    visit = window.visit()
    paid = window.pay(visit)
    cancel = lambda uow: visits.cancel_visit(uow, visit, "患者走了")  # noqa: E731
    with pytest.raises(Refused) as refused:
        window.clinic.run(window.clinic.actor("registrar"), cancel)
    assert (refused.value.code, refused.value.facts["receipt_no"]) == ("charging.visit_paid", paid["receipt_no"])
    window.void(paid)
    window.clinic.run(window.clinic.actor("registrar"), cancel)
    assert states(visit) == ["withdrawn"]


def test_voiding_a_sheet_withdraws_its_lines_only(window):
    visit = window.visit()
    sheet = window.sheet(visit, ("D0001", 24), ("D0005", 2))
    void_sheet(window, visit, sheet)
    assert states(visit) == ["open", "withdrawn", "withdrawn"]


def test_a_paid_sheet_is_not_voided_until_the_receipt_is(window):
    visit = window.visit()
    sheet = window.sheet(visit, ("D0001", 24))
    paid = window.pay(visit)
    with pytest.raises(Refused) as refused:
        void_sheet(window, visit, sheet)
    assert refused.value.code == "charging.sheet_paid"
    assert refused.value.facts == {"receipt_no": paid["receipt_no"], "who": "赵晓梅"}
    window.void(paid)
    void_sheet(window, visit, sheet)
    assert [line.item_kind for line in window.open(visit)] == ["service"]


def test_one_source_line_is_open_only_once(window):
    visit = window.visit()
    source = db.row("SELECT source_id, source_line_id, patient_id FROM charge_line WHERE visit_id = ?", (visit,))
    with pytest.raises(Exception, match="UNIQUE"):
        window.clinic.raw(
            "INSERT INTO charge_line SELECT randomblob(16), visit_id, patient_id, source_kind, source_id,"
            " source_line_id, line_no, item_kind, item_id, quantity, refunded, state, bill_id, opened_at, opened_on,"
            " changed_at"
            " FROM charge_line WHERE source_id = ?",
            (source[0],),
        )


def test_a_withdrawn_line_never_comes_back(window):
    visit = window.visit()
    window.clinic.run(window.clinic.actor("registrar"), lambda uow: visits.cancel_visit(uow, visit, "患者走了"))
    with pytest.raises(Exception, match="only the state"):
        window.clinic.raw("UPDATE charge_line SET state = 'open' WHERE visit_id = ?", (visit,))


def test_the_list_finds_by_initials_queue_number_and_visit_number(window):
    first, second = window.visit("刘建国"), window.visit("张兰英")
    number = db.value("SELECT visit_no FROM visit WHERE id = ?", (second,))
    for typed in ("zly", "张", "2", number, number.lower()):
        assert [one.visit_id for one in queries.pending_matching(typed, today())] == [second], typed
    assert [one.visit_id for one in queries.pending_matching("", today())] == [first, second]
    assert queries.pending_matching("没有这人", today()) == []


def test_a_visit_of_earlier_days_is_found_by_name_and_by_number_only(window):
    visit = window.visit("张兰英")
    window.clinic.drop_triggers("charge_line")
    window.clinic.raw("UPDATE charge_line SET opened_on = '2026-01-02'")
    number = db.value("SELECT visit_no FROM visit WHERE id = ?", (visit,))
    assert queries.pending(today()) == []
    for typed in ("zly", "张兰英", number):
        assert [one.visit_id for one in queries.pending_matching(typed, today())] == [visit], typed


@pytest.mark.rule("VS-05")
def test_who_has_nothing_to_pay_yet_stands_below_who_has(window):
    def receive(uow):
        return visits.receive_without_number(
            uow, patient_id=patients.search("刘建国")[0].id, room_id=desks.rooms()[1].id
        )

    window.clinic.run(window.clinic.actor("doctor"), receive)
    visit = window.visit("张兰英")
    found = queries.pending(today())
    assert [bool(one.sheets) for one in found] == [True, False] and found[0].visit_id == visit
