"""Earlier visits of the person beside today's note, what is taken over from them, sets of drugs, vital signs."""

import pytest

from clinic_app.kernel.errors import Missing, Refused
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.consultation.queries import drug_sets, history
from clinic_app.modules.consultation.rules.trend import EDGE, HEIGHT, chart
from clinic_app.modules.dictionaries import queries as dictionaries
from clinic_app.modules.dictionaries import services as dictionary_services
from tests.modules.consultation.conftest import AMOXICILLIN, HEALTHY, LORATADINE, PARACETAMOL, typed


@pytest.fixture
def before(writing):
    """An earlier visit with two drugs and a blood pressure."""
    one = writing(HEALTHY)
    one.write()
    one.note(blood_pressure="146/88", weight="62")
    one.add(LORATADINE)
    one.add(PARACETAMOL)
    one.sign()
    return one


def _repeat(today, sheet):
    return today.draft(services.repeat_sheet, sheet.id, today.sheet_rev)


def test_visits_come_newest_first_a_page_at_a_time_without_todays(writing):
    ids = []
    for _ in range(history.PAGE + 2):
        one = writing(HEALTHY)
        one.write()
        one.sign()
        ids.append(one.visit_id)
    today = writing(HEALTHY)
    first, following = history.past_visits(today.patient_id, today.visit_id)
    rest, end = history.past_visits(today.patient_id, today.visit_id, following)
    assert [one.visit_id for one in (*first, *rest)] == ids[::-1] and end is None


def test_another_persons_visit_is_not_shown(before, writing):
    other = writing("张兰英")
    assert history.past_note(other.patient_id, before.visit_id) is None
    assert history.past_visits(other.patient_id, other.visit_id)[0] == []
    with pytest.raises(Missing):
        _repeat(other, before.signed[0])
    with pytest.raises(Missing):
        other.draft(services.repeat_diagnoses, before.visit_id)


def test_a_sheet_is_copied_as_if_typed_now(before, writing):
    today = writing(HEALTHY)
    done = _repeat(today, before.signed[0])
    rows = queries.lines_of(queries.draft_of_visit(today.visit_id).id)
    assert (done["added"], done["left"], len(rows)) == (2, [], 2)
    assert [row.quantity for row in rows] == [row.quantity for row in queries.lines_of(before.signed[0].id)]
    again = _repeat(today, before.signed[0])
    assert again["added"] == 0 and {one["refusal"].code for one in again["left"]} == {"consultation.drug_twice"}


def test_a_disabled_drug_is_left_out_by_name_and_a_changed_price_is_told(clinic, before, writing):
    loratadine, paracetamol = (dictionaries.drug_by_code(code).id for code in (LORATADINE, PARACETAMOL))
    manager = clinic.actor("manager")
    clinic.run(manager, lambda uow: dictionary_services.disable(uow, "drug", loratadine))
    today = writing(HEALTHY)
    done = _repeat(today, before.signed[0])
    assert done["added"] == 1
    assert [(one["drug_id"], one["refusal"].code) for one in done["left"]] == [
        (loratadine, "consultation.drug_disabled")
    ]
    assert done["prices"] == [] and paracetamol


def test_an_allergy_that_came_up_since_stops_the_copied_row(clinic, writing):
    from clinic_app.modules.patients import services as patient_services
    from clinic_app.modules.patients.services import AllergyEntry

    one = writing(HEALTHY)
    one.write()
    one.add(AMOXICILLIN)
    one.sign()
    entry = AllergyEntry("group", "penicillins", "青霉素类")
    clinic.run(
        clinic.actor("doctor"), lambda uow: patient_services.set_allergies(uow, one.patient_id, "known", (entry,))
    )
    today = writing(HEALTHY)
    today.write()
    assert _repeat(today, one.signed[0])["added"] == 1
    with pytest.raises(Refused, match="stop_unresolved"):
        today.sign()


def test_diagnoses_are_taken_over_once(before, writing):
    today = writing(HEALTHY)
    assert today.draft(services.repeat_diagnoses, before.visit_id)["added"] == 1
    assert today.draft(services.repeat_diagnoses, before.visit_id)["added"] == 0
    assert [one.code for one in queries.diagnoses_of_visit(today.visit_id)] == ["J06.900"]


def test_a_set_is_kept_from_a_sheet_and_applied_with_every_check(clinic, before, writing):
    doctor = clinic.actor("doctor")
    sheet = before.signed[0].id
    clinic.run(doctor, lambda uow: services.save_set(uow, name="感冒两味", scope="clinic", prescription_id=sheet))
    (found,) = drug_sets.sets_matching("gmlw", clinic.actor("doctor", 1).person_id)
    today = writing(HEALTHY)
    today.add(LORATADINE)
    done = today.draft(services.apply_set, found.id, today.sheet_rev)
    assert done["added"] == 1 and done["left"][0]["refusal"].code == "consultation.drug_twice"
    clinic.run(doctor, lambda uow: services.disable_set(uow, found.id))
    with pytest.raises(Missing):
        today.draft(services.apply_set, found.id, today.sheet_rev)


