import re

import pytest

from clinic_app.kernel import clock, invariants
from clinic_app.kernel.errors import Refused, Stale
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.queries import workbench
from clinic_app.modules.patients import services as patient_services
from clinic_app.modules.patients.services import AllergyEntry
from clinic_app.modules.visits import queries as visits
from tests.modules.consultation.conftest import (
    ALLERGIC,
    AMOXICILLIN,
    AZITHROMYCIN,
    CEFALEXIN,
    CHILD,
    CHLORPHENAMINE,
    COLD_REMEDY,
    HEALTHY,
    LEVOFLOXACIN,
    LORATADINE,
    typed,
)


def _rows(one):
    return workbench.orders(visits.visit(one.visit_id), clock.today()).rows


def _allergic_to(clinic, one, *entries):
    nurse = clinic.actor("doctor")
    clinic.run(nurse, lambda uow: patient_services.set_allergies(uow, one.patient_id, "known", entries))


def test_a_drug_of_the_group_stops_and_azithromycin_is_offered_instead(writing):
    one = writing(ALLERGIC)
    one.add(AMOXICILLIN)
    row = _rows(one)[0]
    assert [stop.because for stop in row.stops] == ["group"]
    assert row.other.code == AZITHROMYCIN
    assert row.is_open


def test_a_sister_group_is_only_an_amber_line(writing):
    one = writing(ALLERGIC)
    one.add(CEFALEXIN)
    row = _rows(one)[0]
    assert (row.stops, [look.because for look in row.looks], row.is_open) == ((), ["related"], False)


def test_free_text_is_an_amber_line_on_every_row(clinic, writing):
    one = writing(HEALTHY)
    _allergic_to(clinic, one, AllergyEntry("text", text="海鲜"))
    one.add(LORATADINE)
    assert [look.because for look in _rows(one)[0].looks] == ["text"]


def test_the_same_drug_stops(clinic, writing):
    one = writing(HEALTHY)
    _allergic_to(clinic, one, AllergyEntry("drug", LORATADINE))
    one.add(LORATADINE)
    assert [stop.because for stop in _rows(one)[0].stops] == ["drug"]
    assert _rows(one)[0].other is None


def test_nothing_a_child_is_too_young_for_is_offered(clinic, writing):
    one = writing(CHILD)
    _allergic_to(clinic, one, AllergyEntry("group", "penicillins"), AllergyEntry("group", "macrolides"))
    one.add(AMOXICILLIN)
    other = _rows(one)[0].other
    assert other is not None and other.minimum_age_years is None


def test_the_offered_drug_takes_the_place_of_the_stopped_one(writing):
    one = writing(ALLERGIC)
    stopped = one.add(AMOXICILLIN)
    one.add(LORATADINE)
    one.draft(services.replace_line, stopped, one.sheet_rev)
    assert [row.drug.code for row in _rows(one)] == [AZITHROMYCIN, LORATADINE]
    assert not _rows(one)[0].is_open


@pytest.mark.rule("QT-10")
@pytest.mark.parametrize("born_on", ["2020-05-01", None])
def test_no_usual_dose_is_stored_for_a_child_or_an_unknown_age(clinic, writing, born_on):
    one = writing(ALLERGIC)
    clinic.raw("UPDATE patient SET born_on = ? WHERE id = ?", (born_on, one.patient_id))
    stopped = one.add(AMOXICILLIN)
    offered = _rows(one)[0].other
    with pytest.raises(Refused, match="child_dose"):
        one.draft(services.replace_line, stopped, one.sheet_rev)
    assert [row.line.id for row in _rows(one)] == [stopped]
    one.draft(services.replace_line, stopped, one.sheet_rev, typed(offered.code, dose="0.125g"))
    assert [(row.drug.code, row.line.dose_text) for row in _rows(one)] == [(offered.code, "0.125 g")]


def test_a_dose_typed_for_one_drug_is_never_stored_for_another(writing):
    one = writing(ALLERGIC)
    stopped = one.add(AMOXICILLIN)
    with pytest.raises(Stale, match="no_replacement"):
        one.draft(services.replace_line, stopped, one.sheet_rev, typed(LORATADINE))
    assert [row.drug.code for row in _rows(one)] == [AMOXICILLIN]


def test_two_allergies_of_one_row_are_listed_in_the_readers_language(clinic, writing, browser_as):
    one, doctor = writing(HEALTHY), browser_as("doctor")
    _allergic_to(clinic, one, AllergyEntry("group", "penicillins"), AllergyEntry("drug", AMOXICILLIN))
    one.add(AMOXICILLIN)
    url = f"/doctor/visits/{one.visit_id.hex()}"
    assert re.search("不能开：[^<]*、[^<]*过敏", doctor.get(url).text)
    doctor.post("/language", {"language": "en", "next": url})
    assert "、" not in doctor.get(url).text.split('id="stop-')[1].split("</h3>")[0]


def test_keeping_a_stop_needs_a_reason_and_stores_it(writing):
    one = writing(ALLERGIC)
    line = one.add(AMOXICILLIN)
    with pytest.raises(Refused, match="stop_reason_missing"):
        one.draft(services.keep_stop, line, "  ", one.sheet_rev)
    one.draft(services.keep_stop, line, "皮试阴性", one.sheet_rev)
    assert [(kept.code, kept.reason) for kept in queries.kept_stops_of(line)] == [("penicillins", "皮试阴性")]
    assert (_rows(one)[0].is_open, _rows(one)[0].line.stop_reason) == (False, "皮试阴性")


