"""Each invariant names what was broken behind the product's back."""

from datetime import date

from clinic_app.kernel import invariants
from clinic_app.modules.patients import queries, services
from tests.modules.patients.test_records import make


def broken(invariant_id):
    return next(one for one in invariants.results() if one.id == invariant_id).violations


def test_all_hold_in_a_practice_clinic(clinic):
    for name in (
        "O4", "O4-links", "O4-keys", "O4-allergies", "O4-aliases", "O4-health-records", "O4-consents",
    ):
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


def test_another_name_without_its_key_is_named(clinic):
    one = queries.search("cgy")[0]
    clinic.run(clinic.actor("registrar"), lambda uow: services.add_alias(uow, one.id, "latin", "Chen Guiying"))
    assert broken("O4-aliases") == []
    clinic.raw("DELETE FROM name_key WHERE patient_id = ? AND key = 'chen guiying'", (one.id,))
    assert [what for what, _why in broken("O4-aliases")] == [one.person_no]
    assert broken("O4-keys") == []


def test_a_health_record_number_above_its_villages_serial_is_named(clinic):
    one = queries.search("cgy")[0]
    village = "990499101203"
    made = clinic.run(clinic.actor("registrar"), lambda uow: services.give_health_record(uow, one.id, village))
    assert broken("O4-health-records") == []
    clinic.drop_triggers("village")
    clinic.raw("UPDATE village SET last_serial = last_serial - 1 WHERE code = ?", (village,))
    assert [what for what, _why in broken("O4-health-records")] == [made["number"]]


def test_a_consent_by_one_who_may_not_consent_is_named(clinic):
    child, registrar = make(clinic, name="小三", born_on=date(2020, 1, 1)), clinic.actor("registrar")
    related = clinic.run(registrar, lambda uow: services.add_relation(uow, child.id, "mother", name="母亲"))
    by = related["relation_id"]
    clinic.run(registrar, lambda uow: services.give_consent(uow, child.id, "care", relation_id=by))
    assert broken("O4-consents") == []
    clinic.raw("UPDATE patient_relation SET kind = 'contact' WHERE id = ?", (by,))
    assert [what for what, _why in broken("O4-consents")] == [child.person_no]
