"""Diagnoses of traditional medicine, suspected ones, and which one is the main one (OR-08)."""

import pytest

from clinic_app.kernel import db
from clinic_app.kernel.errors import Missing
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.documents import prescription_paper
from clinic_app.modules.consultation.rules.tcm import lacks_tcm_diagnosis
from clinic_app.modules.dictionaries import queries as dictionaries
from tests.modules.consultation.conftest import LORATADINE


@pytest.mark.rule("OR-08")
@pytest.mark.parametrize(
    ("sheets", "kinds", "warns"),
    [
        (["herbal"], [], True), (["herbal"], ["western"], True), (["herbal"], ["tcm_disease"], True),
        (["herbal"], ["tcm_syndrome"], True), (["herbal"], ["tcm_disease", "tcm_syndrome"], False),
        (["ordinary"], [], False),
    ],
)  # fmt: skip
def test_a_herbal_sheet_wants_one_disease_and_one_syndrome(sheets, kinds, warns):
    assert lacks_tcm_diagnosis(sheets, kinds) == warns


@pytest.mark.rule("OR-08")
def test_the_page_warns_once_and_not_any_more_with_both(clinic, browser_as, writing):
    one, doctor = writing(), browser_as("doctor")
    one.add(LORATADINE)
    clinic.raw("UPDATE prescription SET kind = 'herbal'")
    url = f"/doctor/visits/{one.visit_id.hex()}"
    assert doctor.get(url).text.count('id="lacks-tcm"') == 1
    disease = next(term for term in dictionaries.tcm_terms_matching("gm") if term.kind == "disease")
    syndrome = next(term for term in dictionaries.tcm_terms_matching("fhsb") if term.kind == "syndrome")
    for term in (disease, syndrome):
        assert doctor.get(f"/doctor/diagnoses?dx={term.name}&visit={one.visit_id.hex()}").text.count(term.code) == 2
        answer = doctor.post(f"{url}/diagnoses", {"tcm_code": term.code}, **{"HX-Request": "true"})
    assert "lacks-tcm" not in answer.text
    kinds = [found.kind for found in queries.diagnoses_of_visit(one.visit_id)]
    assert kinds == ["tcm_disease", "tcm_syndrome"]


def test_the_terms_are_a_list_of_the_dictionaries_that_nobody_reviewed(clinic):
    assert {term.kind for term in dictionaries.tcm_terms()} == {"disease", "syndrome"}
    assert db.rows("SELECT DISTINCT is_reviewed FROM tcm_term") == [(0,)]


@pytest.mark.rule("OR-08")
def test_a_question_mark_makes_a_suspected_one_that_paper_shows(writing):
    one = writing()
    one.write()
    one.draft(services.add_diagnosis, wording="肺炎？")
    one.add(LORATADINE)
    one.sign()
    assert prescription_paper(one.signed[0].id).diagnoses == ("急性上呼吸道感染", "肺炎？")
    assert queries.note_versions(one.visit_id)[0].content["diagnoses"][1]["is_suspected"] is True


def test_suspected_turns_sure_and_any_may_become_the_main_one(writing):
    one = writing()
    one.write()
    one.draft(services.add_diagnosis, wording="肺炎？")
    first, second = queries.diagnoses_of_visit(one.visit_id)
    one.draft(services.suspect_diagnosis, second.id)
    one.draft(services.make_main, second.id)
    found = queries.diagnoses_of_visit(one.visit_id)
    assert [(row.name, row.is_suspected) for row in found] == [("肺炎", False), (first.name, False)]
    other = writing("张兰英")
    with pytest.raises(Missing):
        other.draft(services.make_main, first.id)
