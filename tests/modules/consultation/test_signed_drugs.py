"""What a signed sheet says of its drugs stays as it was, whatever the dictionary calls them later (O2)."""

import re
from dataclasses import replace

import pytest

from clinic_app.kernel import invariants
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.documents import prescription_paper
from clinic_app.modules.dictionaries import queries as dictionaries
from tests.modules.consultation.conftest import AMOXICILLIN, LORATADINE

RENAMED = (
    "UPDATE drug SET name = '改过的名字', name_en = 'renamed', strength_text = '9g×9丸', strength_dose = '9',"
    " min_unit = '丸', min_unit_en = 'pill', pack_unit = '瓶', pack_unit_en = 'bottle', pack_size = 7"
)


@pytest.fixture
def signed(writing):
    one = writing()
    one.write()
    one.add(AMOXICILLIN)
    one.add(LORATADINE)
    one.sign()
    return one


def _sheet_rows(page):
    return re.search(r'<tr class="grp">.*?</tbody>', page, re.DOTALL).group(0)


@pytest.mark.rule("O2")
def test_a_drug_renamed_after_signing_is_printed_as_it_was_signed(clinic, signed):
    before = prescription_paper(signed.signed[0].id)
    clinic.raw(RENAMED)
    assert dictionaries.drug_by_code(AMOXICILLIN).name == "改过的名字"
    assert prescription_paper(signed.signed[0].id) == before
    assert before.lines[0].name == "阿莫西林胶囊"


@pytest.mark.rule("O2")
def test_the_page_shows_a_signed_sheet_as_it_was_signed(clinic, browser_as, signed):
    doctor, url = browser_as("doctor"), f"/doctor/visits/{signed.visit_id.hex()}"
    chinese = _sheet_rows(doctor.get(url).text)
    doctor.post("/language", {"language": "en", "next": url})
    english = _sheet_rows(doctor.get(url).text)
    assert "阿莫西林胶囊" in chinese and "capsule" in english
    clinic.raw(RENAMED)
    assert _sheet_rows(doctor.get(url).text) == english
    doctor.post("/language", {"language": "zh-CN", "next": url})
    assert _sheet_rows(doctor.get(url).text) == chinese


def test_a_voided_sheet_keeps_its_names_and_the_copy_takes_the_new_ones(clinic, signed):
    clinic.raw(RENAMED)
    sheet, doctor = signed.signed[0], clinic.actor("doctor")
    clinic.run(doctor, lambda uow: services.void_prescription(uow, sheet.id, "开错药", write_anew=True))
    draft = queries.draft_of_visit(signed.visit_id)
    assert {drug.name for drug in queries.drugs_as_signed(sheet.id).values()} == {"阿莫西林胶囊", "氯雷他定片"}
    assert {drug.name for drug in queries.drugs_as_signed(draft.id).values()} == {"改过的名字"}


def test_shelf_and_maker_are_those_of_now(clinic, signed):
    clinic.raw("UPDATE drug SET shelf = 'Z-9', maker = '样例药厂'")
    line = queries.lines_of(signed.signed[0].id)[0]
    drug = queries.drugs_as_signed(signed.signed[0].id)[line.id]
    assert drug == replace(dictionaries.drug(line.drug_id), shelf="Z-9", maker="样例药厂")


@pytest.mark.rule("O2")
@pytest.mark.parametrize("lost", ["drug_name = ''", "strength_dose = ''", "min_unit = ''", "pack_size = NULL"])
def test_a_signed_line_without_its_drug_is_named(clinic, signed, lost):
    clinic.drop_triggers("prescription_line")
    clinic.raw(f"UPDATE prescription_line SET {lost}")
    assert [one.id for one in invariants.results() if not one.holds] == ["O2-drugs"]
