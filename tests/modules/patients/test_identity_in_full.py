"""Family, newborns, consent, other names, details and health-record numbers on the real database."""

from dataclasses import replace
from datetime import date

import pytest

from clinic_app.kernel import db
from clinic_app.kernel.errors import Invalid, Missing, Refused, Stale
from clinic_app.modules.patients import queries, services
from clinic_app.modules.patients.services import Identifier, PatientData
from tests.modules.patients.test_records import make

AREA = "620499101"


def run(clinic, command, role="registrar"):
    return clinic.run(clinic.actor(role), command)


def refusal(clinic, command):
    with pytest.raises(Refused) as err:
        run(clinic, command)
    return err.value


def add_village(clinic, code=f"{AREA}203", part="103", last=16, name="柳树村"):
    run(clinic, lambda uow: services.add_village(uow, code=code, name=name, record_part=part, last_serial=last))
    return code


@pytest.mark.rule("ID-06")
def test_three_persons_are_listed_under_one_phone(clinic):
    mother = make(clinic, name="马春兰", phone="13800000001")
    for name in ("马小明", "马小红"):
        child = make(clinic, name=name)
        run(clinic, lambda uow, child=child: services.add_identifier(
            uow, child.id, Identifier("phone", "13800000001", note="母亲的")))  # fmt: skip
    assert len(queries.search("13800000001")) == 3 and queries.search("13800000001")[0].name.startswith("马")
    assert queries.identifiers_of(mother.id) == []


@pytest.mark.rule("ID-06")
def test_a_card_that_another_holds_is_refused_with_the_holders_name(clinic):
    make(clinic, name="甲一", identifiers=(Identifier("health_card", "620499001"),))
    other = make(clinic, name="乙二")
    err = refusal(clinic, lambda uow: services.add_identifier(uow, other.id, Identifier("health_card", "620499001")))
    assert (err.code, err.facts["name"]) == ("patients.identifier_held", "甲一")


@pytest.mark.rule("ID-06")
def test_a_document_keeps_issuer_validity_and_source(clinic):
    found = make(clinic)
    passport = Identifier("03", "E12345678", issuer="某国", valid_from="2020-01-01", valid_to="2030-01-01")
    run(clinic, lambda uow: services.add_identifier(uow, found.id, passport))
    one = queries.identifiers_of(found.id)[0]
    assert (one.issuer, one.valid_from, one.valid_to, one.source) == ("某国", "2020-01-01", "2030-01-01", "typed")
    wrong = replace(passport, value="E2", valid_to="2019-12-31")
    err = refusal(clinic, lambda uow: services.add_identifier(uow, found.id, wrong))
    assert err.code == "patients.validity_order"


@pytest.mark.rule("ID-07")
def test_an_unknown_person_is_identified_later_under_the_same_number(clinic):
    unknown = make(clinic, name="", sex="1", born_on=None, is_temporary=True)
    assert unknown.id in queries.unidentified()
    data = PatientData("周冬青", "1", date(1950, 1, 2), phone="19900001234")
    run(clinic, lambda uow: services.change_patient(uow, unknown.id, data, rev=1))
    now = queries.patient(unknown.id)
    assert (now.person_no, now.name, now.is_temporary) == (unknown.person_no, "周冬青", 0)
    assert unknown.id not in queries.unidentified()
    assert ("name", unknown.name, "周冬青") in {
        (one.field, one.before, one.after) for one in queries.changes_of(unknown.id)
    }


