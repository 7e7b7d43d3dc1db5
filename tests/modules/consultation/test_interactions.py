"""Rules of drug safety held against a row: pairs, patients, duplicates, one substance over several rows."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from clinic_app.kernel.clock import today
from clinic_app.modules.consultation.queries import rule_book
from clinic_app.modules.consultation.rules.interactions import Book, Patient, Rule, Taken, findings, over_daily
from clinic_app.modules.dictionaries import queries as dictionaries

ADULT = Patient(600)
PAIR = Rule("P1", "pair", frozenset({"ibuprofen", "diclofenac"}), frozenset({"aspirin"}), "look")
ULCER = Rule("D1", "diagnosis", frozenset({"ibuprofen"}), frozenset({"K25", "K92.2"}), "stop")
YOUNG = Rule("A1", "age", frozenset({"levofloxacin"}), frozenset(), "stop", None, 215)
OLD = Rule("A2", "age", frozenset({"diazepam"}), frozenset(), "look", 780, None)
UNBORN = Rule("G1", "pregnancy", frozenset({"doxycycline"}), frozenset(), "stop")
NURSING = Rule("L1", "lactation", frozenset({"codeine"}), frozenset(), "stop")
KIDNEY = Rule("R1", "renal", frozenset({"metformin"}), frozenset(), "stop")
CHAIN = Rule("X1", "cross_allergy", frozenset({"cefalexin"}), frozenset({"amoxicillin"}), "stop")
BOOK = Book([PAIR, ULCER, YOUNG, OLD, UNBORN, NURSING, KIDNEY, CHAIN])


def taken(*substances: str, key: str = "", where="row") -> Taken:
    return Taken(key or substances[0], frozenset(substances), where)


def told(row: Taken, *others: Taken, patient: Patient = ADULT, book: Book = BOOK) -> list[tuple[str, str]]:
    return [(one.tier, one.code) for one in findings(row, others, patient, book)]


def test_a_pair_is_told_whichever_stands_first():
    assert told(taken("aspirin"), taken("ibuprofen")) == [("look", "P1:ibuprofen")]
    assert told(taken("ibuprofen"), taken("aspirin")) == [("look", "P1:aspirin")]
    assert told(taken("ibuprofen"), taken("amoxicillin")) == []


def test_a_pair_meets_sheets_and_running_courses_too():
    assert told(taken("aspirin"), taken("ibuprofen", where="earlier")) == [("look", "P1:ibuprofen")]


def test_a_diagnosis_is_met_by_the_beginning_of_its_code():
    assert told(taken("ibuprofen"), patient=Patient(600, ("K25.900",))) == [("stop", "D1:K25.900")]
    assert told(taken("ibuprofen"), patient=Patient(600, ("K29.500",))) == []


@pytest.mark.parametrize(("months", "stops"), [(215, True), (216, False), (None, False)])
def test_an_age_rule_ends_with_the_completed_months(months, stops):
    assert bool(told(taken("levofloxacin"), patient=Patient(months))) is stops


@pytest.mark.parametrize(("months", "looks"), [(779, False), (780, True)])
def test_an_age_rule_begins_with_the_completed_months(months, looks):
    assert bool(told(taken("diazepam"), patient=Patient(months))) is looks


def asked(row: Taken, **answers: str) -> tuple[str, str]:
    patient = Patient(360, (), tuple(answers.items()), True)
    found = findings(row, (), patient, BOOK)
    return (found[0].tier, found[0].asks) if found else ("", "")


def test_pregnancy_is_asked_and_never_guessed():
    row = taken("doxycycline")
    assert asked(row) == ("stop", "childbearing")
    assert asked(row, childbearing="none") == ("", "")
    assert asked(row, childbearing="pregnant") == ("stop", "")
    assert asked(row, childbearing="nursing") == ("", "")
    assert asked(row, childbearing="unclear") == ("look", "")
    assert findings(row, (), replace(ADULT, may_be_pregnant=False), BOOK) == []


def test_nursing_is_the_other_answer_of_the_same_question():
    assert asked(taken("codeine")) == ("stop", "childbearing")
    assert asked(taken("codeine"), childbearing="nursing") == ("stop", "")
    assert asked(taken("codeine"), childbearing="pregnant") == ("", "")


def test_weak_kidneys_are_asked_of_everybody():
    assert findings(taken("metformin"), (), ADULT, BOOK)[0].asks == "kidneys"
    weak = replace(ADULT, answers=(("kidneys", "weak"),))
    assert [one.tier for one in findings(taken("metformin"), (), weak, BOOK)] == ["stop"]


def test_a_like_side_chain_stops_for_who_is_allergic_to_the_other():
    allergic = replace(ADULT, allergens=frozenset({"amoxicillin"}))
    assert told(taken("cefalexin"), patient=allergic) == [("stop", "X1:amoxicillin")]


def test_one_substance_twice_and_two_of_a_class_are_amber_and_carriers_are_not():
    book = Book([], {"nsaids": frozenset({"ibuprofen", "diclofenac"})}, ["sodium_chloride"])
    cold = taken("paracetamol", "chlorphenamine", key="D0037")
    assert told(taken("paracetamol"), cold, book=book) == [("look", "same_substance:D0037/paracetamol")]
    assert told(taken("diclofenac"), taken("ibuprofen"), book=book) == [("look", "same_class:ibuprofen/nsaids")]
    assert told(taken("sodium_chloride"), taken("sodium_chloride", key="D0156"), book=book) == []


def test_a_substance_is_summed_over_its_rows_and_told_at_the_last():
    limits = {"paracetamol": Decimal("4")}
    rows = [("tablets", {"paracetamol": Fraction(4)}), ("cold", {"paracetamol": Fraction(3, 5)})]
    found = over_daily(rows, limits)
    assert [(key, one[0].code) for key, one in found.items()] == [("cold", "daily_sum:paracetamol=4.6/4")]
    at_limit = [("tablets", {"paracetamol": Fraction(17, 5)}), ("cold", {"paracetamol": Fraction(3, 5)})]
    assert over_daily(at_limit, limits) == {} == over_daily(rows[:1], {"paracetamol": Decimal("1")})


def test_the_starter_rules_are_many_known_and_honest(clinic):
    rules = dictionaries.safety_rules(today())
    kinds = [one.kind for one in rules]
    assert sum(kind in ("pair", "diagnosis", "pregnancy", "lactation", "renal", "age") for kind in kinds) >= 60
    assert kinds.count("herbal") == 26 and {one.is_reviewed for one in rules} == {0}
    known = {code for drug in dictionaries.all_drugs() for code in drug.substances}
    classes = {one.code: one.substances for one in dictionaries.substance_classes()}
    unknown = {
        code for one in rules if one.kind != "herbal"
        for code in (*one.subject.split(";"), *(one.object.split(";") if one.kind in ("pair", "cross_allergy") else ()))
        if code not in known and code not in classes
    }  # fmt: skip
    assert unknown == set()
    used = {code for one in classes.values() for code in one}
    assert used - known <= {"chuanwu", "caowu", "zhebeimu", "gualou", "tianhuafen", "banxia", "chishao"}


def test_a_village_doctor_is_stopped_where_a_physician_looks(clinic):
    row, other = taken("ibuprofen"), taken("aspirin")
    tiers = [
        {one.tier for one in findings(row, (other,), ADULT, rule_book.book_of(today(), village)) if one.kind == "pair"}
        for village in (False, True)
    ]
    assert tiers == [{"look"}, {"look", "stop"}]
