"""Handing out a paid sheet: what moves, what is refused, who wins."""

from datetime import date, timedelta
from typing import Any

import pytest

from clinic_app.kernel import db, parameters
from clinic_app.kernel.clock import SystemTime, clock, today
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.kernel.packing import unpack
from clinic_app.kernel.rights import Actor
from clinic_app.kernel.unit_of_work import UnitOfWork
from clinic_app.modules.charging import queries as charging
from clinic_app.modules.charging import services as charging_services
from clinic_app.modules.charging.services import Tender
from clinic_app.modules.patients import services as patients
from clinic_app.modules.patients.services import AllergyEntry
from clinic_app.modules.pharmacy import queries, services
from clinic_app.modules.stock import queries as stock
from clinic_app.modules.stock import services as stock_services
from tests.conftest import Clinic
from tests.modules.pharmacy.window import second_pharmacist
from tests.visit import ADULT, arrive, consult, dispense, pay, run, void

SPLIT = "D0002"  # the drug with a batch near its expiry


def paid_sheet(clinic: Clinic, drugs: Any = ("D0011", "D0016", "D0038"), **signed: str) -> tuple[queries.Sheet, bytes]:
    """A signed and paid sheet, and its patient."""
    arrived = arrive(clinic, ADULT)
    sheet_id = consult(clinic, arrived["visit_id"], drugs, **signed)[0]
    pay(clinic, arrived["visit_id"])
    found = queries.sheet(sheet_id)
    assert found is not None
    return found, arrived["patient_id"]


def line_ids(sheet: queries.Sheet) -> list[bytes]:
    return [line.id for line in queries.lines_of(sheet, today())]


def hand_out(clinic: Clinic, sheet: queries.Sheet, actor: Actor | None = None, seen: Any = None, **more: Any) -> Any:
    ids = line_ids(sheet) if seen is None else seen
    return clinic.run(
        actor or clinic.actor("pharmacist"), lambda uow: services.dispense(uow, sheet.id, ids, **more)
    )


def set_parameter(clinic: Clinic, name: str, value: Any) -> None:
    def change(uow: UnitOfWork) -> None:
        parameters.change(uow, name, value, uow.on, "test")
        uow.audit("parameters.change")

    clinic.run(clinic.actor("administrator"), change)


class Later(SystemTime):
    """The PC some days on, with its running time."""

    def __init__(self, days: int):
        self.ms = days * 86_400_000

    def wall_ms(self) -> int:
        return super().wall_ms() + self.ms

    def monotonic_ms(self) -> int:
        return super().monotonic_ms() + self.ms


def move_on(days: int) -> None:
    clock.start(clock.newest, Later(days))


def code_of(call: Any) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def test_dispensing_moves_exactly_the_paid_lines(clinic: Clinic) -> None:
    sheet, _patient = paid_sheet(clinic)
    lines = queries.lines_of(sheet, today())
    before = {line.drug.id: sum(batch.on_hand for batch in stock.batches_of(line.drug.id)) for line in lines}
    dispense_id = dispense(clinic, sheet.id)
    for line in lines:
        assert before[line.drug.id] - sum(one.on_hand for one in stock.batches_of(line.drug.id)) == line.quantity
    moved = db.value("SELECT sum(quantity) FROM stock_move WHERE document_id = ?", (dispense_id,))
    assert moved == sum(line.quantity for line in lines)
    done = queries.sheet(sheet.id)
    assert done is not None and done.is_dispensed and done.paid is not None
    assert (done.paid.preparer, done.paid.dispenser) == ("周敏", "周敏")
    assert stock.reservations_of(done.paid.bill_id) == []
    assert queries.waiting(today()) == []
    assert [one.prescription_no for one in queries.done(today())] == [sheet.prescription_no]


def test_dispensing_tells_the_county_and_the_audit_trail(clinic: Clinic) -> None:
    sheet, _patient = paid_sheet(clinic, ("D0011",))
    dispense_id = dispense(clinic, sheet.id)
    event, body = db.row("SELECT event, body FROM outbox WHERE stream = 'care' ORDER BY seq DESC LIMIT 1")
    assert event == "pharmacy.dispensed" and line_ids(sheet)[0].hex() in unpack(body)
    action, detail = db.row("SELECT action, detail FROM audit WHERE entity = ?", (dispense_id,))[:2]
    assert action in ("pharmacy.dispense", "stock.consume") and "赵春生" not in detail