@pytest.mark.rule("ID-08")
def test_twins_are_two_persons_with_orders_and_one_mother_each(clinic):
    mother = make(clinic, name="陈冬梅", phone="19900008888", address="青溪镇 3 号")
    made = run(clinic, lambda uow: services.register_newborns(uow, mother.id, date(2024, 3, 5), ("1", "2")))
    twins = [queries.patient(bytes.fromhex(one)) for one in made["patient_ids"]]
    assert [one.name for one in twins] == ["陈冬梅之子", "陈冬梅之女"]
    assert [queries.details(one.id).birth_order for one in twins] == [1, 2]
    assert len({one.person_no for one in twins} | {mother.person_no}) == 3
    for one in twins:
        assert [(of.kind, of.relative_id) for of in queries.relations_of(one.id)] == [("mother", mother.id)]
        assert (one.phone, one.address) == (mother.phone, mother.address)
    third = run(clinic, lambda uow: services.register_newborns(uow, mother.id, date(2024, 3, 5), ("0",)))
    assert queries.details(bytes.fromhex(third["patient_ids"][0])).birth_order == 3
    next_year = run(clinic, lambda uow: services.register_newborns(uow, mother.id, date(2025, 3, 5), ("1",)))
    assert queries.details(bytes.fromhex(next_year["patient_ids"][0])).birth_order == 1


@pytest.mark.rule("ID-08")
def test_no_child_is_made_of_a_father_or_before_its_birth(clinic):
    father, mother = make(clinic, name="陈大", sex="1"), make(clinic, name="陈二")
    born = date(2024, 3, 5)
    assert refusal(clinic, lambda uow: services.register_newborns(uow, father.id, born, ("1",))).code == (
        "patients.mother_is_male"
    )
    late = lambda uow: services.register_newborns(uow, mother.id, date(2999, 1, 1), ("1",))  # noqa: E731
    assert refusal(clinic, late).code == "patients.birth_date_future"
    assert refusal(clinic, lambda uow: services.register_newborns(uow, mother.id, born, ())).code == (
        "patients.birth_count"
    )


def test_a_person_has_one_mother_and_is_nobodys_own_relative(clinic):
    child, mother, other = (make(clinic, name=name) for name in ("小一", "母一", "母二"))
    run(clinic, lambda uow: services.add_relation(uow, child.id, "mother", relative_id=mother.id))

    def code(*args, **kwargs):
        return refusal(clinic, lambda uow: services.add_relation(uow, child.id, *args, **kwargs)).code

    assert code("mother", relative_id=other.id) == "patients.relation_mother"
    assert code("spouse", relative_id=child.id) == "patients.relation_self"
    assert code("aunt", name="某人") == "patients.relation_kind"
    assert code("guardian", name="") == "patients.name_missing"
    run(clinic, lambda uow: services.add_relation(uow, child.id, "guardian", name="外婆", phone="19900001111"))
    assert code("guardian", name="外婆") == "patients.relation_twice"
    reverse = queries.relations_of(mother.id)
    assert [(one.name, one.is_reverse) for one in reverse] == [("小一", 1)]
    own = next(one for one in queries.relations_of(child.id) if one.kind == "mother")
    with pytest.raises(Missing):
        run(clinic, lambda uow: services.end_relation(uow, other.id, own.id))
    run(clinic, lambda uow: services.end_relation(uow, child.id, own.id))
    run(clinic, lambda uow: services.add_relation(uow, child.id, "mother", relative_id=other.id))


def test_a_child_under_14_consents_through_a_guardian_only(clinic):
    child = make(clinic, name="小二", born_on=date(2020, 1, 1))
    give = lambda uow: services.give_consent(uow, child.id, "sharing")  # noqa: E731
    err = refusal(clinic, give)
    assert (err.code, err.facts["years"]) == ("patients.consent_guardian", 14)
    uncle = run(clinic, lambda uow: services.add_relation(uow, child.id, "contact", name="舅舅"))["relation_id"]
    by_uncle = lambda uow: services.give_consent(uow, child.id, "sharing", relation_id=uncle)  # noqa: E731
    assert refusal(clinic, by_uncle).code == "patients.consent_relative"
    father = run(clinic, lambda uow: services.add_relation(uow, child.id, "father", name="父亲"))["relation_id"]
    run(clinic, lambda uow: services.give_consent(uow, child.id, "sharing", relation_id=father))
    assert [(one.guardian, one.version) for one in queries.consents_of(child.id)] == [("父亲", 1)]


