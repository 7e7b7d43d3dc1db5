"""Two records of one person: linked, read as one, and separated again."""

import pytest

from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.modules.patients import queries
from clinic_app.modules.patients.services import (
    AllergyEntry,
    PatientData,
    approve_link,
    open_closed_chart,
    propose_link,
    register_patient,
    reject_link,
    restrict,
    set_allergies,
    unlink_patients,
)


@pytest.fixture
def pair(clinic):
    made = [
        clinic.run(clinic.actor("registrar"), lambda uow, name=name: register_patient(uow, PatientData(name)))
        for name in ("高月娥", "高月鹅")
    ]
    return tuple(bytes.fromhex(one["patient_id"]) for one in made)


@pytest.fixture
def merged(clinic, pair):
    link = propose(clinic, *pair)
    clinic.run(clinic.actor("manager"), lambda uow: approve_link(uow, link))
    return link


def propose(clinic, from_id, to_id):
    made = clinic.run(clinic.actor("registrar"), lambda uow: propose_link(uow, from_id, to_id))
    return bytes.fromhex(made["link_id"])


def test_a_proposed_merge_changes_nothing_until_somebody_else_approves(clinic, pair):
    link = propose(clinic, *pair)
    assert queries.same_person(pair[0]) == (pair[0],)
    with pytest.raises(Refused) as err:
        clinic.run(clinic.actor("registrar"), lambda uow: approve_link(uow, link))
    assert err.value.code == "patients.link_own"
    assert [row.id for row in queries.waiting_links()] == [link]
    clinic.run(clinic.actor("manager"), lambda uow: approve_link(uow, link))
    assert set(queries.same_person(pair[0])) == set(pair)
    assert queries.waiting_links() == []


def test_a_proposal_can_be_turned_down_and_made_again(clinic, pair):
    link = propose(clinic, *pair)
    clinic.run(clinic.actor("manager"), lambda uow: reject_link(uow, link))
    with pytest.raises(Stale):
        clinic.run(clinic.actor("manager"), lambda uow: approve_link(uow, link))
    assert propose(clinic, *pair) != link


@pytest.mark.rule("ID-09")
def test_the_survivor_keeps_its_number_and_undoing_restores_both(clinic, pair, merged):
    numbers = [queries.patient(one).person_no for one in pair]
    assert queries.survivor(pair[0]) == pair[1] and queries.patient(pair[0]).merged_into == pair[1]
    clinic.run(clinic.actor("registrar"), lambda uow: unlink_patients(uow, merged))
    assert [queries.same_person(one) for one in pair] == [(pair[0],), (pair[1],)]
    assert [queries.patient(one).person_no for one in pair] == numbers
    with pytest.raises(Stale):
        clinic.run(clinic.actor("registrar"), lambda uow: unlink_patients(uow, merged))


def test_a_known_allergy_is_never_hidden_by_a_merge(clinic, pair):
    actor = clinic.actor("nurse")
    clinic.run(actor, lambda uow: set_allergies(uow, pair[0], "known", (AllergyEntry("group", "sulfonamides"),)))
    clinic.run(actor, lambda uow: set_allergies(uow, pair[1], "none"))
    link = propose(clinic, *pair)
    clinic.run(clinic.actor("manager"), lambda uow: approve_link(uow, link))
    from clinic_app.kernel import clock

    banner = queries.banner(pair[1], clock.today())
    assert (banner.allergy_state, banner.allergies) == ("known", ["磺胺类"])


def test_links_form_chains_but_no_circle(clinic, pair, merged):
    data = PatientData("高跃娥")
    third = bytes.fromhex(clinic.run(clinic.actor("registrar"), lambda uow: register_patient(uow, data))["patient_id"])
    link = propose(clinic, pair[1], third)
    clinic.run(clinic.actor("manager"), lambda uow: approve_link(uow, link))
    assert set(queries.same_person(third)) == {*pair, third} and queries.survivor(pair[0]) == third
    for wrong in ((third, pair[0]), (pair[0], third)):
        with pytest.raises(Refused) as err:
            propose(clinic, *wrong)
        assert err.value.code == "patients.link_already"


def test_a_record_is_not_merged_with_itself_or_with_nobody(clinic, pair):
    with pytest.raises(Refused) as err:
        propose(clinic, pair[0], pair[0])
    assert err.value.code == "patients.link_self"
    with pytest.raises(Missing):
        propose(clinic, pair[0], bytes(16))
    with pytest.raises(Missing):
        clinic.run(clinic.actor("manager"), lambda uow: unlink_patients(uow, bytes(16)))


def test_a_pair_with_a_restricted_record_hides_no_other_pair(clinic, browser_as, pair):
    propose(clinic, *pair)
    chen, wang = (queries.search(typed)[0] for typed in ("cgy", "wds"))
    propose(clinic, chen.id, wang.id)
    clinic.run(clinic.actor("manager"), lambda uow: restrict(uow, chen.id, True))
    manager = browser_as("manager")
    shown = manager.get("/patients/links")
    assert shown.status_code == 200 and "高**" in shown.text
    (row,) = [part for part in shown.text.split("<tr")[1:] if chen.person_no in part]
    assert "陈**" in row and "限制查阅" in row and chen.born_on not in row and "/approve" not in row
    assert f"/patients/{chen.id.hex()}/closed" in row
    clinic.run(clinic.actor("manager"), lambda uow: open_closed_chart(uow, chen.id, "核对是不是同一个人"))
    assert "/approve" in manager.get("/patients/links").text.split(chen.person_no)[1].split("</tr>")[0]


def test_a_likeness_to_a_restricted_record_shows_no_more_than_a_search_does(clinic, browser_as, pair):
    chen = queries.search("cgy")[0]
    clinic.run(clinic.actor("manager"), lambda uow: restrict(uow, chen.id, True))
    (found,) = [one.hit for one in queries.possible_duplicates(name=chen.name, born_on=chen.born_on)]
    assert (found.name, found.born_on, found.address) == ("陈**", None, "") and found.is_restricted
    form = {"name": chen.name, "sex": "2", "born_on": chen.born_on}
    told = browser_as("registrar").post("/registration/duplicates", form).text
    assert "陈**" in told and "限制查阅" in told and chen.address not in told and "<b>陈桂英" not in told