def test_lines_stand_in_the_order_of_their_shelves(clinic: Clinic) -> None:
    sheet, _patient = paid_sheet(clinic, ("D0038", "D0016", "D0011"))
    shelves = [line.drug.shelf for line in queries.lines_of(sheet, today())]
    assert shelves == sorted(shelves) and len(shelves) == 3


def test_refuses_while_a_line_is_not_ticked_and_names_it(clinic: Clinic) -> None:
    sheet, _patient = paid_sheet(clinic)
    lines = queries.lines_of(sheet, today())
    with pytest.raises(Refused) as refused:
        hand_out(clinic, sheet, seen=[lines[0].id, lines[2].id])
    assert refused.value.code == "pharmacy.lines_unchecked"
    assert refused.value.field == f"line-{lines[1].id.hex()}"
    assert refused.value.facts == {"count": 1, "names": lines[1].drug.name}
    assert not queries.sheet(sheet.id).is_dispensed  # type: ignore[union-attr]


def test_refuses_a_line_of_another_sheet(clinic: Clinic) -> None:
    sheet, _patient = paid_sheet(clinic, ("D0011",))
    assert code_of(lambda: hand_out(clinic, sheet, seen=[*line_ids(sheet), bytes(16)])) == "pharmacy.sheet_changed"
    assert code_of(lambda: hand_out(clinic, sheet, seen=["not hex"])) == "pharmacy.sheet_changed"


def test_refuses_an_unknown_sheet(clinic: Clinic) -> None:
    with pytest.raises(Missing):
        clinic.run(clinic.actor("pharmacist"), lambda uow: services.dispense(uow, bytes(16), []))


def test_refuses_an_unpaid_sheet(clinic: Clinic) -> None:
    arrived = arrive(clinic, ADULT)
    sheet_id = consult(clinic, arrived["visit_id"], ("D0011",))[0]
    sheet = queries.sheet(sheet_id)
    assert sheet is not None and sheet.paid is None and queries.waiting(today()) == []
    assert code_of(lambda: hand_out(clinic, sheet)) == "pharmacy.not_paid"


def test_refuses_when_the_bill_was_voided_meanwhile(clinic: Clinic) -> None:
    sheet, _patient = paid_sheet(clinic, ("D0011",))
    seen = line_ids(sheet)
    assert sheet.paid is not None
    void(clinic, sheet.paid.bill_id)
    assert code_of(lambda: hand_out(clinic, sheet, seen=seen)) == "pharmacy.not_paid"
    assert queries.waiting(today()) == []


def test_the_second_pharmacist_hears_who_was_faster(clinic: Clinic) -> None:
    sheet, _patient = paid_sheet(clinic)
    seen = line_ids(sheet)
    hand_out(clinic, sheet, seen=seen)
    with pytest.raises(Stale) as stale:
        hand_out(clinic, sheet, clinic.actor("doctor"), seen=seen)
    assert stale.value.code == "pharmacy.dispensed_meanwhile"
    assert stale.value.facts["who"] == "周敏" and ":" in stale.value.facts["at"]
    assert db.value("SELECT count(*) FROM dispense WHERE prescription_id = ?", (sheet.id,)) == 1


def test_a_dispensed_bill_can_no_longer_be_voided(clinic: Clinic) -> None:
    sheet, _patient = paid_sheet(clinic, ("D0011",))
    assert sheet.paid is not None
    dispense(clinic, sheet.id)
    with pytest.raises(Refused) as refused:
        void(clinic, sheet.paid.bill_id)
    assert refused.value.code == "pharmacy.already_dispensed"
    assert refused.value.facts["sheet"] == sheet.prescription_no and refused.value.facts["who"] == "周敏"


def test_two_sheets_of_one_bill_are_handed_out_one_by_one(clinic: Clinic) -> None:
    """RX-04 puts the sixth drug on a second sheet, which the same receipt pays."""
    arrived = arrive(clinic, ADULT)
    sheets = consult(clinic, arrived["visit_id"], ("D0011", "D0016", "D0038", "D0001", "D0005", "D0010"))
    pay(clinic, arrived["visit_id"])
    assert len(sheets) == 2 and len(queries.waiting(today())) == 2
    dispense(clinic, sheets[0])
    assert [one.prescription_id for one in queries.waiting(today())] == [sheets[1]]
    dispense(clinic, sheets[1])
    assert queries.waiting(today()) == []