def test_a_consent_is_withdrawn_once_stays_in_the_list_and_may_be_given_again(clinic):
    found = make(clinic)
    run(clinic, lambda uow: services.give_consent(uow, found.id, "care"))
    again = lambda uow: services.give_consent(uow, found.id, "care")  # noqa: E731
    assert refusal(clinic, again).code == "patients.consent_twice"
    first = queries.consents_of(found.id)[0]
    run(clinic, lambda uow: services.withdraw_consent(uow, found.id, first.id))
    assert not queries.has_consent(found.id, "care")
    with pytest.raises(Missing):
        run(clinic, lambda uow: services.withdraw_consent(uow, found.id, first.id))
    run(clinic, again)
    assert queries.has_consent(found.id, "care") and len(queries.consents_of(found.id)) == 2
    unknown = lambda uow: services.give_consent(uow, found.id, "everything")  # noqa: E731
    assert refusal(clinic, unknown).code == "patients.consent_purpose"


@pytest.mark.rule("ID-15")
def test_the_next_health_record_number_follows_the_last_serial_of_the_village(clinic):
    found, village = make(clinic), add_village(clinic)
    made = run(clinic, lambda uow: services.give_health_record(uow, found.id, village))
    assert made["number"] == "62049910110300017"
    assert queries.search("62049910110300017")[0].id == found.id
    again = lambda uow: services.give_health_record(uow, found.id, village)  # noqa: E731
    assert refusal(clinic, again).code == "patients.health_record_has"
    other = make(clinic, name="周冬青")
    made = run(clinic, lambda uow: services.give_health_record(uow, other.id, village))
    assert made["number"] == "62049910110300018"


@pytest.mark.rule("ID-15")
def test_a_number_is_never_given_again_after_it_was_ended(clinic):
    gone, other, village = make(clinic), make(clinic, name="周冬青"), add_village(clinic)
    number = run(clinic, lambda uow: services.give_health_record(uow, gone.id, village))["number"]
    one = queries.identifiers_of(gone.id)[0]
    run(clinic, lambda uow: services.end_identifier(uow, gone.id, one.id))
    typed = lambda uow: services.give_health_record(uow, other.id, village, number)  # noqa: E731
    assert refusal(clinic, typed).code == "patients.health_record_used"
    made = run(clinic, lambda uow: services.give_health_record(uow, other.id, village))
    assert made["number"] == "62049910110300018"


@pytest.mark.rule("ID-15")
def test_a_number_from_paper_belongs_to_its_village_and_moves_the_serial_on(clinic):
    found, village = make(clinic), add_village(clinic)
    other = lambda uow: services.give_health_record(uow, found.id, village, "62049910110400020")  # noqa: E731
    assert refusal(clinic, other).code == "patients.health_record_village"
    run(clinic, lambda uow: services.give_health_record(uow, found.id, village, "62049910110300020"))
    assert queries.village(village).last_serial == 20
    older = make(clinic, name="周冬青")
    run(clinic, lambda uow: services.give_health_record(uow, older.id, village, "62049910110300003"))
    assert queries.village(village).last_serial == 20


