import pytest

from clinic_app.kernel import invariants
from clinic_app.modules.consultation import services
from tests.modules.consultation.conftest import ALLERGIC, AMOXICILLIN, LORATADINE

OURS = ("O2-note", "O2-versions", "O2-sheet", "O2-drugs", "O2-lines", "O3-stops", "O3-doses")


@pytest.fixture
def signed(writing):
    one = writing(ALLERGIC)
    one.write()
    line = one.add(AMOXICILLIN)
    one.draft(services.keep_stop, line, "皮试阴性", one.sheet_rev)
    gone = one.add(LORATADINE)
    one.draft(services.delete_line, gone, one.sheet_rev)
    one.sign()
    return one


def _broken():
    return {one.id for one in invariants.results() if not one.holds} & set(OURS)


def test_all_hold_after_a_visit_with_a_kept_stop(signed):
    assert _broken() == set()


@pytest.mark.rule("O2")
def test_a_changed_note_is_named(clinic, signed):
    clinic.drop_triggers("note_version")
    clinic.raw("UPDATE note_version SET content = replace(content, '咳嗽', '头痛')")
    assert _broken() == {"O2-note"}


def test_a_missing_version_is_named(clinic, signed):
    clinic.drop_triggers("note_version")
    clinic.raw("UPDATE note_version SET version = 2, reason = 'x'")
    assert _broken() == {"O2-versions"}


def test_a_signed_note_without_a_version_is_named(clinic, signed):
    clinic.drop_triggers("note_version")
    clinic.raw("DELETE FROM note_version")
    assert "O2-versions" in _broken()


def test_a_sheet_without_its_number_is_named(clinic, signed):
    clinic.drop_triggers("prescription")
    clinic.raw("PRAGMA ignore_check_constraints = 1")
    clinic.raw("UPDATE prescription SET prescription_no = NULL")
    assert "O2-sheet" in _broken()


def test_a_sheet_of_another_patient_is_named(clinic, signed):
    clinic.drop_triggers("prescription")
    clinic.raw("UPDATE prescription SET patient_id = (SELECT id FROM patient WHERE id <> patient_id LIMIT 1)")
    assert _broken() == {"O2-sheet"}


def test_a_changed_quantity_is_named(clinic, signed):
    clinic.drop_triggers("prescription_line")
    clinic.raw("UPDATE prescription_line SET quantity = quantity + 1 WHERE deleted_at IS NULL")
    assert _broken() == {"O2-lines"}


@pytest.mark.rule("O3")
def test_a_stop_without_its_reason_is_named(clinic, signed):
    clinic.drop_triggers("kept_stop")
    clinic.raw("DELETE FROM kept_stop")
    assert _broken() == {"O3-stops"}
