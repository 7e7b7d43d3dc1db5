import pytest

from clinic_app.kernel import db
from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.modules.consultation import queries, services
from clinic_app.modules.dictionaries import queries as dictionaries
from tests.modules.consultation.conftest import HEALTHY


def test_starting_twice_changes_nothing(clinic, writing):
    one = writing()
    one.note(chief_complaint="头痛 1 天")
    clinic.run(clinic.actor("doctor"), lambda uow: services.start(uow, one.visit_id))
    assert queries.note(one.visit_id).chief_complaint == "头痛 1 天"


def test_a_colleague_cannot_open_it_and_is_told_who_has_it(clinic, writing):
    one = writing()
    with pytest.raises(Stale) as refused:
        clinic.run(clinic.actor("doctor", 1), lambda uow: services.start(uow, one.visit_id))
    assert refused.value.facts["doctor"] == clinic.actor("doctor").name


def test_a_colleague_cannot_write_in_it(clinic, writing):
    one = writing()
    with pytest.raises(Refused) as refused:
        one.draft(services.save_note, {"plan": "x"}, 1, place=1)
    assert refused.value.code == "consultation.other_doctor"
    assert queries.note(one.visit_id).plan == ""


def test_nothing_is_written_before_the_consultation_is_started(clinic, arrive):
    visit_id = arrive(HEALTHY)
    with pytest.raises(Refused, match="not_started"):
        clinic.run(clinic.actor("doctor"), lambda uow: services.save_note(uow, visit_id, {"plan": "x"}, 1), quiet=True)
    with pytest.raises(Missing):
        clinic.run(clinic.actor("doctor"), lambda uow: services.save_note(uow, bytes(16), {"plan": "x"}, 1), quiet=True)


def test_autosave_keeps_what_is_typed_even_if_it_is_wrong_and_writes_no_audit_row(writing):
    one = writing()
    before = db.value("SELECT count(*) FROM audit")
    one.note(temperature="378", present_illness="第一行\n第二行 ")
    note = queries.note(one.visit_id)
    assert (note.temperature, note.present_illness, note.rev) == ("378", "第一行\n第二行", 2)
    assert db.value("SELECT count(*) FROM audit") == before


def test_saving_the_same_text_again_makes_no_new_revision(writing):
    one = writing()
    one.note(plan="休息")
    one.note(plan="休息")
    assert queries.note(one.visit_id).rev == 2


def test_a_second_window_never_overwrites_the_first(writing):
    one = writing()
    one.draft(services.save_note, {"plan": "第一个窗口"}, 1)
    with pytest.raises(Stale, match="note_changed"):
        one.draft(services.save_note, {"plan": "第二个窗口"}, 1)
    assert queries.note(one.visit_id).plan == "第一个窗口"


@pytest.mark.parametrize(
    ("text", "code"),
    [("字" * 4_001, "text_too_long"), ("a\x00b", "text_unseen_sign"), ("\x1b[31m", "text_unseen_sign")],
)
def test_text_that_nobody_can_read_is_refused(writing, text, code):
    one = writing()
    with pytest.raises(Refused, match=code):
        one.note(plan=text)
    assert queries.note(one.visit_id).rev == 1


def test_diagnoses_keep_their_order_and_come_back_to_their_place(writing):
    one = writing()
    for code in ("J06.900", "J02.900", "J03.900"):
        one.draft(services.add_diagnosis, diagnosis_id=dictionaries.diagnosis_by_code(code).id)
    middle = queries.diagnoses_of_visit(one.visit_id)[1]
    one.draft(services.remove_diagnosis, middle.id)
    assert [found.code for found in queries.diagnoses_of_visit(one.visit_id)] == ["J06.900", "J03.900"]
    one.draft(services.restore_diagnosis, middle.id)
    assert [found.code for found in queries.diagnoses_of_visit(one.visit_id)] == ["J06.900", "J02.900", "J03.900"]


@pytest.mark.rule("OR-08")
def test_a_diagnosis_may_be_free_wording_without_a_code(writing):
    one = writing()
    one.draft(services.add_diagnosis, wording="  疑似  水土不服 ")
    found = queries.diagnoses_of_visit(one.visit_id)[0]
    assert (found.name, found.code, found.diagnosis_id) == ("疑似 水土不服", "", None)


def test_the_same_diagnosis_is_not_added_twice(writing):
    one = writing()
    one.write()
    with pytest.raises(Refused, match="diagnosis_twice"):
        one.draft(services.add_diagnosis, wording=queries.diagnoses_of_visit(one.visit_id)[0].name)


def test_a_diagnosis_of_another_visit_cannot_be_removed_from_here(writing):
    one, other = writing(), writing("张兰英")
    one.write()
    foreign = queries.diagnoses_of_visit(one.visit_id)[0]
    with pytest.raises(Missing):
        other.draft(services.remove_diagnosis, foreign.id)
    assert queries.diagnoses_of_visit(one.visit_id) == [foreign]


def test_undo_never_brings_a_diagnosis_back_twice(writing):
    one = writing()
    one.write()
    (first,) = queries.diagnoses_of_visit(one.visit_id)
    one.draft(services.remove_diagnosis, first.id)
    one.draft(services.add_diagnosis, diagnosis_id=first.diagnosis_id)
    with pytest.raises(Refused, match="diagnosis_twice"):
        one.draft(services.restore_diagnosis, first.id)
    assert len(queries.diagnoses_of_visit(one.visit_id)) == 1
