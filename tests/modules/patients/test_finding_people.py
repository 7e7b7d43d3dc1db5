"""Finding a person, and records that may be the same one."""

from datetime import date

import pytest

from clinic_app.kernel import db
from clinic_app.modules.patients import queries
from clinic_app.modules.patients.services import (
    Identifier,
    PatientData,
    add_identifier,
    link_patients,
    register_patient,
)


@pytest.fixture
def wang(clinic):
    data = PatientData(
        "单秀兰", "2", date(1965, 3, 18), identity_number="990499196503180024", phone="19900056220",
        identifiers=(Identifier("health_card", "HC620499001"),),
    )  # fmt: skip
    made = clinic.run(clinic.actor("registrar"), lambda uow: register_patient(uow, data))
    return queries.patient(bytes.fromhex(made["patient_id"]))


@pytest.mark.parametrize(
    "typed",
    ["单秀兰", "单秀", "sxl", "SXL", "ｓｘｌ", "dxl", "990499196503180024", "0024", "180024", "19900056220",
     "199 0005 6220", "199-0005", "hc620499001", "HC6204"],
)  # fmt: skip
def test_a_person_is_found_by(clinic, wang, typed):
    assert wang.id in [hit.id for hit in queries.search(typed)]


def test_a_person_is_found_by_the_whole_or_the_bare_person_number(clinic, wang):
    assert queries.search(wang.person_no.lower())[0].id == wang.id
    assert queries.search(str(int(wang.person_no[-7:])))[0].id == wang.id


@pytest.mark.rule("ID-06")
@pytest.mark.parametrize(
    ("kind", "account", "typed"),
    [
        ("wechat", "wxid_k2m8abcd", "wxid_k2m8abcd"), ("wechat", "wxid_k2m8abcd", "wxid_k2"),
        ("wechat", "wxid_k2m8abcd", "WXID_K2M8ABCD"), ("wechat", "oTx5Ab_Cd9", "oTx5Ab_Cd9"),
        ("wechat", "family-shan", "family-shan"), ("alipay", "2088123412x", "2088123412x"),
        ("alipay", "shan@mail.example", "shan@mail.example"),
    ],
)  # fmt: skip
def test_an_account_is_found_in_whatever_case_it_was_stored_and_typed(clinic, wang, kind, account, typed):
    clinic.run(clinic.actor("registrar"), lambda uow: add_identifier(uow, wang.id, Identifier(kind, account)))
    assert [hit.id for hit in queries.search(typed)] == [wang.id]
    stored = db.value("SELECT value FROM patient_identifier WHERE kind = ?", (kind,))
    assert stored == account


def test_an_account_that_begins_like_initials_does_not_crowd_the_names_out(clinic, wang):
    data = PatientData("李秋月", identifiers=(Identifier("wechat", "sxl-home"),))
    clinic.run(clinic.actor("registrar"), lambda uow: register_patient(uow, data))
    assert "李秋月" not in [hit.name for hit in queries.search("sxl")]


@pytest.mark.rule("ID-03")
def test_a_number_is_found_by_its_old_form(clinic):
    data = PatientData("马玉珍", "1", identity_number="620499850312002")
    clinic.run(clinic.actor("registrar"), lambda uow: register_patient(uow, data))
    assert [hit.name for hit in queries.search("620499850312002")] == ["马玉珍"]


@pytest.mark.parametrize("typed", ["", "  ", "\x00", "%", "_", "'; --", "9" * 1_000_000, "王" * 1_000_000, "·", "☃"])
def test_odd_texts_find_nobody_and_break_nothing(clinic, wang, typed):
    assert queries.search(typed) == []


def test_the_newest_visit_comes_first_among_equals(clinic, wang):
    from clinic_app.modules.patients.services import note_visit

    data = PatientData("沈晓玲", "2", date(1970, 1, 1))
    other = bytes.fromhex(
        clinic.run(clinic.actor("registrar"), lambda uow: register_patient(uow, data))["patient_id"]
    )
    clinic.run(clinic.actor("registrar"), lambda uow: note_visit(uow, wang.id), quiet=True)
    assert [hit.id for hit in queries.search("sxl")][:2] == [wang.id, other]


