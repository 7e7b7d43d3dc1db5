"""Making and changing records of persons."""

from dataclasses import replace
from datetime import date

import pytest

from clinic_app.kernel import db, i18n
from clinic_app.kernel.errors import Invalid, Missing, Refused, Stale
from clinic_app.modules.patients import queries
from clinic_app.modules.patients.services import (
    AllergyEntry,
    Identifier,
    PatientData,
    add_identifier,
    change_patient,
    end_identifier,
    register_patient,
    set_allergies,
)

HOSTILE = "<script>alert('王')</script>\"; DROP TABLE patient; --"


def make(clinic, **known):
    data = PatientData(**{"name": "李秋月", "sex": "2", "born_on": date(1990, 3, 5), **known})
    made = clinic.run(clinic.actor("registrar"), lambda uow: register_patient(uow, data))
    return queries.patient(bytes.fromhex(made["patient_id"]))


def test_person_numbers_follow_each_other_without_a_gap(clinic):
    first, second = make(clinic), make(clinic, name="周冬青")
    assert int(second.person_no[-7:]) == int(first.person_no[-7:]) + 1
    assert first.person_no.startswith("XQX01P")


def test_a_refused_record_gives_its_number_back(clinic):
    before = make(clinic)
    with pytest.raises(Invalid):
        make(clinic, name="")
    assert int(make(clinic, name="周冬青").person_no[-7:]) == int(before.person_no[-7:]) + 1


@pytest.mark.rule("ID-01")
def test_an_identity_number_fills_in_birth_date_and_sex(clinic):
    found = make(clinic, sex="0", born_on=None, identity_number=" 11010519491231002x ")
    assert (found.identity_number, found.born_on, found.sex) == ("11010519491231002X", "1949-12-31", "2")


@pytest.mark.rule("ID-01")
def test_full_width_digits_are_stored_as_plain_ones(clinic):
    number, phone = "１１０１０５１９４９１２３１００２Ｘ", "１９９００００７７０１"
    found = make(clinic, born_on=None, identity_number=number, phone=phone)
    assert (found.identity_number, found.phone) == ("11010519491231002X", "19900007701")


@pytest.mark.rule("ID-02")
def test_a_wrong_check_digit_is_refused_and_an_empty_number_is_not(clinic):
    with pytest.raises(Invalid) as err:
        make(clinic, identity_number="620499198503120018")
    assert err.value.refusals["identity_number"].code == "patients.id_check_digit"
    assert make(clinic, identity_number="").identity_number == ""


@pytest.mark.rule("ID-03")
def test_an_old_number_becomes_eighteen_places_and_keeps_what_was_typed(clinic):
    found = make(clinic, born_on=None, identity_number="620499850312002")
    assert found.identity_number == "620499198503120027"
    kept = db.value("SELECT original FROM patient_identifier WHERE patient_id = ?", (found.id,))
    assert kept == "620499850312002"


@pytest.mark.rule("ID-04")
def test_what_was_entered_stays_where_the_number_says_otherwise(clinic):
    found = make(clinic, sex="1", born_on=date(1950, 1, 1), identity_number="11010519491231002X")
    assert (found.born_on, found.sex) == ("1950-01-01", "1")


@pytest.mark.rule("ID-05")
def test_a_passport_has_no_check_digit(clinic):
    found = make(clinic, identifiers=(Identifier("03", "e12345678"),))
    assert [(one.kind, one.value) for one in queries.identifiers_of(found.id)] == [("03", "E12345678")]


@pytest.mark.rule("ID-06")
def test_a_card_has_one_holder_and_the_refusal_names_him(clinic):
    holder = make(clinic, identifiers=(Identifier("health_card", "620499001"),))
    other = make(clinic, name="周冬青")
    with pytest.raises(Refused) as err:
        clinic.run(
            clinic.actor("registrar"), lambda uow: add_identifier(uow, other.id, Identifier("health_card", "620499001"))
        )
    assert err.value.code == "patients.identifier_held"
    assert err.value.facts == {"name": "李秋月", "person_no": holder.person_no}


@pytest.mark.rule("ID-06")
def test_a_second_identity_number_is_refused_until_the_first_is_ended(clinic):
    found, actor = make(clinic, identity_number="11010519491231002X"), clinic.actor("registrar")
    second = Identifier("01", "990499196503180024")
    with pytest.raises(Refused, match="identity_number_twice") as refused:
        clinic.run(actor, lambda uow: add_identifier(uow, found.id, second))
    for language in ("zh-CN", "en"):
        assert "identity_number_twice" not in i18n.refusal(refused.value, language)
    assert queries.patient(found.id).identity_number == "11010519491231002X"
    first = queries.identifiers_of(found.id)[0]
    clinic.run(actor, lambda uow: end_identifier(uow, found.id, first.id))
    clinic.run(actor, lambda uow: add_identifier(uow, found.id, second))
    assert queries.patient(found.id).identity_number == "990499196503180024"