def test_a_personal_set_is_nobody_elses(clinic, before, writing):
    sheet = before.signed[0].id
    colleague = clinic.actor("doctor", 1)
    clinic.run(colleague, lambda uow: services.save_set(uow, name="她的", scope="personal", prescription_id=sheet))
    (found,) = drug_sets.sets_of(colleague.person_id)
    assert drug_sets.sets_of(clinic.actor("doctor").person_id) == []
    today = writing(HEALTHY)
    with pytest.raises(Missing):
        today.draft(services.apply_set, found.id, today.sheet_rev)


def test_vital_signs_of_signed_notes_are_drawn_from_the_oldest(before, writing):
    one = writing(HEALTHY)
    one.write()
    one.sign(blood_pressure="132/80")
    told = history.measured(one.patient_id)
    assert [found.vitals["blood_pressure"] for found in told] == ["146/88", "132/80"]
    drawn = chart("blood_pressure", ["146/88", "132/80"])
    assert (drawn.low, drawn.high, drawn.latest, drawn.before) == ("80", "146", "132/80", "146/88")
    upper, lower = drawn.lines
    assert upper.points[0][1] == EDGE and lower.points[1][1] == HEIGHT - EDGE


def test_one_reading_is_no_trend_and_a_gap_is_no_zero():
    assert chart("weight", ["62", ""]) is None
    drawn = chart("weight", ["62", "", "64"])
    assert [point[2] for point in drawn.lines[0].points] == ["62", "64"]


def test_the_panes_answer_and_a_stranger_gets_nothing(browser_as, before, writing):
    today, doctor = writing(HEALTHY), browser_as("doctor")
    url = f"/doctor/visits/{today.visit_id.hex()}"
    text = doctor.get(f"{url}/history").text
    assert "抄到今天" in text and "146/88" in text
    assert "<polyline" not in doctor.get(f"{url}/trend").text and "146/88" in doctor.get(f"{url}/trend").text
    form = {"sheet_rev": str(today.sheet_rev), "past": before.visit_id.hex(), "before": ""}
    answer = doctor.post(f"{url}/repeat/{before.signed[0].id.hex()}", form, **{"HX-Request": "true"})
    assert "2 种药抄到今天的处方" in answer.text and 'id="orders"' in answer.text
    stale = doctor.post(f"{url}/repeat/{before.signed[0].id.hex()}", form, **{"HX-Request": "true"})
    assert stale.status_code == 409
    assert doctor.get(f"{url}/beside").text.strip() == '<div id="beside" hidden></div>'
    other = writing("张兰英")
    foreign = doctor.get(f"/doctor/visits/{other.visit_id.hex()}/history?past={before.visit_id.hex()}")
    assert foreign.status_code == 404 and "146/88" not in foreign.text
    assert browser_as("cashier").get(f"{url}/history").status_code == 403


def test_an_earlier_visit_shows_its_requests_and_asks_for_their_results(clinic, writing, browser_as):
    one = writing(HEALTHY)
    one.write()
    blood = dictionaries.service_by_code("S0015")
    one.draft(services.add_item, blood.id, 0, note="空腹")
    one.sign(request_rev=1)
    today = writing(HEALTHY)
    past = history.past_note(today.patient_id, one.visit_id)
    assert [(asked.kind, asked.state, [line.name for line in asked.lines]) for asked in past.requests] == [
        ("laboratory", "signed", [blood.name])
    ] and past.has_results
    html = browser_as("doctor").get(f"/doctor/visits/{today.visit_id.hex()}/history", **{"HX-Request": "true"}).text
    assert blood.name in html and "空腹" in html and f"/laboratory/visits/{one.visit_id.hex()}/past-results" in html


def test_without_requests_nothing_is_asked_of_the_laboratory(before, writing, browser_as):
    today = writing(HEALTHY)
    assert not history.past_note(today.patient_id, before.visit_id).has_results
    html = browser_as("doctor").get(f"/doctor/visits/{today.visit_id.hex()}/history", **{"HX-Request": "true"}).text
    assert "past-results" not in html


@pytest.mark.rule("RX-05")
def test_a_repeated_row_waits_for_a_reason_of_today(writing, browser_as):
    one = writing(HEALTHY)
    one.write()
    one.add(LORATADINE, days="14", reason="出差两周")
    one.sign()
    today = writing(HEALTHY)
    today.write()
    assert _repeat(today, one.signed[0])["added"] == 1
    (row,) = queries.lines_of(queries.draft_of_visit(today.visit_id).id)
    assert (row.days, row.reason) == (14, "")
    with pytest.raises(Refused, match="reason") as refused:
        today.sign()
    assert refused.value.field == f"line-{row.id.hex()}"
    opened = browser_as("doctor").get(f"/doctor/visits/{today.visit_id.hex()}/orders?line={row.id.hex()}").text
    assert 'id="ed-reason"' in opened and "出差两周" not in opened
    today.draft(services.change_line, row.id, typed(LORATADINE, days="14", reason="还在外地"), today.sheet_rev)
    today.sign()
    assert [line.reason for line in queries.lines_of(today.signed[0].id)] == ["还在外地"]
