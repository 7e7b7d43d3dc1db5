"""Two records of one person: linked, read as one, and separated again."""

import pytest

from clinic_app.kernel.errors import Missing, Refused, Stale
from clinic_app.modules.patients import queries
from clinic_app.modules.patients.services import (
    AllergyEntry,
    PatientData,
    approve_link,
    propose_link,
    register_patient,
    reject_link,
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