def test_a_row_without_a_stop_has_nothing_to_keep(writing):
    one = writing(ALLERGIC)
    line = one.add(LORATADINE)
    with pytest.raises(Stale):
        one.draft(services.keep_stop, line, "理由", one.sheet_rev)


def test_signing_refuses_an_open_stop_and_names_its_row(writing):
    one = writing(ALLERGIC)
    one.write()
    line = one.add(AMOXICILLIN)
    with pytest.raises(Refused, match="stop_unresolved") as refused:
        one.sign()
    assert refused.value.field == f"line-{line.hex()}"
    assert one.signed == []


def test_an_allergy_recorded_after_the_row_still_stops_the_signing(clinic, writing):
    one = writing(HEALTHY)
    one.write()
    one.add(AMOXICILLIN)
    _allergic_to(clinic, one, AllergyEntry("group", "beta_lactams"))
    with pytest.raises(Refused, match="stop_unresolved"):
        one.sign()


def test_a_reason_for_one_allergy_does_not_cover_a_second_one(clinic, writing):
    one = writing(ALLERGIC)
    one.write()
    line = one.add(AMOXICILLIN)
    one.draft(services.keep_stop, line, "皮试阴性", one.sheet_rev)
    _allergic_to(clinic, one, AllergyEntry("group", "penicillins"), AllergyEntry("drug", AMOXICILLIN))
    with pytest.raises(Refused, match="stop_unresolved"):
        one.sign()


def test_a_reason_covers_only_the_allergies_that_the_doctor_read(clinic, writing):
    one = writing(ALLERGIC)
    line = one.add(AMOXICILLIN)
    _allergic_to(clinic, one, AllergyEntry("group", "penicillins"), AllergyEntry("drug", AMOXICILLIN))
    with pytest.raises(Stale, match="stop_more"):
        one.draft(services.keep_stop, line, "皮试阴性", one.sheet_rev, seen=["group:penicillins"])
    assert queries.kept_stops_of(line) == []
    one.draft(services.keep_stop, line, "抢救", one.sheet_rev, seen=["group:penicillins", f"drug:{AMOXICILLIN}"])
    assert {kept.reason for kept in queries.kept_stops_of(line)} == {"抢救"}


def test_another_form_of_the_same_substance_stops_too(clinic, writing):
    one = writing(HEALTHY)
    one.write()
    _allergic_to(clinic, one, AllergyEntry("drug", AMOXICILLIN))
    granules = one.add("D0002")
    assert [stop.because for stop in _rows(one)[0].stops] == ["substance"]
    with pytest.raises(Refused, match="stop_unresolved"):
        one.sign()
    one.draft(services.keep_stop, granules, "以前用过无反应", one.sheet_rev)
    one.sign()
    assert not [found for found in invariants.results() if found.id == "O3-stops" and not found.holds]


@pytest.mark.rule("O3")
def test_a_substance_without_an_allergy_group_stops_every_drug_that_holds_it(clinic, writing):
    one = writing(HEALTHY)
    one.write()
    _allergic_to(clinic, one, AllergyEntry("drug", CHLORPHENAMINE))
    cold_remedy = one.add(COLD_REMEDY)
    assert [stop.because for stop in _rows(one)[0].stops] == ["substance"]
    with pytest.raises(Refused, match="stop_unresolved"):
        one.sign()
    one.draft(services.keep_stop, cold_remedy, "以前用过无反应", one.sheet_rev)
    one.sign()
    clinic.drop_triggers("kept_stop")
    clinic.raw("DELETE FROM kept_stop")
    assert [found.id for found in invariants.results() if not found.holds and found.id.startswith("O")] == ["O3-stops"]


@pytest.mark.rule("O3")
def test_a_signed_form_of_the_same_substance_without_its_reason_is_named(clinic, writing):
    one = writing(HEALTHY)
    one.write()
    _allergic_to(clinic, one, AllergyEntry("drug", AMOXICILLIN))
    one.draft(services.keep_stop, one.add("D0002"), "以前用过无反应", one.sheet_rev)
    one.sign()
    clinic.drop_triggers("kept_stop")
    clinic.raw("DELETE FROM kept_stop")
    assert [found.id for found in invariants.results() if not found.holds and found.id.startswith("O")] == ["O3-stops"]


def test_a_drug_for_older_people_is_an_amber_line(writing):
    one = writing(CHILD)
    one.add(LEVOFLOXACIN)
    assert _rows(one)[0].from_age == 18
    older = writing(HEALTHY)
    older.add(LEVOFLOXACIN)
    assert _rows(older)[0].from_age is None


def test_a_drug_that_a_signed_sheet_of_the_visit_holds_is_an_amber_line(clinic, writing):
    one = writing(HEALTHY)
    one.write()
    one.add(LORATADINE)
    one.sign()
    clinic.run(clinic.actor("doctor"), lambda uow: services.amend(uow, one.visit_id, "补开药"))
    one.add(LORATADINE)
    assert _rows(one)[0].also_on == one.signed[0].prescription_no
