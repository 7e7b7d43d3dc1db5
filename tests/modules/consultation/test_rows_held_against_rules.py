"""Rows of one visit held against weight, states, pairs, sums and running courses (用药安全)."""


import pytest

from clinic_app.kernel import clock, db
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.queries import workbench
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients import services as patient_services
from clinic_app.modules.patients.services import AllergyEntry
from clinic_app.modules.visits import queries as visits
from tests.modules.consultation.conftest import (
    AMOXICILLIN,
    CEFALEXIN,
    CHILD,
    CHLORPHENAMINE,
    COLD_REMEDY,
    HEALTHY,
    METRONIDAZOLE,
    PARACETAMOL,
)

MORPHINE_SLOW, MORPHINE_AMPOULE, DIAZEPAM = "D0075", "D0076", "D0082"
IBUPROFEN, ASPIRIN, SIMVASTATIN, CLARITHROMYCIN = "D0071", "D0023", "D0024", "D0052"
DOXYCYCLINE, GRANULES, INSULIN = "D0055", "D0002", "D0142"
HUANGQI, DANGGUI, LIQUORICE, SEAWEED = "H0001", "H0002", "H0003", "H0026"
AGENT = ("刘建军", "990499198011080229")
MOTHER = "古丽·阿不都"


def rows(one):
    return workbench.orders(visits.visit(one.visit_id), clock.today(), one.clinic.actor("doctor").person_id).rows


@pytest.mark.rule("RX-12", "QT-10")
def test_a_childs_granules_wait_for_the_weight_and_the_choice(writing):
    one = writing(CHILD)
    with pytest.raises(Refused, match="weigh_first"):
        one.add(GRANULES)
    one.note(weight="18")
    with pytest.raises(Refused, match="dose_to_choose") as refused:
        one.add(GRANULES, dose="180mg")
    assert refused.value.facts["choices"] == "1袋 / 1.5袋 / 2袋"
    one.add(GRANULES, dose="1.5袋")
    assert rows(one)[0].line.quantity == 18


@pytest.mark.rule("QT-10")
def test_the_quote_of_a_child_offers_the_pieces(writing, browser_as):
    one = writing(CHILD)
    one.note(weight="18")
    drug = dictionaries.drug_by_code(GRANULES)
    url = f"/doctor/visits/{one.visit_id.hex()}/quote?drug_id={drug.id.hex()}&dose=&frequency=tid&days=3&route=po"
    shown = browser_as("doctor").get(url).text
    assert "180 mg = 1.44袋" in shown and shown.count("<button") == 3 and '"dose": "0.1875 g"' in shown


@pytest.mark.rule("QT-11")
def test_insulin_pens_are_counted_by_units_and_by_days_after_opening(writing):
    one = writing(HEALTHY)
    one.add(INSULIN, dose="12U", frequency="bid", days="28", reason="糖尿病")
    assert rows(one)[0].line.quantity == 3
    assert dictionaries.prescribing_fact(INSULIN).opened_days == 28


def test_pregnancy_is_asked_before_signing_and_stays_with_the_sheet(writing):
    one = writing(MOTHER)
    one.write()
    one.add(DOXYCYCLINE, days="7")
    assert rows(one)[0].asked == "childbearing"
    with pytest.raises(Refused, match="question_open"):
        one.sign()
    with pytest.raises(Refused, match="no_such_answer"):
        one.draft(services.answer, "childbearing", "maybe")
    one.draft(services.answer, "childbearing", "none")
    assert not rows(one)[0].told
    one.draft(services.answer, "childbearing", "pregnant")
    assert [told.rule for told in rows(one)[0].barred] == ["PRG002"]
    one.draft(services.answer, "childbearing", "none")
    one.sign()
    assert '"childbearing":"none"' in one.signed[0].patient_state


def test_a_man_and_a_child_are_not_asked(writing):
    for name in (HEALTHY, CHILD):
        one = writing(name)
        one.add("D0010" if name == CHILD else DOXYCYCLINE, days="3")
        assert not rows(one)[0].told


@pytest.mark.rule("RX-13")
def test_a_stop_of_a_rule_is_kept_with_a_reason_for_that_drug_only(writing):
    one = writing(HEALTHY)
    one.write()
    one.add(SIMVASTATIN, days="7")
    second = one.add(CLARITHROMYCIN)
    assert [told.rule for told in rows(one)[1].barred] == ["DDI026"]
    with pytest.raises(Stale, match="stop_more"):
        one.draft(services.keep_stop, second, "短程", one.sheet_rev, seen=[])
    one.draft(services.keep_stop, second, "短程，停他汀", one.sheet_rev, seen=["rule:DDI026:D0024"])
    assert not rows(one)[1].is_open
    one.sign()
    line = queries.lines_of(one.signed[0].id)[1]
    assert line.rule_reason == "短程，停他汀"
    assert db.value("SELECT rule_stops FROM prescription_line WHERE id = ?", (line.id,)) == '["DDI026:D0024"]'


def test_a_reason_whose_rule_holds_no_more_is_forgotten(writing):
    one = writing(HEALTHY)
    one.write()
    first, second = one.add(SIMVASTATIN, days="7"), one.add(CLARITHROMYCIN)
    one.draft(services.keep_stop, second, "短程", one.sheet_rev)
    one.draft(services.delete_line, first, one.sheet_rev)
    one.sign(twice=False)
    assert queries.lines_of(one.signed[0].id)[0].rule_reason == ""


def test_paracetamol_is_summed_over_tablets_and_the_cold_remedy(writing):
    one = writing(HEALTHY)
    one.add(PARACETAMOL, dose="1g", frequency="qid")
    one.add(COLD_REMEDY)
    assert [(told.heading, told.text) for told in rows(one)[1].barred] == [
        ("对乙酰氨基酚 合计过量", "几行药加起来每日 4.6 g，最多 4 g。"),
    ]  # fmt: skip
    assert [told.heading for told in rows(one)[1].amber] == ["和 对乙酰氨基酚片 重复"]


def test_a_course_of_an_earlier_visit_that_still_runs_is_told(writing):
    first = writing(HEALTHY)
    first.write()
    first.add(ASPIRIN, days="7")
    first.sign()
    one = writing(HEALTHY)
    one.add(IBUPROFEN)
    assert {told.heading for told in rows(one)[0].amber} == {"和阿司匹林肠溶片同用"}
    assert {told.rule for told in rows(one)[0].amber} == {"DDI001", "DDI010"}
    one.add(CHLORPHENAMINE)
    assert not rows(one)[1].told


def test_a_like_side_chain_of_a_drug_allergy_stops(clinic, writing):
    one = writing(HEALTHY)
    known = [AllergyEntry("drug", AMOXICILLIN)]
    doctor = clinic.actor("doctor")
    clinic.run(doctor, lambda uow: patient_services.set_allergies(uow, one.patient_id, "known", known))
    one.add(CEFALEXIN)
    assert [told.rule for told in rows(one)[0].barred] == ["XAL001"]
    one.add("D0032", reason="")
    assert not rows(one)[1].barred


def test_a_local_drug_meets_no_rule(writing):
    one = writing(MOTHER)
    one.add("D0168")
    one.add(METRONIDAZOLE)
    assert not rows(one)[0].told
