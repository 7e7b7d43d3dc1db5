"""The staff list: joining, roles, leaving, and what must hold of it."""

from typing import Any

import pytest

from clinic_app.kernel import db, invariants
from clinic_app.kernel.errors import Refused
from clinic_app.kernel.packing import unpack
from clinic_app.modules.people import queries, services
from tests.modules.people.signing import PASSWORD, sign_in


def person(staff_no: str) -> queries.Person:
    found = queries.find_by_staff_no(staff_no)
    assert found
    return found


def broken() -> set[str]:
    return {result.id for result in invariants.results() if not result.holds}


def add(clinic: Any, **changed: Any) -> dict[str, Any]:
    facts = {"staff_no": "0050", "name": "林小满", "title": "护士", "roles": ["nurse"], **changed}
    return clinic.run(clinic.actor("administrator"), lambda uow: services.add_person(uow, **facts))


def test_somebody_added_has_no_account_until_a_code_is_given(app: Any, clinic: Any) -> None:
    add(clinic)
    assert person("0050").roles == {"nurse"}
    assert sign_in(app.test_client(), "0050").status_code == 422
    assert {one.account for one in queries.staff() if one.person.staff_no == "0050"} == {"none"}


def test_the_page_adds_a_person_and_shows_the_slip(browser_as: Any) -> None:
    fields = {"staff_no": "n-51", "name": "高远", "title": "", "roles": ["doctor", "manager"]}
    answer = browser_as("administrator").post("/people", {**fields, "slip": "1", "proof": PASSWORD})
    assert answer.status_code == 200
    assert 'id="code"' in answer.get_data(as_text=True)
    assert person("N-51").roles == {"doctor", "manager"}