@pytest.mark.rule("ID-06")
def test_a_new_record_takes_one_identity_number(clinic):
    with pytest.raises(Refused, match="identity_number_twice"):
        make(clinic, identity_number="11010519491231002X", identifiers=(Identifier("01", "990499196503180024"),))


@pytest.mark.rule("ID-06")
def test_an_ended_card_may_go_to_its_true_holder(clinic):
    holder, other = make(clinic, identifiers=(Identifier("health_card", "620499001"),)), make(clinic, name="周冬青")
    one = queries.identifiers_of(holder.id)[0]
    actor = clinic.actor("registrar")
    clinic.run(actor, lambda uow: end_identifier(uow, holder.id, one.id))
    clinic.run(actor, lambda uow: add_identifier(uow, other.id, Identifier("health_card", "620499001")))
    assert queries.holder_of("health_card", "620499001").patient_id == other.id
    with pytest.raises(Missing):
        clinic.run(actor, lambda uow: end_identifier(uow, holder.id, one.id))


@pytest.mark.rule("ID-06")
def test_three_of_a_family_share_a_phone_and_an_account(clinic):
    for name in ("马春兰", "马小明", "马小红"):
        make(clinic, name=name, phone="13800000001", identifiers=(Identifier("wechat", "ma-family"),))
    assert {hit.name for hit in queries.search("13800000001")} == {"马春兰", "马小明", "马小红"}


@pytest.mark.rule("ID-07")
def test_two_unknown_arrivals_of_a_day_are_numbered(clinic):
    first, second = (make(clinic, name="", sex="0", born_on=None, is_temporary=True) for _ in range(2))
    assert (first.name[:4], first.name[-3:], second.name[-3:]) == ("无名氏-", "-01", "-02")
    assert queries.search(first.name)[0].id == first.id


@pytest.mark.rule("ID-16")
def test_a_name_of_fifty_characters_is_kept_uncut(clinic):
    name = "阿卜杜热西提·买买提依明·" * 4 + "阿里"
    assert make(clinic, name=name).name == name and len(name) >= 50


def test_a_hostile_name_is_a_name_and_nothing_else(clinic):
    found = make(clinic, name=HOSTILE)
    assert found.name == HOSTILE
    assert queries.search(HOSTILE)[0].id == found.id


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "李\x00月", "patients.name_unseen_sign"),
        ("name", "李" * 1_000_000, "patients.name_too_long"),
        ("phone", "1390056220", "patients.phone_length"),
        ("phone", "\x00" * 11, "patients.phone_characters"),
        ("address", "村" * 1_000_000, "patients.address_too_long"),
        ("address", "一组\x001 号", "patients.text_unseen_sign"),
        ("sex", "7", "patients.sex_unknown_code"),
        ("born_on", date(2999, 1, 1), "patients.birth_date_future"),
        ("identity_number", "9" * 1_000_000, "patients.id_length"),
        ("identity_number", "１２３", "patients.id_length"),
        ("allergy_state", "maybe", "patients.allergy_state"),
    ],
)
def test_every_wrong_field_is_refused_with_a_sentence_and_changes_nothing(clinic, field, value, code):
    before = db.value("SELECT count(*) FROM patient")
    key = "allergies" if field == "allergy_state" else field
    with pytest.raises(Invalid) as err:
        make(clinic, **{field: value})
    refusal = err.value.refusals[key]
    assert refusal.code == code
    for language in ("zh-CN", "en"):
        sentence = i18n.refusal(refusal, language)
        assert code not in sentence and len(sentence) < 400
    assert db.value("SELECT count(*) FROM patient") == before


def test_all_wrong_fields_are_told_at_once(clinic):
    with pytest.raises(Invalid) as err:
        make(clinic, name="", phone="12", identity_number="12")
    assert set(err.value.refusals) == {"name", "phone", "identity_number"}


def test_a_change_is_found_under_the_new_name_only(clinic):
    found = make(clinic)
    data = PatientData("苗青山", "2", date(1990, 3, 5))
    clinic.run(clinic.actor("registrar"), lambda uow: change_patient(uow, found.id, data, rev=found.rev))
    assert [hit.id for hit in queries.search("mqs")] == [found.id]
    assert found.id not in [hit.id for hit in queries.search("lqy")]


