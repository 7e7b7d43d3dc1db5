from dataclasses import replace

import pytest

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.queries import workbench
from clinic_app.modules.visits import queries as visits
from tests.modules.consultation.conftest import (
    AMBROXOL,
    AMLODIPINE,
    AMOXICILLIN,
    CEFALEXIN,
    LORATADINE,
    NOT_ASKED,
    PARACETAMOL,
    PRN_SALTS,
    SOLD_OUT,
    typed,
)


def _rows(one):
    return workbench.orders(visits.visit(one.visit_id), clock.today()).rows


@pytest.mark.rule("QT-01")
@pytest.mark.rule("QT-07")
def test_a_row_is_worked_out_from_dose_frequency_and_days(writing):
    one = writing()
    one.add(AMOXICILLIN, dose="0.5g", frequency="tid", days="3")
    row = _rows(one)[0]
    assert (row.line.quantity, row.quantity, row.amount_fen) == (18, "18粒", 1403)


@pytest.mark.rule("QT-04")
def test_a_bottle_shows_what_the_course_takes_and_what_is_handed_out(writing):
    one = writing()
    one.add(AMBROXOL, dose="10 ml", frequency="tid", days="5")
    assert (_rows(one)[0].line.quantity, _rows(one)[0].quantity) == (2, "150 ml → 2瓶")


def test_a_bare_number_is_a_dose_in_the_unit_of_the_drug(writing):
    one = writing()
    one.add(AMOXICILLIN, dose="0.25")
    assert queries.line(queries.lines_of(queries.draft_of_visit(one.visit_id).id)[0].id).dose_text == "0.25 g"


@pytest.mark.rule("QT-09")
def test_a_typed_quantity_that_lasts_fewer_days_is_an_amber_line(writing):
    one = writing()
    one.add(AMOXICILLIN, dose="0.5g", frequency="tid", days="7", quantity="30粒")
    assert (_rows(one)[0].line.quantity, _rows(one)[0].lasts_days) == (30, 5)


@pytest.mark.rule("QT-09")
def test_a_typed_quantity_over_the_day_limit_needs_a_reason(writing):
    one = writing()
    with pytest.raises(Refused, match="days_need_reason") as refused:
        one.add(AMOXICILLIN, dose="0.5g", frequency="tid", days="7", quantity="2盒")
    assert refused.value.field == "reason"
    one.add(AMOXICILLIN, dose="0.5g", frequency="tid", days="7", quantity="2盒", reason="住得远")
    assert _rows(one)[0].line.quantity == 48


@pytest.mark.rule("RX-05")
def test_eight_days_need_a_reason_and_an_emergency_four(writing):
    one, urgent = writing(), writing("张兰英", "emergency")
    one.add(CEFALEXIN, days="7")
    with pytest.raises(Refused, match="days_need_reason"):
        one.add(AMLODIPINE, days="8")
    one.add(AMLODIPINE, days="8", reason="高血压长期用药")
    urgent.add(LORATADINE, days="3")
    with pytest.raises(Refused, match="days_need_reason"):
        urgent.add(CEFALEXIN, days="4")
    urgent.add(CEFALEXIN, days="4", reason="住得远")


