"""What a note must hold, by the kind of visit: first, return, emergency; and by its template."""

import pytest

from clinic_app.kernel import parameters
from clinic_app.kernel.errors import Invalid
from clinic_app.modules.consultation import queries
from clinic_app.modules.consultation.rules.contents import contents_of, missing, wrong_time
from tests.modules.consultation.conftest import CONTENTS

NOW = "2024-03-05 10:05"
FIRST = ("present_illness", "past_history", "examination", "results", "plan")
NINE = {**CONTENTS, "results": "血象不高", "attended": NOW}
"""Of the nine contents department and signature come by themselves, diagnosis and treatment are two fields here."""


def _asked(fields, required=FIRST, *, diagnoses=1, is_emergency=False):
    return list(missing(fields, required, NOW, diagnoses=diagnoses, is_emergency=is_emergency))


@pytest.mark.rule("OR-02")
def test_with_eight_of_nine_contents_and_no_diagnosis_exactly_that_field_is_named(writing):
    one = writing()
    one.note(**CONTENTS)
    with pytest.raises(Invalid) as refused:
        one.sign()
    assert list(refused.value.refusals) == ["diagnosis"]
    one.write()
    assert one.sign()["version"] == 1


@pytest.mark.rule("OR-02")
@pytest.mark.parametrize("left_out", [*FIRST, "chief_complaint", "attended"])
def test_each_content_of_a_first_visit_is_named_when_it_alone_is_empty(left_out):
    assert _asked({**NINE, left_out: "  "}) == [left_out]


@pytest.mark.rule("OR-03")
def test_a_return_visit_is_signed_without_past_history(clinic, writing):
    one = writing(kind="return")
    one.write()
    one.note(past_history="")
    assert one.sign()["version"] == 1
    first = writing("张兰英")
    first.write()
    first.note(past_history="")
    with pytest.raises(Invalid) as refused:
        first.sign()
    assert list(refused.value.refusals) == ["past_history"]


@pytest.mark.rule("OR-04")
def test_an_emergency_is_timed_to_the_minute():
    assert wrong_time("2024-03-05", NOW, is_emergency=True).code == "consultation.attended_to_the_minute"
    assert wrong_time("2024-03-05 02:47", NOW, is_emergency=True) is None
    assert wrong_time("2024-03-05", NOW, is_emergency=False) is None


@pytest.mark.rule("OR-04")
def test_an_emergency_note_with_a_date_only_is_not_signed(writing):
    one = writing(kind="emergency")
    one.write()
    to_the_minute = queries.note(one.visit_id).attended
    one.note(attended=to_the_minute[:10])
    with pytest.raises(Invalid) as refused:
        one.sign()
    assert [found.code for found in refused.value.refusals.values()] == ["consultation.attended_to_the_minute"]
    assert one.sign(attended=to_the_minute)["version"] == 1


@pytest.mark.parametrize(
    "said", ["2024-02-30 10:00", "10:05", "2024-3-5", "2024-03-05 24:00", "昨天", "2024-03-05T10:00"]
)
def test_a_time_that_is_none_is_refused(said):
    assert wrong_time(said, NOW, is_emergency=False).code == "consultation.attended_unreadable"


def test_nobody_is_seen_later_than_now():
    assert wrong_time("2024-03-05 10:06", NOW, is_emergency=False).code == "consultation.attended_later_than_now"
    assert wrong_time("2024-03-05 10:05", NOW, is_emergency=False) is None


@pytest.mark.parametrize(
    ("kind", "contents"),
    [("general", "first"), ("tcm", "first"), ("return", "return"), ("chronic", "return"), ("emergency", "emergency")],
)
def test_each_kind_of_visit_has_its_contents(kind, contents):
    assert contents_of(kind) == contents


@pytest.mark.parametrize("text", ["体温___℃", "体温＿＿℃"])
def test_a_blank_that_a_template_left_is_named(text):
    found = missing({**NINE, "examination": text}, FIRST, NOW, diagnoses=1, is_emergency=False)
    assert [one.code for one in found.values()] == ["consultation.blank_left"]


def test_one_underscore_is_no_blank():
    assert _asked({**NINE, "examination": "a_b"}) == []


def test_the_contents_are_a_dated_parameter(clinic, writing):
    clinic.run(
        clinic.actor("manager"),
        lambda uow: parameters.change(uow, "consultation.first_contents", "plan", uow.on, "clinic's decision"),
        quiet=True,
    )
    one = writing()
    one.write()
    one.note(past_history="", present_illness="")
    assert one.sign()["version"] == 1


def test_a_new_note_knows_its_minute_and_what_the_last_note_told(clinic, writing):
    first = writing()
    first.write()
    first.note(family_history="父亲高血压")
    first.sign()
    again = writing()
    note = queries.note(again.visit_id)
    assert (note.past_history, note.family_history, note.results) == (CONTENTS["past_history"], "父亲高血压", "未做")
    assert len(note.attended) == 16 and note.chief_complaint == ""


def test_history_is_not_taken_from_a_note_that_is_not_signed(writing):
    first = writing()
    first.note(past_history="还没签")
    assert queries.history_told(first.patient_id)["past_history"] == ""


@pytest.mark.rule("OR-05")
@pytest.mark.parametrize(("signs", "warned"), [(20, False), (21, True), (25, True)])
def test_a_long_complaint_warns_and_is_signed_all_the_same(browser_as, writing, signs, warned):
    one, doctor = writing(), browser_as("doctor")
    one.write()
    url = f"/doctor/visits/{one.visit_id.hex()}/note"
    form = {"note_rev": str(queries.note(one.visit_id).rev), "chief_complaint": "咳" * signs}
    assert ("一般 20 字以内" in doctor.post(url, form, **{"HX-Request": "true"}).text) == warned
    assert one.sign()["version"] == 1


@pytest.mark.rule("OR-01")
def test_one_of_the_three_answers_about_allergies_closes_the_record(clinic, writing):
    from clinic_app.kernel.errors import Refused
    from clinic_app.modules.patients import services as patient_services
    from clinic_app.modules.patients.services import AllergyEntry
    from tests.modules.consultation.conftest import NOT_ASKED

    one = writing(NOT_ASKED)
    one.write()
    with pytest.raises(Refused, match="allergy_unknown"):
        one.sign()
    entry = AllergyEntry("text", "", "说不清（已问）")
    clinic.run(
        clinic.actor("doctor"), lambda uow: patient_services.set_allergies(uow, one.patient_id, "known", (entry,))
    )
    assert one.sign()["version"] == 1
