"""A dose above the most that its drug allows is stopped until the doctor gives a reason (RX-13)."""

import re
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_app.kernel import clock, db, invariants
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.kernel.quantity import Dose, parse_dose
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.documents import prescription_paper
from clinic_app.modules.consultation.queries import workbench
from clinic_app.modules.consultation.queries.working_out import work_out
from clinic_app.modules.consultation.rules.dose_range import dose_stops
from clinic_app.modules.consultation.rules.quantity import Frequency, Pack
from clinic_app.modules.visits import queries as visits
from tests.modules.consultation.conftest import ALLERGIC, AMOXICILLIN, LORATADINE, SMECTITE, typed

pytestmark = pytest.mark.rule("RX-13")

QD, BID, TID, Q8H = (Frequency(code, times) for code, times in (("qd", 1), ("bid", 2), ("tid", 3), ("q8h", 3)))
QOD, BIW, TEN_A_WEEK = Frequency("qod", 1, 2), Frequency("biw", 2, 7), Frequency("10w", 10, 7)
ST, PRN = Frequency("st", is_single=True), Frequency("prn", times=0, needs_quantity=True)
CAPSULE = Pack(Fraction("0.25"), "g", "粒", 24, is_splittable=True)
AMPOULE = Pack(Fraction(80), "mg", "支", 10, is_splittable=True, rounding="per_dose")
INHALER = Pack(Fraction(20_000), "μg", "瓶", 1, is_splittable=False)
POWDER = Pack(Fraction(3), "g", "袋", 10, is_splittable=True, rounding="per_dose")
SACHET = Pack(Fraction(1), "袋", "袋", 9, is_splittable=True, rounding="per_dose")


def _found(pack, dose, frequency, single, daily, most_units=None, is_swallowed=False):
    most = [Decimal(one) if one else None for one in (single, daily)]
    found = dose_stops(
        pack, parse_dose(dose), frequency, most_single=most[0], most_daily=most[1], most_units_per_day=most_units,
        is_swallowed=is_swallowed,
    )  # fmt: skip
    return [one.code for one in found]


@pytest.mark.parametrize(
    ("dose", "frequency", "found"),
    [
        ("1 g", TID, []),
        ("1.0001 g", TID, ["single:1.0001/1"]),
        ("1 g", Frequency("qid", 4), []),
        ("1 g", Frequency("q4h", 5), ["daily:5/4"]),
        ("30 g", TID, ["single:30/1", "daily:90/4"]),
        ("1000 mg", TID, []),
        ("1000.1 mg", TID, ["single:1.0001/1"]),
        ("4粒", TID, []),
        ("4.5粒", TID, ["single:1.125/1"]),
        ("1 g", QOD, []),
        ("1 g", BIW, []),
        ("5 g", ST, ["single:5/1", "daily:5/4"]),
    ],
)
def test_exactly_the_limit_passes_and_the_next_step_stops(dose, frequency, found):
    assert _found(CAPSULE, dose, frequency, "1", "4") == found


def test_each_limit_stands_alone_and_none_is_no_limit():
    assert _found(CAPSULE, "30 g", TID, None, None) == []
    assert _found(CAPSULE, "30 g", TID, "1", None) == ["single:30/1"]
    assert _found(CAPSULE, "30 g", TID, None, "4") == ["daily:90/4"]


def test_the_dose_as_written_counts_not_the_whole_ampoule_that_is_opened():
    assert _found(AMPOULE, "100 mg", BID, "100", "200") == []
    assert _found(AMPOULE, "100.1 mg", BID, "100", "200") == ["single:100.1/100", "daily:200.2/200"]


@pytest.mark.rule("QT-02")
@pytest.mark.parametrize(
    ("dose", "frequency", "most_units", "found"),
    [
        ("3 g", TID, None, []),
        ("3.0001 g", TID, None, ["single:6/5", "daily:18/12"]),
        ("4 g", TID, None, ["single:6/5", "daily:18/12"]),
        ("4 g", BID, None, ["single:6/5"]),
        ("0.5袋", Frequency("5d", 5), None, ["daily:15/12"]),
        ("4 g", PRN, 1, ["single:6/5"]),
        ("3 g", PRN, 5, ["daily:15/12"]),
    ],
)
def test_a_sachet_is_swallowed_whole_and_counts_whole(dose, frequency, most_units, found):
    assert _found(POWDER, dose, frequency, "5", "12", most_units, is_swallowed=True) == found


def test_half_a_tablet_that_is_not_rounded_by_itself_counts_as_half():
    assert _found(CAPSULE, "0.9 g", TID, "0.9", "2.7", is_swallowed=True) == []
    assert _found(CAPSULE, "1 g", TID, "0.9", "2.7", is_swallowed=True) == ["single:1/0.9", "daily:3/2.7"]