@pytest.mark.rule("ID-15")
def test_the_mapping_table_has_each_part_once_and_its_serial_only_grows(clinic):
    village = add_village(clinic)

    def add(**given):
        data = {"code": f"{AREA}204", "name": "石坝村", "record_part": "104", "last_serial": 0, **given}
        return lambda uow: services.add_village(uow, **data)

    def change(**given):
        data = {"name": "柳树村", "record_part": "103", "last_serial": 16, "is_open": True, "rev": 1, **given}
        return lambda uow: services.change_village(uow, village, **data)

    assert refusal(clinic, add(code=village)).code == "patients.village_known"
    assert refusal(clinic, add(record_part="103")).code == "patients.record_part_taken"
    assert refusal(clinic, add(record_part="203")).code == "patients.record_part"
    assert refusal(clinic, add(last_serial=100_000)).code == "patients.village_serial"
    assert refusal(clinic, change(last_serial=15)).code == "patients.village_serial"
    assert refusal(clinic, change(record_part="105")).code == "patients.record_part_used"
    run(clinic, change(name="新柳树村"))
    with pytest.raises(Stale):
        run(clinic, change(name="又改"))
    found = make(clinic)
    run(clinic, change(is_open=False, rev=2))
    closed = lambda uow: services.give_health_record(uow, found.id, village)  # noqa: E731
    assert refusal(clinic, closed).code == "patients.village_unknown"
    with pytest.raises(Exception, match="never used again"):
        clinic.raw("UPDATE village SET last_serial = 1 WHERE code = ?", (village,))


@pytest.mark.rule("ID-16")
def test_one_person_is_found_by_every_dot_and_by_another_script(clinic):
    found = make(clinic, name="阿依古丽·买买提")
    for typed in ("阿依古丽.买买提", "阿依古丽•买买提", "阿依古丽・买买提", "阿依古丽．买买提"):
        assert [one.id for one in queries.search(typed)] == [found.id]
    run(clinic, lambda uow: services.add_alias(uow, found.id, "minority", "ئايگۈل"))
    assert [one.id for one in queries.search("ئايگۈل")] == [found.id]
    data = PatientData("阿依古丽·艾山", "2", date(1990, 3, 5))
    run(clinic, lambda uow: services.change_patient(uow, found.id, data, rev=1))
    assert [one.id for one in queries.search("ئايگۈل")] == [found.id]
    run(clinic, lambda uow: services.end_alias(uow, found.id, queries.aliases_of(found.id)[0].id))
    assert queries.search("ئايگۈل") == [] and [one.id for one in queries.search("阿依古丽·艾山")] == [found.id]


@pytest.mark.rule("ID-16")
def test_a_name_of_fifty_characters_is_kept_also_as_another_name(clinic):
    found, long = make(clinic), "阿卜杜热西提·买买提依明·" * 4 + "阿里"
    run(clinic, lambda uow: services.add_alias(uow, found.id, "other", long))
    assert len(long) >= 50 and queries.aliases_of(found.id)[0].name == long
    twice = lambda uow: services.add_alias(uow, found.id, "other", long.replace("·", "•"))  # noqa: E731
    assert refusal(clinic, twice).code == "patients.alias_twice"


def test_details_are_kept_with_their_history_and_a_code_no_list_has_is_refused(clinic):
    found, village = make(clinic), add_village(clinic)
    data = PatientData("李秋月", "2", date(1990, 3, 5))

    def save(rev, **given):
        wanted = replace(queries.details(found.id), **given)
        return lambda uow: services.change_patient(uow, found.id, data, rev=rev, details=wanted)

    run(clinic, save(1, ethnicity="04", marital="21", abo="4", rh="2", village_code=village, workplace="镇中学"))
    now = queries.details(found.id)
    assert (now.ethnicity, now.marital, now.abo, now.rh, now.village_code) == ("04", "21", "4", "2", village)
    with pytest.raises(Invalid) as err:
        run(clinic, save(2, ethnicity="57", village_code=f"{AREA}999"))
    assert set(err.value.refusals) == {"ethnicity", "village"}
    run(clinic, save(2, marital="30"))
    changed = [(one.field, one.before, one.after) for one in queries.changes_of(found.id)]
    assert changed[0] == ("marital", "21", "30") and ("workplace", "", "镇中学") in changed
    with pytest.raises(Stale):
        run(clinic, save(2, marital="40"))
    with pytest.raises(Exception, match="never changed"):
        clinic.raw("UPDATE patient_change SET after = ''")


