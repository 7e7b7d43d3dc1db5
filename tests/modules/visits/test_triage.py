"""Triage: temperature, exposures, levels; fever goes to its own room."""

import pytest

from clinic_app.kernel.clock import today
from clinic_app.kernel.errors import Refused
from clinic_app.modules.visits import queries, services
from clinic_app.modules.visits.rules import triage as rules
from clinic_app.modules.visits.rules.triage import Answers


@pytest.mark.parametrize(
    ("text", "tenths"),
    [("38.2", 382), ("３８．２", 382), ("38。2", 382), ("37", 370), (" 36.5℃ ", 365), ("", None), ("30", 300),
     ("45.0", 450)],
)  # fmt: skip
def test_a_temperature_is_read_as_typed(text, tenths):
    assert rules.temperature(text) == tenths


@pytest.mark.parametrize("text", ["29.9", "45.1", "382", "38.25", "热", "3８.x", "-38"])
def test_what_no_body_has_is_refused(text):
    with pytest.raises(Refused) as err:
        rules.temperature(text)
    assert (err.value.code, err.value.field) == ("visits.temperature_wrong", "temperature")


@pytest.mark.parametrize(
    ("answers", "goes"),
    [(Answers(tenths=373), True), (Answers(tenths=372), False), (Answers(exposures=("travel",)), True),
     (Answers(), False), (Answers(level=2, tenths=395), False), (Answers(level=3, tenths=395), True)],
)  # fmt: skip
def test_fever_or_an_exposure_goes_to_the_fever_room_and_an_urgent_case_stays(answers, goes):
    assert rules.goes_to_fever_room(answers, 373) is goes


def test_a_feverish_patient_is_moved_to_the_line_of_the_fever_room(morning):
    visit = morning.register()
    made = morning.run("nurse", services.triage_visit, visit.id, Answers(tenths=382, exposures=("contact",)))
    assert made["room"] == "发热诊室" and morning.line("1") == [] and morning.line("F") == [1]
    found = queries.triage_of([visit.id])[visit.id]
    assert (found.temperature_tenths, found.exposures, found.level) == (382, "contact", 4)
    assert morning.run("nurse", services.triage_visit, visit.id, Answers(tenths=384))["room"] == ""


def test_level_1_or_2_is_called_first(morning):
    for _ in range(2):
        last = morning.register()
    morning.run("nurse", services.triage_visit, last.id, Answers(level=2))
    assert morning.line() == [2, 1]
    morning.run("nurse", services.triage_visit, last.id, Answers(level=3))
    assert morning.line() == [1, 2]


def test_a_clinic_without_a_fever_room_leaves_everybody_where_they_are(morning):
    morning.set("visits.fever_room", "-")
    visit = morning.register()
    assert morning.run("nurse", services.triage_visit, visit.id, Answers(tenths=400))["room"] == ""
    assert queries.fever_room(today()) is None and morning.line() == [1]


def test_what_fever_is_is_a_parameter(morning):
    morning.set("visits.fever_tenths", 380)
    visit = morning.register()
    assert morning.run("nurse", services.triage_visit, visit.id, Answers(tenths=379))["room"] == ""
    assert morning.run("nurse", services.triage_visit, visit.id, Answers(tenths=380))["room"] == "发热诊室"


def test_only_who_waits_is_triaged_and_only_known_questions_are_answered(morning):
    visit = morning.register()
    with pytest.raises(Refused) as err:
        morning.run("nurse", services.triage_visit, visit.id, Answers(exposures=("moon",)))
    assert err.value.code == "visits.exposure_unknown"
    morning.run("doctor", services.start_consultation, visit.id)
    with pytest.raises(Refused) as err:
        morning.run("nurse", services.triage_visit, visit.id, Answers())
    assert err.value.code == "visits.in_consultation"


def test_questions_say_that_nobody_reviewed_them(clinic):
    found = queries.triage_questions()
    assert [one.code for one in found] == ["contact", "travel", "cluster"]
    assert all(one.text and one.text_en and not one.is_reviewed for one in found)