@pytest.mark.rule("QT-06")
def test_as_needed_wants_quantity_and_most_a_day(writing):
    one = writing()
    with pytest.raises(Refused, match="prn_needs_quantity"):
        one.add(PRN_SALTS)
    with pytest.raises(Refused, match="prn_needs_maximum"):
        one.add(PRN_SALTS, quantity="10")
    one.add(PRN_SALTS, quantity="10", most_per_day="4")
    assert (_rows(one)[0].line.quantity, _rows(one)[0].line.most_per_day) == (10, 4)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"dose": "很多"}, "dose"), ({"dose": "-1g"}, "dose"), ({"dose": "5 ml"}, "dose"),
        ({"frequency": "x"}, "frequency"), ({"days": "0"}, "days"), ({"days": "99999999999"}, "days"),
        ({"route": ""}, "route"), ({"quantity": "两盒"}, "quantity"), ({"quantity": "3桶"}, "quantity"),
        ({"quantity": "-3"}, "quantity"), ({"note": "字" * 101}, "note"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_and_nothing_is_stored(writing, wrong, field):
    one = writing()
    with pytest.raises(Refused) as refused:
        one.add(AMOXICILLIN, **wrong)
    assert refused.value.field == field
    assert queries.draft_of_visit(one.visit_id) is None


def test_unsplittable_drugs_are_given_in_whole_packs(writing):
    one = writing()
    one.add("D0025", quantity="1瓶")
    with pytest.raises(Refused, match="whole_packs_only"):
        writing("张兰英").add("D0025", quantity="7片")
    assert _rows(one)[0].line.quantity == 100


def test_sold_out_and_unknown_drugs_are_refused(writing):
    one = writing()
    with pytest.raises(Refused, match="not_enough_stock"):
        one.add(SOLD_OUT)
    with pytest.raises(Refused, match="not_enough_stock"):
        one.add("D0034", frequency="qid", days="28", reason="很多")
    with pytest.raises(Refused, match="drug_missing"):
        one.draft(services.add_line, replace(typed(AMOXICILLIN), drug_id=bytes(16)), one.sheet_rev)


def test_the_same_drug_stands_once_on_a_sheet(writing):
    one = writing()
    one.add(LORATADINE)
    with pytest.raises(Refused, match="drug_twice"):
        one.add(LORATADINE)


def test_prescribing_waits_until_allergies_are_asked(writing):
    one = writing(NOT_ASKED)
    with pytest.raises(Refused, match="allergy_unknown"):
        one.add(AMOXICILLIN)


def test_a_second_window_is_told_that_the_sheet_changed(writing):
    one = writing()
    one.add(AMOXICILLIN)
    with pytest.raises(Stale, match="sheet_changed"):
        one.draft(services.add_line, typed(LORATADINE), 0)
    assert len(_rows(one)) == 1


def test_a_row_is_changed_removed_and_brought_back_to_its_place(writing):
    one = writing()
    first, second = one.add(AMOXICILLIN), one.add(LORATADINE)
    one.draft(services.change_line, first, typed(AMOXICILLIN, days="5"), one.sheet_rev)
    one.draft(services.delete_line, first, one.sheet_rev)
    assert [row.line.id for row in _rows(one)] == [second]
    one.draft(services.restore_line, first)
    assert [(row.line.id, row.line.days) for row in _rows(one)] == [(first, 5), (second, 6)]


def test_a_changed_row_keeps_its_drug(writing):
    one = writing()
    line = one.add(AMOXICILLIN)
    with pytest.raises(Missing):
        one.draft(services.change_line, line, typed(LORATADINE), one.sheet_rev)


def test_a_row_of_another_visit_is_nobody_s_row_here(writing):
    one, other = writing(), writing("张兰英")
    line = one.add(AMOXICILLIN)
    other.add(LORATADINE)
    with pytest.raises(Missing):
        other.draft(services.delete_line, line, other.sheet_rev)
    with pytest.raises(Missing):
        other.draft(services.keep_stop, line, "理由", other.sheet_rev)
    assert len(_rows(one)) == 1


@pytest.mark.rule("QT-06", "RX-05")
def test_a_prn_quantity_beyond_the_day_limit_wants_a_reason(writing):
    one = writing()
    prn = {"frequency": "prn", "most_per_day": "2"}
    with pytest.raises(Refused, match="days_need_reason") as refused:
        one.add(PARACETAMOL, quantity="20", **prn)
    assert refused.value.facts == {"days": 10, "limit": 7}
    one.add(PARACETAMOL, quantity="20", reason="慢性疼痛", **prn)


@pytest.mark.rule("QT-06")
def test_more_than_a_single_dose_takes_wants_a_reason(writing):
    one = writing()
    with pytest.raises(Refused, match="single_needs_reason"):
        one.add(AMOXICILLIN, frequency="st", quantity="24")
    one.add(AMOXICILLIN, frequency="st", quantity="24", reason="整盒带走")