def test_a_change_over_an_older_view_of_the_record_is_refused(clinic):
    found, actor = make(clinic), clinic.actor("registrar")
    data = PatientData("李秋月", "2", date(1990, 3, 5), phone="19900007702")
    clinic.run(actor, lambda uow: change_patient(uow, found.id, data, rev=found.rev))
    with pytest.raises(Stale):
        clinic.run(actor, lambda uow: change_patient(uow, found.id, replace(data, phone="19900007703"), rev=found.rev))
    assert queries.patient(found.id).phone == "19900007702"


def test_an_identity_number_is_left_replaced_or_ended(clinic):
    found, actor = make(clinic, identity_number="11010519491231002X"), clinic.actor("registrar")
    data = PatientData("李秋月", "2", date(1990, 3, 5))

    def change(number, rev):
        given = replace(data, identity_number=number)
        clinic.run(actor, lambda uow: change_patient(uow, found.id, given, rev=rev))
        return queries.patient(found.id).identity_number

    assert change(None, 1) == "11010519491231002X"
    assert change("990499196503180024", 2) == "990499196503180024"
    assert change("", 3) == ""
    assert db.value("SELECT count(*) FROM patient_identifier WHERE patient_id = ?", (found.id,)) == 2


def test_the_trail_of_a_change_names_fields_and_no_values(clinic):
    found = make(clinic)
    data = PatientData("李秋月", "2", date(1990, 3, 5), phone="19900007702")
    clinic.run(clinic.actor("registrar"), lambda uow: change_patient(uow, found.id, data, rev=found.rev))
    detail = db.value("SELECT detail FROM audit WHERE action = 'patients.change_patient' ORDER BY seq DESC LIMIT 1")
    assert "phone" in detail and "19900007702" not in detail


def entries(found):
    return [(one.kind, one.code, one.text, one.note) for one in queries.allergies_of(found.id)]


def test_allergies_have_three_states(clinic):
    found, actor = make(clinic), clinic.actor("nurse")
    assert found.allergy_state == "unknown"
    clinic.run(actor, lambda uow: set_allergies(uow, found.id, "none"))
    assert queries.patient(found.id).allergy_state == "none"
    known = (AllergyEntry("group", "penicillins", note="皮疹"), AllergyEntry("text", text="海鲜"))
    clinic.run(actor, lambda uow: set_allergies(uow, found.id, "known", known))
    assert entries(found) == [("group", "penicillins", "青霉素类", "皮疹"), ("text", "", "海鲜", "")]


def test_an_allergy_taken_back_is_ended_and_kept(clinic):
    found, actor = make(clinic), clinic.actor("nurse")
    clinic.run(actor, lambda uow: set_allergies(uow, found.id, "known", (AllergyEntry("text", text="海鲜"),)))
    clinic.run(actor, lambda uow: set_allergies(uow, found.id, "none"))
    assert entries(found) == []
    assert db.value("SELECT count(*) FROM allergy WHERE patient_id = ? AND ended_at IS NOT NULL", (found.id,)) == 1


@pytest.mark.parametrize(
    ("state", "given", "code"),
    [
        ("known", (), "patients.allergy_missing"),
        ("none", (AllergyEntry("text", text="海鲜"),), "patients.allergy_not_known"),
        ("known", (AllergyEntry("text", text="  "),), "patients.allergy_empty"),
        ("known", (AllergyEntry("group", "no-such"),), "patients.allergy_unknown_code"),
        ("known", (AllergyEntry("drug", "no-such"),), "patients.allergy_unknown_code"),
        ("known", (AllergyEntry("text", text="海" * 61),), "patients.text_too_long"),
        ("known", tuple(AllergyEntry("text", text=f"第 {n} 种") for n in range(31)), "patients.allergy_too_many"),
    ],
)
def test_an_allergy_history_that_contradicts_itself_is_refused(clinic, state, given, code):
    found = make(clinic)
    with pytest.raises(Refused) as err:
        clinic.run(clinic.actor("nurse"), lambda uow: set_allergies(uow, found.id, state, given))
    assert (err.value.code, queries.patient(found.id).allergy_state) == (code, "unknown")


def test_an_allergy_form_drawn_before_a_change_is_refused(clinic):
    found = make(clinic)
    with pytest.raises(Stale):
        clinic.run(clinic.actor("nurse"), lambda uow: set_allergies(uow, found.id, "none", rev=found.rev + 1))