def test_a_row_counts_what_its_route_makes_of_it(writing):
    def stops(code, dose, route):
        line = typed(code, dose=dose, frequency="tid", days="2", route=route)
        return [one.code for one in work_out(line, clock.today(), limit_days=7).stops]

    writing()
    assert stops(SMECTITE, "6.5 g", "po") == ["single:9/6", "daily:27/12"]
    assert stops(SMECTITE, "4 g", "po") == ["daily:18/12"] and stops(SMECTITE, "2袋", "po") == ["daily:18/12"]
    assert stops(SMECTITE, "4 g", "pr") == []


def test_the_busiest_day_of_a_week_counts():
    assert _found(CAPSULE, "1 g", TEN_A_WEEK, "1", "2") == []
    assert _found(CAPSULE, "1 g", TEN_A_WEEK, "1", "1.9999") == ["daily:2/1.9999"]


def test_an_as_needed_line_takes_its_most_per_day():
    assert _found(CAPSULE, "0.5 g", PRN, "1", "4", 16) == []
    assert _found(CAPSULE, "0.5 g", PRN, "1", "4", 17) == ["daily:4.25/4"]
    assert _found(SACHET, "1袋", PRN, "2", "4", 5) == ["daily:5/4"]


def test_a_container_to_take_from_does_not_count_as_a_day():
    assert _found(INHALER, "400 μg", PRN, "400", "800", 1) == []
    assert _found(INHALER, "800.1 μg", PRN, None, "800", 1) == ["daily:800.1/800"]


@given(st.decimals("0.0001", "9999", places=4), st.integers(1, 24), st.decimals("0.0001", "9999", places=4))
def test_a_daily_stop_is_there_exactly_when_the_day_holds_more(amount, times, most):
    found = dose_stops(CAPSULE, Dose(amount, "g"), Frequency("x", times), most_single=None, most_daily=most)
    assert bool(found) == (amount * times > most)


def _row(one):
    return workbench.orders(visits.visit(one.visit_id), clock.today()).rows[0]


@pytest.fixture
def too_much(writing):
    """Amoxicillin 1.25 g three times a day: above the 1 g of a dose, below the 4 g of a day."""
    one = writing()
    one.write()
    return one, one.add(AMOXICILLIN, dose="1.25g")


def test_the_row_is_stored_stopped_and_cannot_be_signed(too_much):
    one, line = too_much
    row = _row(one)
    assert row.is_open and row.told_beyond == ["每次 1.25 g，最多 1 g"]
    with pytest.raises(Refused, match="dose_unresolved") as refused:
        one.sign()
    assert refused.value.field == f"line-{line.hex()}"
    assert one.signed == []


def test_the_limit_itself_needs_no_decision(writing):
    one = writing()
    one.write()
    one.add(AMOXICILLIN, dose="1g")
    assert not _row(one).is_open
    one.sign()


def test_a_reason_opens_the_way_and_stands_on_screen_and_paper(too_much, browser_as):
    one, line = too_much
    with pytest.raises(Refused, match="stop_reason_missing"):
        one.draft(services.keep_stop, line, " ", one.sheet_rev)
    one.draft(services.keep_stop, line, "和药师商量过", one.sheet_rev)
    assert (_row(one).is_open, _row(one).line.dose_reason, _row(one).line.stop_reason) == (False, "和药师商量过", "")
    one.sign()
    (paper_line,) = prescription_paper(one.signed[0].id).lines
    assert paper_line.remarks[-1].startswith("超量仍用（每次 1.25 g，最多 1 g），理由：和药师商量过　医师再签：")
    page = browser_as("doctor").get(f"/doctor/visits/{one.visit_id.hex()}").text
    assert "超量仍用" in page and "和药师商量过" in page


def test_two_doses_that_were_kept_are_told_in_the_readers_language(writing, browser_as):
    one, doctor = writing(), browser_as("doctor")
    one.write()
    one.draft(services.keep_stop, one.add(AMOXICILLIN, dose="2g"), "和药师商量过", one.sheet_rev)
    url = f"/doctor/visits/{one.visit_id.hex()}"
    assert "每日 6 g，最多 4 g；每次 2 g，最多 1 g" in doctor.get(url).text
    doctor.post("/language", {"language": "en", "next": url})
    for sign in (lambda: None, one.sign):
        sign()
        assert re.search(r"at most 4 g; [^；]*at most 1 g", doctor.get(url).text)


def test_a_reason_for_one_dose_does_not_cover_another(too_much):
    one, line = too_much
    one.draft(services.keep_stop, line, "和药师商量过", one.sheet_rev)
    one.draft(services.change_line, line, typed(AMOXICILLIN, dose="1.5g"), one.sheet_rev)
    assert _row(one).is_open
    assert queries.kept_stops_of(line) == []
    one.draft(services.change_line, line, typed(AMOXICILLIN, dose="0.5g"), one.sheet_rev)
    one.sign()
    assert prescription_paper(one.signed[0].id).lines[0].remarks == ()


def test_a_reason_covers_only_the_limits_that_the_doctor_read(too_much):
    one, line = too_much
    with pytest.raises(Stale, match="stop_more"):
        one.draft(services.keep_stop, line, "和药师商量过", one.sheet_rev, seen=["dose:single:1.5/1"])
    one.draft(services.keep_stop, line, "和药师商量过", one.sheet_rev, seen=["dose:single:1.25/1"])


