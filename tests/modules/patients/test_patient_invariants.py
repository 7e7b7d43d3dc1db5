"""Each invariant names what was broken behind the product's back."""

from clinic_app.kernel import invariants
from clinic_app.modules.patients import queries


def broken(invariant_id):
    return next(one for one in invariants.results() if one.id == invariant_id).violations


def test_all_hold_in_a_practice_clinic(clinic):
    for name in ("O4", "O4-links", "O4-keys", "O4-allergies"):
        assert broken(name) == []


def test_a_number_of_two_persons_is_named(clinic):
    one, other = queries.search("cgy")[0], queries.search("ljg")[0]
    clinic.raw("DROP INDEX patient_identifier_holder")
    clinic.raw("UPDATE patient_identifier SET value = ? WHERE patient_id = ?", (one.identity_number, other.id))
    what, _why = broken("O4")[0]
    assert set(what.split(",")) == {one.person_no, other.person_no}


def test_links_in_a_circle_are_named(clinic):
    one, other = queries.search("cgy")[0], queries.search("ljg")[0]
    for number, (from_id, to_id) in enumerate(((one.id, other.id), (other.id, one.id))):
        clinic.raw(
            "INSERT INTO patient_link(id, from_id, to_id, linked_by, linked_at, approved_by, approved_at)"
            " VALUES(?, ?, ?, ?, 1, ?, 1)",
            (bytes([number]) * 16, from_id, to_id, one.id, one.id),
        )
    assert {what for what, _why in broken("O4-links")} == {one.person_no, other.person_no}
    assert set(queries.same_person(one.id)) == {one.id, other.id}  # a damaged link must not hang the chart


def test_a_record_without_its_name_key_is_named(clinic):
    one = queries.search("cgy")[0]
    clinic.raw("DELETE FROM name_key WHERE patient_id = ?", (one.id,))
    assert [what for what, _why in broken("O4-keys")] == [one.person_no]


def test_an_allergy_state_without_an_entry_is_named(clinic):
    one = queries.search("cgy")[0]
    clinic.raw("UPDATE patient SET allergy_state = 'none' WHERE id = ?", (one.id,))
    assert [what for what, _why in broken("O4-allergies")] == [one.person_no]
