import apsw
import pytest

from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.modules.consultation import queries, services
from tests.modules.consultation.conftest import AMOXICILLIN, LORATADINE


def _signed(writing):
    one = writing()
    one.write()
    one.add(AMOXICILLIN)
    one.sign()
    return one


def _void(one, reason="开错药", place=0, **named):
    sheet = one.signed[0]
    return one.clinic.run(
        one.clinic.actor("doctor", place), lambda uow: services.void_prescription(uow, sheet.id, reason, **named)
    )


@pytest.mark.rule("RX-18")
def test_a_sheet_is_voided_with_a_reason_and_stays_readable(writing):
    one = _signed(writing)
    sheet = one.signed[0]
    with pytest.raises(Refused, match="void_reason_missing"):
        _void(one, "  ")
    _void(one)
    voided = queries.prescription(sheet.id)
    assert (voided.state, voided.void_reason, voided.prescription_no) == ("voided", "开错药", sheet.prescription_no)
    assert len(queries.lines_of(sheet.id)) == 1


def test_a_voided_sheet_is_not_voided_again(writing):
    one = _signed(writing)
    sheet = one.signed[0]
    _void(one)
    with pytest.raises(Stale, match="sheet_not_signed"):
        one.clinic.run(one.clinic.actor("doctor"), lambda uow: services.void_prescription(uow, sheet.id, "再来"))


def test_only_its_own_doctor_voids_a_sheet(writing):
    one = _signed(writing)
    with pytest.raises(Refused, match="other_doctor"):
        _void(one, place=1)
    with pytest.raises(Missing):
        one.clinic.run(one.clinic.actor("doctor"), lambda uow: services.void_prescription(uow, bytes(16), "x"))


def test_written_anew_the_lines_stand_in_a_draft_and_sign_under_a_new_number(writing):
    one = _signed(writing)
    old = one.signed[0]
    _void(one, "剂量要改", write_anew=True)
    draft = queries.draft_of_visit(one.visit_id)
    line = queries.lines_of(draft.id)[0]
    assert queries.note(one.visit_id).amend_reason == "剂量要改"
    assert line.id != queries.lines_of(old.id)[0].id
    made = one.sign()
    assert made["version"] is None
    assert made["sheets"][0] != old.prescription_no


@pytest.mark.rule("OR-06")
def test_an_amendment_is_a_new_version_with_its_reason_and_version_1_stays(writing):
    one = _signed(writing)
    doctor = one.clinic.actor("doctor")
    with pytest.raises(Refused, match="reason_missing"):
        one.clinic.run(doctor, lambda uow: services.amend(uow, one.visit_id, " "))
    one.clinic.run(doctor, lambda uow: services.amend(uow, one.visit_id, "检查结果回来"))
    one.note(plan="血象高，加用抗生素")
    one.add(LORATADINE)
    assert one.sign()["version"] == 2
    first, second = queries.note_versions(one.visit_id)
    assert (first.content["plan"], second.content["plan"]) == ("休息", "血象高，加用抗生素")
    assert (first.reason, second.reason) == ("", "检查结果回来")
    assert len(one.signed) == 2


def test_an_amendment_without_a_change_just_closes(writing):
    one = _signed(writing)
    one.clinic.run(one.clinic.actor("doctor"), lambda uow: services.amend(uow, one.visit_id, "看看"))
    assert one.sign()["version"] is None
    assert queries.note(one.visit_id).state == "signed"
    assert len(queries.note_versions(one.visit_id)) == 1


def test_an_unsigned_note_is_not_amended(writing):
    one = writing()
    with pytest.raises(Stale, match="not_signed"):
        one.clinic.run(one.clinic.actor("doctor"), lambda uow: services.amend(uow, one.visit_id, "x"))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE prescription_line SET quantity = 99", "DELETE FROM prescription_line",
        "UPDATE prescription SET patient_id = zeroblob(16)", "UPDATE prescription SET state = 'draft'",
        "DELETE FROM prescription", "UPDATE note_version SET content = '{}'", "DELETE FROM note_version",
        "DELETE FROM note",
    ],
)  # fmt: skip
def test_the_database_itself_refuses_to_change_what_is_signed(clinic, writing, sql):
    _signed(writing)
    with pytest.raises(apsw.ConstraintError):
        clinic.raw(sql)


def test_rows_copied_into_a_draft_are_never_signed_unseen(writing):
    one = _signed(writing)
    doctor = one.clinic.actor("doctor")
    one.clinic.run(doctor, lambda uow: services.amend(uow, one.visit_id, "补开药"))
    one.add(LORATADINE)
    note_rev, sheet_rev = queries.note(one.visit_id).rev, one.sheet_rev
    _void(one, write_anew=True)
    with pytest.raises(Stale, match="sheet_changed"):
        one.clinic.run(
            doctor, lambda uow: services.sign_visit(uow, one.visit_id, note_rev=note_rev, sheet_rev=sheet_rev)
        )
