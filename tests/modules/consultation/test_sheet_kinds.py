"""Whole sheets of one visit: red ones, split by class, herbs, rights, long-term, by weight, rules, signed twice."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clinic_app.kernel import clock
from clinic_app.kernel.errors import Refused
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.documents import prescription_paper
from clinic_app.modules.consultation.queries import states, workbench
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.people import queries as people
from clinic_app.modules.people.services import add_qualification, end_qualification
from clinic_app.modules.visits import queries as visits
from tests.modules.consultation.conftest import (
    AMBROXOL,
    AMLODIPINE,
    AMOXICILLIN,
    CEFALEXIN,
    CHILD,
    HEALTHY,
    LORATADINE,
    METRONIDAZOLE,
    OMEPRAZOLE,
    PARACETAMOL,
    SMECTITE,
    typed,
)

MORPHINE_SLOW, MORPHINE_AMPOULE, DIAZEPAM = "D0075", "D0076", "D0082"
IBUPROFEN, ASPIRIN, SIMVASTATIN, CLARITHROMYCIN = "D0071", "D0023", "D0024", "D0052"
DOXYCYCLINE, GRANULES, INSULIN = "D0055", "D0002", "D0142"
HUANGQI, DANGGUI, LIQUORICE, SEAWEED = "H0001", "H0002", "H0003", "H0026"
AGENT = ("刘建军", "990499198011080229")
MOTHER = "古丽·阿不都"


def rows(one):
    return workbench.orders(visits.visit(one.visit_id), clock.today(), one.clinic.actor("doctor").person_id).rows


def options(one, **given):
    usual = {"valid_days": "1"}
    return one.draft(services.set_options, services.Options(**{**usual, **given}), one.sheet_rev)


def herb(one, code, grams, foot_note=""):
    drug = dictionaries.drug_by_code(code)
    return bytes.fromhex(one.draft(
        services.add_herb, drug_id=drug.id, grams=grams, foot_note=foot_note, reason="", rev=one.sheet_rev
    )["line_id"])  # fmt: skip


def register(one):
    one.clinic.run(
        one.clinic.actor("doctor"),
        lambda uow: services.register_pain_patient(
            uow, one.patient_id, diagnosis="肺癌疼痛", proof="县医院 2026-10", has_consent=True, has_identity_copy=True
        ),
    )


@pytest.mark.rule("RX-01")
def test_the_day_before_the_fourteenth_birthday_is_green_and_the_birthday_is_white(clinic, writing):
    today = clock.today()
    birthday = date(today.year - 14, today.month, min(today.day, 28))
    papers = []
    for born_on in (birthday + (today - today.replace(day=min(today.day, 28))) + timedelta(days=1), birthday):
        one = writing(CHILD)
        clinic.raw("UPDATE patient SET born_on = ? WHERE id = ?", (born_on.isoformat(), one.patient_id))
        one.note(weight="40")
        one.write()
        one.add(LORATADINE)
        one.sign()
        paper = prescription_paper(one.signed[0].id)
        papers.append((paper.kind, paper.colour))
    assert papers == [("儿科", "green"), ("普通", "")]


@pytest.mark.rule("RX-01")
def test_each_kind_of_sheet_has_its_paper_and_its_mark(clinic, writing):
    one = writing(HEALTHY)
    one.write()
    one.add(LORATADINE)
    one.sign()
    clinic.drop_triggers("prescription")
    papers = {}
    for kind in ("ordinary", "emergency", "paediatric", "narcotic", "psychotropic_1", "psychotropic_2"):
        clinic.raw("UPDATE prescription SET kind = ?", (kind,))
        paper = prescription_paper(one.signed[0].id)
        papers[kind] = (paper.kind, paper.colour)
    assert papers == {
        "ordinary": ("普通", ""), "emergency": ("急诊", "yellow"), "paediatric": ("儿科", "green"),
        "narcotic": ("麻", "red"), "psychotropic_1": ("精一", "red"), "psychotropic_2": ("精二", ""),
    }  # fmt: skip


@pytest.mark.rule("RX-03")
def test_a_red_sheet_prints_both_numbers_and_its_mark(writing):
    one = writing(HEALTHY)
    one.write()
    one.add(MORPHINE_SLOW, days="7")
    with pytest.raises(Refused, match="red_needs_agent"):
        options(one, agent_name=AGENT[0])
    with pytest.raises(Refused, match="agent_number"):
        options(one, agent_name=AGENT[0], agent_number="990499198011080220")
    with pytest.raises(Refused, match="agent_is_patient"):
        options(one, agent_name=AGENT[0], agent_number="990499196903114413")
    options(one, agent_name=AGENT[0], agent_number=AGENT[1])
    one.sign()
    paper = prescription_paper(one.signed[0].id)
    assert (paper.kind, paper.colour, paper.patient_number) == ("麻", "red", "990499196903114413")
    assert AGENT[0] in paper.agent and AGENT[1] in paper.agent


@pytest.mark.rule("RX-03")
def test_a_red_sheet_of_a_patient_without_a_number_is_refused(writing):
    one = writing(HEALTHY)
    one.write()
    one.add(MORPHINE_SLOW, days="3")
    one.clinic.raw("UPDATE patient_identifier SET kind = '99' WHERE patient_id = ?", (one.patient_id,))
    with pytest.raises(Refused, match="red_needs_patient_number"):
        one.sign()


@pytest.mark.rule("RX-07a", "RX-08")
def test_fifteen_days_of_slow_morphine_are_for_a_registered_patient(writing):
    one = writing(HEALTHY)
    with pytest.raises(Refused, match="controlled_days"):
        one.add(MORPHINE_SLOW, days="8")
    with pytest.raises(Refused, match="controlled_doses"):
        one.add(MORPHINE_AMPOULE, quantity="2", reason="疼痛")
    register(one)
    with pytest.raises(Refused, match="controlled_days"):
        one.add(MORPHINE_SLOW, days="16")
    one.add(MORPHINE_SLOW, days="15")
    one.add(MORPHINE_AMPOULE, frequency="bid", days="3")
    assert [row.line.quantity for row in rows(one)] == [30, 6]


@pytest.mark.rule("RX-08")
def test_a_recheck_past_due_is_made_first(writing):
    one = writing(HEALTHY)
    register(one)
    one.clinic.raw("UPDATE pain_patient SET registered_on = '2023-11-30'")
    with pytest.raises(Refused, match="recheck_due"):
        one.add(MORPHINE_SLOW, days="15")
    doctor = one.clinic.actor("doctor")
    one.clinic.run(doctor, lambda uow: services.check_pain_patient(uow, one.patient_id, "疼痛 4 分，继续"))
    one.add(MORPHINE_SLOW, days="15")
    with pytest.raises(Refused, match="pain_registered"):
        register(one)
    one.clinic.run(doctor, lambda uow: services.end_pain_patient(uow, one.patient_id, "转院"))
    assert states.pain_patient(one.patient_id) is None
    with pytest.raises(Refused, match="pain_incomplete"):
        one.clinic.run(doctor, lambda uow: services.register_pain_patient(
            uow, one.patient_id, diagnosis="痛", proof="有", has_consent=True, has_identity_copy=False))


@pytest.mark.rule("RX-02", "RX-04")
def test_six_drugs_and_a_sedative_become_three_sheets(writing):
    one = writing(HEALTHY)
    one.write()
    for code in (CEFALEXIN, LORATADINE, AMBROXOL, OMEPRAZOLE, SMECTITE, PARACETAMOL):
        one.add(code, days="3")
    one.add(DIAZEPAM, days="7")
    orders = workbench.orders(visits.visit(one.visit_id), clock.today())
    assert orders.split == [1, 5, 1]
    one.sign()
    assert [(one_.kind, len(queries.lines_of(one_.id))) for one_ in one.signed] == [
        ("psychotropic_2", 1), ("ordinary", 5), ("ordinary", 1),
    ]  # fmt: skip


@pytest.mark.rule("RX-02")
def test_a_childs_sedative_stands_on_a_sheet_of_its_class(writing):
    one = writing(CHILD, "emergency")
    one.write()
    one.add(DIAZEPAM, dose="2.5mg", days="1")
    one.sign()
    assert [sheet.kind for sheet in one.signed] == ["psychotropic_2"]
    assert prescription_paper(one.signed[0].id).colour == ""


@pytest.mark.rule("RX-06")
def test_a_long_term_row_has_its_own_sheet_and_antimicrobials_have_none(writing):
    one = writing(HEALTHY)
    one.write()
    with pytest.raises(Refused, match="long_term_not"):
        one.draft(services.add_line, _long(AMOXICILLIN, "28"), one.sheet_rev)
    with pytest.raises(Refused, match="long_term_days"):
        one.draft(services.add_line, _long(AMLODIPINE, "85"), one.sheet_rev)
    one.draft(services.add_line, _long(AMLODIPINE, "84"), one.sheet_rev)
    one.add(LORATADINE)
    one.sign()
    assert [(sheet.is_long_term, len(queries.lines_of(sheet.id))) for sheet in one.signed] == [(0, 1), (1, 1)]
    assert prescription_paper(one.signed[1].id).is_long_term


def _long(code, days):
    return replace(typed(code, days=days, reason="血压稳定，已评估"), is_long_term=True)


@pytest.mark.rule("RX-10")
def test_a_sheet_extended_to_three_days_says_until_when(writing):
    one = writing(HEALTHY)
    one.write()
    one.add(LORATADINE)
    with pytest.raises(Refused, match="valid_days"):
        options(one, valid_days="4")
    options(one, valid_days="3")
    one.sign()
    sheet = one.signed[0]
    assert (sheet.valid_until - clock.today()).days == 2
    assert prescription_paper(sheet.id).validity == f"处方有效至 {sheet.valid_until.isoformat()}。"


@pytest.mark.rule("RX-14")
def test_seven_doses_of_three_herbs_are_weighed_and_priced(writing):
    one = writing(HEALTHY)
    one.write()
    for code, grams in ((HUANGQI, "15"), (DANGGUI, "10"), (LIQUORICE, "6")):
        herb(one, code, grams)
    assert [row.line.quantity for row in rows(one)] == [105, 70, 42]
    assert sum(row.amount_fen for row in rows(one)) == 2520
    one.draft(services.set_herbs, services.HerbOptions("5", "decoction", "每日1剂，分2次温服", "clinic"), one.sheet_rev)
    assert [row.line.quantity for row in rows(one)] == [75, 50, 30]
    with pytest.raises(Refused, match="use_as_told"):
        one.draft(services.set_herbs, services.HerbOptions("5", "decoction", "遵医嘱", "own"), one.sheet_rev)
    with pytest.raises(Refused, match="foot_note"):
        herb(one, SEAWEED, "9", "随便")
    one.sign()
    paper = prescription_paper(one.signed[0].id)
    assert paper.kind == "中药" and paper.herbs == "共 5 剂　煎剂　代煎　用法：每日1剂，分2次温服"
    first = paper.lines[0]
    assert (first.name, first.strength, first.quantity) == ("黄芪", "15 g × 5 剂", "75g")


@pytest.mark.rule("RX-14")
def test_every_foot_note_of_a_herb_is_taken_and_printed(writing):
    one = writing(HEALTHY)
    one.write()
    notes = ("先煎", "后下", "包煎", "烊化", "冲服", "另煎", "打碎", "鲜用")
    for number, note in enumerate(notes, 1):
        herb(one, f"H{number:04d}", "6", note)
    one.sign()
    names = [line.name for line in prescription_paper(one.signed[0].id).lines]
    assert [name[name.index("（") :] for name in names] == [f"（{note}）" for note in notes]


@pytest.mark.rule("RX-14", "RX-13")
def test_liquorice_and_seaweed_are_incompatible_and_signed_for_twice(writing):
    one = writing(HEALTHY)
    one.write()
    herb(one, LIQUORICE, "6")
    seaweed = herb(one, SEAWEED, "9", "包煎")
    assert [told.text for told in rows(one)[1].barred] == ["十八反：甘草反海藻。"]
    with pytest.raises(Refused, match="rule_unresolved"):
        one.sign()
    one.draft(services.keep_stop, seaweed, "古方如此，已告知", one.sheet_rev)
    with pytest.raises(Refused, match="sign_twice"):
        one.sign(twice=False)
    one.sign()
    sheet = one.signed[0]
    assert sheet.signed_twice_at is not None and "李志远" in prescription_paper(sheet.id).second_signature
    assert any("十八反" in remark for remark in prescription_paper(sheet.id).lines[1].remarks)


@pytest.mark.rule("RX-04")
def test_fourteen_herbs_stand_on_one_sheet(writing):
    one = writing(HEALTHY)
    one.write()
    for number in range(1, 15):
        herb(one, f"H{number:04d}", "6") if number not in (12, 13) else herb(one, f"H{number + 10:04d}", "6")
    one.sign()
    assert [(sheet.kind, len(queries.lines_of(sheet.id))) for sheet in one.signed] == [("herbal", 14)]


@pytest.mark.rule("RX-11")
def test_a_use_as_told_is_refused_naming_its_row(writing):
    one = writing(HEALTHY)
    one.add(LORATADINE)
    one.add(OMEPRAZOLE, days="7")
    with pytest.raises(Refused, match="use_as_told") as refused:
        one.add(SMECTITE, note="遵医嘱")
    assert refused.value.facts["line"] == 3


@pytest.mark.rule("RX-16", "RX-17")
def test_rights_are_asked_when_a_row_is_stored_and_when_it_is_signed(writing):
    one = writing(HEALTHY)
    one.write()
    one.add(CEFALEXIN)
    with pytest.raises(Refused, match="grade_right"):
        one.clinic.run(one.clinic.actor("doctor", 1), lambda uow: _right(uow, one, RESTRICTED_BY_VEIN))
    _qualified(one, "village")
    with pytest.raises(Refused, match="village_list"):
        one.add("D0009")
    with pytest.raises(Refused, match="village_vein"):
        one.clinic.raw("UPDATE prescribing_fact SET is_village_listed = 1 WHERE code = 'D0047'")
        one.add("D0047")
    one.add(METRONIDAZOLE)
    _end_all(one)
    with pytest.raises(Refused, match="no_doctor_certificate"):
        one.sign()


RESTRICTED_BY_VEIN = "D0053"


def _right(uow, one, code):
    from clinic_app.modules.consultation.queries.checking import Setting
    from clinic_app.modules.consultation.queries.working_out import work_out

    setting = Setting(visits.visit(one.visit_id), uow.on, uow.actor.person_id)
    setting.check_right(work_out(typed(code), uow.on, situation=setting.situation()), "")
    return {}


def _end_all(one):
    doctor, administrator = one.clinic.actor("doctor").person_id, one.clinic.actor("administrator")
    for row in people.qualifications_of(doctor):
        if row.held.kind == "doctor" and row.ended_at is None:
            one.clinic.run(administrator, lambda uow, row=row: end_qualification(uow, doctor, row.id))


def _qualified(one, level):
    _end_all(one)
    doctor = one.clinic.actor("doctor").person_id
    one.clinic.run(one.clinic.actor("administrator"), lambda uow: add_qualification(
        uow, doctor, kind="doctor", level=level, valid_from=uow.on.replace(year=uow.on.year - 1)))