@pytest.mark.rule("RX-10")
def test_refuses_the_day_after_and_accepts_it_when_three_days_are_allowed(clinic: Clinic) -> None:
    sheet, _patient = paid_sheet(clinic, ("D0011",))
    move_on(1)
    with pytest.raises(Refused) as refused:
        hand_out(clinic, sheet)
    assert refused.value.code == "pharmacy.sheet_expired" and refused.value.facts["until"] == sheet.signed_on
    assert [one.prescription_id for one in queries.waiting(today())] == [sheet.id], "its money waits for an answer"
    set_parameter(clinic, "pharmacy.valid_days", 3)
    hand_out(clinic, sheet)


@pytest.mark.rule("RX-10")
def test_a_sheet_signed_for_three_days_is_handed_out_on_the_third_and_refused_on_the_fourth(clinic: Clinic) -> None:
    first, _patient = paid_sheet(clinic, ("D0011",), valid_days="3")
    second, _patient = paid_sheet(clinic, ("D0016",), valid_days="3")
    assert first.valid_until(today()) == today() + timedelta(days=2)
    move_on(2)
    hand_out(clinic, first)
    move_on(3)
    assert code_of(lambda: hand_out(clinic, second)) == "pharmacy.sheet_expired"


@pytest.mark.rule("RX-10")
def test_no_money_is_taken_for_a_sheet_past_its_validity_until_the_doctor_extends_it(clinic: Clinic) -> None:
    arrived = arrive(clinic, ADULT)
    visit_id = arrived["visit_id"]
    (sheet_id,) = consult(clinic, visit_id, ("D0011",), valid_days="2")
    move_on(1)
    sheet = queries.sheet(sheet_id)
    assert sheet is not None and sheet.valid_until(today()) == today(), "its last day"
    bill = pay(clinic, visit_id)
    void(clinic, bill["bill_id"])
    move_on(2)
    with pytest.raises(Refused) as refused:
        pay(clinic, visit_id)
    assert refused.value.code == "pharmacy.expired_unpaid" and refused.value.facts["doctor"] == sheet.doctor_name
    assert {line.source_kind for line in charging.open_lines(visit_id, today())} == {"prescription", "visit"}
    fee = [line for line in charging.open_lines(visit_id, today()) if line.source_kind == "visit"]
    run(clinic, "cashier", lambda uow: charging_services.charge_visit(
        uow, visit_id, lines_seen=[line.id.hex() for line in fee], total_seen_fen=fee[0].amount_fen,
        tenders=[Tender("cash", fee[0].amount_fen)],
    ))  # fmt: skip
    run(clinic, "doctor", lambda uow: services.extend_validity(uow, sheet_id, 3, "患者今天才来取"))
    pay(clinic, visit_id)
    dispense(clinic, sheet_id)


@pytest.mark.rule("PH-04")
def test_a_batch_that_expires_after_payment_is_refused_and_another_one_is_taken(clinic: Clinic) -> None:
    set_parameter(clinic, "pharmacy.valid_days", 3)
    drug_id, soon = _with_batch_expiring_today(clinic)
    sheet, _patient = paid_sheet(clinic, (SPLIT,))
    assert [part.batch_no for line in queries.lines_of(sheet, today()) for part in line.batches] == ["SOON"]
    move_on(1)
    assert today() > soon
    lines = queries.lines_of(sheet, today())
    assert lines[0].batches[0].state == "expired"
    mark = services.batch_mark(lines)
    assert code_of(lambda: hand_out(clinic, sheet)) == "pharmacy.batch_expired"
    clinic.run(clinic.actor("pharmacist"), lambda uow: services.reallocate(uow, sheet.id))
    fresh = queries.lines_of(sheet, today())
    assert all(part.state != "expired" for part in fresh[0].batches) and fresh[0].is_held
    assert code_of(lambda: hand_out(clinic, sheet, batches_seen=mark)) == "pharmacy.batches_changed"
    hand_out(clinic, sheet, batches_seen=services.batch_mark(fresh))
    assert drug_id == fresh[0].drug.id


