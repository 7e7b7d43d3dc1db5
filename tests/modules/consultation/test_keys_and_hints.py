"""What the doctor's screen offers to the keyboard, and what it says beside a dose."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest

from clinic_app.kernel.quantity import parse_dose
from clinic_app.modules.consultation.queries.working_out import pack_of, per_dose_text
from clinic_app.modules.consultation.rules.quantity import units_of_dose
from clinic_app.modules.dictionaries import queries as dictionaries
from tests.modules.consultation.conftest import ALLERGIC, AMOXICILLIN, NOT_ASKED

HTMX = {"HX-Request": "true"}


def _url(one, rest=""):
    return f"/doctor/visits/{one.visit_id.hex()}{rest}"


def test_a_diagnosis_nobody_knows_is_never_chosen_by_enter_alone(browser_as, writing):
    doctor, visit = browser_as("doctor"), writing().visit_id.hex()
    unknown = doctor.get(f"/doctor/diagnoses?dx=qqqzzz&visit={visit}", **HTMX)
    assert "按原文写" in unknown.text and "data-no-default" in unknown.text
    known = doctor.get(f"/doctor/diagnoses?dx=sgr&visit={visit}", **HTMX)
    assert ("data-no-default" in known.text) == ("J06" not in known.text)
    named = doctor.get(f"/doctor/diagnoses?dx=急性上呼吸道感染&visit={visit}", **HTMX)
    assert "data-no-default" not in named.text
    assert named.headers["HX-Reswap"] == "outerHTML"
    assert len(re.findall(r'<ul class="sug" id="dx-sug"', named.text)) == 1


def test_while_a_reason_is_written_the_other_ways_out_stay(browser_as, writing):
    one = writing(ALLERGIC)
    line = one.add(AMOXICILLIN).hex()
    doctor = browser_as("doctor")
    stopped = doctor.get(_url(one, "/orders"), **HTMX).text
    assert stopped.count('data-key="Alt+K"') == 1 and 'data-key="Alt+X"' in stopped
    asked = doctor.post(_url(one, f"/lines/{line}/keep"), {"sheet_rev": "1"}, **HTMX).text
    assert f'id="why-{line}"' in asked and 'data-key="Alt+X"' in asked and "删除此药" in asked
    assert ("换成" in asked) == ("换成" in stopped) and asked.count('data-key="Alt+K"') == 1
    assert re.search(r'<button type="button" class="btn sm" data-key="Esc" hx-get="[^"]*/orders"', asked)


def test_the_answers_about_allergies_have_keys(browser_as, writing):
    page = browser_as("doctor").get(_url(writing(NOT_ASKED))).text
    assert 'value="none" data-key="Alt+Shift+5"' in page and 'value="unclear" data-key="Alt+Shift+6"' in page


@pytest.mark.rule("QT-02")
def test_a_dose_rounded_up_to_whole_units_says_so(browser_as, writing):
    drug = next(one for one in _all_drugs() if one.rounding == "per_dose" and one.dose_unit == "g")
    pack = pack_of(drug)
    amount = pack.strength * Fraction(12, 5)
    text = f"{Decimal(amount.numerator) / Decimal(amount.denominator)} {drug.dose_unit}"
    assert units_of_dose(pack, parse_dose(text)) == Fraction(3)
    assert per_dose_text(text, drug) == f"3{drug.min_unit}/次"


def test_a_dose_is_shown_with_its_units_while_it_is_typed_and_in_its_row(browser_as, writing):
    one, drug, doctor = writing(), dictionaries.drug_by_code(AMOXICILLIN), browser_as("doctor")
    query = f"drug_id={drug.id.hex()}&dose=0.5g&frequency=tid&days=3&route=po"
    assert "0.5 g = 2粒/次" in doctor.get(_url(one, f"/quote?{query}")).text
    one.add(AMOXICILLIN, dose="0.5g")
    assert "2粒/次" in doctor.get(_url(one, "/orders"), **HTMX).text


def test_a_dose_counted_in_units_already_says_nothing_twice(clinic):
    drug = dictionaries.drug_by_code(AMOXICILLIN)
    assert per_dose_text(f"2{drug.min_unit}", drug) == "" and per_dose_text("一点", drug) == ""


def test_a_reloaded_visit_has_the_focus_in_the_note(browser_as, writing):
    one = writing()
    doctor = browser_as("doctor")
    assert re.search(r'id="chief-complaint"[^>]* autofocus', doctor.get(_url(one)).text)
    one.write()
    assert re.search(r'id="record-h"[^>]* autofocus', doctor.get(_url(one)).text)


def _all_drugs():
    return [one for one in (dictionaries.drug_by_code(f"D{number:04d}") for number in range(1, 60)) if one]
