"""Alt+R for a child (QT-10): the row opens for the suggested drug and waits for a dose."""

import re

import pytest

from clinic_app.modules.consultation import queries
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.patients.services import AllergyEntry, set_allergies
from tests.conftest import hidden
from tests.modules.consultation.conftest import ALLERGIC, AMOXICILLIN, AZITHROMYCIN, CHILD

HTMX = {"HX-Request": "true"}


@pytest.fixture
def stopped(clinic, writing):
    """A child's visit with a stopped row: the visit, the row, the address that replaces it."""
    one = writing(CHILD)
    entries = (AllergyEntry("group", "penicillins"),)
    clinic.run(clinic.actor("doctor"), lambda uow: set_allergies(uow, one.patient_id, "known", entries))
    line = one.add(AMOXICILLIN)
    return one, line, f"/doctor/visits/{one.visit_id.hex()}/lines/{line.hex()}/replace"


def _codes(one):
    lines = queries.lines_of(queries.draft_of_visit(one.visit_id).id)
    return [dictionaries.drug(line.drug_id).code for line in lines]


def _cells(html):
    """What the open row holds."""
    chosen = re.findall(r'<select [^>]*id="ed-(\w+)"[^>]*>(?:(?!</select>).)*<option value="([^"]*)" selected', html)
    return dict(re.findall(r'id="ed-(\w+)" name="\w+" form="rx-edit" value="([^"]*)"', html) + chosen)


@pytest.mark.rule("QT-10")
def test_the_row_opens_with_the_suggested_drug_and_no_dose_and_stores_nothing(browser_as, stopped):
    one, _line, url = stopped
    answer = browser_as("doctor").post(url, {"sheet_rev": "1"}, **HTMX)
    offered = dictionaries.drug_by_code(AZITHROMYCIN)
    assert answer.status_code == 200
    assert '"focus": "#ed-dose"' in answer.headers["HX-Trigger-After-Settle"]
    cells = _cells(answer.text)
    assert (cells["dose"], cells["days"]) == ("", str(offered.usual_days))
    assert (cells["frequency"], cells["route"]) == (offered.frequency, offered.route)
    form = answer.text[answer.text.index('<form id="rx-edit"') :]
    assert hidden(form, "drug_id") == offered.id.hex()
    assert f'action="{url}"' in answer.text and offered.name in answer.text and "写好单次剂量" in answer.text
    assert (_codes(one), one.sheet_rev) == ([AMOXICILLIN], 1)


@pytest.mark.rule("QT-10")
def test_the_typed_dose_is_what_is_stored_in_the_place_of_the_stopped_row(browser_as, stopped):
    one, _line, url = stopped
    doctor, offered = browser_as("doctor"), dictionaries.drug_by_code(AZITHROMYCIN)
    row = {
        "sheet_rev": "1", "drug_id": offered.id.hex(), "dose": "", "frequency": "qd", "days": "3",
        "route": offered.route, "quantity": "", "note": "",
    }  # fmt: skip
    empty = doctor.post(url, row, **HTMX)
    assert empty.status_code == 422 and f'action="{url}"' in empty.text
    assert _codes(one) == [AMOXICILLIN]
    wrong = doctor.post(url, {**row, "dose": "好多"}, **HTMX)
    assert wrong.status_code == 422 and 'value="好多"' in wrong.text
    assert doctor.post(url, {**row, "dose": "0.125g"}, **HTMX).status_code == 200
    lines = queries.lines_of(queries.draft_of_visit(one.visit_id).id)
    assert [(line.drug_id, line.dose_text) for line in lines] == [(offered.id, "0.125 g")]


def test_a_dose_typed_for_an_offer_that_is_gone_closes_the_row(browser_as, clinic, stopped):
    one, _line, url = stopped
    offered = dictionaries.drug_by_code(AZITHROMYCIN)
    clinic.raw("UPDATE drug SET is_disabled = 1 WHERE id = ?", (offered.id,))
    row = {
        "sheet_rev": "1", "drug_id": offered.id.hex(), "dose": "0.125g", "frequency": "qd", "days": "3", "route": "po",
    }
    answer = browser_as("doctor").post(url, row, **HTMX)
    assert answer.status_code == 409 and "rx-edit" not in answer.text
    assert _codes(one) == [AMOXICILLIN]


def test_for_an_adult_the_suggested_drug_is_still_one_key(browser_as, writing):
    one = writing(ALLERGIC)
    line = one.add(AMOXICILLIN)
    url = f"/doctor/visits/{one.visit_id.hex()}/lines/{line.hex()}/replace"
    assert browser_as("doctor").post(url, {"sheet_rev": "1"}, **HTMX).status_code == 200
    assert _codes(one) == [AZITHROMYCIN]