def test_an_allergy_and_a_dose_on_one_row_are_both_decided(writing):
    one = writing(ALLERGIC)
    one.write()
    line = one.add(AMOXICILLIN, dose="1.25g")
    one.draft(services.keep_stop, line, "抢救", one.sheet_rev)
    assert {(kept.kind, kept.code) for kept in queries.kept_stops_of(line)} == {
        ("group", "penicillins"), ("dose", "single:1.25/1"),
    }  # fmt: skip
    one.sign()


def test_a_dose_beyond_the_stock_is_refused_for_the_dose_first(writing):
    one = writing()
    with pytest.raises(Refused, match="dose_above_limit") as refused:
        one.add(AMOXICILLIN, dose="90g")
    assert refused.value.facts["told"] == "每次 90 g，最多 1 g"


def test_a_dose_that_was_kept_with_a_reason_is_not_named_when_the_stock_is_gone(clinic, too_much):
    one, line = too_much
    one.draft(services.keep_stop, line, "和药师商量过", one.sheet_rev)
    clinic.raw(
        "UPDATE stock_balance SET reserved = on_hand WHERE on_hand > 0 AND batch_id IN (SELECT b.id FROM batch b"
        " JOIN drug d ON d.id = b.drug_id WHERE d.code = ?)", (AMOXICILLIN,),
    )  # fmt: skip
    with pytest.raises(Refused, match="not_enough_stock") as refused:
        one.sign()
    assert refused.value.field == f"line-{line.hex()}"
    with pytest.raises(Refused, match="not_enough_stock"):
        one.draft(services.change_line, line, typed(AMOXICILLIN, dose="1.25g", days="2"), one.sheet_rev)
    with pytest.raises(Refused, match="dose_above_limit"):
        one.draft(services.change_line, line, typed(AMOXICILLIN, dose="1.5g"), one.sheet_rev)


def test_a_reason_for_a_limit_that_does_not_hold_any_more_is_neither_shown_nor_signed(clinic, too_much):
    one, line = too_much
    one.draft(services.keep_stop, line, "和药师商量过", one.sheet_rev)
    drug = db.value("SELECT id FROM drug WHERE code = ?", (AMOXICILLIN,))
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    clinic.raw("UPDATE dose_limit SET valid_to = ? WHERE drug_id = ? AND valid_to IS NULL", (yesterday, drug))
    assert _row(one).kept_doses == ()
    one.sign()
    assert queries.kept_stops_of(line) == []
    assert prescription_paper(one.signed[0].id).lines[0].remarks == ()


def test_a_limit_that_falls_after_the_row_was_stored_still_stops_the_signing(clinic, writing):
    one = writing()
    one.write()
    one.add(LORATADINE)
    drug = db.value("SELECT id FROM drug WHERE code = ?", (LORATADINE,))
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    clinic.raw("UPDATE dose_limit SET valid_to = ? WHERE drug_id = ? AND valid_to IS NULL", (yesterday, drug))
    clinic.raw(
        "INSERT INTO dose_limit(drug_id, most_single_dose, valid_from, source, is_reviewed, recorded_at)"
        " VALUES(?, '5', ?, 'practice', 0, 0)",
        (drug, clock.today().isoformat()),
    )
    with pytest.raises(Refused, match="dose_unresolved"):
        one.sign()


@pytest.mark.rule("O3")
def test_a_signed_dose_above_its_limit_without_a_reason_is_named(clinic, too_much):
    one, line = too_much
    one.draft(services.keep_stop, line, "和药师商量过", one.sheet_rev)
    one.sign()
    assert not [found.id for found in invariants.results() if not found.holds and found.id.startswith("O3")]
    clinic.drop_triggers("kept_stop")
    clinic.raw("DELETE FROM kept_stop")
    assert [found.id for found in invariants.results() if not found.holds and found.id.startswith("O3")] == ["O3-doses"]


def test_the_page_offers_to_change_remove_or_keep_it(browser_as, too_much):
    one, _line = too_much
    page = browser_as("doctor").get(f"/doctor/visits/{one.visit_id.hex()}").text
    assert "剂量过大：每次 1.25 g，最多 1 g" in page and "还有 1 条要处理" in page
    for action in ("改剂量", "删除此药", "仍要开，写理由…"):
        assert action in page


def test_the_quantity_as_one_types_already_says_so(browser_as, writing):
    one = writing()
    drug = db.value("SELECT id FROM drug WHERE code = ?", (AMOXICILLIN,))
    quote = f"/doctor/visits/{one.visit_id.hex()}/quote?drug_id={drug.hex()}&frequency=tid&days=3&route=po&dose="
    assert "剂量过大：每次 30 g，最多 1 g" in browser_as("doctor").get(f"{quote}30g").text
    assert "剂量过大" not in browser_as("doctor").get(f"{quote}1g").text