def test_pairs_of_one_name_and_birth_or_phone_are_listed_until_ruled_out_or_merged(clinic):
    old, new = make(clinic, name="方海燕", phone="19900003333"), make(clinic, name="方海燕")
    phone = make(clinic, name="方海燕", born_on=date(1991, 1, 1), phone="19900003333")
    listed = {(one.one_id, one.other_id): one.why for one in queries.possible_pairs()}
    assert listed == {(new.id, old.id): "birth", (phone.id, old.id): "phone"}
    run(clinic, lambda uow: services.rule_out_duplicate(uow, old.id, new.id))
    assert {one.one_id for one in queries.possible_pairs()} == {phone.id}
    run(clinic, lambda uow: services.propose_link(uow, phone.id, old.id))
    assert queries.possible_pairs() == [] and queries.window_end() is None


def test_no_list_walks_a_whole_table(clinic):
    from clinic_app.modules.consultation.queries import care
    from clinic_app.modules.patients.queries import chart_access, families, histories, worklists
    from clinic_app.modules.patients.queries.details import _CHANGES
    from clinic_app.modules.patients.services.chart_access import _READ

    one = b"\x00" * 16
    asked = (
        (worklists._PAIRS, {"before": one}), (worklists._OLDEST, (one,)), (worklists._TEMPORARY, ()),
        (families._CONSENTS, (one,)), (f"{families._OWN} UNION ALL {families._OTHERS}", {"id": one}),
        (histories._HISTORY, (one,)), (_CHANGES, (one,)), (chart_access._OPENED, (one, one, 0)),
        (care._SEEN, ("[]", one)), (_READ, (0, one, 0)),
    )  # fmt: skip
    for sql, params in asked:
        steps = [row[3] for row in db.rows(f"EXPLAIN QUERY PLAN {sql}", params)]
        walked = [step for step in steps if step.startswith("SCAN ") and " USING " not in step]
        inner = ("SCAN f", "SCAN fresh", "SCAN a", "SCAN alike", "SCAN j", "SCAN (", "SCAN CONSTANT", "SCAN patient")
        assert [step for step in walked if not step.startswith(inner)] == [], steps


def test_completeness_counts_what_lacks(clinic):
    found = make(clinic, name="苗小苗", born_on=date(2020, 1, 1))
    assert queries.missing_fields(found.id) == (
        "identity",
        "phone",
        "address",
        "village",
        "ethnicity",
        "allergy",
        "guardian",
    )
    run(clinic, lambda uow: services.add_relation(uow, found.id, "mother", name="苗母"))
    assert "guardian" not in queries.missing_fields(found.id)
    rate = queries.completeness()
    assert rate.looked_at == db.value("SELECT count(*) FROM patient") and 0 < rate.percent < 100
    assert rate.lacking_by_field["ethnicity"] == rate.looked_at


def test_past_history_is_kept_shown_for_every_record_of_the_person_and_taken_back_where_it_stands(clinic):
    one, other = make(clinic), make(clinic, name="李秋月二")
    run(clinic, lambda uow: services.add_history(uow, one.id, "operation", "胆囊切除", "2019"))
    run(clinic, lambda uow: services.add_history(uow, other.id, "family", "父亲糖尿病"))
    run(clinic, lambda uow: services.link_patients(uow, other.id, one.id))
    assert [told.text for told in queries.histories_of(one.id)] == ["胆囊切除", "父亲糖尿病"]

    def code(kind, text):
        return refusal(clinic, lambda uow: services.add_history(uow, one.id, kind, text)).code

    assert code("operation", "胆囊切除") == "patients.history_twice"
    assert code("rumour", "某病") == "patients.history_kind" and code("illness", "  ") == "patients.history_empty"
    assert code("illness", "病" * 101) == "patients.text_too_long"
    entry = queries.histories_of(other.id)[0]
    with pytest.raises(Missing):
        run(clinic, lambda uow: services.end_history(uow, one.id, entry.id))
    run(clinic, lambda uow: services.end_history(uow, other.id, entry.id))
    assert [told.text for told in queries.histories_of(one.id)] == ["胆囊切除"]