def test_the_page_names_every_wrong_field_and_keeps_what_was_typed(browser_as: Any) -> None:
    answer = browser_as("administrator").post("/people", {"staff_no": "a b", "name": " ", "title": "护士长"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for sentence in ("工号只用字母", "还没有填姓名", "至少选一个角色"):
        assert sentence in page
    assert 'value="护士长"' in page


def test_names_are_shown_as_text_never_as_markup(browser_as: Any) -> None:
    name = "<img src=x onerror=alert(1)>"
    browser_as("administrator").post("/people", {"staff_no": "52", "name": name, "roles": "nurse"})
    assert name not in browser_as("manager").get("/people").get_data(as_text=True)
    assert person("52").name == name


def test_refuses_a_staff_number_that_was_ever_used(clinic: Any) -> None:
    clinic.run(clinic.actor("administrator"), lambda uow: services.close_account(uow, person("0003").id))
    with pytest.raises(Refused) as refused:
        add(clinic, staff_no="0003")
    assert refused.value.code == "people.staff_no_taken"


@pytest.mark.parametrize("name", ["", " ", "x" * 41, "a\0b", "林\u202e小满", "a\nb"])
def test_refuses_a_name_that_cannot_be_printed(clinic: Any, name: str) -> None:
    with pytest.raises(Refused):
        add(clinic, name=name)


def test_a_fixed_password_is_refused_outside_practice(clinic: Any) -> None:
    from clinic_app.kernel import installation

    clinic.raw("UPDATE installation SET is_practice = 0")
    installation.load()
    with pytest.raises(Refused) as refused:
        add(clinic, password=PASSWORD)
    assert refused.value.code == "people.password_practice"
    assert queries.find_by_staff_no("0050") is None


@pytest.mark.rule("PR-07")
def test_a_closed_account_cannot_sign_in_its_sessions_end_and_its_name_stays(app: Any, clinic: Any) -> None:
    client = app.test_client()
    sign_in(client, "0002")
    doctor = person("0002")
    clinic.run(clinic.actor("administrator"), lambda uow: services.close_account(uow, doctor.id))
    assert client.get("/").location.startswith("/sign-in")
    assert sign_in(app.test_client(), "0002").status_code == 422
    assert queries.names([doctor.id]) == {doctor.id: "李志远"}
    assert doctor.id not in {one.id for one in queries.people_of_role("doctor")}


@pytest.mark.rule("PR-07")
def test_people_and_accounts_are_never_deleted(clinic: Any) -> None:
    import apsw

    for table in ("person", "account", "one_time_code"):
        clinic.run(
            clinic.actor("administrator"),
            lambda uow: services.give_one_time_code(uow, person("0004").id, "ABCDEFGH"),
        )
        with pytest.raises(apsw.ConstraintError):
            clinic.raw(f"DELETE FROM {table}")


def test_changed_roles_end_the_sessions_and_give_the_new_rights(app: Any, clinic: Any) -> None:
    client = app.test_client()
    sign_in(client, "0006")
    assert client.get("/people").status_code == 200
    manager = person("0006")
    clinic.run(clinic.actor("administrator"), lambda uow: services.change_roles(uow, manager.id, ["nurse"]))
    assert client.get("/people").location.startswith("/sign-in")
    sign_in(client, "0006")
    assert client.get("/people").status_code == 403


def test_the_last_administrator_can_neither_leave_nor_lose_the_role(clinic: Any) -> None:
    administrator, last = clinic.actor("administrator"), person("0007")
    for command in (
        lambda uow: services.close_account(uow, last.id),
        lambda uow: services.change_roles(uow, last.id, ["nurse"]),
    ):
        with pytest.raises(Refused) as refused:
            clinic.run(administrator, command)
        assert refused.value.code == "people.last_administrator"
    clinic.run(administrator, lambda uow: services.change_roles(uow, person("0006").id, ["manager", "administrator"]))
    clinic.run(administrator, lambda uow: services.close_account(uow, last.id))
    assert not broken() & {"PE1", "PE2", "PE3"}


def test_only_administrators_change_staff_managers_and_auditors_look(browser_as: Any) -> None:
    doctor = person("0002").id.hex()
    for role, status in (("manager", 200), ("auditor", 200), ("administrator", 200), ("doctor", 403)):
        assert browser_as(role).get("/people").status_code == status
    for role in ("manager", "auditor", "doctor", "technician"):
        browser = browser_as(role)
        for url in ("/people", f"/people/{doctor}/code", f"/people/{doctor}/roles", f"/people/{doctor}/close"):
            assert browser.post(url).status_code == 403, (role, url)
    assert person("0002").is_active


def test_a_badge_belongs_to_one_person(clinic: Any) -> None:
    administrator = clinic.actor("administrator")
    clinic.run(administrator, lambda uow: services.set_badge(uow, person("0002").id, "badge-000200"))
    with pytest.raises(Refused) as refused:
        clinic.run(administrator, lambda uow: services.set_badge(uow, person("0003").id, "BADGE-000200"))
    assert refused.value.code == "people.badge_taken"
    found = queries.find_for_sign_in("Badge-000200")
    assert found and found.staff_no == "0002"


def test_a_refused_command_leaves_nothing_behind(clinic: Any) -> None:
    def half_done(uow: Any) -> None:
        services.add_person(uow, staff_no="0060", name="半途", title="", roles=["nurse"], password="tea-9-cups")
        raise Refused("people.roles_same")

    with pytest.raises(Refused):
        clinic.run(clinic.actor("administrator"), half_done)
    assert queries.find_by_staff_no("0060") is None


def test_an_unknown_person_is_no_page(browser_as: Any) -> None:
    browser = browser_as("administrator")
    assert browser.get("/people/" + "0" * 32).status_code == 404
    assert browser.post("/people/" + "0" * 32 + "/close").status_code == 404
    assert browser.get("/people/1").status_code == 404


def test_a_clinic_without_an_administrator_is_named_by_pe1(clinic: Any) -> None:
    clinic.raw("DELETE FROM person_role WHERE role = 'administrator'")
    assert {"PE1", "PE3"} <= broken()


def test_an_open_account_of_somebody_who_left_is_named_by_pe2(clinic: Any) -> None:
    clinic.raw("UPDATE person SET is_active = 0 WHERE staff_no = '0003'")
    assert "PE2" in broken()


def test_an_account_without_a_person_is_named_by_pe2(clinic: Any) -> None:
    clinic.drop_triggers("person")
    db.connection().pragma("foreign_keys", 0)
    clinic.raw("DELETE FROM person WHERE staff_no = '0003'")
    assert "PE2" in broken()


def test_the_county_learns_who_works_here_and_no_secret(clinic: Any) -> None:
    add(clinic, password="tea-9-cups")
    event, body = db.row("SELECT event, body FROM outbox ORDER BY hlc DESC LIMIT 1") or ("", "")
    assert event == "people.added"
    text = unpack(body)
    assert "staff_no" in text and "argon2" not in text and "tea-9-cups" not in text