def test_a_search_reads_no_table_from_end_to_end(clinic):
    """A million people are found as fast as six: every source is a bounded range of an index."""
    from clinic_app.modules.patients.queries import searching

    values = dict.fromkeys(
        ("exact", "low", "below", "upper", "upper_below", "account", "account_below", "tail", "tail_below", "number",
         "number_below", "limit", "spelled", "spelled_below"),
        "",
    )  # fmt: skip
    for sql in (searching._DIGITS, searching._MIXED, searching._LATIN, searching._LETTERS, searching._NAMES):
        plan = [row[3] for row in db.rows("EXPLAIN QUERY PLAN " + sql, values)]
        tables = ("patient", "name_key", "patient_identifier", " p", " i", " l")
        assert not [step for step in plan if step.startswith("SCAN") and step.removeprefix("SCAN").endswith(tables)]


@pytest.mark.rule("CFG-10")
@pytest.mark.parametrize("typed", ["shanxiulan", "Shan Xiulan", "shan xiu", "danxiulan", "ｓｈａｎｘｉｕ", "SHANXIU"])
def test_a_name_spelled_out_is_found_by_either_reading_of_its_surname(clinic, wang, typed):
    assert "单秀兰" in [hit.name for hit in queries.search(typed)]


@pytest.mark.rule("PR-03")
def test_lists_outside_the_care_team_are_masked(clinic, wang):
    hit = queries.search("sxl")[0]
    assert (hit.name_masked, hit.identity_masked, hit.phone_masked) == ("单**", "990499********0024", "199****6220")


def likeness(name="无关", born_on=None, number="", phone=""):
    found = queries.possible_duplicates(name=name, born_on=born_on, identity_number=number, phone=phone)
    return [(one.hit.name, one.likeness.number) for one in found]


def test_same_name_and_birth_date_is_shown(clinic, wang):
    assert likeness("单秀兰", "1965-03-18") == [("单秀兰", "empty")]
    assert likeness("单秀蘭", "1965-03-18") == [("单秀兰", "empty")]
    assert likeness("单秀兰", "1965-03-19") == []


def test_two_swapped_digits_of_the_identity_number_are_seen(clinic, wang):
    assert likeness(number="990499196503180042") == [("单秀兰", "swapped")]
    assert likeness(number="904999196503180024") == []
    assert likeness(number="994099196503180024") == [("单秀兰", "swapped")]
    assert likeness(number="９９０４９９１９６５０３１８００２４") == [("单秀兰", "same")]


def test_same_phone_and_name_is_shown_and_phone_alone_is_not(clinic, wang):
    assert likeness("单秀兰", phone="19900056220") == [("单秀兰", "empty")]
    assert likeness("单小明", phone="19900056220") == []


def test_the_likeliest_record_comes_first(clinic, wang):
    data = PatientData("单秀兰", "2", date(1965, 3, 18))
    clinic.run(clinic.actor("registrar"), lambda uow: register_patient(uow, data))
    found = queries.possible_duplicates(name="单秀兰", born_on="1965-03-18", identity_number="990499196503180042")
    assert [one.likeness.number for one in found] == ["swapped", "empty"]


@pytest.mark.rule("ID-09")
def test_a_merged_record_is_no_duplicate_but_its_number_finds_the_person(clinic, wang):
    data = PatientData("单秀兰", "2", date(1965, 3, 18))
    old = bytes.fromhex(clinic.run(clinic.actor("registrar"), lambda uow: register_patient(uow, data))["patient_id"])
    clinic.run(clinic.actor("manager"), lambda uow: link_patients(uow, old, wang.id))
    found = queries.possible_duplicates(name="单秀兰", born_on="1965-03-18")
    assert [one.hit.id for one in found] == [wang.id]
    number = queries.patient(old).person_no
    assert [(hit.id, hit.also_no) for hit in queries.search(number)] == [(wang.id, number)]