def test_no_other_batch_leaves_the_reservation_as_it_was(clinic: Clinic) -> None:
    set_parameter(clinic, "pharmacy.valid_days", 3)
    _drug_id, _soon = _with_batch_expiring_today(clinic)
    sheet, _patient = paid_sheet(clinic, (SPLIT,))
    clinic.raw("UPDATE batch SET is_frozen = 1 WHERE batch_no <> 'SOON'")
    move_on(1)
    call = lambda: clinic.run(clinic.actor("pharmacist"), lambda uow: services.reallocate(uow, sheet.id))  # noqa: E731
    assert code_of(call) == "pharmacy.no_other_batch"
    assert queries.lines_of(sheet, today())[0].is_held


@pytest.mark.rule("O3")
def test_an_allergy_recorded_after_signing_stops_the_drug(clinic: Clinic) -> None:
    sheet, patient_id = paid_sheet(clinic, ("D0001",))
    entries = [AllergyEntry("group", "penicillins", note="皮疹")]
    clinic.run(clinic.actor("doctor"), lambda uow: patients.set_allergies(uow, patient_id, "known", entries))
    with pytest.raises(Refused) as refused:
        hand_out(clinic, sheet)
    assert refused.value.code == "pharmacy.allergy_unanswered"
    assert refused.value.facts["doctor"] == "李志远" and sheet.paid is not None
    assert refused.value.facts["receipt_no"] == sheet.paid.receipt_no
    review = queries.review(sheet, queries.lines_of(sheet, today()))
    assert len(review.unanswered) == 1


def test_new_batches_end_the_preparation(clinic: Clinic) -> None:
    set_parameter(clinic, "pharmacy.single_sign", False)
    sheet, _patient = paid_sheet(clinic, ("D0011",))
    clinic.run(clinic.actor("pharmacist"), lambda uow: services.prepare(uow, sheet.id, line_ids(sheet)))
    again = lambda: clinic.run(  # noqa: E731
        clinic.actor("pharmacist"), lambda uow: services.prepare(uow, sheet.id, line_ids(sheet))
    )
    assert queries.waiting(today())[0].is_prepared and code_of(again) == "pharmacy.prepared_meanwhile"
    clinic.run(clinic.actor("pharmacist"), lambda uow: services.reallocate(uow, sheet.id))
    assert code_of(lambda: hand_out(clinic, sheet, second_pharmacist(clinic))) == "pharmacy.not_prepared"


def test_nothing_is_dispensed_while_the_clock_is_in_doubt(clinic: Clinic) -> None:
    sheet, _patient = paid_sheet(clinic, ("D0011",))
    clock.start(clock.newest, Later(-400))
    assert clock.in_doubt
    assert code_of(lambda: hand_out(clinic, sheet)) == "clock.in_doubt"


def test_sheets_are_found_by_every_number_and_by_name(clinic: Clinic) -> None:
    sheet, _patient = paid_sheet(clinic, ("D0011",))
    assert sheet.paid is not None
    for typed in (
        sheet.prescription_no, sheet.prescription_no.lower(), sheet.paid.receipt_no, sheet.visit_no,
        str(sheet.queue_no), "赵春", "春生", "zcs", "ZC",
    ):  # fmt: skip
        assert [one.prescription_id for one in queries.find(typed, today())] == [sheet.id], typed
    for typed in ("", "  ", "李", "999", "%", "X" * 500, "\x00"):
        assert queries.find(typed, today()) == [], typed
    dispense(clinic, sheet.id)
    assert queries.find("赵春生", today()) == []
    assert queries.find(sheet.paid.receipt_no, today())[0].is_dispensed


def _with_batch_expiring_today(clinic: Clinic) -> tuple[bytes, date]:
    from clinic_app.modules.dictionaries import queries as dictionaries
    from clinic_app.modules.stock.services import GoodsLine

    drug = dictionaries.drug_by_code(SPLIT)
    assert drug is not None
    lines = [GoodsLine(drug.id, "SOON", today(), 10 * drug.pack_size, 10_000)]
    place = stock.pharmacy_place()
    clinic.run(
        clinic.actor("pharmacist"),
        lambda uow: stock_services.receive_goods(
            uow, place_id=place.id, supplier="样例医药公司", document_no="RK-0002", lines=lines
        ),
    )
    return drug.id, today() + timedelta(days=0)
