import pytest

from clinic_app.modules.consultation.rules.allergy import Allergy, allergy_stops

PARENTS = {
    "beta_lactams": None,
    "penicillins": "beta_lactams",
    "aminopenicillins": "penicillins",
    "cephalosporins": "beta_lactams",
    "macrolides": None,
}
AMOXICILLIN, CEFALEXIN, ERYTHROMYCIN = (["aminopenicillins"], "D1"), (["cephalosporins"], "D3"), (["macrolides"], "D35")


def _group(code):
    return Allergy("group", code, code)


def _found(drug, *allergies, parents=PARENTS):
    return [(found.tier, found.because) for found in allergy_stops(*drug, allergies, parents)]


@pytest.mark.parametrize("code", ["beta_lactams", "penicillins", "aminopenicillins"])
def test_an_allergy_to_a_group_stops_every_drug_below_it(code):
    assert _found(AMOXICILLIN, _group(code)) == [("stop", "group")]


def test_an_allergy_to_penicillins_shows_an_amber_line_at_cephalosporins():
    assert _found(CEFALEXIN, _group("penicillins")) == [("look", "related")]
    assert _found(CEFALEXIN, _group("aminopenicillins")) == [("look", "related")]
    assert _found(AMOXICILLIN, _group("cephalosporins")) == [("look", "related")]


def test_an_allergy_below_the_group_of_the_drug_is_an_amber_line():
    assert _found((["beta_lactams"], "D9"), _group("penicillins")) == [("look", "related")]


def test_groups_without_a_common_parent_are_silent():
    assert _found(ERYTHROMYCIN, _group("penicillins"), _group("unheard_of")) == []
    assert _found(([], "D15"), _group("penicillins")) == []


def test_the_same_drug_and_its_own_group_stop_and_sister_groups_are_amber():
    amoxicillin = Allergy("drug", "D1", "阿莫西林", frozenset({"aminopenicillins"}))
    assert _found(AMOXICILLIN, amoxicillin) == [("stop", "drug")]
    assert _found((["aminopenicillins"], "D2"), amoxicillin) == [("stop", "kin")]
    assert _found((["penicillins"], "D4"), amoxicillin) == [("look", "related")]
    assert _found(CEFALEXIN, amoxicillin) == [("look", "related")]
    assert _found(ERYTHROMYCIN, amoxicillin) == []
    assert _found(([], "D1"), Allergy("drug", "D1", "阿莫西林")) == [("stop", "drug")]


def test_a_drug_of_the_same_substance_stops_whatever_its_groups():
    allergy = Allergy("drug", "D15", "氯苯那敏", frozenset(), frozenset({"chlorphenamine"}))
    (found,) = allergy_stops([], "D37", [allergy], {}, {"chlorphenamine", "paracetamol"})
    assert (found.tier, found.because) == ("stop", "substance")
    assert allergy_stops([], "D11", [allergy], {}, {"paracetamol"}) == []
    assert allergy_stops([], "D11", [Allergy("drug", "D40", "糖浆")], {}, ()) == []


def test_free_text_is_an_amber_line_at_every_drug():
    assert _found(ERYTHROMYCIN, Allergy("text", "", "吃鱼虾起疹子")) == [("look", "text")]


def test_stops_come_before_amber_lines_and_each_allergy_is_told_once():
    text, far, near = Allergy("text", "", "海鲜"), _group("cephalosporins"), _group("penicillins")
    found = allergy_stops(["aminopenicillins", "penicillins"], "D1", [text, far, near], PARENTS)
    assert [stop.allergy for stop in found] == [near, text, far]


def test_a_drug_of_two_groups_is_stopped_by_either():
    drug = (["macrolides", "penicillins"], "D77")
    assert _found(drug, _group("macrolides")) == _found(drug, _group("beta_lactams")) == [("stop", "group")]


def test_a_loop_in_the_dictionary_does_not_hang_the_check():
    loop = {"a": "b", "b": "a"}
    assert _found((["a"], "D1"), _group("b"), parents=loop) == [("stop", "group")]
