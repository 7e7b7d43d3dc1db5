"""Blood pressure at the first visit of a year (VS-09)."""

from datetime import date

import pytest

from clinic_app.kernel.clock import today
from clinic_app.modules.consultation import queries
from clinic_app.modules.patients.services import PatientData, register_patient
from clinic_app.modules.visits import queries as visits
from clinic_app.modules.visits.rules.pressure import must_ask

HTMX = {"HX-Request": "true"}


@pytest.mark.rule("VS-09")
@pytest.mark.parametrize(
    ("years", "measured", "asked"),
    [(35, False, True), (34, False, False), (35, True, False), (80, False, True), (None, False, False)],
)
def test_from_35_years_on_it_is_asked_until_it_is_measured(years, measured, asked):
    assert must_ask(years, 35, measured) is asked


@pytest.mark.rule("VS-09")
def test_the_age_is_that_of_the_day(clinic):
    assert visits.must_ask_pressure("1990-03-05", date(2025, 3, 5), measured=False)
    assert not visits.must_ask_pressure("1990-03-06", date(2025, 3, 5), measured=False)


@pytest.fixture
def of_age(clinic, writing):
    """A visit in consultation of somebody of that age, and how to close it as the page does."""

    def begin(browser, years, **note):
        day = today()
        born = day.replace(year=day.year - years, day=min(day.day, 28))
        data = PatientData("沈冬青", "2", born, allergy_state="none")
        patient = clinic.run(clinic.actor("registrar"), lambda uow: register_patient(uow, data))["patient_id"]
        return again(browser, bytes.fromhex(patient), **note)

    def again(browser, patient, **note):
        from clinic_app.kernel import access_log
        from tests import visit as a_visit

        visit_id = a_visit.arrive(clinic, patient)["visit_id"]
        a_visit.run(clinic, "doctor", lambda uow: _start(uow, visit_id))
        access_log.record(clinic.actor("doctor"), patient, "consultation")
        one = type(writing())(clinic, visit_id, patient)
        one.write()
        if note:
            one.note(**note)

        def close(**more):
            seen = str(queries.diagnoses_of_visit(visit_id)[0].id)
            form = {"note_rev": str(queries.note(visit_id).rev), "sheet_rev": "0", "dx_seen": seen, **more}
            return browser.post(f"/doctor/visits/{visit_id.hex()}/submit", form, **HTMX)

        return patient, close

    return begin, again


def _start(uow, visit_id):
    from clinic_app.modules.consultation import services

    return services.start(uow, visit_id)


@pytest.mark.rule("VS-09")
def test_closing_asks_at_35_and_the_next_press_signs_without(browser_as, of_age):
    doctor = browser_as("doctor")
    _patient, close = of_age[0](doctor, 35)
    answer = close()
    assert answer.status_code == 422 and "量血压" in answer.text
    assert 'name="pressure_asked" value="1" form="submit-form"' in answer.text
    assert "blood-pressure" in answer.headers["HX-Trigger-After-Settle"]
    assert close(pressure_asked="1").status_code == 303


@pytest.mark.rule("VS-09")
def test_closing_does_not_ask_at_34_or_once_it_is_measured_this_year(browser_as, of_age):
    doctor = browser_as("doctor")
    assert of_age[0](doctor, 34)[1]().status_code == 303
    patient, close = of_age[0](doctor, 60, blood_pressure="128/80")
    assert close().status_code == 303
    assert of_age[1](doctor, patient)[1]().status_code == 303
